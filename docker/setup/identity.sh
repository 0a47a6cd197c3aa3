# shellcheck shell=bash
# 2. Identity: the ways between the accounts of a pod: user, root and seed.

uid_of() {
  local line
  while IFS= read -r line || [[ -n $line ]]; do
    if [[ $line =~ ^"$1":[^:]*:([0-9]+): ]]; then printf '%s' "${BASH_REMATCH[1]}"; fi
  done </etc/passwd
}

# The user's groups as numbers: those of /etc/group, and those that were given to the pod.
groups_of_user() {
  local line gid all="$NB_GID"
  while IFS= read -r line || [[ -n $line ]]; do
    [[ $line =~ ^[^:]+:[^:]*:([^:]*):(.*)$ && ,${BASH_REMATCH[2]}, == *,"$NB_USER",* ]] || continue
    [[ ,$all, == *,"${BASH_REMATCH[1]}",* ]] || all+=",${BASH_REMATCH[1]}"
  done </etc/group
  for gid in "${GROUPS[@]}"; do
    [[ $gid == 0 || ,$all, == *,"$gid",* ]] || all+=",$gid"
  done
  printf '%s' "$all"
}

as_user() {
  setpriv --reuid="$NB_UID" --regid="$NB_GID" --groups="$(groups_of_user)" --inh-caps=-all -- "$@"
}

# The image's PAM file for su lets everybody through (see the Dockerfile): without an entry in /etc/passwd
# su is the only way up. The account and its sudo rule replace it, so it is closed on every way through here.
close_door() {
  local closed
  closed="$(</docker/pam.su)"
  printf '%s\n' "$closed" >/etc/pam.d/su
}

door_is_open() {
  [[ $(</etc/pam.d/su) == *pam_permit.so* ]]
}

# through_door PASS ARGUMENT...: one of this file's own passes as root, from a process that is not root yet.
# sh and not bash: bash would read BASH_ENV and take exported functions, as root.
through_door() {
  # shellcheck disable=SC2016 # the shell that su starts expands them
  su -s /bin/sh -c 'exec "$0" "$@"' -- root "$0" "$@" </dev/null
}

# Runs the root pass of a pod that was started as NB_UID:NB_GID. A child does it, and this process goes on:
# the environment, its LD_LIBRARY_PATH included, must not pass through a set-uid program, which would strip it.
reach_root() {
  local keep=NB_USER,NB_UID,NB_GROUP,NB_GID,SCRATCH_HOME,HF_HOME,WORKING_DIR,SCRATCH_SEED_USER work=()
  mapfile -d '' -t work < <(plan_storage)
  if door_is_open; then
    through_door --root-pass "${work[@]}"
  else # a container that is started again: the account is there
    sudo -n --preserve-env="$keep" -- "$0" --root-pass "${work[@]}" </dev/null
  fi
}

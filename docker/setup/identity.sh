# shellcheck shell=bash disable=SC2034,SC2154 # its callers have the variables
# 2. Identity: the ways between the accounts of a pod: user, root and seed.

# find_uid NAME: sets uid to the account's, or to nothing.
find_uid() {
  local line lines
  uid=
  mapfile -t lines </etc/passwd
  for line in "${lines[@]}"; do
    if [[ $line == "$1":* && $line =~ ^[^:]*:[^:]*:([0-9]+): ]]; then uid="${BASH_REMATCH[1]}"; fi
  done
}

# The user's groups as numbers: those of /etc/group, and those that were given to the pod. A name that no command
# knows, since what is assigned to an inherited variable goes on to the command.
find_groups() {
  local line lines gid
  mlo_groups="$NB_GID"
  mapfile -t lines </etc/group
  for line in "${lines[@]}"; do
    [[ ,${line##*:}, == *,"$NB_USER",* ]] || continue
    gid="${line%:*}"
    gid="${gid##*:}"
    [[ ,$mlo_groups, == *,"$gid",* ]] || mlo_groups+=",$gid"
  done
  for gid in "${GROUPS[@]}"; do
    [[ $gid == 0 || ,$mlo_groups, == *,"$gid",* ]] || mlo_groups+=",$gid"
  done
}

as_user() {
  find_groups
  setpriv --reuid="$NB_UID" --regid="$NB_GID" --groups="$mlo_groups" --inh-caps=-all -- "$@"
}

# The image's PAM file for su lets everybody through (see the Dockerfile): without an entry in /etc/passwd
# su is the only way up. The account and its sudo rule replace it, so it is closed on every way through here.
close_door() {
  local closed
  mapfile closed </docker/pam.su
  printf '%s' "${closed[@]}" >/etc/pam.d/su
}

door_is_open() {
  local rules
  mapfile rules </etc/pam.d/su
  [[ ${rules[*]} == *pam_permit.so* ]]
}

# through_door PASS ARGUMENT...: one of this file's own passes as root, from a process that is not root yet.
# Without a shell between, which could read BASH_ENV or take exported functions, as root.
through_door() {
  su -s "$0" -- root "$@" </dev/null
}

# reach_root [VERB DIRECTORY]...: runs the root pass of a pod that was started as NB_UID:NB_GID. A child does it,
# and this process goes on: the environment, its LD_LIBRARY_PATH included, must not pass through a set-uid program,
# which would strip it.
reach_root() {
  local keep=NB_USER,NB_UID,NB_GROUP,NB_GID,SCRATCH_HOME,HF_HOME,WORKING_DIR,SCRATCH_SEED_USER
  if door_is_open; then
    through_door --root-pass "$@"
  else # a container that is started again: the account is there
    sudo -n --preserve-env="$keep" -- "$0" --root-pass "$@" </dev/null
  fi
}

# shellcheck shell=bash
# 6. SSH: ~/.ssh, anew at every start.

# A key goes from the environment through a pipe to the pod's own disk: no temporary file, no argument.
# What is mounted there is somebody's, and is neither emptied nor written to.
set_up_ssh() {
  local ssh="$HOME/.ssh" key="${SSH_PRIVATE_KEY_B64-}"
  unset SSH_PRIVATE_KEY_B64
  if is_mounted "$ssh"; then
    warn "Warning: $ssh is mounted and is kept as it is: nothing of SSH_* is written there"
    return
  fi
  [[ ! -e $ssh && ! -L $ssh ]] || try "make $ssh anew" rm -rf -- "$ssh"
  try "make $ssh" mkdir -m 0700 -- "$ssh"
  if [[ -n $key ]]; then
    (umask 077 && printf '%s' "${key//[[:space:]]/}" | base64 -d >"$ssh/id_rsa") 2>/dev/null || {
      rm -f -- "$ssh/id_rsa"
      warn 'Warning: SSH_PRIVATE_KEY_B64 is not base64, the pod has no ssh key'
    }
  fi
  [[ -z ${SSH_PUBLIC_KEY-} ]] || (umask 022 && printf '%s\n' "$SSH_PUBLIC_KEY" >"$ssh/id_rsa.pub")
  [[ -z ${SSH_KNOWN_HOSTS-} ]] || (umask 022 && printf '%s\n' "$SSH_KNOWN_HOSTS" >"$ssh/known_hosts")
}

# Whether something is mounted at the path or below it.
is_mounted() {
  local point
  while read -r _ point _; do
    [[ $point != "$1" && $point != "$1"/* ]] || return 0
  done </proc/self/mounts
  return 1
}

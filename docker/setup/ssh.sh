# shellcheck shell=bash
# 6. SSH: ~/.ssh, anew at every start.

# What is to be made goes to work. A key goes from the environment to the pod's own disk: no temporary file, no
# argument. What is mounted there is somebody's, and is neither emptied nor written to.
set_up_ssh() {
  local ssh="$HOME/.ssh"
  if is_mounted "$ssh"; then
    warn "Warning: $ssh is mounted and is kept as it is: nothing of SSH_* is written there"
    return
  fi
  [[ ! -e $ssh && ! -L $ssh ]] || try "make $ssh anew" rm -rf -- "$ssh"
  work+=(directory 700 "$ssh")
  [[ -z ${SSH_PRIVATE_KEY_B64-} ]] || work+=(decode 600 SSH_PRIVATE_KEY_B64 "$ssh/id_rsa")
  [[ -z ${SSH_PUBLIC_KEY-} ]] || work+=(text 644 SSH_PUBLIC_KEY "$ssh/id_rsa.pub")
  [[ -z ${SSH_KNOWN_HOSTS-} ]] || work+=(text 644 SSH_KNOWN_HOSTS "$ssh/known_hosts")
}

# Makes what the steps before have put into work: a launch costs more than all of it.
finish() {
  ((${#work[@]} == 0)) || /docker/files make "${work[@]}" || case $? in
    65) warn 'Warning: SSH_PRIVATE_KEY_B64 is not base64, the pod has no ssh key' ;;
    *) exit "$?" ;;
  esac
  unset SSH_PRIVATE_KEY_B64
}

# Whether something is mounted at the path or below it.
is_mounted() {
  local line lines
  mapfile -t lines </proc/self/mounts
  for line in "${lines[@]#* }"; do
    line="${line%% *}"
    [[ $line != "$1" && $line != "$1"/* ]] || return 0
  done
  return 1
}

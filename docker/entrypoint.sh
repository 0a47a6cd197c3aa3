#!/bin/bash -p
# Makes a pod out of a container: an account for the person in NB_*, directories on scratch, shell, links,
# ssh, uv and git; then the command takes this process's place. The order is here, the steps are in setup/.
#
# The file runs in up to three passes, as few as the three identities allow:
#   as root      account, home, what git may trust    root_pass
#   as the seed  a directory that is still missing    seed_pass
#   as the user  everything else, then the command    user_pass
#
# -p keeps BASH_ENV and exported functions of the command out of here. Every variable is local unless the
# command is meant to have it, since assigning to an inherited name would change what the command gets; for
# the same reason the functions that exec have no variables at all.
# Programs and subshells are few, builtins many: a pod starts in a tenth of a second.
# shellcheck disable=SC2034,SC2154 # what set_up has, the steps set and read
set -euo pipefail

start() {
  (($# > 0)) || set -- /bin/zsh
  load settings identity storage
  [[ ! -w /run/mlo/ready ]] || : >/run/mlo/ready # of this container's last run
  if ! variables_given; then                     # 1. settings
    without_account
    become "$@"
  fi
  check_values
  export_directories
  ulimit -S -c 0
  if ((EUID == 0)); then
    start_as_root
    exec /usr/bin/setpriv --reuid="$NB_UID" --regid="$NB_GID" --groups="$mlo_groups" --inh-caps=-all -- \
      "$0" --user-pass "$@"
  elif ((EUID != NB_UID || GROUPS[0] != NB_GID)); then
    die 77 "Cannot become $NB_USER: the pod runs as $EUID:${GROUPS[0]}, start it as root or as $NB_UID:$NB_GID"
  fi
  user_pass directly "$@"
}

start_as_root() {
  local -A owner=() mode=() access=()
  local work=()
  find_groups
  look_at_storage --as "$NB_UID" "$NB_GID" "$mlo_groups"
  plan_storage
  root_pass "${work[@]}"
  find_groups
}

# In a pod that was started as the user; what the root pass did is looked at again.
start_as_user() {
  plan_storage
  reach_root "${work[@]}" || case $? in
    7[0378]) exit "$?" ;; # it has said why
    *) die 77 'Cannot become root: does the pod allow privilege escalation?' ;;
  esac
  if ((${#work[@]} > 0)); then look_at_places; fi
}

# PATH is the command's: nothing that lies there runs as root.
root_pass() {
  local PATH=/usr/sbin:/usr/bin:/sbin:/bin
  load account seed
  umask 022
  write_accounts # 2. identity
  allow_sudo
  close_door
  make_home
  do_the_rest "$@" # 3. storage
}

# set_up "directly": where nobody but this process was at work yet.
set_up() {
  local PATH=/usr/local/bin:/usr/bin:/bin work=() places files
  local -A owner=() mode=() access=() foreign=()
  load places shell ssh tools
  list_places
  look_at_places
  if [[ $1 == directly ]]; then start_as_user; fi
  work=()
  require_storage # 3. storage
  close_places    # 4. shell
  set_up_shell
  link_home  # 5. links
  set_up_ssh # 6. ssh
  finish
  set_up_uv # 7. uv and Hugging Face
  set_up_hugging_face
  set_up_git # 8. git
}

user_pass() {
  export HOME="/home/$NB_USER" USER="$NB_USER" LOGNAME="$NB_USER" SHELL=/bin/zsh
  umask 007
  set_up "$1"
  cd -- "$WORKING_DIR" && unset OLDPWD
  become "${@:2}" # 9. the command
}

# become COMMAND: as process 1 the command would ignore SIGTERM unless it has a handler, and collect zombies.
# Both programs say first that all is ready.
become() {
  trap - ERR TERM INT
  if (($$ == 1)); then exec -- /docker/init "$@"; fi
  exec -- /docker/door --ready "$@"
}

# A pod without settings: no account, but the way to root is closed there, too.
without_account() {
  if ((EUID == 0)); then
    bare_pass 0 0
  elif door_is_open; then
    through_door --bare-pass "$EUID" "${GROUPS[0]}" || true
  fi
}

bare_pass() {
  local PATH=/usr/sbin:/usr/bin:/sbin:/bin
  close_door 2>/dev/null || warn 'Warning: the root file system is read-only: everybody in this pod can become root'
  install -d -o "$1" -g "$2" -m 0700 -- /run/mlo 2>/dev/null || true
}

warn() {
  printf 'entrypoint: %s\n' "$*" >&2
}

# die STATUS MESSAGE; the statuses are those of sysexits.h.
die() {
  warn "$2"
  exit "$1"
}

# try WHAT COMMAND...: where the command fails, its own reason ends the start.
try() {
  local reason
  reason="$(
    trap - ERR
    "${@:2}" 2>&1
  )" || die 73 "Cannot $1: ${reason##*: }"
}

load() {
  local part
  for part; do
    # shellcheck source=/dev/null
    . "/docker/setup/$part.sh"
  done
}

main() {
  set -E
  trap 'die 70 "Cannot set up the pod: the step ${FUNCNAME[0]-} failed, for the reason above"' ERR
  trap 'exit 143' TERM INT # process 1 without a handler would not even notice
  case ${1-} in
    --root-pass)
      load identity
      root_pass "${@:2}"
      ;;
    --user-pass)
      load storage
      user_pass after-root "${@:2}"
      ;;
    --bare-pass)
      load identity
      bare_pass "${@:2}"
      ;;
    --usable)
      load storage
      usable "${@:2}" || exit 1
      ;;
    --seed-pass)
      load seed
      seed_pass "${@:2}"
      ;;
    *) start "$@" ;;
  esac
}

main "$@"

#!/bin/bash -p
# Makes a pod out of a container: an account for the person in NB_*, directories on scratch, shell, links,
# ssh, uv and git; then the command takes this process's place.
#
# The file runs in up to three passes, as few as the three identities allow:
#   as root      account, home, missing directories   root_pass
#   as the seed  a directory that is missing          make_as_seed
#   as the user  everything else, then the command    user_pass
#
# -p keeps BASH_ENV and exported functions of the command out of here. Every variable is local unless the
# command is meant to have it, since assigning to an inherited name would change what the command gets; for
# the same reason the functions that exec have no variables at all.
# Programs are few, builtins many: a pod starts in a tenth of a second.
set -euo pipefail

# --- messages -------------------------------------------------------------------------------------------

warn() {
  printf 'entrypoint: %s\n' "$*" >&2
}

# die STATUS MESSAGE; the statuses are those of sysexits.h.
die() {
  warn "$2"
  exit "$1"
}

# --- 1. variables ---------------------------------------------------------------------------------------

variables_given() {
  local name missing=()
  for name in NB_USER NB_UID NB_GROUP NB_GID SCRATCH_HOME_ROOT WORKING_DIR; do
    [[ -v $name ]] || missing+=("$name")
  done
  if ((${#missing[@]} > 0)); then
    warn "Warning: ${missing[*]} not set: no account and no scratch are set up, the command runs as it is"
    return 1
  fi
}

# Only such names may ever stand in a path, in /etc/passwd or in a message.
valid_name() {
  local LC_ALL=C
  [[ $1 =~ ^[A-Za-z_][A-Za-z0-9_.-]{0,31}$ && $1 != root ]]
}

# 0 is root's; 2^32-1 means "no id".
valid_id() {
  [[ $1 =~ ^[1-9][0-9]{0,9}$ ]] && (($1 < 4294967295))
}

check_values() {
  local name wrong=()
  for name in NB_USER NB_GROUP; do
    valid_name "${!name}" || wrong+=("$name=${!name@Q} is not a name for an account")
  done
  for name in NB_UID NB_GID; do
    valid_id "${!name}" || wrong+=("$name=${!name@Q} is not an id from 1 to 4294967294")
  done
  for name in SCRATCH_HOME_ROOT WORKING_DIR ${SCRATCH_HOME:+SCRATCH_HOME} ${HF_HOME:+HF_HOME}; do
    [[ ${!name} == /* ]] || wrong+=("$name=${!name@Q} is not an absolute path")
  done
  for name in "${wrong[@]}"; do
    warn "$name"
  done
  ((${#wrong[@]} == 0)) || die 78 'Cannot start: settings are wrong'
}

export_directories() {
  export SCRATCH_HOME="${SCRATCH_HOME:-$SCRATCH_HOME_ROOT/$NB_USER}"
  export HF_HOME="${HF_HOME:-/mloscratch/hf_cache}"
  export WORKING_DIR
}

# --- 2. identity ----------------------------------------------------------------------------------------

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

# through_door PASS: one of this file's own passes as root, from a process that is not root yet.
through_door() {
  su root -s /bin/bash -c "exec '${BASH_SOURCE[0]}' $1" </dev/null
}

# Runs the root pass of a pod that was started as NB_UID:NB_GID. A child does it, and this process goes on:
# the environment, its LD_LIBRARY_PATH included, must not pass through a set-uid program, which would strip it.
reach_root() {
  local keep=NB_USER,NB_UID,NB_GROUP,NB_GID,SCRATCH_HOME,HF_HOME,WORKING_DIR,SCRATCH_SEED_USER
  if ((EUID != NB_UID || GROUPS[0] != NB_GID)); then
    die 77 "Cannot become $NB_USER: the pod runs as $EUID:${GROUPS[0]}, start it as root or as $NB_UID:$NB_GID"
  fi
  if door_is_open; then
    through_door --root-pass
  else # a container that is started again: the account is there
    sudo -n --preserve-env="$keep" -- "${BASH_SOURCE[0]}" --root-pass </dev/null
  fi
}

# An existing line with the name or the id goes, the wanted line comes: nothing is ever there twice. Other
# groups that had the old account as a member get the new one. The files are written here and not by useradd
# and usermod: usermod refuses an account that has processes, and a pod started as NB_UID is such a process;
# and both put a new file in the old one's place, which fails where the container runtime has mounted an
# /etc/passwd with an entry for the uid. In a pod that is just starting nobody else writes these files.
write_accounts() {
  local -A gone=([$NB_USER]=1)
  write_users
  write_groups
}

write_users() {
  local line passwd=() shadow=()
  while IFS= read -r line || [[ -n $line ]]; do
    if [[ $line =~ ^([^:]+):[^:]*:([^:]*): ]] &&
      [[ ${BASH_REMATCH[1]} == "$NB_USER" || ${BASH_REMATCH[2]} == "$NB_UID" ]]; then
      gone[${BASH_REMATCH[1]}]=1
    else
      passwd+=("$line")
    fi
  done </etc/passwd
  passwd+=("$NB_USER:x:$NB_UID:$NB_GID::/home/$NB_USER:/bin/zsh")

  while IFS= read -r line || [[ -n $line ]]; do
    [[ -v "gone[${line%%:*}]" ]] || shadow+=("$line")
  done </etc/shadow
  shadow+=("$NB_USER:*:$((EPOCHSECONDS / 86400)):0:99999:7:::") # "*": no password fits

  printf '%s\n' "${shadow[@]}" >/etc/shadow
  printf '%s\n' "${passwd[@]}" >/etc/passwd
}

write_groups() {
  local line name members old_members='' group=() gshadow=()
  local -A gone_group=([$NB_GROUP]=1)
  while IFS= read -r line || [[ -n $line ]]; do
    [[ $line =~ ^([^:]+):[^:]*:([^:]*):(.*)$ ]] || continue
    name="${BASH_REMATCH[1]}"
    if [[ $name == "$NB_GROUP" || ${BASH_REMATCH[2]} == "$NB_GID" ]]; then
      gone_group[$name]=1
      old_members+=",${BASH_REMATCH[3]}"
    else
      replace_members "$name" "${BASH_REMATCH[3]}"
      group+=("${line%:*}:$members")
    fi
  done </etc/group
  replace_members "$NB_GROUP" "$old_members"
  group+=("$NB_GROUP:x:$NB_GID:$members")

  while IFS= read -r line || [[ -n $line ]]; do
    [[ $line == *:*:*:* && ! -v "gone_group[${line%%:*}]" ]] || continue
    replace_members "${line%%:*}" "${line##*:}"
    gshadow+=("${line%:*}:$members")
  done </etc/gshadow
  replace_members "$NB_GROUP" "$old_members"
  gshadow+=("$NB_GROUP:!::$members")

  printf '%s\n' "${gshadow[@]}" >/etc/gshadow
  printf '%s\n' "${group[@]}" >/etc/group
}

# replace_members GROUP LIST: sets members to the list with the account in place of those that are gone.
replace_members() {
  local member
  local -A seen=()
  members=
  case $1 in sudo | adm) set -- "$1" "$2,$NB_USER" ;; esac
  for member in ${2//,/ }; do
    if [[ -v "gone[$member]" ]]; then member=$NB_USER; fi
    if [[ ! -v "seen[$member]" ]]; then members+="${members:+,}$member"; fi
    seen[$member]=1
  done
}

# By uid: a name could be an alias in sudo's grammar, and the file's own name may hold no dot.
allow_sudo() {
  (umask 0337 && printf '#%s ALL=(ALL:ALL) NOPASSWD: ALL\n' "$NB_UID" >/etc/sudoers.d/pod)
}

make_home() {
  install -d -o "$NB_UID" -g "$NB_GID" -m 0750 -- "/home/$NB_USER"
}

# --- 3. storage -----------------------------------------------------------------------------------------

# usable DIRECTORY...: whether this process can list, write and enter all of them.
usable() {
  local directory
  for directory; do
    [[ -d $directory && -r $directory && -w $directory && -x $directory ]] || return 1
  done
}

as_user() {
  setpriv --reuid="$NB_UID" --regid="$NB_GID" --init-groups --inh-caps=-all -- "$@"
}

# The export is root-squashed: what root sees there is not what the user sees, so the user has to look.
make_storage() {
  local directories=("$SCRATCH_HOME" "$WORKING_DIR" "$HF_HOME")
  as_user "${BASH_SOURCE[0]}" --usable "${directories[@]}" || make_as_seed "${directories[@]}"
}

# Whatever fails here is judged where it counts, in require_storage.
make_as_seed() {
  local seed="${SCRATCH_SEED_USER:-mljaggi-admin}" line uid=
  while IFS= read -r line || [[ -n $line ]]; do
    if [[ $line =~ ^"$seed":[^:]*:([0-9]+): ]]; then uid="${BASH_REMATCH[1]}"; fi
  done </etc/passwd
  if [[ -z $uid ]]; then
    warn "Warning: no account $seed (SCRATCH_SEED_USER) to make directories on scratch with"
    return
  fi
  setpriv --reuid="$uid" --regid="$NB_GID" --init-groups --inh-caps=-all -- \
    "${BASH_SOURCE[0]}" --make-directories "$@"
}

# Existing directories that somebody else owns keep what they have: chmod is the owner's to do.
make_directories() {
  local directory
  umask 007
  for directory; do
    mkdir -p -- "$directory" || continue
    if [[ -O $directory ]]; then
      chgrp -- "$NB_GID" "$directory" || true
      chmod -- 0770 "$directory" || true
    fi
  done
}

# The user's own turn comes last: a working directory inside a private home is nobody else's to make.
require_storage() {
  local name directory
  for name in SCRATCH_HOME WORKING_DIR HF_HOME; do
    directory="${!name}"
    [[ -d $directory ]] || mkdir -p -- "$directory" || true
    usable "$directory" || die 73 "Cannot use $directory ($name) as $NB_USER ($NB_UID:$NB_GID): $(why_not "$directory")"
  done
}

why_not() {
  if [[ ! -e $1 ]]; then
    printf 'it does not exist and could not be made'
  elif [[ ! -d $1 ]]; then
    printf 'it is not a directory'
  else
    stat -c 'it belongs to %u:%g with mode %a, or its file system is read-only' -- "$1"
  fi
}

# --- 4. shell -------------------------------------------------------------------------------------------

set_up_shell() {
  local shell="$SCRATCH_HOME/.shell"
  [[ -d $shell ]] || mkdir -p -- "$shell"
  copy_once /docker/.oh-my-zsh "$shell/.oh-my-zsh"
  copy_once /docker/.zshrc "$shell/.zshrc"
  export ZDOTDIR="$shell" ZSH="$shell/.oh-my-zsh" HISTFILE="$SCRATCH_HOME/.zsh_history"
  export GIT_CONFIG_GLOBAL="$SCRATCH_HOME/.gitconfig"
}

# copy_once FROM TO: complete or not at all, also when several pods start at once on the same scratch.
copy_once() {
  local fresh
  if [[ -e $2 || -L $2 ]]; then return; fi
  fresh="$(mktemp -d -- "${2%/*}/.new.XXXXXX")"
  cp -R -- "$1" "$fresh/"
  mv -nT -- "$fresh/${2##*/}" "$2" 2>/dev/null || [[ -e $2 ]]
  rm -rf -- "$fresh"
}

# --- 5. links -------------------------------------------------------------------------------------------

# .zshrc, .oh-my-zsh and .gitconfig serve shells that did not come through here (kubectl exec).
link_home() {
  local name target missing=() links=()
  for name in .vscode .vscode-server .cursor .cursor-server; do
    [[ -d $SCRATCH_HOME/$name ]] || missing+=("$SCRATCH_HOME/$name")
  done
  ((${#missing[@]} == 0)) || mkdir -p -- "${missing[@]}"
  [[ -e $HISTFILE ]] || (umask 077 && : >>"$HISTFILE")
  [[ -e $GIT_CONFIG_GLOBAL ]] || : >>"$GIT_CONFIG_GLOBAL"

  for target in "$HISTFILE" "$SCRATCH_HOME"/.{vscode,vscode-server,cursor,cursor-server} \
    "$ZDOTDIR/.zshrc" "$ZSH" "$GIT_CONFIG_GLOBAL"; do
    name="$HOME/${target##*/}"
    if [[ $name -ef $target ]]; then continue; fi
    if [[ -e $name && ! -L $name ]]; then
      warn "Warning: $name is not a link to $target and is kept as it is"
    else
      links+=("$target")
    fi
  done
  ((${#links[@]} == 0)) || ln -sfn -t "$HOME" -- "${links[@]}"
}

# --- 6. ssh ---------------------------------------------------------------------------------------------

# A key goes from the environment through a pipe to the pod's own disk: no temporary file, no argument.
set_up_ssh() {
  local ssh="$HOME/.ssh" key="${SSH_PRIVATE_KEY_B64-}"
  unset SSH_PRIVATE_KEY_B64
  if [[ -e $ssh || -L $ssh ]]; then rm -rf -- "$ssh"; fi
  mkdir -m 0700 -- "$ssh"
  if [[ -n $key ]]; then
    (umask 077 && printf '%s' "${key//[[:space:]]/}" | base64 -d >"$ssh/id_rsa") 2>/dev/null || {
      rm -f -- "$ssh/id_rsa"
      warn 'Warning: SSH_PRIVATE_KEY_B64 is not base64, the pod has no ssh key'
    }
  fi
  [[ -z ${SSH_PUBLIC_KEY-} ]] || (umask 022 && printf '%s\n' "$SSH_PUBLIC_KEY" >"$ssh/id_rsa.pub")
  [[ -z ${SSH_KNOWN_HOSTS-} ]] || (umask 022 && printf '%s\n' "$SSH_KNOWN_HOSTS" >"$ssh/known_hosts")
}

# --- 7. uv ----------------------------------------------------------------------------------------------

set_up_uv() {
  export UV_CACHE_DIR="${UV_CACHE_DIR:-$SCRATCH_HOME/.cache/uv}"
  export UV_PYTHON_INSTALL_DIR="${UV_PYTHON_INSTALL_DIR:-$SCRATCH_HOME/.uv}"
  [[ -d $UV_CACHE_DIR && -d $UV_PYTHON_INSTALL_DIR ]] || mkdir -p -- "$UV_CACHE_DIR" "$UV_PYTHON_INSTALL_DIR"
}

# --- 8. git ---------------------------------------------------------------------------------------------

set_up_git() {
  local known
  [[ -n ${GIT_USER_NAME-} || -n ${GIT_USER_EMAIL-} ]] || return 0
  known="$(git config --global --includes --name-only --get-regexp '^user\.(name|email)$' || true)"
  set_git user.name "${GIT_USER_NAME-}"
  set_git user.email "${GIT_USER_EMAIL-}"
}

# set_git KEY VALUE: git locks the file without waiting, so pods that start at once have to try again.
set_git() {
  local attempt
  if [[ -z $2 || $known == *"$1"* ]]; then return; fi
  for attempt in {1..20}; do
    if git config --global "$1" "$2" 2>/dev/null; then return; fi
    sleep "0.$attempt"
  done
  warn "Warning: git config --global $1 failed, is $GIT_CONFIG_GLOBAL.lock left over?"
}

# --- 9. the command -------------------------------------------------------------------------------------

# become COMMAND: as process 1 the command would ignore SIGTERM unless it has a handler, and collect zombies.
become() {
  trap - ERR TERM INT
  if (($$ == 1)); then exec -- /docker/init "$@"; fi
  exec -- "$@"
}

# --- the passes -----------------------------------------------------------------------------------------

start() {
  (($# > 0)) || set -- /bin/zsh
  if ! variables_given; then
    if ((EUID == 0)); then close_door; elif door_is_open; then through_door --close-door || true; fi
    become "$@"
  fi
  check_values
  export_directories
  if ((EUID == 0)); then
    root_pass
    exec setpriv --reuid="$NB_UID" --regid="$NB_GID" --init-groups --inh-caps=-all -- \
      "${BASH_SOURCE[0]}" --user-pass "$@"
  fi
  reach_root || die 77 'Cannot become root: does the pod allow privilege escalation?'
  user_pass "$@"
}

root_pass() {
  write_accounts
  allow_sudo
  close_door
  make_home
  make_storage
}

user_pass() {
  export HOME="/home/$NB_USER" USER="$NB_USER" LOGNAME="$NB_USER" SHELL=/bin/zsh
  umask 007
  require_storage
  set_up_shell
  link_home
  set_up_ssh
  set_up_uv
  set_up_git
  cd -- "$WORKING_DIR" && unset OLDPWD
  become "$@"
}

main() {
  set -E
  trap 'die 70 "Cannot set up the pod: line $LINENO failed"' ERR
  trap 'exit 143' TERM INT # process 1 without a handler would not even notice
  case ${1-} in
    --root-pass) root_pass ;;
    --user-pass) user_pass "${@:2}" ;;
    --close-door) close_door ;;
    --usable) usable "${@:2}" || exit 1 ;;
    --make-directories) make_directories "${@:2}" ;;
    *) start "$@" ;;
  esac
}

main "$@"

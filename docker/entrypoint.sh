#!/bin/bash -p
# Makes a pod out of a container: an account for the person in NB_*, directories on scratch, shell, links,
# ssh, uv and git; then the command takes this process's place.
#
# The file runs in up to four passes, as few as the three identities allow:
#   as the user  what the user may make on scratch    plan_storage
#   as root      account, home, what git may trust    root_pass
#   as the seed  a directory that is still missing    seed_pass
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

# try WHAT COMMAND...: where the command fails, its own reason ends the start.
try() {
  local reason
  reason="$(
    trap - ERR
    "${@:2}" 2>&1
  )" || die 73 "Cannot $1: ${reason##*: }"
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

# through_door PASS ARGUMENT...: one of this file's own passes as root, from a process that is not root yet.
# sh and not bash: bash would read BASH_ENV and take exported functions, as root.
through_door() {
  # shellcheck disable=SC2016 # the shell that su starts expands them
  su -s /bin/sh -c 'exec "$0" "$@"' -- root "${BASH_SOURCE[0]}" "$@" </dev/null
}

# Runs the root pass of a pod that was started as NB_UID:NB_GID. A child does it, and this process goes on:
# the environment, its LD_LIBRARY_PATH included, must not pass through a set-uid program, which would strip it.
reach_root() {
  local keep=NB_USER,NB_UID,NB_GROUP,NB_GID,SCRATCH_HOME,HF_HOME,WORKING_DIR,SCRATCH_SEED_USER work=()
  mapfile -d '' -t work < <(plan_storage)
  if door_is_open; then
    through_door --root-pass "${work[@]}"
  else # a container that is started again: the account is there
    sudo -n --preserve-env="$keep" -- "${BASH_SOURCE[0]}" --root-pass "${work[@]}" </dev/null
  fi
}

# An existing line with the name or the id goes, the wanted line comes: nothing is ever there twice. Other
# groups that had the old account as a member get the new one. The files are written here and not by useradd
# and usermod: usermod refuses an account that has processes, and a pod started as NB_UID is such a process;
# and both put a new file in the old one's place, which fails where the container runtime has mounted an
# /etc/passwd with an entry for the uid. In a pod that is just starting nobody else writes these files.
write_accounts() {
  local -A gone=([$NB_USER]=1)
  [[ -w /etc/passwd && -w /etc/shadow && -w /etc/group ]] ||
    die 73 "Cannot make the account $NB_USER: the pod's root file system is read-only, start it without readOnlyRootFilesystem"
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

# By uid: a name could be an alias in sudo's grammar, and the file's own name may hold no dot.
allow_sudo() {
  (umask 0337 && printf '#%s ALL=(ALL:ALL) NOPASSWD: ALL\n' "$NB_UID" >/etc/sudoers.d/pod)
}

# A /home that is an export is not root's to write; what root makes there is nobody's.
make_home() {
  local home="/home/$NB_USER" reason
  if reason="$(install -d -o "$NB_UID" -g "$NB_GID" -m 0700 -- /run/mlo "$home" 2>&1)"; then return; fi
  rmdir -- "$home" 2>/dev/null || true
  as_user mkdir -p -m 0700 -- "$home" 2>/dev/null || true
  as_user "${BASH_SOURCE[0]}" --usable "$home" ||
    die 73 "Cannot make $home as root or as $NB_USER ($NB_UID:$NB_GID): ${reason##*: }"
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
  setpriv --reuid="$NB_UID" --regid="$NB_GID" --groups="$(groups_of_user)" --inh-caps=-all -- "$@"
}

# Nobody but its owner renames or removes what lies in a home.
make_directory() {
  # shellcheck disable=SC2174 # what lies above is shared
  if [[ $1 == "$SCRATCH_HOME" ]]; then mkdir -p -m 1770 -- "$1"; else mkdir -p -- "$1"; fi
}

# As the user, since the export is root-squashed: what root sees there is not what the user sees. Makes what the
# user may make; prints what is left for others, as pairs ended by NULs: what the seed account has to "open" (or
# make) or to "close" against renaming, and what git has to "trust", because its owner is not the user.
plan_storage() {
  local name directory uid mode odd=() seed
  umask 007
  for name in SCRATCH_HOME WORKING_DIR HF_HOME; do
    directory="${!name}"
    [[ -d $directory ]] || make_directory "$directory" 2>/dev/null || true
    if ! usable "$directory"; then
      printf 'open\0%s\0' "$directory"
    elif [[ ! -O $directory && $name != HF_HOME ]]; then
      odd+=("$directory")
    fi
  done
  [[ ! -d $SCRATCH_HOME || -k $SCRATCH_HOME || ! -O $SCRATCH_HOME ]] || odd+=("$SCRATCH_HOME")
  [[ ! -w $SCRATCH_HOME_ROOT || -k $SCRATCH_HOME_ROOT ]] || odd+=("$SCRATCH_HOME_ROOT")
  ((${#odd[@]} > 0)) || return 0

  seed="$(uid_of "${SCRATCH_SEED_USER:-mljaggi-admin}")"
  while read -r -d '' uid mode directory; do
    if [[ $directory == "$SCRATCH_HOME" || $directory == "$SCRATCH_HOME_ROOT" ]] && ((0$mode & 022 && !(0$mode & 01000))); then
      if ((uid == EUID)); then chmod +t -- "$directory"; elif [[ $uid == "$seed" ]]; then printf 'close\0%s\0' "$directory"; fi
    fi
    [[ $uid != "$seed" || $directory == "$SCRATCH_HOME_ROOT" || $uid == "$EUID" ]] || printf 'trust\0%s\0' "$directory"
  done < <(stat --printf '%u %a %n\0' -- "${odd[@]}" 2>/dev/null)
}

uid_of() {
  local line
  while IFS= read -r line || [[ -n $line ]]; do
    if [[ $line =~ ^"$1":[^:]*:([0-9]+): ]]; then printf '%s' "${BASH_REMATCH[1]}"; fi
  done </etc/passwd
}

# do_the_rest [VERB DIRECTORY]...: what plan_storage left.
do_the_rest() {
  local seed="${SCRATCH_SEED_USER:-mljaggi-admin}" uid
  if [[ " $* " == *' open '* || " $* " == *' close '* ]]; then
    uid="$(uid_of "$seed")"
    if [[ -n $uid ]]; then
      setpriv --reuid="$uid" --regid="$NB_GID" --init-groups --inh-caps=-all -- "${BASH_SOURCE[0]}" --seed-pass "$@"
    else
      warn "Warning: no account $seed (SCRATCH_SEED_USER) to make directories on scratch with"
    fi
  fi
  while (($# >= 2)); do
    [[ $1 == close || $2 == "$HF_HOME" ]] || trust "$2"
    shift 2
  done
}

# Whatever fails here is judged where it counts, in require_storage.
seed_pass() {
  local made=()
  umask 007
  while (($# >= 2)); do
    case $1 in
      open) open_directory "$2" ;;
      close) [[ ! -O $2 ]] || chmod +t -- "$2" ;;
    esac 2>/dev/null || true
    shift 2
  done
}

# Of what is missing, the top alone: what lies below it, the user makes.
# Existing directories that somebody else owns keep what they have: chmod is the owner's to do.
open_directory() {
  local top="$1" mode=0770
  if [[ -d $1 ]]; then
    [[ -O $1 ]] || return 0
    chgrp -- "$NB_GID" "$1" || true
  else
    for top in "${made[@]}"; do
      [[ $1 != "$top"/* ]] || return 0
    done
    top="$1"
    until [[ -z ${top%/*} || -d ${top%/*} ]]; do top="${top%/*}"; done
    mkdir -- "$top" || return
    made+=("$top")
  fi
  if [[ $top == "$SCRATCH_HOME" || $top != "$1" ]]; then mode=1770; fi
  chmod -- "$mode" "$top"
}

# git refuses to work in a directory whose owner is somebody else, unless the system's configuration names it.
trust() {
  local text='' line path="${1//\\/\\\\}"
  printf -v line '[safe]\n\tdirectory = "%s"' "${path//\"/\\\"}"
  [[ ! -r /etc/gitconfig ]] || text="$(</etc/gitconfig)"
  [[ $text == *"$line"* ]] || printf '%s\n' "$line" >>/etc/gitconfig
}

# The user's own turn comes last: a working directory inside a private home is nobody else's to make.
require_storage() {
  local name directory
  for name in SCRATCH_HOME WORKING_DIR HF_HOME; do
    directory="${!name}"
    [[ -d $directory ]] || try "make $directory ($name) as $NB_USER ($NB_UID:$NB_GID)" make_directory "$directory"
    usable "$directory" || die 73 "Cannot use $directory ($name) as $NB_USER ($NB_UID:$NB_GID): $(why_not "$directory")"
  done
}

why_not() {
  stat -c 'it belongs to %u:%g with mode %a, or its file system is read-only' -- "$1"
}

# --- 4. shell -------------------------------------------------------------------------------------------

# What can run code as the user is the user's alone, whatever the umask: who can write a .gitconfig has the ssh key
# at the next fetch. Older pods made it for the group. What somebody else owns is not used: its owner could open it
# again; the pod's own disk takes its place (see find_place).
close_places() {
  local name verb path detail place missing=() existing=() open=() writable=()
  for name in .shell .shell/custom .vscode .vscode-server .cursor .cursor-server .cache .cache/uv .cache/huggingface .uv .mlo; do
    if [[ -e $SCRATCH_HOME/$name || -L $SCRATCH_HOME/$name ]]; then
      existing+=("$SCRATCH_HOME/$name")
    else
      missing+=("$name")
    fi
  done
  for path in "$SCRATCH_HOME"/.{gitconfig,zsh_history} "$SCRATCH_HOME"/.shell/.{zshenv,zprofile,zshrc,zlogin,zlogout,oh-my-zsh}; do
    [[ ! -e $path && ! -L $path ]] || existing+=("$path")
  done
  if ((${#existing[@]} > 0)); then
    while IFS= read -r -d '' verb && IFS= read -r -d '' detail && IFS= read -r -d '' path; do
      case $verb in
        foreign) note_foreign "$path" "$detail" ;;
        open)
          open+=("$path")
          ((!(0$detail & 022))) || writable+=("$path")
          ;;
      esac
    done < <(find "${existing[@]}" -maxdepth 0 \( ! -uid "$NB_UID" ! -uid 0 -printf 'foreign\0%U\0%p\0' \) \
      -o \( -uid "$NB_UID" ! -type l -perm /077 -printf 'open\0%m\0%p\0' \))
  fi
  ((${#open[@]} == 0)) || chmod go-rwx -- "${open[@]}" || warn "Warning: the group can still use ${open[*]}"
  ((${#writable[@]} == 0)) ||
    warn "Closed, because the group could write there what then runs as you; look whether all of it is yours: ${writable[*]}"
  make_places "${missing[@]}"
}

note_foreign() {
  local name="${1#"$SCRATCH_HOME"/}"
  foreign[$name]=1
  case $name in .shell/*) foreign[.shell]=1 ;; esac
  warn "Warning: $1 belongs to uid $2, who could run code as you through it: it is not used in this pod"
}

# find_place NAME: sets place to where the pod has it, on scratch or, where that is somebody else's, on its own disk.
find_place() {
  if [[ -v "foreign[$1]" || -v "foreign[${1%%/*}]" ]]; then place="$HOME/$1"; else place="$SCRATCH_HOME/$1"; fi
}

make_places() {
  local name place all=()
  for name in "${!foreign[@]}" "$@"; do
    case $name in .shell/.* | .gitconfig | .zsh_history) continue ;; esac
    find_place "$name"
    all+=("$place")
  done
  # Parents first, in the order given: each that is made gets the mode.
  ((${#all[@]} == 0)) || try "make $SCRATCH_HOME/.shell and the like" mkdir -p -m 0700 -- "${all[@]}"
}

# make_file PATH CONTENT: complete or not at all, also when several pods start at once on the same scratch, when
# the start is told to end, or when the disk is full.
make_file() {
  local fresh="$1.new.$HOSTNAME.$RANDOM" reason
  trap 'rm -f -- "$fresh"; exit 143' TERM INT
  reason="$(
    trap - ERR
    exec 2>&1
    (umask 077 && printf '%s' "$2" >"$fresh") && mv -nT -- "$fresh" "$1"
  )" || [[ -e $1 || -L $1 ]] || {
    rm -f -- "$fresh"
    die 73 "Cannot make $1: ${reason##*: }"
  }
  [[ ! -e $fresh ]] || rm -f -- "$fresh"
  trap 'exit 143' TERM INT
}

# oh-my-zsh stays in the image: copying its thousand files to a far file server took half a minute. A copy that an
# older pod made is used on, since the user may have changed it; what is added to the image's goes to custom/.
set_up_shell() {
  local place old
  find_place .shell
  export ZDOTDIR="$place"
  [[ -e $ZDOTDIR/.zshrc || -L $ZDOTDIR/.zshrc ]] || make_file "$ZDOTDIR/.zshrc" "$(</docker/.zshrc)"$'\n'
  if [[ -e $ZDOTDIR/.oh-my-zsh/oh-my-zsh.sh ]]; then
    export ZSH="$ZDOTDIR/.oh-my-zsh"
  else
    export ZSH=/docker/.oh-my-zsh ZSH_CUSTOM="$ZDOTDIR/custom"
  fi
  for old in "$ZDOTDIR"/.new.*; do # of copies that were interrupted
    [[ ! -d $old || ! -O $old ]] || rm -rf -- "$old"
  done
  find_place .zsh_history
  export HISTFILE="$place"
  [[ -d /run/screen ]] || export SCREENDIR="$HOME/.screen" # where /run was mounted over
  find_place .gitconfig
  export GIT_CONFIG_GLOBAL="$place"
}

# --- 5. links -------------------------------------------------------------------------------------------

# .zshrc, .oh-my-zsh and .gitconfig serve programs that do not know our variables.
link_home() {
  local name target place links=() missing_links=()
  for target in "$HISTFILE" "$GIT_CONFIG_GLOBAL"; do
    [[ -e $target ]] || make_file "$target" ''
  done
  for name in .vscode .vscode-server .cursor .cursor-server; do
    find_place "$name"
    links+=("$place")
  done
  for target in "$HISTFILE" "${links[@]}" "$ZDOTDIR/.zshrc" "$ZSH" "$GIT_CONFIG_GLOBAL"; do
    name="$HOME/${target##*/}"
    if [[ $name -ef $target ]]; then continue; fi
    if [[ -e $name && ! -L $name ]]; then
      warn "Warning: $name is not a link to $target and is kept as it is"
    else
      missing_links+=("$target")
    fi
  done
  ((${#missing_links[@]} == 0)) || try "make links in $HOME" ln -sfn -t "$HOME" -- "${missing_links[@]}"
}

# --- 6. ssh ---------------------------------------------------------------------------------------------

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

# --- 7. uv and Hugging Face -----------------------------------------------------------------------------

set_up_uv() {
  local place missing=()
  find_place .cache/uv
  [[ -n ${UV_CACHE_DIR-} && $UV_CACHE_DIR != "$SCRATCH_HOME/.cache/uv" ]] || export UV_CACHE_DIR="$place"
  find_place .uv
  [[ -n ${UV_PYTHON_INSTALL_DIR-} && $UV_PYTHON_INSTALL_DIR != "$SCRATCH_HOME/.uv" ]] || export UV_PYTHON_INSTALL_DIR="$place"
  [[ -d $UV_CACHE_DIR ]] || missing+=("$UV_CACHE_DIR")
  [[ -d $UV_PYTHON_INSTALL_DIR ]] || missing+=("$UV_PYTHON_INSTALL_DIR")
  ((${#missing[@]} == 0)) || try "make ${missing[*]}" mkdir -p -m 0700 -- "${missing[@]}"
}

# HF_HOME is the lab's: data is shared there, a login is not, and neither is code that a model brings along.
set_up_hugging_face() {
  local place login
  find_place .cache/huggingface
  export HF_MODULES_CACHE="${HF_MODULES_CACHE:-$place/modules}"
  [[ $HF_HOME/ != "$SCRATCH_HOME"/* ]] || return 0
  export HF_TOKEN_PATH="${HF_TOKEN_PATH:-$place/token}"
  for login in "$HF_HOME/token" "$HF_HOME/stored_tokens"; do
    [[ -e $login && ! $login -ef $HF_TOKEN_PATH ]] || continue
    if [[ -O $login ]]; then
      warn "Warning: $login is your Hugging Face login in a place that the lab shares: mv -n $login ${HF_TOKEN_PATH%/*}/"
    else
      warn "Warning: $login is somebody's Hugging Face login in a place that the lab shares; its owner should remove it"
    fi
  done
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
  local attempt reason
  if [[ -z $2 || $known == *"$1"* ]]; then return; fi
  for attempt in {1..20}; do
    if reason="$(git config --global "$1" "$2" 2>&1)"; then return; fi
    [[ $reason == *'File exists'* ]] || break
    sleep "0.$attempt"
  done
  warn "Warning: git config --global $1 was not set: ${reason:-no reason given}"
}

# --- 9. the command -------------------------------------------------------------------------------------

# become COMMAND: as process 1 the command would ignore SIGTERM unless it has a handler, and collect zombies.
# Both programs say first that all is ready.
become() {
  trap - ERR TERM INT
  if (($$ == 1)); then exec -- /docker/init "$@"; fi
  exec -- /docker/door --ready "$@"
}

# --- the passes -----------------------------------------------------------------------------------------

start() {
  (($# > 0)) || set -- /bin/zsh
  [[ ! -w /run/mlo/ready ]] || : >/run/mlo/ready # of this container's last run
  if ! variables_given; then
    without_account
    become "$@"
  fi
  check_values
  export_directories
  ulimit -S -c 0
  if ((EUID == 0)); then
    plan_and_pass
    exec /usr/bin/setpriv --reuid="$NB_UID" --regid="$NB_GID" --groups="$(groups_of_user)" --inh-caps=-all -- \
      "${BASH_SOURCE[0]}" --user-pass "$@"
  elif ((EUID != NB_UID || GROUPS[0] != NB_GID)); then
    die 77 "Cannot become $NB_USER: the pod runs as $EUID:${GROUPS[0]}, start it as root or as $NB_UID:$NB_GID"
  fi
  reach_root || case $? in
    7[0378]) exit "$?" ;; # it has said why
    *) die 77 'Cannot become root: does the pod allow privilege escalation?' ;;
  esac
  user_pass "$@"
}

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

# PATH is the command's: nothing that lies there runs as root.
root_pass() {
  local PATH=/usr/sbin:/usr/bin:/sbin:/bin
  write_accounts
  allow_sudo
  close_door
  make_home
  do_the_rest "$@"
}

# In a pod that was started as root the user has to be called for the plan.
plan_and_pass() {
  local work=()
  mapfile -d '' -t work < <(as_user "${BASH_SOURCE[0]}" --plan)
  root_pass "${work[@]}"
}

set_up() {
  local PATH=/usr/local/bin:/usr/bin:/bin
  local -A foreign=()
  require_storage
  close_places
  set_up_shell
  link_home
  set_up_ssh
  set_up_uv
  set_up_hugging_face
  set_up_git
}

user_pass() {
  export HOME="/home/$NB_USER" USER="$NB_USER" LOGNAME="$NB_USER" SHELL=/bin/zsh
  umask 007
  set_up
  cd -- "$WORKING_DIR" && unset OLDPWD
  become "$@"
}

main() {
  set -E
  trap 'die 70 "Cannot set up the pod: the step ${FUNCNAME[0]-} failed, for the reason above"' ERR
  trap 'exit 143' TERM INT # process 1 without a handler would not even notice
  case ${1-} in
    --root-pass) root_pass "${@:2}" ;;
    --user-pass) user_pass "${@:2}" ;;
    --bare-pass) bare_pass "${@:2}" ;;
    --plan) plan_storage ;;
    --usable) usable "${@:2}" || exit 1 ;;
    --seed-pass) seed_pass "${@:2}" ;;
    *) start "$@" ;;
  esac
}

main "$@"

# shellcheck shell=bash
# 3. Storage: what the user could not make. Runs as root, which calls the seed account.

# do_the_rest [VERB DIRECTORY]...: what plan_storage left.
do_the_rest() {
  local seed="${SCRATCH_SEED_USER:-mljaggi-admin}" uid
  if [[ " $* " == *' open '* || " $* " == *' close '* ]]; then
    find_uid "$seed"
    if [[ -n $uid ]]; then
      setpriv --reuid="$uid" --regid="$NB_GID" --init-groups --inh-caps=-all -- "$0" --seed-pass "$@"
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
  [[ ! -r /etc/gitconfig ]] || IFS= read -r -d '' text </etc/gitconfig || true
  [[ $text == *"$line"* ]] || printf '%s\n' "$line" >>/etc/gitconfig
}

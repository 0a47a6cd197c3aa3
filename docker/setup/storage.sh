# shellcheck shell=bash
# 3. Storage: the directories on scratch. Runs as the user.

# usable DIRECTORY...: whether this process can list, write and enter all of them.
usable() {
  local directory
  for directory; do
    [[ -d $directory && -r $directory && -w $directory && -x $directory ]] || return 1
  done
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

# shellcheck shell=bash disable=SC2034,SC2154 # its callers have the variables
# 3. Storage: the directories on scratch.

# look OPTION...: sets owner[PATH], mode[PATH] and access[PATH] (drwx) to what files.c sees; "-" if nothing is there.
look() {
  local words path length at=0
  # shellcheck disable=SC2207 # four words for each path, none with a space in it
  words=($(exec /docker/files look "$@"))
  while (($# > 0)); do
    case $1 in --as) length=4 ;; -m) length=3 ;; *) length=2 ;; esac
    if ((length < 4)); then
      path="${!length}"
      owner+=(["$path"]="${words[at]}")
      mode+=(["$path"]="${words[at + 1]}")
      access+=(["$path"]="${words[at + 2]}${words[at + 3]}")
      ((at += 4))
    fi
    shift "$length"
  done
}

# Looks at the directories, and makes them where the user may. Nobody but its owner renames or removes what lies in a
# home.
look_at_storage() {
  look "$@" -m 1770 "$SCRATCH_HOME" -m 770 "$WORKING_DIR" -m 770 "$HF_HOME" -d "$SCRATCH_HOME_ROOT"
}

# Sets work to what is left for others, in pairs: what the seed account has to "open" (or make) or to "close" against
# renaming, and what git has to "trust", because its owner is not the user.
plan_storage() {
  local name directory uid
  find_uid "${SCRATCH_SEED_USER:-mljaggi-admin}"
  work=()
  for name in SCRATCH_HOME WORKING_DIR HF_HOME; do
    directory="${!name}"
    if [[ ${access[$directory]} != drwx ]]; then
      work+=(open "$directory")
    elif [[ $name != HF_HOME && ${owner[$directory]} == "$uid" && $uid != "$NB_UID" ]]; then
      work+=(trust "$directory")
    fi
  done
  for directory in "$SCRATCH_HOME" "$SCRATCH_HOME_ROOT"; do
    if [[ ${owner[$directory]} == "$uid" ]] && others_rename_in "$directory"; then work+=(close "$directory"); fi
  done
}

# Whether others than its owner may rename what lies in a directory.
others_rename_in() {
  [[ ${access[$1]} == d?w? ]] && ((0${mode[$1]} & 022 && !(0${mode[$1]} & 01000)))
}

# usable DIRECTORY...: whether this process can list, write and enter all of them.
usable() {
  local directory
  for directory; do
    [[ -d $directory && -r $directory && -w $directory && -x $directory ]] || return 1
  done
}

# The user's own turn comes last: a working directory inside a private home is nobody else's to make.
require_storage() {
  local name directory
  for name in SCRATCH_HOME WORKING_DIR HF_HOME; do
    directory="${!name}"
    # What keeps files.c from making it, mkdir says.
    [[ -d $directory ]] || try "make $directory ($name) as $NB_USER ($NB_UID:$NB_GID)" mkdir -p -- "$directory"
    usable "$directory" || die 73 "Cannot use $directory ($name) as $NB_USER ($NB_UID:$NB_GID): $(why_not "$directory")"
  done
  for directory in "$SCRATCH_HOME" "$SCRATCH_HOME_ROOT"; do
    if [[ ${owner[$directory]} == "$NB_UID" ]] && others_rename_in "$directory"; then chmod +t -- "$directory"; fi
  done
}

why_not() {
  stat -c 'it belongs to %u:%g with mode %a, or its file system is read-only' -- "$1"
}

# What is there: lists of one side, each sorted by bytes.
#   SIDE.idx      PATH//INODE CTIME [LINKS]/TYPE MODE SIZE MTIME [TARGET]   equal: not touched since
#   SIDE.cmp      PATH//TYPE MODE SIZE MTIME [TARGET]                       what a copy must have too
#   SIDE.hl       DEVICE:INODE:LINKS//PATH of everything but directories with more than one name
#   SIDE.shut     PATH of every directory that may not be read
#   SIDE.foreign  PATH//OWNER GROUP MODE of what belongs to another account or group
#   SIDE.sub      PATH of every directory, while many look at once

# The records for directories, links and all others.
INDEX_D='%p//%i %C@/d %m - %T@ \0'
INDEX_L='%p//%i %C@ %n/l 777 %s %T@ %l\0'
INDEX_F='%p//%i %C@ %n/%y %m %s %T@ \0'

LISTS='idx hl shut foreign'

# Seconds that one find may take. On a far file server each of its questions waits
# for the one before: then many ask at once.
NEAR=1
LIMIT=''

# find_into OUT START... [TESTS]: one pass over the tree, or over a part of it. A directory that
# may not be read is listed, and not looked into.
find_into() {
  into=$1
  shift
  # shellcheck disable=SC2086 # tests
  ${LIMIT:+timeout "$LIMIT"} find "$@" \( ! -type d -links +1 -fprintf "$into.hl" '%D:%i:%n//%p\0' \
    , ! \( $OWN \) -fprintf "$into.foreign" '%p//%u %g %m\0' \
    , -type d -fprintf "$into.idx" "$INDEX_D" \
    \( -readable -executable -fprintf "$into.sub" '%p\0' -o -fprintf "$into.shut" '%p\0' -prune \) \
    -o -type l -fprintf "$into.idx" "$INDEX_L" \
    -o -fprintf "$into.idx" "$INDEX_F" \)
}

# own: tests of find for what belongs to the account and one of its groups.
own() {
  printf -- '-uid %s ( -false' "$(id -u)"
  for group in $(id -G); do printf ' -o -gid %s' "$group"; done
  echo ' )'
}

# records PATH...: of each the record as in SIDE.cmp.
records() {
  find "$@" -maxdepth 0 \( -type d -printf "$INDEX_D" -o -type l -printf "$INDEX_L" -o -printf "$INDEX_F" \) >"$WORK/records" &&
    sed -z "$FACTS_OF" "$WORK/records"
}

# find_index OUT START... [TESTS]: the index alone.
find_index() {
  into=$1
  shift
  ${LIMIT:+timeout "$LIMIT"} find "$@" \( -type d -printf "$INDEX_D" \
    \( -readable -executable -fprintf "$into.sub" '%p\0' -o -fprintf "$into.shut" '%p\0' -prune \) \
    -o -type l -printf "$INDEX_L" -o -printf "$INDEX_F" \) >"$into.idx"
}

# unmoved INDEX BASE [LEFT OUT...]: whether the tree has just the records of an index that was stored.
unmoved() (
  [ -f "$1" ] && cd -- "$2" 2>/dev/null || return
  index=$1 seen=$WORK/${1##*/}.seen
  shift 2
  excluding find_index "$seen" "$TOP" "$@" 2>/dev/null && sort -z -u -o "$seen.idx" "$seen.idx" &&
    [ ! -s "$seen.shut" ] && comm -z -3 --nocheck-order -- "$seen.idx" "$index" >"$seen.not" && [ ! -s "$seen.not" ]
)

# list BASE TOP OUT [LEFT OUT...]: the tree TOP of BASE.
list() (
  cd -- "$1" || return
  top=$2 out=$3
  shift 3
  excluding find_into "$out" "$top" "$@" && sort_lists "$out"
)

# excluding FUNCTION OUT TOP [LEFT OUT...]: what FUNCTION finds in the tree without what is left out.
excluding() {
  function=$1 out=$2 top=$3
  shift 3
  for word; do
    shift
    case $word in
      d*) set -- "$@" -type d -regex "${word#d}" -o ;;
      *) set -- "$@" -regex "$word" -o ;;
    esac
  done
  [ $# -eq 0 ] || set -- -regextype posix-extended \( "$@" -false \) -prune -o
  if [ ! -f "$out.far" ]; then
    LIMIT=$NEAR
    "$function" "$out" "$top" "$@"
    status=$?
    LIMIT=''
    [ "$status" -eq 124 ] || return "$status"
    : >"$out.far" || return
  fi
  by_many "$function" "$out" "$top" "$@"
}

# by_many FUNCTION OUT TOP [TESTS]: the same by many, each looking into some of the directories that were found one level above.
by_many() {
  function=$1 out=$2 top=$3 level=0
  shift 3
  rm -rf -- "$out.parts" && mkdir -- "$out.parts" "$out.parts/0" || return
  "$function" "$out.parts/0/top" "$top" -maxdepth 0 "$@" || return
  while
    find "$out.parts/$level" -name '*.sub' -exec cat {} + >"$out.dirs" || return
    [ -s "$out.dirs" ]
  do
    level=$((level + 1))
    mkdir -- "$out.parts/$level" && count "$out.dirs" || return
    xargs -0 -r -P "$JOBS" -n $((REPLY / (4 * JOBS) + 1)) -a "$out.dirs" \
      sh "$SELF" list_part "$function" "$out.parts/$level" $# "$@" || return
  done
  for kind in $LISTS; do
    find "$out.parts" -name "*.$kind" -exec cat {} + >"$out.$kind" || return
  done
  rm -rf -- "$out.parts"
}

# list_part FUNCTION OUT NUMBER [TESTS] DIRECTORY...: NUMBER words are TESTS.
list_part() {
  function=$1 directory=$2 number=$3 free=0
  shift 3
  # The first number that nobody has taken: to ask a program for a name costs as much as the find.
  set -C
  until true 2>/dev/null >"$directory/$free"; do
    [ -e "$directory/$free" ] || return
    free=$((free + 1))
  done
  set +C
  out=$directory/$free
  set -- "$@" -mindepth 1 -maxdepth 1
  while [ "$number" -gt 0 ]; do
    set -- "$@" "$1"
    shift
    number=$((number - 1))
  done
  "$function" "$out" "$@"
}

sort_lists() {
  for kind in $LISTS; do
    [ ! -s "$1.$kind" ] || sort -z -u -o "$1.$kind" "$1.$kind" || return
  done
}

no_lists() {
  for kind in $LISTS; do : >"$1.$kind" || return; done
}

# list_source: the source, again if something vanished under find's eyes.
list_source() {
  if [ "$KIND" = verify ] && source_absent; then
    no_lists "$WORK/s" || die work
    return
  fi
  for attempt in 1 2 3; do
    left_out list "$S" "$TOP" "$WORK/s" 2>"$WORK/s.err" && return
    [ "$attempt" = 3 ] || sleep 0.2
  done
  die source-unreadable "$WORK/s.err"
}

# list_copy: the whole copy, one directory after the other.
list_copy() {
  if [ ! -e "$C/$TOP" ] && [ ! -L "$C/$TOP" ]; then
    no_lists "$WORK/c" || die work
  else
    list "$C" "$TOP" "$WORK/c" 2>"$WORK/c.err" || die copy-unreadable "$WORK/c.err"
  fi
}

# list_copy_at_once: the same by many from the start, since after the copying there is much to see.
list_copy_at_once() {
  : >"$WORK/c.far" || die work
  list_copy
}

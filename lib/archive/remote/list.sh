# What is there: lists of one side, each sorted by bytes.
#   OUT.cmp  PATH//TYPE MODE SIZE MTIME [TARGET]   what a copy must have too
#   OUT.idx  the same with inode, change time and link count: equal means not touched since
#   OUT.reg  PATH of every regular file
#   OUT.hl   INODE//PATH of everything but directories with more than one name

# The records of an index, for directories, links and all others.
INDEX_D='%p//d %m - %T@ %i %C@\0'
INDEX_L='%p//l 777 %s %T@ %i %C@ %n %l\0'
INDEX_F='%p//%y %m %s %T@ %i %C@ %n\0'

# find_into OUT START... [TESTS]: one pass over the tree, or over a part of it.
find_into() {
  into=$1
  shift
  find "$@" \( -type f -fprintf "$into.reg" '%p\0' \
    , ! -type d -links +1 -fprintf "$into.hl" '%D:%i//%p\0' \
    , -type d -fprintf "$into.cmp" '%p//d %m - %T@ \0' -fprintf "$into.idx" "$INDEX_D" \
    -o -type l -fprintf "$into.cmp" '%p//l 777 %s %T@ %l\0' -fprintf "$into.idx" "$INDEX_L" \
    -o -fprintf "$into.cmp" '%p//%y %m %s %T@ \0' -fprintf "$into.idx" "$INDEX_F" \)
}

# unmoved INDEX BASE [PATTERN...]: whether the tree has just the records of an
# index that was stored. What is cut off on the way shows as a difference.
unmoved() (
  [ -f "$1" ] && cd -- "$2" 2>/dev/null || return
  index=$1 changes=$WORK/${1##*/}.changes
  shift 2
  excluding "$TOP" find_index "$@" | sort -z | comm -z -3 --nocheck-order - "$index" >"$changes" && [ ! -s "$changes" ]
)

find_index() {
  find "$@" \( -type d -printf "$INDEX_D" -o -type l -printf "$INDEX_L" -o -printf "$INDEX_F" \)
}

# list BASE TOP OUT [PATTERN...]: the tree TOP of BASE without what the patterns exclude.
list() (
  cd -- "$1" || return
  top=$2 out=$3
  shift 3
  excluding "$top" find_into "$out" "$@" && sort_lists "$out"
)

# excluding TOP FUNCTION [OUT] [PATTERN...]: calls the function (find_into with
# its OUT, or find_index) for the tree without what the patterns exclude.
excluding() {
  top=$1 function=$2 out=''
  shift 2
  [ "$function" = find_index ] || { out=$1 && shift; }
  for pattern; do
    shift
    case $pattern in
      */*) set -- "$@" -path "./${pattern#/}" -o ;;
      *) set -- "$@" -name "$pattern" -o ;;
    esac
  done
  [ $# -eq 0 ] || set -- \( "$@" -false \) -prune -o
  "$function" ${out:+"$out"} "$top" "$@"
}

sort_lists() {
  for kind in idx cmp reg hl; do
    sort -z -u -o "$1.$kind" "$1.$kind" || return
  done
}

no_lists() {
  for kind in idx cmp reg hl; do : >"$1.$kind" || return; done
}

# list_source: the source, again if something vanished under find's eyes.
list_source() {
  if [ "$KIND" = verify ] && source_absent; then
    no_lists "$WORK/s" || die work
    return
  fi
  for attempt in 1 2 3; do
    excludes list "$S" "$TOP" "$WORK/s" 2>"$WORK/find.err" && return
    [ "$attempt" = 3 ] || sleep 0.2
  done
  die source-unreadable "$WORK/find.err"
}

# list_copy: the whole copy, one directory after the other.
list_copy() {
  if [ ! -e "$C/$TOP" ] && [ ! -L "$C/$TOP" ]; then
    no_lists "$WORK/c" || die work
  else
    list "$C" "$TOP" "$WORK/c" 2>"$WORK/find.err" || die copy-unreadable "$WORK/find.err"
  fi
}

# list_copy_at_once: the same by many workers, each on some of the directories
# that the source has; on a far file server one find alone would take as long
# as all the copying.
list_copy_at_once() {
  rm -rf -- "$WORK/dirs" && mkdir "$WORK/dirs" || die work
  xargs -0 -r -a "$WORK/s.cmp" sh "$SELF" directories >"$WORK/dirs.list" || die work
  count "$WORK/dirs.list"
  if [ "$REPLY" -gt 1 ] &&
    (cd -- "$C" && xargs -0 -r -P "$JOBS" -n $((REPLY / (4 * JOBS) + 1)) -a "$WORK/dirs.list" \
      sh "$SELF" list_part "$WORK/dirs") 2>/dev/null; then
    for kind in idx cmp reg hl; do
      find "$WORK/dirs" -name "*.$kind" -exec cat {} + >"$WORK/c.$kind" || die work
    done
    sort_lists "$WORK/c" || die work
    comm -z -13 "$WORK/s.cmp" "$WORK/c.cmp" >"$WORK/surplus" || die work
    # Only the names of foreign directories are known so far.
    make surplus.dirs apply directories surplus
    [ -s "$WORK/surplus.dirs" ] || return 0
  fi
  list_copy
}

list_part() {
  into=$1/$$
  shift
  find_into "$into" "$@" -maxdepth 1
}

# directories RECORD...: the paths of those that are directories.
directories() {
  for record; do
    path=${record%%//*}
    case ${record#"$path"//} in d*) printf '%s\0' "$path" ;; esac
  done
}

# paths RECORD...: the path of each.
paths() {
  for record; do printf '%s\0' "${record%%//*}"; done
}

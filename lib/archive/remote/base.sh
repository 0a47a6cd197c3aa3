# What runs on the archive host: POSIX sh, coreutils, findutils, sed, grep and rsync >= 3.1.
# These files are joined into one text and sent over ssh; the same text is kept
# with each transfer, since its workers are started from it.
#
# Lists are NUL-separated files; docs/archive-lists.md says what each holds. A record is
# PATH//FACTS: no path that find prints holds two slashes in a row, so the first `//` ends
# the path whatever bytes it is made of. No name is ever an option, and none is made from a pid.

LC_ALL=C
export LC_ALL
DRIVING='' GUARDING=''
unset CDPATH RSYNC_PARTIAL_DIR RSYNC_RSH RSYNC_PROTECT_ARGS RSYNC_SHELL_ARGS || :

# say KEY VALUE: one record of the answer to the client.
say() {
  printf '%s %s\0' "$1" "$2"
}

# refuse CODE ABOUT: ends the conversation, or the transfer; nothing was written.
refuse() {
  if [ -n "$DRIVING" ]; then
    put "$T/problem" "$2"
    phase "failed $1"
    exit 1
  fi
  say refused "$1"
  say about "$2"
  say end ''
  exit 0
}

# real_path DIRECTORY: its path without symbolic links, in REPLY.
real_path() {
  REPLY=$(cd -P -- "$1" 2>/dev/null && pwd -P && printf .) || return 1
  REPLY=${REPLY%?.}
}

# contains OUTER INNER: whether INNER is OUTER or lies in it.
contains() {
  case "${2%/}/" in
    "${1%/}"/*) return 0 ;;
  esac
  return 1
}

# count FILE: the number of records, in REPLY.
count() {
  REPLY=$(tr -cd '\0' <"$1" | wc -c)
}

# put FILE TEXT: the whole new content or the old one, also on a full disk. Two may do it at
# once (a transfer that is cancelled is buried by whoever follows it, too): each by its own file.
put() {
  new=$(mktemp -- "$1.XXXXXXXX" 2>/dev/null) || return
  printf '%s' "$2" 2>/dev/null >"$new" && mv -f -- "$new" "$1" && return
  rm -f -- "$new"
  return 1
}

# get FILE: its first line in REPLY, empty if there is none.
get() {
  REPLY=
  # It may vanish meanwhile.
  [ ! -f "$1" ] || { IFS= read -r REPLY <"$1"; } 2>/dev/null
  return 0
}

# make LIST COMMAND...: the list of WORK that the command prints. There are no pipelines where it
# counts: of all their programs only the last one's end is seen, and a list cut short by a
# kill would say that nothing differs.
make() {
  made=$WORK/$1
  shift
  "$@" >"$made" || die work
}

# arrange LIST...: sorts lists of WORK by bytes, each record once.
arrange() {
  for made; do
    [ ! -s "$WORK/$made" ] || sort -z -u -o "$WORK/$made" "$WORK/$made" || die work
  done
}

# apply FUNCTION LIST: calls a function of this program, in processes of its own, with the records of a list.
apply() {
  [ ! -f "$WORK/$2" ] || [ -s "$WORK/$2" ] || return 0
  xargs -0 -r -a "$WORK/$2" sh "$SELF" "$1"
}

# Programs for `sed -z`. A target of a link may hold anything, `//` too: records of links are told apart first.
PATHS_OF='s,//.*,,'
FACTS_OF='s,//[^/]*/,//,'
PARENTS_OF="s,/[^/]*\\',,"
DIRECTORIES_OF='\,//l ,d;s,//d .*,,p'
OTHERS_OF='\,//l ,!{\,//d ,d};s,//.*,,p'
SIZED_OF="\\,//l ,d;s,//f [0-7]* ,//,;T;s, [0-9.-]* \\',,p"
SIZES_OF="\\,//l ,d;s,.*//f [0-7]* ,,;T;s, [0-9.-]* \\',,p"
LARGE_OF='\,//l ,d;\,//f [0-7]* [0-9]\{6\},!d;s,//.*,,p'

# derive LIST FROM COMMAND...: the same, of another list; of one with nothing in it without starting a
# program, since a small transfer is little else than starting programs.
derive() {
  if [ -s "$WORK/$2" ]; then
    derived=$1
    shift 2
    make "$derived" "$@"
  elif [ -f "$WORK/$2" ]; then
    : >"$WORK/$1" || die work
  else
    die work
  fi
}

# take LIST PROGRAM FROM: the list of WORK that `sed -z -n` makes of another; PROGRAM prints.
take() {
  derive "$1" "$3" sed -z -n "$2" "$WORK/$3"
}

# list_paths LIST RECORDS: the paths of the records of a list, in order.
list_paths() {
  derive "$1" "$2" sed -z "$PATHS_OF" "$WORK/$2"
  arrange "$1"
}

# cut_list LIST OUT OPTIONS...: what `split` makes of a list of WORK.
cut_list() {
  [ -s "$WORK/$1" ] || return 0
  cut_from=$1 cut_into=$2
  shift 2
  split -t '\0' "$@" "$WORK/$cut_from" "$WORK/$cut_into" || die work
}

# list_summed LIST SUMS: the paths of the lines of a list of sums, in order.
list_summed() {
  derive "$1" "$2" cut -z -c 67- "$WORK/$2"
  arrange "$1"
}

# same LIST LIST [OUT]: whether both have the same records in the same order; OUT is for what is not in both.
same() {
  [ -f "$1" ] && [ -f "$2" ] || return
  [ -s "$1" ] || [ -s "$2" ] || return 0
  comm -z -3 --nocheck-order -- "$1" "$2" >"${3-$WORK/same}" && [ ! -s "${3-$WORK/same}" ]
}

# tally LIST: number and bytes of its regular files, in REPLY.
tally() {
  files=0 bytes=0
  take sizes "$SIZES_OF" "$1"
  make tally apply add_up sizes
  while read -r some more; do files=$((files + some)) bytes=$((bytes + more)); done <"$WORK/tally"
  REPLY="$files $bytes"
}

# add_up NUMBER...: how many, and their sum.
add_up() {
  sum=0
  for number; do sum=$((sum + number)); done
  echo "$# $sum"
}

# Whether source and copy are equal. Nothing else decides that a transfer is done.
#   need   records that the copy lacks            extra  records that only the copy has
#   links  PATH of what is not joined to the same other names as in the source
#   tied   PATH of what is joined in the copy alone
#   pairs  PATH//SIZE of files to be read on both sides
#   alone  PATH//SIZE of files to be read on the archive's side only
#   sums/  a list of paths for each sha256sum, and its results
#   sum    "HASH  PATH" as the archive has it     odd.other, odd.sum  both sides of what differs
#   unequal, unhashed  PATH of what differs, and of what could not be read

# compare_lists: what the lists of both sides say.
compare_lists() {
  for side in s c; do make "$side.cmp" sed -z "$FACTS_OF" "$WORK/$side.idx"; done
  make need comm -z -23 "$WORK/s.cmp" "$WORK/c.cmp"
  make extra comm -z -13 "$WORK/s.cmp" "$WORK/c.cmp"
  for list in need extra; do
    hide_below "$WORK/s.shut" "$list"
    hide_below "$WORK/c.shut" "$list"
  done
  compare_links
}

# hide_below SHUT LIST: without the records that lie in a directory that could not be read: nobody knows.
hide_below() {
  [ -s "$1" ] && [ -s "$WORK/$2" ] || return 0
  HIDE=$1
  export HIDE
  make seen apply not_below "$2"
  mv -- "$WORK/seen" "$WORK/$2" || die work
}

# not_below RECORD...: those that lie in no directory of the list HIDE.
not_below() {
  for record; do
    xargs -0 -a "$HIDE" sh "$SELF" lies_in "${record%%//*}" || printf '%s\0' "$record"
  done
}

# lies_in PATH DIRECTORY...: whether it lies in one of them.
lies_in() {
  path=$1
  shift
  for directory; do case $path in "$directory"/*) return 0 ;; esac done
  return 1
}

# read_files: SHA-256 of the files of WORK/pairs on both sides, and of WORK/alone on the archive's.
read_files() {
  ARCHIVED=$C OTHER=$S
  [ "$KIND" != restore ] || ARCHIVED=$S OTHER=$C
  export ARCHIVED OTHER
  rm -rf -- "$WORK/sums"
  mkdir "$WORK/sums" && : >"$WORK/compared" || die work
  cut_sums
  workers read sums.list -n 1 sh "$SELF" read_part
  find "$WORK/sums" -name '*.sum' -exec cat {} + >"$WORK/sum" &&
    sort -z -t / -k 2 -o "$WORK/sum" "$WORK/sum" || die work
  find_unequal
  rm -rf -- "$WORK/sums"
}

# cut_sums: large files alone and first, of the others so many that each worker has several turns.
cut_sums() {
  total=0 files=0
  for list in pairs alone; do
    derive sized "$list" sed -z 's,.*//,,' "$WORK/$list"
    make tally apply add_up sized
    while read -r some more; do files=$((files + some)) total=$((total + more)); done <"$WORK/tally"
    take one '\,//[0-9]\{8\},p' "$list"
    take several '\,//[0-9]\{8\},!p' "$list"
    cut_list one "sums/1$list." -l 1 -a 6
    count "$WORK/several"
    part_size "$REPLY" "$files" "$total"
    cut_list several "sums/2$list." -l "$REPLY" -a 6
  done
  put "$WORK/compared.total" "$files $total
"
  make sums.list find "$WORK/sums" -type f -print0
  arrange sums.list
}

# part_size COUNT FILES BYTES: in REPLY how many of COUNT files make a part, where FILES have BYTES:
# each worker has several turns, and what is read again when one is lost takes seconds.
part_size() {
  most=$((256 * 1024 * 1024 * $2 / ($3 + 1)))
  [ "$most" -ge 500 ] || most=500
  [ "$most" -le 8000 ] || most=8000
  REPLY=$(($1 / (4 * JOBS) + 1))
  # To start the programs for a part costs as much as to read some dozen small files.
  [ "$REPLY" -ge 32 ] || REPLY=32
  [ "$REPLY" -le "$most" ] || REPLY=$most
}

# read_part PART: one worker; its results are PART.sum and, where the other side has something
# else, PART.other. A file that cannot be read has no line. Then a line FILES BYTES of WORK/compared.
# Few processes: to start one costs as much as to read a dozen files.
read_part() {
  part=$1
  sed -z "$PATHS_OF" "$part" >"$part.paths" && sed -z 's,.*//,,' "$part" >"$part.sizes" || return
  case ${part##*/} in
    ?pairs.*)
      { cd -- "$OTHER" && exec xargs -0 -r -a "$part.paths" sha256sum -z --; } >"$part.other" 2>>"$WORK/errors" &
      { cd -- "$ARCHIVED" && xargs -0 -r -a "$part.paths" sha256sum -z --; } >"$part.new" 2>>"$WORK/errors"
      wait $!
      same "$part.other" "$part.new" "$part.not" && set -- "$part" "$part.other"
      ;;
    *) { cd -- "$ARCHIVED" && xargs -0 -r -a "$part.paths" sha256sum -z --; } >"$part.new" 2>>"$WORK/errors" ;;
  esac
  mv -- "$part.new" "$part.sum" || return
  # Only for the progress: what is in no result is no file that was compared.
  # shellcheck disable=SC2046 # numbers
  add_up $(tr '\0' ' ' <"$part.sizes") >>"$WORK/compared"
  rm -f -- "$@" "$part.paths" "$part.sizes" "$part.not"
}

# find_unequal: what has different sums, or lacks one.
find_unequal() {
  : >"$WORK/unequal" && : >"$WORK/unhashed" && : >"$WORK/odd.sum" && : >"$WORK/odd.other" || die work
  find "$WORK/sums" -name '*.other' >"$WORK/odd" || die work
  count "$WORK/sum"
  known=$REPLY
  count "$WORK/pairs"
  wanted=$REPLY
  count "$WORK/alone"
  [ -s "$WORK/odd" ] || [ "$known" -ne $((wanted + REPLY)) ] || return 0
  find "$WORK/sums" -name '*.other' -exec cat {} + >"$WORK/other" || die work
  find "$WORK/sums" -name '*.other' -exec sh "$SELF" sums_beside {} + >"$WORK/beside" || die work
  arrange other beside
  make odd.other comm -z -23 "$WORK/other" "$WORK/beside"
  make odd.sum comm -z -13 "$WORK/other" "$WORK/beside"
  for list in other sum; do list_summed "odd.$list.paths" "odd.$list"; done
  make unequal comm -z -12 "$WORK/odd.other.paths" "$WORK/odd.sum.paths"
  # What has a sum on one side only could not be read on the other.
  make half comm -z -23 "$WORK/odd.other.paths" "$WORK/odd.sum.paths"
  make half.too comm -z -13 "$WORK/odd.other.paths" "$WORK/odd.sum.paths"
  make wanted sed -z "$PATHS_OF" "$WORK/pairs" "$WORK/alone"
  arrange wanted
  list_summed have sum
  make none comm -z -23 "$WORK/wanted" "$WORK/have"
  make unhashed cat "$WORK/half" "$WORK/half.too" "$WORK/none"
  arrange unhashed
}

# sums_beside OTHER...: the results of the archive's side for the same files.
sums_beside() {
  for other; do [ ! -f "${other%.other}.sum" ] || cat -- "${other%.other}.sum"; done
}

# compare_links: WORK/links has the paths whose names are not joined as in the source,
# WORK/tied those that are joined in the copy alone.
compare_links() {
  : >"$WORK/links" && : >"$WORK/tied" || die work
  [ -s "$WORK/s.hl" ] || [ -s "$WORK/c.hl" ] || return 0
  pairs s
  pairs c
  make joints comm -z -23 "$WORK/s.pairs" "$WORK/c.pairs"
  make links apply both joints
  make joints comm -z -13 "$WORK/s.pairs" "$WORK/c.pairs"
  [ ! -s "$WORK/joints" ] || [ ! -d "$S" ] ||
    (cd -- "$S" && apply tied joints) >"$WORK/tied" || die work
}

# pairs SIDE: a record FIRST//NAME for each further name of a file, FIRST being the first of them by bytes.
pairs() {
  sort -z -t / -k 1,1 -k 3 "$WORK/$1.hl" >"$WORK/hl" &&
    sort -z -s -u -t / -k 1,1 "$WORK/hl" >"$WORK/first" &&
    join -z -t / "$WORK/first" "$WORK/hl" >"$WORK/groups" || die work
  make joined cut -z -d / -f 3- "$WORK/groups"
  make names cut -z -d / -f 3- "$WORK/first"
  make stem paste -z -d / "$WORK/names" /dev/null /dev/null
  make selves paste -z -d '\0' "$WORK/stem" "$WORK/names"
  arrange joined selves
  make "$1.pairs" comm -z -23 "$WORK/joined" "$WORK/selves"
}

both() {
  for pair; do printf '%s\0%s\0' "${pair%%//*}" "${pair#*//}"; done
}

# tied FIRST//NAME...: what is one file in the copy and two in the source.
tied() {
  for pair; do
    one=${pair%%//*} two=${pair#*//}
    if [ -f "$one" ] && [ -f "$two" ] && [ ! "$one" -ef "$two" ]; then printf '%s\0' "$two"; fi
  done
}

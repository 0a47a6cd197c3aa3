# Whether source and copy are equal. Nothing else decides that a transfer is done.

# hash_all: SHA-256 of the paths of WORK/hash on both sides, into WORK/s.sum and
# WORK/c.sum ("HASH  PATH", by path). A file that cannot be read has no line.
hash_all() {
  rm -rf -- "$WORK/s.sums" "$WORK/c.sums"
  mkdir "$WORK/s.sums" "$WORK/c.sums" || die work
  for side in s c; do [ -f "$WORK/$side.hash" ] || cp -- "$WORK/hash" "$WORK/$side.hash" || die work; done
  hash_side s "$S" &
  first=$!
  hash_side c "$C"
  wait "$first"
  rm -f -- "$WORK/s.hash" "$WORK/c.hash"
  for side in s c; do
    find "$WORK/$side.sums" -name '*.sum' -exec cat {} + >"$WORK/$side.sum" &&
      sort -z -t / -k 2 -o "$WORK/$side.sum" "$WORK/$side.sum" || die work
  done
}

hash_side() {
  count "$WORK/$1.hash"
  batch=$((REPLY / (4 * JOBS) + 1))
  [ "$batch" -le 500 ] || batch=500
  put "$WORK/$1.batches" "$(((REPLY + batch - 1) / batch))
"
  workers -n "$batch" -a "$WORK/$1.hash" sh "$SELF" hash_part "$WORK/$1.sums" "$2"
}

# hash_part OUT BASE PATH...
hash_part() {
  out=$1/$$
  cd -- "$2" || return
  shift 2
  sha256sum -z -- "$@" >"$out.new" 2>>"$WORK/errors"
  mv -- "$out.new" "$out.sum"
}

# compare_sums: WORK/unequal has the paths whose sums differ, WORK/unhashed those that lack one.
compare_sums() {
  : >"$WORK/unequal" || die work
  list_summed have c.sum
  make unhashed comm -z -23 "$WORK/hash" "$WORK/have"
  same "$WORK/s.sum" "$WORK/c.sum" && return
  for side in s c; do
    sort -z -o "$WORK/$side.whole" "$WORK/$side.sum" || die work
  done
  comm -z -23 "$WORK/s.whole" "$WORK/c.whole" >"$WORK/s.only" || die work
  comm -z -13 "$WORK/s.whole" "$WORK/c.whole" >"$WORK/c.only" || die work
  for side in s c; do list_summed "$side.paths" "$side.only"; done
  comm -z -12 "$WORK/s.paths" "$WORK/c.paths" >"$WORK/unequal" || die work
  comm -z -23 "$WORK/s.paths" "$WORK/c.paths" >>"$WORK/unhashed" || die work
  comm -z -13 "$WORK/s.paths" "$WORK/c.paths" >>"$WORK/unhashed" || die work
}

# compare_lists: WORK/need has the records that the copy lacks, WORK/extra those that only the copy has.
compare_lists() {
  comm -z -23 "$WORK/s.cmp" "$WORK/c.cmp" >"$WORK/need" || die work
  comm -z -13 "$WORK/s.cmp" "$WORK/c.cmp" >"$WORK/extra" || die work
  compare_links
}

# compare_links: WORK/links has the paths whose names are not joined as in the source,
# WORK/tied those that are joined in the copy alone.
compare_links() {
  : >"$WORK/links" && : >"$WORK/tied" || die work
  [ -s "$WORK/s.hl" ] || [ -s "$WORK/c.hl" ] || return 0
  pairs s
  pairs c
  comm -z -23 "$WORK/s.pairs" "$WORK/c.pairs" >"$WORK/pairs" || die work
  xargs -0 -r -a "$WORK/pairs" sh "$SELF" both >"$WORK/links" || die work
  comm -z -13 "$WORK/s.pairs" "$WORK/c.pairs" >"$WORK/pairs" || die work
  [ ! -s "$WORK/pairs" ] || [ ! -d "$S" ] ||
    (cd -- "$S" && xargs -0 -r -a "$WORK/pairs" sh "$SELF" tied) >"$WORK/tied" || die work
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

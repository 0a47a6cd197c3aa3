# Copying and comparing one path, round after round until everything is equal.

# Rounds after which a source that never holds still is given up.
ROUNDS=6

list_both() {
  list_copy &
  list_source
  wait $! || exit 1
}

# copy_root: copies and compares until everything is equal, or says what is not.
copy_root() {
  phase listing
  leave_out_asked
  if [ "$KIND" = archive ] && untouched; then
    get "$MANIFESTS/$KEY/facts"
    equal "$REPLY"
    return
  fi
  list_both
  load_manifest
  [ -z "$REMOVE" ] || intact || return 0
  name_partials
  : >"$WORK/force" && : >"$WORK/last" && : >"$WORK/closed" || die work
  round=0
  while round=$((round + 1)); do
    bring_over
    if [ -s "$WORK/need" ] || [ -s "$WORK/links" ] || [ -s "$WORK/tied" ]; then
      another_round && continue
      break
    fi
    read_both
    moved=''
    look_again && moved=1
    [ -s "$WORK/unequal" ] || [ -s "$WORK/unhashed" ] || [ -n "$moved" ] || break
    cp -- "$WORK/unequal" "$WORK/force" || die work
    another_round "$moved" || break
  done
  differences only-source "$WORK/need"
  copy_has need
  if [ -s "$WORK/need" ] && [ -d "$S" ]; then
    (cd -- "$S" && apply closed need) >"$WORK/closed" || die work
  fi
  differences closed "$WORK/closed"
  differences link "$WORK/links"
  differences tied "$WORK/tied"
  differences content "$WORK/unequal"
  differences unread "$WORK/unhashed"
  [ "$KIND" != restore ] || differences newer "$WORK/newer"
  [ "$KIND" != restore ] || against_manifest
  [ "$KIND" != archive ] || settle_extra
  root_is_equal || return 0
  rm -rf -- "$PARTIALS"*
  tally "$WORK/s.cmp" >"$WORK/facts" || die work
  get "$WORK/facts"
  facts=$REPLY
  [ "$KIND" != archive ] || store_manifest
  equal "$facts"
}

root_is_equal() {
  [ -z "$FAULT" ]
}

# bring_over: copies what the lists say is missing or different, then looks anew.
bring_over() {
  compare_lists
  [ "$KIND" != archive ] || sweep
  set_newer_aside
  for list in links tied force; do
    xargs -0 -r -a "$WORK/$list" sh "$SELF" as_file >>"$WORK/need" || die work
  done
  [ -s "$WORK/need" ] || return 0
  phase copying
  if [ -s "$WORK/force" ] || [ -s "$WORK/tied" ]; then
    # The times say equal, the bytes do not: rsync must not trust the times.
    make by_force cat "$WORK/force" "$WORK/tied"
    arrange by_force
    make by_force.list apply as_file by_force
    FORCE=1
    copy_needed "$WORK/by_force.list"
    FORCE=''
  fi
  copy_needed "$WORK/need"
  : >"$WORK/force"
  look_again
  list_copy_at_once
  compare_lists
  [ "$KIND" != archive ] || sweep
  set_newer_aside
}

as_file() {
  for path; do printf '%s//f\0' "$path"; done
}

# look_again: lists the source once more; succeeds if it has changed since, and names what has.
look_again() {
  mv -- "$WORK/s.idx" "$WORK/before" || die work
  list_source
  same "$WORK/before" "$WORK/s.idx" && return 1
  comm -z -3 "$WORK/before" "$WORK/s.idx" >"$WORK/moved" || die work
  comm -z -13 "$WORK/before" "$WORK/s.idx" >"$WORK/moved.now" || die work
  list_paths moved moved.now
  differences changed "$WORK/moved"
  return 0
}

# another_round [MOVED]: whether to try again: the source moved, or the last round got further than the one before.
another_round() {
  [ "$round" -lt "$ROUNDS" ] || return 1
  cat "$WORK/need" "$WORK/links" "$WORK/tied" "$WORK/unequal" "$WORK/unhashed" >"$WORK/now" 2>/dev/null
  if [ -z "${1-}" ] && same "$WORK/now" "$WORK/last" && same "$WORK/before" "$WORK/s.idx"; then return 1; fi
  mv -- "$WORK/now" "$WORK/last" || die work
  # What rsync has left as it is although it differs is not left to its judgement again.
  [ -z "${1-}" ] || return 0
  make in_both comm -z -12 "$WORK/s.reg" "$WORK/c.reg"
  list_paths need.paths need
  comm -z -12 "$WORK/need.paths" "$WORK/in_both" >>"$WORK/force" || die work
}

# set_newer_aside: a restore leaves alone what is newer here than in the archive.
set_newer_aside() {
  : >"$WORK/newer" || die work
  [ "$KIND" = restore ] && [ -z "$NEWER" ] || return 0
  (cd -- "$C" 2>/dev/null && xargs -0 -r -a "$WORK/need" sh "$SELF" newer "$S") >"$WORK/newer" || return 0
  [ -s "$WORK/newer" ] || return 0
  comm -z -23 "$WORK/need" "$WORK/newer" >"$WORK/older" && mv -- "$WORK/older" "$WORK/need" || die work
}

newer() {
  base=$1
  shift
  for record; do
    path=${record%%//*}
    case ${record#"$path"//} in d*) continue ;; esac
    if [ -L "$path" ]; then
      [ "$(stat -c %Y -- "$path")" -gt "$(stat -c %Y -- "$base/$path")" ] || continue
    else
      [ "$path" -nt "$base/$path" ] && [ ! -d "$path" ] || continue
    fi
    printf '%s\0' "$record"
  done
}

# read_both: reads, on both sides, every file that is not known to be equal already.
read_both() {
  phase comparing
  if [ -s "$WORK/old.source.idx" ] && [ "$KIND" = archive ]; then
    comm -z -23 "$WORK/s.idx" "$WORK/old.source.idx" >"$WORK/fresh" || die work
    comm -z -23 "$WORK/c.idx" "$WORK/old.copy.idx" >>"$WORK/fresh" || die work
    list_paths fresh.paths fresh
    make hash.source comm -z -12 "$WORK/fresh.paths" "$WORK/s.reg"
    make hash comm -z -12 "$WORK/hash.source" "$WORK/c.reg"
  else
    comm -z -12 "$WORK/s.reg" "$WORK/c.reg" >"$WORK/hash" || die work
  fi
  if [ -s "$WORK/newer" ]; then
    list_paths newer.paths newer
    comm -z -23 "$WORK/hash" "$WORK/newer.paths" >"$WORK/hash.older" && mv -- "$WORK/hash.older" "$WORK/hash" || die work
  fi
  hash_all
  compare_sums
}

# Copying and comparing one path, round after round until everything is equal.

# Rounds after which a source that never holds still is given up.
ROUNDS=6

list_both() {
  list_copy &
  list_source
  wait $! || give_up
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
  room_for_lists
  name_partials
  : >"$WORK/force" && : >"$WORK/last" && : >"$WORK/closed" && : >"$WORK/given" && : >"$WORK/brought" || die work
  round=0
  while round=$((round + 1)); do
    : >"$WORK/errors" || die work
    bring_over
    if [ -s "$WORK/need" ] || [ -s "$WORK/links" ] || [ -s "$WORK/tied" ]; then
      stop_if_full
      moved=''
      look_again && moved=1
      another_round "$moved" && continue
      break
    fi
    read_both
    moved=''
    look_again && moved=1
    [ -s "$WORK/unequal" ] || [ -s "$WORK/unhashed" ] || [ -n "$moved" ] || break
    cp -- "$WORK/unequal" "$WORK/force" || die work
    another_round "$moved" || break
  done
  tell_root
  root_is_equal || return 0
  rm -rf -- "$PARTIALS"*
  tally s.cmp
  facts=$REPLY
  [ "$KIND" != archive ] || store_manifest
  equal "$facts"
}

# tell_root: what is not equal after the last round, and what has been lost on the way.
tell_root() {
  differences only-source "$WORK/need"
  copy_has need
  if [ -s "$WORK/need" ] && [ -d "$S" ]; then
    (cd -- "$S" && apply closed need) >"$WORK/closed" || die work
  fi
  differences closed "$WORK/closed"
  differences closed "$WORK/s.shut"
  differences link "$WORK/links"
  differences tied "$WORK/tied"
  differences content "$WORK/unequal"
  differences unread "$WORK/unhashed"
  [ "$KIND" != restore ] || differences newer "$WORK/newer"
  [ "$KIND" != restore ] || against_manifest
  [ "$KIND" != archive ] || settle_extra
  note_first foreign s.foreign
  find_outside
  note_first outer outer
}

# room_for_lists: refuses before a byte is copied where the lists of this path would not fit. Of
# all that is made of them, four times what the listing took is there at once.
room_for_lists() {
  # shellcheck disable=SC2046 # numbers
  set -- $(stat -c %s -- "$WORK/s.idx" "$WORK/c.idx") $(df -B 1 --output=avail,size -- "$WORK" | tail -n 1)
  # A file system that tells no size tells no room either.
  [ "${4:-0}" != 0 ] || return 0
  [ $((4 * ($1 + $2))) -gt "$3" ] 2>/dev/null || return 0
  echo "$WORK needs $((4 * ($1 + $2))) bytes and has $3" >"$WORK/room"
  die lists-full "$WORK/room"
}

# stop_if_full: what has no room will have none in the next round either.
stop_if_full() {
  grep -aF -e 'No space left on device' -e 'Disk quota exceeded' -- "$WORK/errors" >"$WORK/full" || return 0
  tail -n 3 "$WORK/full" >"$WORK/fullest"
  die archive-full "$WORK/fullest"
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
    apply as_file "$list" >>"$WORK/need" || die work
  done
  if [ "$round" = 1 ]; then untold_attributes && cat "$WORK/undressed" >>"$WORK/need" || die work; fi
  [ -s "$WORK/need" ] || return 0
  phase copying
  [ "$KIND" != archive ] || make_way
  if [ -s "$WORK/force" ] || [ -s "$WORK/tied" ]; then
    # The times say equal, the bytes do not: rsync must not trust the times.
    make by_force cat "$WORK/force" "$WORK/tied"
    arrange by_force
    make by_force.list apply as_file by_force
    FORCE=1
    copy_needed by_force.list
    FORCE=''
  fi
  copy_needed need
  : >"$WORK/force"
  list_copy_at_once
  compare_lists
  [ "$KIND" != archive ] || sweep
  set_newer_aside
}

# make_way: a directory of the copy that is something else in the source now goes to
# .mlo/replaced: what it held is in no other place.
make_way() {
  take not_directories "$OTHERS_OF" need
  arrange not_directories
  [ -d "$C" ] && (cd -- "$C" && apply directories_among not_directories) >"$WORK/in_the_way"
  [ -s "$WORK/in_the_way" ] || return 0
  aside=$STORE/.mlo/replaced/$ID
  mkdir -p -- "$aside" && xargs -0 -r -a "$WORK/in_the_way" sh "$SELF" put_aside "$aside/$KEY" 2>>"$WORK/errors"
  note_first replaced in_the_way
}

directories_among() {
  for path; do [ ! -d "$path" ] || [ -L "$path" ] || printf '%s\0' "$path"; done
}

# put_aside PLACE PATH...: moves directories of the copy there, by their paths.
put_aside() {
  place=$1
  shift
  for path; do
    case $path in ./*/*) mkdir -p -- "$place/${path%/*}" ;; *) mkdir -p -- "$place" ;; esac
    mv -T -- "$C/$path" "$place/$path"
  done
  return 0
}

as_file() {
  for path; do printf '%s//f\0' "$path"; done
}

# look_again: lists the source once more; succeeds if it has changed since, and names what has.
look_again() {
  mv -- "$WORK/s.idx" "$WORK/before" || die work
  list_source
  same "$WORK/before" "$WORK/s.idx" && rm -- "$WORK/before" && return 1
  make moved.before comm -z -23 "$WORK/before" "$WORK/s.idx"
  make moved.now comm -z -13 "$WORK/before" "$WORK/s.idx"
  list_paths moved moved.now
  rm -- "$WORK/before"
  differences changed "$WORK/moved"
  return 0
}

# another_round MOVED: whether to try again: the source moved, or the last round got further than
# the one before, or could not do its work.
another_round() {
  [ "$round" -lt "$ROUNDS" ] || return 1
  cat "$WORK/need" "$WORK/links" "$WORK/tied" "$WORK/unequal" "$WORK/unhashed" >"$WORK/now" 2>/dev/null
  if [ -z "$1" ] && [ -z "$LOST_WORKER" ] && same "$WORK/now" "$WORK/last"; then return 1; fi
  LOST_WORKER=''
  mv -- "$WORK/now" "$WORK/last" || die work
  # What rsync has left as it is although it differs is not left to its judgement again.
  [ -z "$1" ] || return 0
  regular s
  regular c
  make in_both comm -z -12 "$WORK/s.reg" "$WORK/c.reg"
  list_paths need.paths need
  comm -z -12 "$WORK/need.paths" "$WORK/in_both" >>"$WORK/force" || die work
}

# regular SIDE: the paths of its regular files.
regular() {
  take "$1.reg" '\,//l ,d;s,//f .*,,p' "$1.cmp"
  arrange "$1.reg"
}

# set_newer_aside: a restore leaves alone what is newer here than in the archive.
set_newer_aside() {
  : >"$WORK/newer" || die work
  [ "$KIND" = restore ] && [ -z "$NEWER" ] || return 0
  (cd -- "$C" 2>/dev/null && xargs -0 -r -a "$WORK/need" sh "$SELF" newer "$S") >"$WORK/newer" || return 0
  [ -s "$WORK/newer" ] || return 0
  make older comm -z -23 "$WORK/need" "$WORK/newer"
  mv -- "$WORK/older" "$WORK/need" || die work
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
  find_brought
  take alone "$SIZED_OF" brought
  take pairs "$SIZED_OF" s.cmp
  if [ -s "$WORK/newer" ]; then
    # They differ, and stay as they are.
    take pairs.there "$SIZED_OF" c.cmp
    make both comm -z -12 "$WORK/pairs" "$WORK/pairs.there"
    take newer.sized "$SIZED_OF" newer
    make pairs comm -z -23 "$WORK/both" "$WORK/newer.sized"
  fi
  if [ -s "$WORK/old.source.idx" ] && [ "$KIND" = archive ]; then
    find_fresh
    take fresh.sized "$SIZED_OF" fresh
    arrange fresh.sized
    make known.pairs cat "$WORK/pairs"
    make pairs comm -z -12 "$WORK/known.pairs" "$WORK/fresh.sized"
    rm -- "$WORK/known.pairs" "$WORK/fresh"
  fi
  read_files
}

# find_fresh: in `fresh` the facts of what was touched on either side since it was compared equal.
find_fresh() {
  make fresh.s comm -z -23 "$WORK/s.idx" "$WORK/old.source.idx"
  make fresh.c comm -z -23 "$WORK/c.idx" "$WORK/old.copy.idx"
  make fresh sed -z "$FACTS_OF" "$WORK/fresh.s" "$WORK/fresh.c"
  rm -- "$WORK/fresh.s" "$WORK/fresh.c"
  arrange fresh
}

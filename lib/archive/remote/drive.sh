# The driver: what goes on on the host while nobody watches.

# Rounds after which a source that never holds still is given up.
ROUNDS=6

drive() {
  T=$1
  ID=${T##*/}
  # shellcheck source=/dev/null
  . "$T/request.sh"
  DRIVING=1 NUMBER=0 PATHS=0
  open_stores
  prepare
  put "$T/temporary" "$TEMPORARY"
  roots drive_all
  outcome=$(verdict)
  clean_up "$T"
  # Last of all: whoever reads it may rely on everything before.
  phase "$outcome"
}

# prepare: a private place for lists, on the host's own disk: they are many small writes.
prepare() {
  # Its name is noted before it is there: who clears up after a kill finds it.
  WORK=$(mktemp -u "${TMPDIR:-/tmp}/mlo.XXXXXX") && put "$T/work" "$WORK
" && mkdir -m 700 -- "$WORK" || { phase 'failed work' && exit 1; }
  TEMPORARY=$STORE/.mlo/tmp.$ID
  FORCE=''
  SELF=$WORK/mlo.sh
  cp -- "$T/mlo.sh" "$SELF" || die work
  export SELF WORK TEMPORARY FORCE STORE KIND JOBS NEWER ID MANIFESTS
  : >"$WORK/differences"
}

drive_all() {
  PATHS=$# EQUAL=0 FAULTY=''
  for root; do check_root "$root"; done
  for root; do
    NUMBER=$((NUMBER + 1))
    set_bases "$root"
    if [ "$KIND" = verify ]; then verify_root; else copy_root; fi
  done
  if [ -n "$REMOVE" ] && [ "$(verdict)" = done ]; then
    KIND=verify NUMBER=0 EQUAL=0
    for root; do
      NUMBER=$((NUMBER + 1))
      set_bases "$root"
      verify_root
      cp -- "$WORK/s.idx" "$WORK/removable.$NUMBER" && cp -- "$WORK/s.cmp" "$WORK/removable.cmp.$NUMBER" || die work
    done
    NUMBER=0
    [ "$(verdict)" != done ] || for root; do
      NUMBER=$((NUMBER + 1))
      set_bases "$root"
      remove_root
    done
  fi
  cp -- "$WORK/differences" "$T/differences" 2>/dev/null || :
}

# set_bases ROOT: a directory is looked at from within; anything else from the directory it is in.
set_bases() {
  ROOT=$1 S=$FROM/$1 C=$INTO/$TO$1 TOP=.
  KEY=$TO$1
  [ "$KIND" != restore ] || KEY=$1
  if [ -L "$S" ] || { [ -e "$S" ] && [ ! -d "$S" ]; } || { [ ! -e "$S" ] && [ ! -d "$C" ]; }; then
    TOP=./${1##*/} S=${S%/*} C=${C%/*}
  fi
  export S C TOP KEY
  FAULT=''
  difference root "$ROOT"
  difference top "$TOP"
}

# phase WORD: what the transfer is doing. Where that cannot be noted it counts as failed for
# whoever looks, and may be started again: so it must not go on.
phase() {
  echo "$(date +%s.%N) $1" 2>/dev/null >>"$T/times"
  put "$T/phase" "$1 $NUMBER $PATHS
" && return
  alone
  clean_up "$T"
  mv -f -- "$T/phase.failed" "$T/phase"
  exit 1
}

# alone: ends everything else of this transfer, the driver too: it would go on writing into what
# is cleared up. (The shell itself opens the file: it tells the pid of a subshell, too.)
alone() {
  IFS=' ' read -r me rest </proc/self/stat || return 0
  end_workers "$ID" "$me"
  # What one of them started in its last moment was not on the list.
  end_workers "$ID" "$me"
}

# difference KIND TEXT
difference() {
  printf '%s %s\0' "$1" "$2" >>"$WORK/differences"
}

# differences KIND LIST: each record of the list, and in FAULTS that there was one.
differences() {
  [ -s "$2" ] || return 0
  xargs -0 -r -a "$2" sh "$SELF" label "$1" >>"$WORK/differences" || die work
  [ "$1" = changed ] || fault
}

fault() {
  FAULT=1 FAULTY=1
}

# equal: this path was compared, and without a fault.
equal() {
  difference equal "$1"
  EQUAL=$((EQUAL + 1))
}

label() {
  label=$1
  shift
  for record; do printf '%s %s\0' "$label" "$record"; done
}

# verdict: done is what every path was found to be, not what no fault was found in.
verdict() {
  if [ -z "$FAULTY" ] && [ "$EQUAL" -eq "$PATHS" ]; then echo 'done'; else echo 'failed differences'; fi
}

# die REASON [FILE]: it cannot go on; what went wrong is kept if there is room for it.
die() {
  [ -n "$DRIVING" ] || refuse "$1" "$(head -c 2000 -- "${2-/dev/null}" 2>/dev/null)"
  [ -z "${2-}" ] || head -c 2000 -- "$2" >"$T/problem" 2>/dev/null
  [ -s "$T/problem" ] || tail -c 2000 -- "$WORK/errors" >"$T/problem" 2>/dev/null
  alone
  if cp -- "$WORK/differences" "$T/differences" 2>/dev/null; then clean_up "$T"; fi
  phase "failed $1"
  exit 1
}

list_both() {
  phase listing
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
  [ ! -s "$WORK/need" ] || (cd -- "$S" && apply closed need) >"$WORK/closed" || die work
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
  make moved apply paths moved.now
  arrange moved
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
  make need.paths apply paths need
  arrange need.paths
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
    make fresh.paths apply paths fresh
    arrange fresh.paths
    make hash.source comm -z -12 "$WORK/fresh.paths" "$WORK/s.reg"
    make hash comm -z -12 "$WORK/hash.source" "$WORK/c.reg"
  else
    comm -z -12 "$WORK/s.reg" "$WORK/c.reg" >"$WORK/hash" || die work
  fi
  if [ -s "$WORK/newer" ]; then
    make newer.paths apply paths newer
    arrange newer.paths
    comm -z -23 "$WORK/hash" "$WORK/newer.paths" >"$WORK/hash.older" && mv -- "$WORK/hash.older" "$WORK/hash" || die work
  fi
  hash_all
  compare_sums
}

# settle_extra: what only the copy has must be what was archived before and is no longer in the source.
settle_extra() {
  comm -z -23 "$WORK/extra" "$WORK/old.copy.cmp" >"$WORK/foreign" || die work
  differences only-copy "$WORK/foreign"
}

# copy_has LIST: beside what a list names goes how the copy has it.
copy_has() {
  [ -s "$WORK/$1" ] && [ -d "$C" ] || return 0
  make has.paths apply paths "$1"
  (cd -- "$C" && apply present has.paths) >"$WORK/has" || die work
  differences copy-has "$WORK/has"
}

present() {
  for path; do
    shift
    if [ -e "$path" ] || [ -L "$path" ]; then set -- "$@" "$path"; fi
  done
  # What vanishes under our eyes is not there.
  [ $# -eq 0 ] || records "$@" 2>/dev/null || :
}

# closed RECORD...: the files that may not be read.
closed() {
  for record; do
    path=${record%%//*}
    if [ -f "$path" ] && [ ! -L "$path" ] && [ ! -r "$path" ]; then printf '%s\0' "$path"; fi
  done
}

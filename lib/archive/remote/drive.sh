# The driver: what goes on on the host while nobody watches.

drive() {
  T=$1
  ID=${T##*/}
  # shellcheck source=/dev/null
  . "$T/request.sh"
  DRIVING=1 NUMBER=0 PATHS=0
  # What ends the driver must not leave its workers behind.
  choose_detach
  env -u MLO_TRANSFER MLO_GUARD="$ID" $DETACH sh "$T/mlo.sh" guard "$T" $$ </dev/null >/dev/null 2>&1 &
  open_stores
  prepare
  roots drive_all
  outcome=$(verdict)
  end_all "MLO_TRANSFER=$ID" $$ || die stuck
  clean_up "$T"
  end_all "MLO_GUARD=$ID"
  # Last of all: whoever reads it may rely on everything before.
  phase "$outcome"
}

# prepare: a private place for lists, beside the archive: where millions of files go there is
# room for their names. Sorting has its temporary files there, too.
prepare() {
  WORK=$T/lists SELF=$T/mlo.sh TEMPORARY=$STORE/.mlo/tmp.$ID
  TMPDIR=$WORK FORCE='' KEEP='' OWN=$(own)
  put "$T/temporary" "$TEMPORARY"
  # Room for a last word where there is none left.
  head -c 65536 /dev/zero >"$T/reserve" && mkdir -m 700 -- "$WORK" && : >"$WORK/differences" || die work
  kept_attributes || { [ "$KIND" = verify ] && difference unkept 'no rsync'; } || die no-rsync "$WORK/errors"
  export SELF WORK TMPDIR TEMPORARY FORCE KEEP STORE KIND JOBS NEWER ID MANIFESTS OWN
}

drive_all() {
  PATHS=$# EQUAL=0 FAULTY=''
  for root; do check_root "$root"; done
  for root; do
    NUMBER=$((NUMBER + 1))
    set_bases "$root"
    if [ "$KIND" = verify ]; then verify_root; else copy_root; fi
    tell_reasons
  done
  if [ -n "$REMOVE" ] && [ "$(verdict)" = done ]; then
    KIND=verify NUMBER=0 EQUAL=0
    for root; do
      NUMBER=$((NUMBER + 1))
      set_bases "$root"
      verify_root
      tell_reasons
      mv -- "$WORK/s.idx" "$WORK/removable.$NUMBER" || die work
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
  FAULT='' LOST_WORKER=''
  : >"$WORK/errors" || die work
  difference root "$ROOT"
  difference top "$TOP"
}

# phase WORD: what the transfer is doing. Where that cannot be noted it counts as failed for
# whoever looks, and may be started again: so it must not go on.
phase() {
  echo "$(date +%s.%N) $1 $NUMBER" 2>/dev/null >>"$T/times"
  put "$T/phase" "$1 $NUMBER $PATHS
" && return
  end_all "MLO_TRANSFER=$ID" $$
  clean_up "$T"
  mv -f -- "$T/phase.failed" "$T/phase"
  exit 1
}

# verdict: done is what every path was found to be, not what no fault was found in.
verdict() {
  if [ -z "$FAULTY" ] && [ "$EQUAL" -eq "$PATHS" ]; then echo 'done'; else echo 'failed differences'; fi
}

# die REASON [FILE]: it cannot go on, for a reason that FILE tells more of. What runs beside the
# driver only notes the reason; the driver, which waits for it, gives up.
die() {
  [ -n "$DRIVING" ] || refuse "$1" "$(head -c 2000 -- "${2-/dev/null}" 2>/dev/null)"
  keep_reason "$@"
  in_driver || exit 1
  give_up
}

# keep_reason REASON [FILE]: kept before anything is ended, in the room that was kept for it.
keep_reason() {
  [ ! -s "$T/reason" ] || return 0
  why=$1
  words=$(tail -c 2000 -- "${2-$WORK/errors}" 2>/dev/null)
  # Looked at before room is made.
  room=$(full "$T" && full "$STORE/.mlo")
  rm -f -- "$T/reserve"
  [ "$why" != work ] || [ -z "$room" ] || why=archive-full
  printf '%s\n' "$words" "$room" 2>/dev/null >"$T/problem"
  put "$T/reason" "$why" || mv -f -- "$T/reason.failed" "$T/reason"
}

# full DIRECTORY: what the system says if nothing can be written there; nothing if it can.
full() {
  [ -d "$1" ] || return 0
  if probe=$(mktemp -- "$1/probe.XXXXXXXX" 2>&1); then
    cp -- "$SELF" "$probe" 2>&1
    rm -f -- "$probe"
  else
    echo "$probe"
  fi
}

# give_up: ends everything else of this transfer, for the reason that is kept.
give_up() {
  get "$T/reason"
  why=${REPLY:-killed}
  end_all "MLO_TRANSFER=$ID" $$ || why=stuck
  # What was found stays where it is if there is no room for it elsewhere.
  if [ ! -s "$WORK/differences" ] || cp -- "$WORK/differences" "$T/differences" 2>/dev/null; then clean_up "$T"; fi
  end_all "MLO_GUARD=$ID"
  phase "failed $why"
  exit 1
}

# guard TRANSFER PID: waits for the driver's end, and sees to it that nothing outlives it.
guard() {
  T=$1 GUARDING=1
  process "$2"
  driver=$REPLY
  # shellcheck disable=SC2086 # pid, start time, boot
  while alive $driver; do timeout 60 tail -s 0.1 --pid="$2" -f /dev/null; done
  over "$T" || bury "$T"
}

# The driver: what goes on on the host while nobody watches.

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
  # What was found stays where it is if there is no room for it elsewhere.
  if [ ! -s "$WORK/differences" ] || cp -- "$WORK/differences" "$T/differences" 2>/dev/null; then clean_up "$T"; fi
  phase "failed $1"
  exit 1
}

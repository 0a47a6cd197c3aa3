# Transfers: one directory each, so that any laptop finds them again.

# write_pid TRANSFER PID: who works on it.
write_pid() {
  process "$2"
  put "$1/pid" "$REPLY
"
}

# live TRANSFER: whether who works on it still does.
live() {
  get "$1/pid"
  # shellcheck disable=SC2086 # pid, start time, boot
  alive $REPLY
}

# over TRANSFER: whether it has come to an end by itself or by command.
over() {
  get "$1/phase"
  case $REPLY in done* | failed* | cancelled* | interrupted*) return 0 ;; esac
  return 1
}

# bury TRANSFER: the driver is gone; what it left running would write under our hands. Fails
# if something does not let itself be ended.
bury() {
  ended=interrupted
  end_all "MLO_TRANSFER=${1##*/}" && { [ -n "$GUARDING" ] || end_all "MLO_GUARD=${1##*/}"; } || return
  [ ! -s "$1/reason" ] || { get "$1/reason" && ended="failed $REPLY"; }
  [ ! -e "$1/cancel" ] || ended=cancelled
  [ ! -f "$1/lists/differences" ] || cp -- "$1/lists/differences" "$1/differences" 2>/dev/null
  clean_up "$1"
  rm -f -- "$1/reserve"
  over "$1" && return
  put "$1/phase" "$ended" || mv -f "$1/phase.failed" "$1/phase"
}

clean_up() {
  rm -rf -- "$1/lists" "$1/reserve"
  [ -f "$1/temporary" ] || return 0
  temporary=$(cat "$1/temporary")
  rm -rf -- "$temporary"
  # What is not empty holds the beginnings of big files.
  rmdir -- "${temporary%/*}/partial" "${temporary%/*}" 2>/dev/null
  return 0
}

# claims ROOT...: what is read (r) and written (w); a manifest is written as a whole.
claims() {
  for root; do
    cover "$TO$root"
    case $KIND in
      archive) printf '%s\0' "${REMOVE:+w}${REMOVE:-r}$FROM/$root" "w$ARCHIVE/$COVER" ;;
      restore) cover "$root" && printf '%s\0' "r$ARCHIVE/$COVER" "w$INTO/$TO$root" ;;
      verify) printf '%s\0' "r$FROM/$root" "r$ARCHIVE/$COVER" ;;
    esac
  done
}

# overlaps MINE THEIRS...: says yes if a claim of the list MINE and one of theirs exclude each other.
overlaps() {
  mine=$1
  shift
  for theirs; do
    xargs -0 -a "$mine" sh "$SELF" overlaps_one "$theirs"
  done
}

overlaps_one() {
  theirs=$1
  shift
  for claim; do
    case ${claim%%/*}${theirs%%/*} in rr) continue ;; esac
    if contains "${claim#?}" "${theirs#?}" || contains "${theirs#?}" "${claim#?}"; then
      echo yes
      return
    fi
  done
}

# register: makes the transfer known before anything is copied; ID and T are set. Of those of
# one second each takes the first number that is free.
register() {
  mkdir -p -- "$STATE" && new=$(mktemp -d -- "$STATE/.new-XXXXXXXX") &&
    printf '%s\n' "$program" >"$new/mlo.sh" &&
    printf '%s\n' "$request" >"$new/request.sh" &&
    roots claims >"$new/claims" && process $$ && echo "$REPLY" >"$new/pid" &&
    echo starting >"$new/phase" && echo 'failed archive-full' >"$new/phase.failed" &&
    echo archive-full >"$new/reason.failed" && take_number && return
  rm -rf -- "$new"
  refuse state "$(full "${STATE%/*}")"
}

take_number() {
  second=$(date -u +%Y%m%d-%H%M%S) number=0
  while [ "$number" -lt 1000 ]; do
    number=$((number + 1))
    ID=$second-$number T=$STATE/$second-$number
    # One that only reads may be known in the other store.
    if [ -e "$ARCHIVE/.mlo/transfers/$ID" ] || [ -e "$SCRATCH/.mlo/transfers/$ID" ]; then continue; fi
    mv -T -- "$new" "$T" 2>/dev/null && return
    [ -e "$T" ] || return
  done
  return 1
}

# each_transfer COMMAND...: the command with every transfer that is known as further words. One that only
# reads works on an archive that cannot be written, too, and is known in scratch.
each_transfer() {
  for known in "$ARCHIVE"/.mlo/transfers/* "$SCRATCH"/.mlo/transfers/*; do
    [ ! -f "$known/request.sh" ] || set -- "$@" "$known"
  done
  "$@"
}

# admit: waits until this transfer has the only claim, or gives the id of the one that holds it in HOLDER.
# Every transfer is registered before it looks at the others, so of two at once at least one sees the other.
admit() {
  while :; do
    HOLDER='' later=''
    each_transfer look_at
    [ -z "$HOLDER" ] || return 1
    [ -n "$later" ] || return 0
    sleep 0.1
  done
}

# look_at OTHER...: HOLDER is the one that holds what this transfer claims.
look_at() {
  for other; do
    [ "$other" = "$T" ] && continue
    over "$other" && continue
    overlap=$(xargs -0 -a "$other/claims" sh "$T/mlo.sh" overlaps "$T/claims" 2>/dev/null) || overlap=unknown
    [ -n "$overlap" ] && [ -f "$other/claims" ] || continue
    if ! live "$other"; then
      over "$other" || bury "$other" || HOLDER=$other
      continue
    fi
    get "$other/phase"
    if [ "$REPLY" = starting ] && expr "x$ID" \< "x${other##*/}" >/dev/null; then later=1; else HOLDER=$other; fi
  done
}

# choose_detach: in DETACH what starts a program in a session of its own where the host has setsid,
# so that no hang-up reaches it.
choose_detach() {
  DETACH=nohup
  ! command -v setsid >/dev/null 2>&1 || DETACH='setsid nohup'
}

# launch: the driver.
launch() {
  put "$T/phase" waiting
  choose_detach
  MLO_TRANSFER=$ID $DETACH sh "$T/mlo.sh" drive "$T" </dev/null >>"$T/log" 2>&1 &
  write_pid "$T" $!
}

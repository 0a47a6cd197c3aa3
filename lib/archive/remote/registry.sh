# Transfers: one directory each, so that any laptop finds them again.

# write_pid TRANSFER PID: who works on it. A pid alone may be someone else's by
# the time it is looked at; with its start time and the machine it is not.
write_pid() {
  process "$2"
  put "$1/pid" "$REPLY
"
}

# process PID: the line about it, in REPLY.
process() {
  start_time "$1" || REPLY=0
  began=$REPLY
  get /proc/sys/kernel/random/boot_id
  REPLY="$1 $began $REPLY"
}

# start_time PID: field 22 of /proc/PID/stat, in REPLY; the name before it may hold anything.
start_time() {
  { IFS= read -r REPLY <"/proc/$1/stat"; } 2>/dev/null || return 1
  set -f
  # shellcheck disable=SC2086 # the fields are numbers
  set -- ${REPLY##*) }
  set +f
  [ "$1" != Z ] || return 1
  REPLY=${20}
}

live() {
  get "$1/pid"
  # shellcheck disable=SC2086 # pid, start time, boot
  set -- $REPLY
  [ $# -eq 3 ] || return 1
  start_time "$1" && [ "$REPLY" = "$2" ] && get /proc/sys/kernel/random/boot_id && [ "$REPLY" = "$3" ]
}

# over TRANSFER: whether it has come to an end by itself or by command.
over() {
  get "$1/phase"
  case $REPLY in done* | failed* | cancelled* | interrupted*) return 0 ;; esac
  return 1
}

# end_workers ID [KEEP]: kills what a transfer has left running, except KEEP, until there is
# nothing more: what one of them starts in its last moment is not on the list.
end_workers() {
  for pass in 1 2 3 4 5 6 7 8 9; do
    found=''
    for process in /proc/[0-9]*; do
      [ "${process#/proc/}" = "${2-}" ] && continue
      [ -r "$process/environ" ] || continue
      case "$(tr '\0' '\n' 2>/dev/null <"$process/environ")" in
        *"MLO_TRANSFER=$1"*) kill -9 "${process#/proc/}" 2>/dev/null && found=1 ;;
      esac
    done
    [ -n "$found" ] || return 0
  done
}

# bury TRANSFER: the driver is gone; what it left running would write under our hands.
bury() {
  end_workers "${1##*/}"
  clean_up "$1"
  ended=interrupted
  [ ! -e "$1/cancel" ] || ended=cancelled
  put "$1/phase" "$ended" || mv -f "$1/phase.failed" "$1/phase"
}

clean_up() {
  get "$1/work" && case $REPLY in */mlo.*) rm -rf -- "$REPLY" ;; esac
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

# register: makes the transfer known before anything is copied; ID and T are set.
register() {
  ID=$(date -u +%Y%m%d-%H%M%S)-$$
  T=$STATE/$ID
  new=$STATE/.new-$ID
  mkdir -p -- "$STATE" && mkdir -- "$new" &&
    printf '%s\n' "$program" >"$new/mlo.sh" &&
    printf '%s\n' "$request" >"$new/request.sh" &&
    roots claims >"$new/claims" && process $$ && echo "$REPLY" >"$new/pid" &&
    echo starting >"$new/phase" && echo 'failed state' >"$new/phase.failed" && mv -- "$new" "$T" 2>/dev/null && return
  rm -rf -- "$new"
  refuse state "$STATE"
}

# admit: waits until this transfer has the only claim, or gives the id of the one that holds it in HOLDER.
# Every transfer is registered before it looks at the others, so of two at once at least one sees the other.
admit() {
  while :; do
    HOLDER='' later=''
    for other in "$STATE"/*; do
      [ "$other" = "$T" ] && continue
      over "$other" && continue
      overlap=$(xargs -0 -a "$other/claims" sh "$T/mlo.sh" overlaps "$T/claims" 2>/dev/null) || overlap=unknown
      [ -n "$overlap" ] && [ -f "$other/claims" ] || continue
      if ! live "$other"; then
        over "$other" || bury "$other"
        continue
      fi
      get "$other/phase"
      if [ "$REPLY" = starting ] && expr "x$ID" \< "x${other##*/}" >/dev/null; then later=1; else HOLDER=$other; fi
    done
    [ -z "$HOLDER" ] || return 1
    [ -n "$later" ] || return 0
    sleep 0.1
  done
}

# launch: the driver, in a session of its own where the host has setsid, so that no hang-up reaches it.
launch() {
  put "$T/phase" waiting
  detach=nohup
  command -v setsid >/dev/null 2>&1 && detach='setsid nohup'
  MLO_TRANSFER=$ID $detach sh "$T/mlo.sh" drive "$T" </dev/null >>"$T/log" 2>&1 &
  write_pid "$T" $!
}

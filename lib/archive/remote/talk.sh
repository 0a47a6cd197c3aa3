# What the client is told, over the one connection it has.

# start: checks, registers, launches, and follows. A transfer of just the same that is under way is joined.
start() {
  open_stores
  roots check_roots
  register
  if ! admit; then
    if [ "$(cat -- "$HOLDER/request.sh")" = "$request" ]; then
      rm -rf -- "$T"
      say joined "${HOLDER##*/}"
      say kind "$KIND"
      start_notifier "$HOLDER"
      follow "$HOLDER"
      return
    fi
    rm -rf -- "$T"
    say holder "${HOLDER##*/}"
    refuse overlap "$(tr '\0' ' ' <"$HOLDER/claims")"
  fi
  forget_old
  launch
  say started "$ID"
  say kind "$KIND"
  start_notifier "$T"
  follow "$T"
}

# forget_old: what ended more than a month ago is no longer listed.
forget_old() {
  find "$STATE" -mindepth 1 -maxdepth 1 -type d -mtime +30 -exec sh "$T/mlo.sh" forget {} \;
}

forget() {
  if over "$1"; then rm -rf -- "$1"; fi
}

# follow TRANSFER: a frame now and then until it has come to an end.
follow() {
  turn=0 pause=0.2
  while :; do
    if ! live "$1"; then
      over "$1" || bury "$1" || refuse stuck "$STUCK"
      # It may be about to see that there is nothing left to guard.
      end_all "MLO_GUARD=${1##*/}"
      await_notifier "$1"
      ending "$1"
      return
    fi
    over "$1" || frame "$1"
    get "$1/pid"
    # It returns as soon as the driver has ended.
    timeout "$pause" tail -s 0.02 --pid="${REPLY%% *}" -f /dev/null
    turn=$((turn + 1))
    [ "$turn" -lt 10 ] || pause=1
  done
}

# frame TRANSFER: where it is.
frame() {
  get "$1/phase"
  say phase "$REPLY"
  say_times "$1"
  work=$1/lists
  get "$work/total"
  say total "$REPLY"
  get "$work/compared.total"
  [ -n "$REPLY" ] || get "$work/expected"
  say expected "$REPLY"
  say_sum copied "$work/copied"
  say_sum compared "$work/compared"
  [ ! -d "$work/sums" ] || say reading "$(bytes_read "${1##*/}")"
  set -- "$work"/logs/*
  [ ! -f "$1" ] || say workers "$(tail -v -c 160 -- "$@" 2>/dev/null | tr -d '\0')"
  say frame ''
}

# say_times TRANSFER: now, its start, and since when it does what it does, in seconds since 1970.
say_times() {
  begun='' since=''
  while read -r time rest; do
    begun=${begun:-$time} since=$time
  done 2>/dev/null <"$1/times"
  say times "$(date +%s) ${begun%.*} ${since%.*}"
}

# say_sum KEY FILE: the sums of its lines FILES BYTES.
say_sum() {
  files=0 bytes=0
  [ ! -f "$2" ] || while read -r some more; do files=$((files + some)) bytes=$((bytes + more)); done <"$2"
  say "$1" "$files $bytes"
}

# bytes_read ID: what the programs have read that compute sums just now.
bytes_read() {
  read=0
  for found in $(cd /proc && grep -slzxF -e "MLO_CREW=$1.read" [0-9]*/environ); do
    get "/proc/${found%/environ}/comm"
    [ "$REPLY" = sha256sum ] || continue
    get "/proc/${found%/environ}/io"
    read=$((read + ${REPLY#rchar: }))
  done 2>/dev/null
  echo "$read"
}

# ending TRANSFER: how it ended and why.
ending() {
  get "$1/phase"
  say phase "$REPLY"
  say_times "$1"
  [ ! -s "$1/problem" ] || say problem "$(tr -d '\0' <"$1/problem")"
  [ ! -s "$1/notified" ] || say notified "$(head -c 300 -- "$1/notified" | tr -d '\0')"
  differences=$1/differences
  [ -f "$differences" ] || differences=$1/lists/differences
  if [ -f "$differences" ]; then
    count "$differences"
    say differences "$REPLY"
    head -z -n 5000 -- "$differences"
  fi
  say end ''
}

# open_state: for the commands that only ask.
open_state() {
  real_path "$ARCHIVE" || refuse archive-absent "$ARCHIVE"
  ARCHIVE=$REPLY
  ! real_path "$SCRATCH" || SCRATCH=$REPLY
  MANIFESTS=$ARCHIVE/.mlo/manifests
}

# transfers: every transfer that is known.
transfers() {
  open_state
  each_transfer say_transfers
  say end ''
}

say_transfers() {
  for each; do
    say transfer "${each##*/}"
    # shellcheck source=/dev/null
    (. "$each/request.sh" && say kind "$KIND" && say to "$TO" && roots said_roots)
    if over "$each" || { ! live "$each" && ! over "$each"; }; then
      over "$each" || REPLY=interrupted
      say phase "$REPLY"
      say_times "$each"
    else
      frame "$each"
    fi
    say listed ''
  done
}

said_roots() {
  for root; do say path "$root"; done
}

# join ID: follows a transfer; without an id the one that is under way, or else the last.
join_transfer() {
  open_state
  chosen "$1"
  say joined "${CHOSEN##*/}"
  # shellcheck source=/dev/null
  (. "$CHOSEN/request.sh" && say kind "$KIND")
  follow "$CHOSEN"
}

# chosen ID: in CHOSEN the transfer's directory.
chosen() {
  CHOSEN='' ACTIVE=0
  each_transfer choose "$1"
  [ -n "$CHOSEN" ] || refuse no-transfer "$1"
  [ -n "$1" ] || [ "$ACTIVE" -lt 2 ] || refuse which-transfer ''
}

# choose ID TRANSFER...: that one; without an id the one under way, or else the newest.
choose() {
  id=$1
  shift
  for each; do
    if [ -n "$id" ]; then
      [ "${each##*/}" != "$id" ] || CHOSEN=$each
    elif ! over "$each" && live "$each"; then
      CHOSEN=$each ACTIVE=$((ACTIVE + 1))
    elif [ "$ACTIVE" -eq 0 ] && { [ -z "$CHOSEN" ] || expr "x${CHOSEN##*/}" \< "x${each##*/}" >/dev/null; }; then
      CHOSEN=$each
    fi
  done
}

# cancel ID: ends a transfer. What is copied stays, and the next one goes on from there.
cancel() {
  open_state
  chosen "$1"
  if over "$CHOSEN"; then refuse ended "${CHOSEN##*/}"; fi
  # Whoever follows it may find it ended before we have said why.
  : >"$CHOSEN/cancel"
  get "$CHOSEN/pid"
  kill -9 "${REPLY%% *}" 2>/dev/null
  bury "$CHOSEN" || refuse stuck "$STUCK"
  say cancelled "${CHOSEN##*/}"
  say end ''
}

# plan: what would be copied, without writing anything to either store.
plan() {
  open_stores
  roots check_roots
  roomy_place
  WORK=$(mktemp -d -- "$REPLY/mlo.XXXXXXXX") || refuse work "$(full "$REPLY")"
  trap 'rm -rf -- "$WORK"' EXIT
  SELF=$WORK/mlo.sh
  printf '%s\n' "$program" >"$SELF" && : >"$WORK/differences" || refuse work "$WORK"
  TMPDIR=$WORK OWN=$(own)
  export SELF WORK TMPDIR KIND JOBS MANIFESTS OWN
  roots plan_all
  say end ''
}

# roomy_place: in REPLY where a plan has its lists: the place for temporary files with the most room.
roomy_place() {
  most=-1 place=/tmp
  for each in "${TMPDIR:-/tmp}" /var/tmp /dev/shm; do
    [ -d "$each" ] && [ -w "$each" ] || continue
    room=$(df -B 1 --output=avail -- "$each" | tail -n 1)
    [ "${room:-0}" -gt "$most" ] || continue
    most=$room place=$each
  done
  REPLY=$place
}

plan_all() {
  for root; do
    set_bases "$root"
    leave_out_asked
    list_source
    list_copy
    compare_lists
    set_newer_aside
    tally s.cmp
    say source "$REPLY"
    tally need
    say needed "$REPLY"
  done
}

# contents PATH: what the archive has there, one level deep.
contents() {
  open_state
  at=$ARCHIVE${1:+/$1}
  if [ ! -e "$at" ] && [ ! -L "$at" ]; then refuse missing "$at"; fi
  real_path "${at%/*}" && contains "$ARCHIVE" "$REPLY" || [ -z "$1" ] || refuse outside "$at"
  if [ -d "$at" ] && [ ! -L "$at" ]; then
    find "$at" -mindepth 1 -maxdepth 1 ! -path "$ARCHIVE/.mlo" -printf 'entry %y %s %T@ %f\0' | sort -z
  else
    find "$at" -maxdepth 0 -printf 'entry %y %s %T@ %f\0'
  fi
  [ ! -d "$MANIFESTS" ] ||
    (cd -- "$MANIFESTS" && find . -name facts -printf 'manifest %T@ %h\0')
  say end ''
}

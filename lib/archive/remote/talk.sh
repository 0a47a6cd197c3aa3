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
    live "$1"
    gone=$?
    if over "$1"; then
      ending "$1"
      return
    elif [ "$gone" -ne 0 ]; then
      # It may have come to its end between the two questions.
      over "$1" || bury "$1"
      ending "$1"
      return
    fi
    frame "$1"
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
  get "$1/work"
  work=$REPLY
  case $work in */mlo.*) ;; *) say frame '' && return ;; esac
  get "$work/total"
  say total "$REPLY"
  set -- "$work"/logs/*
  [ ! -f "$1" ] || say workers "$(tail -v -c 160 -- "$@" 2>/dev/null | tr -d '\0')"
  for side in s c; do
    get "$work/$side.batches"
    set -- "$work/$side.sums/"*.sum
    [ -f "$1" ] || shift
    say hashed "$# ${REPLY:-0}"
  done
  say frame ''
}

# ending TRANSFER: how it ended and why.
ending() {
  get "$1/phase"
  say phase "$REPLY"
  [ ! -s "$1/problem" ] || say problem "$(tr -d '\0' <"$1/problem")"
  differences=$1/differences
  if [ ! -f "$differences" ]; then
    get "$1/work"
    case $REPLY in */mlo.*) differences=$REPLY/differences ;; esac
  fi
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
  STATE=$ARCHIVE/.mlo/transfers
  MANIFESTS=$ARCHIVE/.mlo/manifests
}

# transfers: every transfer that is known, oldest first.
transfers() {
  open_state
  for each in "$STATE"/*; do
    [ -f "$each/request.sh" ] || continue
    say transfer "${each##*/}"
    # shellcheck source=/dev/null
    (. "$each/request.sh" && say kind "$KIND" && say to "$TO" && roots said_roots)
    over "$each"
    if [ $? -ne 0 ] && ! live "$each" && ! over "$each"; then REPLY=interrupted; else get "$each/phase"; fi
    say phase "$REPLY"
    say listed ''
  done
  say end ''
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
  if [ -n "$1" ]; then
    CHOSEN=$STATE/$1
    [ -f "$CHOSEN/request.sh" ] || refuse no-transfer "$1"
    return
  fi
  CHOSEN='' active=0
  for each in "$STATE"/*; do
    [ -f "$each/request.sh" ] || continue
    [ "$active" -gt 0 ] || CHOSEN=$each
    over "$each" && continue
    live "$each" || continue
    CHOSEN=$each active=$((active + 1))
  done
  [ -n "$CHOSEN" ] || refuse no-transfer ''
  [ "$active" -lt 2 ] || refuse which-transfer ''
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
  bury "$CHOSEN"
  say cancelled "${CHOSEN##*/}"
  say end ''
}

# plan: what would be copied, without writing anything to either store.
plan() {
  open_stores
  roots check_roots
  WORK=$(mktemp -d "${TMPDIR:-/tmp}/mlo.XXXXXX") || refuse work "${TMPDIR:-/tmp}"
  trap 'rm -rf -- "$WORK"' EXIT
  SELF=$WORK/mlo.sh
  printf '%s\n' "$program" >"$SELF" && : >"$WORK/differences" || refuse work "$WORK"
  export SELF WORK KIND JOBS MANIFESTS
  roots plan_all
  say end ''
}

plan_all() {
  for root; do
    set_bases "$root"
    leave_out_asked
    list_source
    list_copy
    compare_lists
    set_newer_aside
    tally "$WORK/s.cmp" >"$WORK/facts"
    get "$WORK/facts"
    say source "$REPLY"
    tally "$WORK/need" >"$WORK/facts"
    get "$WORK/facts"
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

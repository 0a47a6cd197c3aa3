# Telling NOTIFY_URL how a transfer has ended. What curl needs for it is in no file, no argument and
# no environment: a process of its own holds it, which outlives the driver by one request.

# start_notifier TRANSFER: where it was asked for and can be done; the client is told which.
start_notifier() {
  [ -n "$notification" ] || return 0
  if ! command -v curl >/dev/null 2>&1; then
    say notifies no-curl
    return
  fi
  choose_detach
  # printf is the shell's own: it has no arguments that others could see.
  printf %s "$notification" | $DETACH sh "$1/mlo.sh" notifier "$1" >/dev/null 2>&1 &
  say notifies yes
}

# notifier TRANSFER: waits for its end, and says it.
notifier() {
  T=$1
  unset configuration
  configuration=$(cat && printf .)
  configuration=${configuration%.}
  process $$ && put "$T/notifier" "$REPLY"
  get "$T/pid"
  driver=$REPLY
  # shellcheck disable=SC2086 # pid, start time, boot
  while alive $driver; do timeout 60 tail -s 0.1 --pid="${driver%% *}" -f /dev/null; done
  over "$T" || bury "$T"
  outcome_of "$T"
  # -q: what a user's .curlrc says is about other requests.
  answer=$(with_outcome | curl -q -K - 2>/dev/null) || answer="no answer: curl ended with $?"
  put "$T/notified" "$answer"
}

# with_outcome: the configuration with the OUTCOME wherever it belongs.
with_outcome() {
  rest=$configuration
  while :; do
    case $rest in
      *@OUTCOME@*) printf '%s%s' "${rest%%@OUTCOME@*}" "$OUTCOME" && rest=${rest#*@OUTCOME@} ;;
      *) break ;;
    esac
  done
  printf %s "$rest"
}

# outcome_of TRANSFER: in OUTCOME how it ended, in words.
outcome_of() {
  get "$1/phase"
  # shellcheck disable=SC2086 # words
  set -- $REPLY
  case $1 in
    failed) OUTCOME="not done ($2)" ;;
    *) OUTCOME=$1 ;;
  esac
}

# await_notifier TRANSFER: who follows it to its end sees whether it was told.
await_notifier() {
  get "$1/notifier"
  teller=$REPLY
  # shellcheck disable=SC2086 # pid, start time, boot
  ! alive $teller || timeout 15 tail -s 0.1 --pid="${teller%% *}" -f /dev/null
  return 0
}

#!/bin/bash -p
# watch.sh: started by init beside a job's command, of which it knows nothing. Tells NOTIFY_URL of its start, its
# end, a SIGTERM and when the pod idles; notes each minute what the pod uses, and stops a pod that idles if asked.
# On its standard input init writes "told SIGNAL" and "end STATUS"; it ends with init at the latest.
#
#   $MLO_RUN_DIR/usage.csv   a line a minute (of worker 3: usage-worker-3.csv); /run/mlo/usage.csv: of this start
#   /run/mlo/keep            until when the pod counts as busy, in seconds since 1970: written by mlo keep
#   /run/mlo/idle            there once the pod is stopped because it idles
#
# Few programs, many builtins: it runs as long as the job does. What may hang (scratch, a server, a driver) is done
# by a child that nobody waits for.
set -euo pipefail

# --- idling -----------------------------------------------------------------------------------------------

# Whether the sample shows use. Empty: there is nothing of the kind; "?": not measured, which counts as use.
is_busy() {
  local value
  for value in "$gpu" "$cpu" "$net" "$typed" "$sessions" "$disk"; do
    [[ $value =~ ^[0-9]*$ ]] || return 0
  done
  ((${gpu:-0} > 0 || ${cpu:-100} >= 5 || ${net:-9999} >= 1024 || ${sessions:-1} > 0 || ${disk:-1} > 0)) ||
    [[ -n $typed && $typed -lt $((2 * period)) ]]
}

# The rule, the same as in lib/watch/idle.ts. Of the sample at `at` it sets idle, in seconds, and action: warn (half
# of the time is over), stop (all of it, and the warning came half of it before), notice (where nothing is to be
# stopped, after an hour), or none. Samples that are missing count as use.
judge() {
  local from half=$((idle_stop / 2))
  action=none
  if is_busy || ((last == 0 || at < last || at - last > 3 * period)); then since=$at; fi
  last=$at
  idle=$((at - since))
  from=$((keep > since ? keep : since))
  ((warned >= from)) || warned=0
  if ((stopped || at <= from)); then
    return 0
  elif ((idle_stop == 0)); then
    if ((warned == 0 && at - from >= 3600)); then action=notice; fi
  elif ((warned == 0)); then
    if ((at - from >= half)); then action=warn; fi
  elif ((at - from >= idle_stop && at - warned >= half)); then
    action=stop stopped=1
  fi
  if [[ $action == warn || $action == notice ]]; then warned=$at; fi
}

# judge_all IDLE_STOP KEEP: the rule over lines of usage.csv, for tests.
judge_all() {
  local period=60 idle_stop="$1" keep="$2" last=0 since=0 warned=0 stopped=0
  local at gpu cpu net typed sessions disk idle action _
  while IFS=, read -r at gpu _ cpu _ net typed sessions disk _; do
    [[ $at =~ ^[0-9]+$ ]] || continue
    judge
    printf '%s %s\n' "$idle" "$action"
  done
}

# --- a sample -----------------------------------------------------------------------------------------------

# The lines that could not be written last time go along; while a writer hangs, no other is started.
write_sample() {
  local line="$at,$gpu,$gpu_mib,$cpu,$mib,$net,$typed,$sessions,$disk,$idle"
  { printf '%s\n' "$line" >>/run/mlo/usage.csv; } 2>/dev/null || true
  [[ -n ${MLO_RUN_DIR-} && ${#pending} -lt 20000 ]] || return 0
  pending+="$line"$'\n'
  if ((writing)) && kill -0 "$writing" 2>/dev/null; then return 0; fi
  (printf '%s' "$pending" >>"$MLO_RUN_DIR/usage$part.csv") 2>/dev/null &
  writing=$! pending=
}

sample() {
  at=$EPOCHSECONDS
  read_gpu
  read_cpu
  read_memory
  read_network
  read_terminals
  read_processes
  { read -r keep </run/mlo/keep; } 2>/dev/null || true
  [[ $keep =~ ^[0-9]{1,12}$ ]] || keep=0
  judge
  write_sample
  case $action in
    notice) tell idle "$job has been idle for $(shown "$idle") · mlo top" ;;
    warn) warn ;;
    stop) stop ;;
  esac
}

# --- what is told -------------------------------------------------------------------------------------------

# shown SECONDS: as people say it.
shown() {
  local minutes=$(($1 / 60)) hours=$(($1 / 3600))
  if (($1 < 60)); then
    printf '%d s' "$1"
  elif ((hours == 0)); then
    printf '%d min' "$minutes"
  elif ((minutes % 60 == 0)); then
    printf '%d h' "$hours"
  else
    printf '%d h %d min' "$hours" "$((minutes % 60))"
  fi
}

# tell EVENT TEXT [KEY=VALUE]...: in the background. Of a distributed job the first pod speaks.
tell() {
  [[ -n ${NOTIFY_URL-} && -z $part ]] || return 0
  /docker/notify.sh "$2" "event=$1" "job=$job" "run=${MLO_RUN_ID-}" "attempt=${MLO_ATTEMPT-}" "pod=$HOSTNAME" \
    "${@:3}" >/dev/null 2>&1 &
}

attempt_words() {
  if ((${MLO_ATTEMPT:-1} > 1)); then printf ' (attempt %d)' "$MLO_ATTEMPT"; fi
}

# A line on each terminal. Those of root are written to by root; one that nobody reads from holds up its writer alone.
warn() {
  local text terminal
  text="$job has been idle for $(shown "$idle") and is stopped in $(shown $((idle_stop - idle_stop / 2)))"
  text+=" · mlo keep $job 4h"
  tell idle "$text" "seconds=$idle"
  for terminal in /dev/pts/[0-9]*; do
    if [[ -w $terminal ]]; then
      (printf '\r\n*** %s\r\n' "$text" >"$terminal") 2>/dev/null &
    elif [[ -e $terminal ]]; then
      # shellcheck disable=SC2016 # the shell that sudo starts expands them
      sudo -n -- /bin/sh -c 'printf "\r\n*** %s\r\n" "$1" >"$2"' sh "$text" "$terminal" >/dev/null 2>&1 &
    fi
  done
}

# init passes the signal on, as if the cluster had sent it.
stop() {
  { : >/run/mlo/idle; } 2>/dev/null || true
  tell stop "$job is stopped: idle for $(shown "$idle")$(attempt_words)" "seconds=$idle"
  kill -TERM 1
}

# told WORD NUMBER: what init says.
told() {
  local seconds=$((EPOCHSECONDS - begin)) text
  case $1 in
    told)
      if ((stopped)); then return 0; fi
      text="$job was told to end after $(shown "$seconds")$(attempt_words): preempted, deleted or out of time"
      tell signal "$text · mlo status $job" "seconds=$seconds"
      ;;
    end)
      text="$job is done after $(shown "$seconds")$(attempt_words)"
      if (($2 != 0)); then
        text="$job ended after $(shown "$seconds"): exit status $2$(attempt_words) · mlo logs $job"
      fi
      tell end "$text" "status=$2" "seconds=$seconds"
      wait # each takes five seconds at most, and init waits no longer
      exit 0
      ;;
  esac
}

# --- the loop -----------------------------------------------------------------------------------------------

watch() {
  local job part='' period="${MLO_WATCH_PERIOD:-60}" idle_stop="${MLO_IDLE_STOP:-0}"
  local begin=$EPOCHSECONDS next left word number
  local asking=0 cpu_before='' cpu_time=0 net_before='' writing=0 pending=''
  local at gpu gpu_mib cpu mib net typed sessions disk keep=0 last=0 since=0 warned=0 stopped=0 idle=0 action
  if [[ -n ${MLO_PART-} ]]; then part="-$MLO_PART"; fi
  job="${MLO_RUN_DIR-}"
  job="${job##*/}"
  job="${job%-*}"
  job="${job:-${HOSTNAME:-job}}"
  if ((${MLO_ATTEMPT:-1} == 1)); then pending=$'time,gpu,gpu_mib,cpu,mib,net_kib,typed,sessions,disk,idle\n'; fi
  { [[ ! -e /run/mlo/usage.csv ]] || rm -f /run/mlo/keep /run/mlo/idle; } # of the container's run before
  { : >/run/mlo/usage.csv; } 2>/dev/null || true
  tell start "$job runs$(attempt_words) in $HOSTNAME"
  next=$((begin + (period < 5 ? period : 5))) # the start is for the command
  while true; do
    left=$((next - EPOCHSECONDS))
    if IFS=' ' read -r -t "$((left > 0 ? left : 0)).05" word number; then
      told "$word" "$number"
    elif (($? > 128)); then
      sample
      next=$((next + period > EPOCHSECONDS ? next + period : EPOCHSECONDS + period))
    else
      return # init is gone
    fi
  done
}

# Nothing that fails in here is a reason to end.
main() {
  set +eu
  if [[ ${1-} == --judge ]]; then
    judge_all "$2" "$3"
    return
  fi
  PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/nvidia/bin
  umask 027
  # shellcheck source=SCRIPTDIR/usage.sh
  . "${BASH_SOURCE[0]%/*}/usage.sh"
  watch
}

main "$@"

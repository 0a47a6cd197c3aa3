# Processes: who is alive, and the end of all that a transfer has started.

# process PID: the line about it, in REPLY. A pid alone may be someone else's by
# the time it is looked at; with its start time and the machine it is not.
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

# alive PID START BOOT: whether that process still is.
alive() {
  [ $# -eq 3 ] || return 1
  start_time "$1" && [ "$REPLY" = "$2" ] && get /proc/sys/kernel/random/boot_id && [ "$REPLY" = "$3" ]
}

# in_driver: whether this is the driver itself, and not a part of it that runs beside it.
# (The shell itself opens the file: it tells the pid of a subshell, too.)
in_driver() {
  IFS=' ' read -r me rest </proc/self/stat && [ "$me" = "$$" ]
}

# Passes of end_all, a tenth of a second each: what hangs longer in its file server is said to.
PASSES=300

# end_all VARIABLE [KEEP]: kills what has VARIABLE (NAME=VALUE) in its environment, except KEEP,
# until nothing of it is left: what one of them starts in its last moment is on no list, and
# what is killed may still write until it is gone. In STUCK is what does not go.
end_all() {
  pass=0 killed=''
  while :; do
    STUCK=''
    for found in $(cd /proc && grep -slzxF -e "$1" [0-9]*/environ); do
      [ "${found%/environ}" != "${2-}" ] && end_one "${found%/environ}"
    done
    # Its environment is gone before its files are closed.
    for each in $killed; do
      start_time "${each%.*}" && [ "$REPLY" = "${each#*.}" ] && STUCK="$STUCK ${each%.*}"
    done
    [ -n "$STUCK" ] || return 0
    pass=$((pass + 1))
    [ "$pass" -lt "$PASSES" ] || return 1
    [ "$pass" -lt 3 ] || sleep 0.1
  done
}

# end_one PID: kills it and notes it in killed, as PID.START.
# (The program that searches finds itself, and is gone by now.)
end_one() {
  start_time "$1" && kill -9 "$1" 2>/dev/null || return 0
  case " $killed " in *" $1.$REPLY "*) ;; *) killed="$killed $1.$REPLY" ;; esac
}

# workers CREW LIST ARGUMENTS...: xargs with JOBS processes over a list of WORK. Whatever became of
# them, when it returns none of them is left: one that was killed leaves an rsync that goes on writing.
workers() {
  crew=$ID.$1 list=$2
  shift 2
  MLO_CREW=$crew xargs -0 -r -P "$JOBS" -a "$WORK/$list" "$@" || LOST_WORKER=1
  end_all "MLO_CREW=$crew" || die stuck
}

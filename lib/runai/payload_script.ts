/**
 * The zsh that surrounds a user's command in the pod. It is read by the shell
 * in one piece, before the user's .zshrc is loaded: aliases from there do not
 * change it. Its own names start with `mlo_`.
 */

/**
 * Loads .zshrc. Whatever happens there (a last test that is false, an error, options
 * that make a shell give up at the first failure) must not stop the job.
 * SIGTERM has to be answered from the start: process 1 would not notice it.
 */
export const LOAD_ZSHRC = `unset mlo_script
set --
trap 'exit 143' TERM
{
  [[ ! -r \${ZDOTDIR:-\${HOME-}}/.zshrc ]] || builtin source "\${ZDOTDIR:-\${HOME-}}/.zshrc"
} always {
  (( TRY_BLOCK_ERROR = 0 ))
} || true
setopt no_err_exit no_err_return unset
mlo_fail() { builtin print -ru2 -- "mlo: $1; the command was not run"; exit 1 }
`;

/**
 * What stands around a command that may start several programs one after the
 * other or side by side, or that has a time limit. The command is evaluated in
 * a child; this shell only waits, and passes a SIGTERM on the way the kernel
 * would have if each running program had been the pod's only one: once, to the
 * program itself, leaving its own children (data loaders, say) to it. No further program
 * is started, running handlers may finish, and the status is that of the
 * program that was running. Shells forked off the command's shell are held until then.
 * tee is left alone: it ends with its input, and a program that reports its
 * end into it would fail if it were gone.
 *
 * A background child would get /dev/null as its input, ignored SIGINT and
 * SIGQUIT and a lower priority; each is set right. Where an init signals the
 * whole group of processes (tini -g), the canary is gone as well, and nothing
 * is signalled a second time.
 */
export const SUPERVISE_BEFORE = `
mlo_stat() {
  local line
  { line=$(</proc/$1/stat) } 2>/dev/null || return 1
  mlo_comm=\${\${line#*\\(}%\\)*}
  mlo_fields=(\${=\${line##*\\) }})
  [[ $mlo_fields[1] != [ZX] ]]
}
mlo_look() {
  local -A children
  local entry pid line
  for entry in /proc/<->(N); do
    pid=\${entry:t}
    mlo_stat $pid && children[$mlo_fields[2]]+=" $pid"
  done
  local -a queue=($mlo_child)
  mlo_shells=() mlo_programs=()
  while (( $#queue )); do
    pid=$queue[1]
    shift queue
    mlo_stat $pid || continue
    { line=$(</proc/$pid/cmdline) } 2>/dev/null || continue
    if [[ $line == "$mlo_cmdline" ]]; then
      mlo_shells+=($pid)
      queue+=(\${=children[$pid]-})
    elif [[ $mlo_comm != tee ]]; then
      mlo_programs+=($pid)
    fi
  done
}
mlo_end() {
  trap : TERM USR1
  local -A told
  local -a live
  local pid ticks=0 grouped=
  command sleep 0.1
  mlo_stat $mlo_canary || grouped=1
  while true; do
    mlo_look
    for pid in $mlo_shells; do
      if (( pid != mlo_child )); then
        kill -STOP $pid
      elif (( ! $+told[$pid] )); then
        kill -TERM $pid
        told[$pid]=1
      fi
    done 2>/dev/null
    live=()
    for pid in $mlo_programs; do
      (( $+told[$pid] )) || [[ -n $grouped ]] || kill -TERM $pid
      told[$pid]=1
    done 2>/dev/null
    for pid in \${(k)told}; do
      (( pid == mlo_child )) && [[ -n \${mlo_shells[(r)$pid]} ]] && continue
      mlo_stat $pid && live+=($pid)
    done
    if (( ! $#live )); then
      for pid in \${mlo_shells:#$mlo_child}; do
        kill -TERM $pid
        kill -CONT $pid
      done 2>/dev/null
      mlo_stat $mlo_child || break
    fi
    if [[ $1 == time ]] && (( ++ticks > mlo_grace * 5 )); then
      kill -KILL $mlo_shells $mlo_programs $live 2>/dev/null
    fi
    command sleep 0.2
  done
  wait $mlo_child
  local code=$?
  [[ $1 == time ]] && code=124
  mlo_leave $code
}
mlo_leave() {
  kill -TERM $mlo_canary $mlo_timer 2>/dev/null
  exit $1
}
mlo_cmdline=$(</proc/$$/cmdline)
mlo_timer=
trap 'mlo_end term' TERM
trap 'mlo_end time' USR1
setopt no_bg_nice
command sleep infinity &
mlo_canary=$!
(
  trap - INT QUIT USR1
  trap 'exit $?' TERM
`;

/** Ends the child opened by {@linkcode SUPERVISE_BEFORE}; `limit` is in seconds, `grace` is what is left after it. */
export function superviseAfter(limit: number | undefined, grace: number) {
  const timer = limit === undefined ? "" : `(
  trap 'kill $!; exit' TERM
  command sleep ${limit} &
  wait $! && kill -USR1 $$
) &
mlo_timer=$!
`;
  return `
) <&0 &
mlo_child=$!
emulate -R zsh
mlo_grace=${grace}
${timer}wait $mlo_child
mlo_leave $?
`;
}

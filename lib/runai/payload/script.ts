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
 * a child; this shell only waits, and passes a SIGTERM on as if each running
 * program were the pod's only one: once, to the program itself, leaving its
 * own children (data loaders, say) to it. The shells of the command start
 * nothing more; handlers may take their time; the status is that of the
 * program that was running. tee is left alone for two seconds more: it
 * ends with its input, and a program that reports its end into it would fail
 * if it were gone.
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
  mlo_shells=() mlo_programs=() mlo_tees=()
  while (( $#queue )); do
    pid=$queue[1]
    shift queue
    mlo_stat $pid || continue
    { line=$(</proc/$pid/cmdline) } 2>/dev/null || continue
    if [[ $line == "$mlo_cmdline" ]]; then
      mlo_shells+=($pid)
      queue+=(\${=children[$pid]-})
    elif [[ $mlo_comm == tee ]]; then
      mlo_tees+=($pid)
    else
      mlo_programs+=($pid)
    fi
  done
}
mlo_tell() {
  local pid
  for pid in $@; do
    (( $+mlo_told[$pid] )) || [[ -n $mlo_grouped ]] || kill -TERM $pid
    mlo_told[$pid]=1
  done 2>/dev/null
}
mlo_end() {
  trap : TERM USR1
  typeset -gA mlo_told
  local -a started live
  local pid ticks=0 idle=0 early=
  command sleep 0.1
  mlo_grouped=
  mlo_stat $mlo_canary || mlo_grouped=1
  while true; do
    mlo_look
    mlo_tell $mlo_shells
    mlo_tell $mlo_programs
    started+=($mlo_programs)
    live=()
    for pid in \${(u)started}; do
      mlo_stat $pid && live+=($pid)
    done
    if (( $#live )); then
      mlo_stat $mlo_child || early=1
    else
      mlo_stat $mlo_child || break
      (( ++idle > 10 )) && mlo_tell $mlo_tees
    fi
    if [[ $1 == time ]] && (( ++ticks > mlo_grace * 5 )); then
      kill -KILL $mlo_shells $mlo_tees $live 2>/dev/null
    fi
    command sleep 0.2
  done
  wait $mlo_child
  local code=$?
  # Not a program's status: the shell was waiting, or ran builtins only.
  [[ -n $early || $#started -eq 0 ]] && (( code == 0 )) && code=143
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

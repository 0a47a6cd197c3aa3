import type { Call, Host, Started } from "../host/host.ts";
import { ANSWER_BEGINS, answerReader, type Record } from "./answer.ts";
import {
  cannotShare,
  endSharing,
  joinOnly,
  type Login,
  shareAt,
  sharedSocket,
} from "./login.ts";

/** How long a login that is there already may take to give a shell, in milliseconds. */
const PATIENCE = 5000;

/** Says that it is there before it takes a script, in the words of any login shell. */
const SHELL = `exec /bin/sh -c 'printf "\\n%s\\0" ${ANSWER_BEGINS}; ` +
  "exec /bin/sh -s'";

/**
 * A shell on the archive host that waits for its script, with one password
 * prompt at most: over the login of an earlier command if there is one.
 * Nothing is sent to a connection that does not answer, so that a script never
 * arrives twice, or late. Where no shell could be had, the outcome of what is
 * given says why.
 */
export async function openShell(
  host: Pick<Host, "env" | "files" | "programs" | "clock">,
  login: Login,
  onRecord: (record: Record) => void,
  signal: AbortSignal,
): Promise<Started> {
  const attempt = (options: readonly string[], patience?: number) =>
    greeted(host, sshCall(login, options), onRecord, signal, patience);
  const share = await sharedSocket(host, login);
  if (share?.exists) {
    const joined = await attempt(joinOnly(share.socket), PATIENCE);
    if (joined.isThere || signal.aborted) return joined.shell;
    joined.shell.kill();
    if (joined.isSilent) {
      // The network it was made in is gone. What else uses it is left alone.
      await endSharing(host, login, share.socket);
      return (await attempt([])).shell;
    }
  }
  if (!share) return (await attempt([])).shell;
  const fresh = await attempt(shareAt(share.socket));
  if (fresh.isThere || signal.aborted) return fresh.shell;
  return cannotShare(await fresh.shell.outcome)
    ? (await attempt([])).shell
    : fresh.shell;
}

/** Starts ssh and waits until the shell says that it is there, ssh has ended, or patience has. */
async function greeted(
  host: Pick<Host, "programs" | "clock">,
  call: Call,
  onRecord: (record: Record) => void,
  signal: AbortSignal,
  patience = Infinity,
) {
  let [isThere, hasEnded] = [false, false];
  const news = Promise.withResolvers<void>();
  const shell = host.programs.start(
    call,
    answerReader(onRecord, () => {
      isThere = true;
      news.resolve();
    }),
  );
  const kill = () => shell.kill();
  if (signal.aborted) kill();
  signal.addEventListener("abort", kill);
  const end = (): void => {
    hasEnded = true;
    signal.removeEventListener("abort", kill);
    news.resolve();
  };
  void shell.outcome.then(end, end);
  for (let waited = 0; waited < patience; waited += TICK) {
    const pause = patience === Infinity ? undefined : host.clock.sleep(TICK);
    await (pause ? Promise.race([news.promise, pause]) : news.promise);
    if (isThere || hasEnded) break;
  }
  return { shell, isThere, isSilent: !isThere && !hasEnded };
}

/** Milliseconds. */
const TICK = 50;

function sshCall({ host, user }: Login, options: readonly string[]): Call {
  return {
    program: "ssh",
    args: [
      "-T",
      ...options,
      "-o",
      "ConnectTimeout=10",
      // A cable that was pulled is noticed within a minute.
      "-o",
      "ServerAliveInterval=15",
      "-o",
      "ServerAliveCountMax=4",
      "-l",
      user,
      "--",
      host,
      SHELL,
    ],
    leavesProcess: true,
  };
}

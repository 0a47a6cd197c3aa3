import type { Call, Host, Outcome, Started } from "../host/host.ts";
import { answerReader, type Record } from "./answer.ts";
import {
  cannotShare,
  destination,
  endSharing,
  joinOnly,
  type Login,
  options,
  shareAt,
  sharedSocket,
} from "./login.ts";
import type { Script } from "./script.ts";

/** How long a login that is there already may take to give a shell, in milliseconds. */
const PATIENCE = 5000;

/**
 * Runs a script in a shell on the archive host, with one password prompt at
 * most: over the login of an earlier command if there is one. A connection that
 * does not answer is never told what to do, so that nothing is done twice, or
 * late. Where no shell could be had, the outcome says why. The signal ends it.
 */
export async function runThere(
  host: Pick<Host, "env" | "files" | "programs" | "clock">,
  login: Login,
  script: Script,
  onRecord: (record: Record) => void,
  signal: AbortSignal,
): Promise<Ran> {
  let printed = "";
  const open = (sharing: readonly string[], patience?: number) =>
    openShell(
      host,
      sshCall(login, sharing),
      script.preparation,
      onRecord,
      signal,
      (text) => void (printed = text),
      patience,
    );
  const { shell, isThere } = await anyShell(host, login, open, signal);
  if (isThere) await shell.feed(script.command);
  return { ...await shell.outcome, printed };
}

/** How a conversation ended, and what the host printed instead of an answer. */
export interface Ran extends Outcome {
  readonly printed: string;
}

async function anyShell(
  host: Pick<Host, "env" | "files" | "programs">,
  login: Login,
  open: (sharing: readonly string[], patience?: number) => Promise<Opened>,
  signal: AbortSignal,
): Promise<Opened> {
  const share = await sharedSocket(host, login);
  if (!share) return await open([]);
  if (share.exists) {
    const joined = await open(joinOnly(share.socket), PATIENCE);
    if (joined.isThere || signal.aborted) return joined;
    joined.shell.kill();
    if (joined.isSilent) {
      // The network it was made in is gone. What else uses it is left alone.
      await endSharing(host, login, share.socket);
      return await open([]);
    }
  }
  const fresh = await open(shareAt(share.socket));
  if (fresh.isThere || signal.aborted) return fresh;
  return cannotShare(await fresh.shell.outcome) ? await open([]) : fresh;
}

/** What came of trying to open a shell. */
interface Opened {
  readonly shell: Started;
  /** It has said that it is there. */
  readonly isThere: boolean;
  /** Neither that nor an end has come while patience lasted. */
  readonly isSilent: boolean;
}

async function openShell(
  host: Pick<Host, "programs" | "clock">,
  call: Call,
  preparation: string,
  onRecord: (record: Record) => void,
  signal: AbortSignal,
  onPrinted: (text: string) => void,
  patience = Infinity,
): Promise<Opened> {
  let [isThere, hasEnded] = [false, false];
  const news = Promise.withResolvers<void>();
  const shell = host.programs.start(
    call,
    answerReader(onRecord, () => {
      isThere = true;
      news.resolve();
    }, onPrinted),
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
  void shell.write(preparation);
  for (let waited = 0; waited < patience; waited += TICK) {
    const pause = patience === Infinity ? undefined : host.clock.sleep(TICK);
    await (pause ? Promise.race([news.promise, pause]) : news.promise);
    if (isThere || hasEnded) break;
  }
  return { shell, isThere, isSilent: !isThere && !hasEnded };
}

/** Milliseconds. */
const TICK = 50;

/**
 * What the user's ssh_config(5) may have set for a person at a terminal, and
 * would keep our command or its input from the host. Older programs do not know
 * all of it, and may pass over what they do not know.
 */
const OURS = options(
  "IgnoreUnknown=StdinNull,SessionType,ForkAfterAuthentication",
  "RemoteCommand=none",
  "StdinNull=no",
  "SessionType=default",
  "ForkAfterAuthentication=no",
  "RequestTTY=no",
  // A forwarding that is in use already would end the connection.
  "ClearAllForwardings=yes",
);

function sshCall(login: Login, sharing: readonly string[]): Call {
  return {
    program: "ssh",
    args: [
      "-T",
      ...OURS,
      ...sharing,
      ...options("ConnectTimeout=10"),
      // A cable that was pulled is noticed within a minute.
      ...options("ServerAliveInterval=15", "ServerAliveCountMax=4"),
      ...destination(login),
      "exec /bin/sh -s",
    ],
    leavesProcess: true,
  };
}

import { ExitCode, MloError } from "../error.ts";
import type { Host } from "../host/host.ts";
import { type Record, textOf } from "./answer.ts";
import { type Ran, runThere } from "./connection.ts";
import type { Login } from "./login.ts";
import { refusal } from "./refusals.ts";
import type { Script } from "./script.ts";

/**
 * Runs a script on the archive host over one connection, hence with one
 * password prompt at most, and gives its answer record by record. Rejects when
 * the host refuses, when it cannot be reached, and at ^C, which ends only the
 * conversation; `joining` then says how to find a transfer again.
 */
export async function converse(
  host: ConversationHost,
  login: Login,
  script: Script,
  onRecord: (record: Record) => void,
  joining: () => string | undefined = () => undefined,
): Promise<void> {
  const last = new Map<string, string>();
  const interrupt = new AbortController();
  let ended = false;
  const hear = (record: Record) => {
    if (record.key === "end") ended = true;
    if (["refused", "about", "holder"].includes(record.key)) {
      last.set(record.key, textOf(record));
    } else onRecord(record);
  };
  const stopListening = host.terminal.onInterrupt(() => interrupt.abort());
  try {
    const outcome = await runThere(
      host,
      login,
      script,
      hear,
      interrupt.signal,
    );
    // ^C reaches ssh as well, which may be the quicker one to end.
    if (!ended) await host.clock.sleep(200);
    if (interrupt.signal.aborted && !ended) throw interruption(joining());
    const refused = last.get("refused");
    if (refused !== undefined) {
      throw refusal(refused, last.get("about") ?? "", last.get("holder"));
    }
    if (!ended) {
      throw lostConnection(
        login,
        new TextDecoder().decode(outcome.stderr).trim(),
        joining(),
        outcome,
      );
    }
  } finally {
    stopListening();
  }
}

/** The connection was lost while a transfer was followed: it can be taken up again. */
export class LostConnection extends MloError {}

/** What a conversation needs of the machine. */
export type ConversationHost = Pick<
  Host,
  "env" | "files" | "programs" | "terminal" | "clock"
>;

/** The error at ^C; `joining` says how to find the transfer again. */
export function interruption(joining: string | undefined): MloError {
  return new MloError(
    joining === undefined
      ? "Interrupted: nothing was started"
      : "Interrupted: the transfer goes on on the archive host",
    {
      exitCode: ExitCode.interrupted,
      ...(joining === undefined ? {} : { hint: joining }),
    },
  );
}

/** Says why ssh came back without an answer; its own words decide. */
function lostConnection(
  { host, user }: Login,
  said: string,
  joining: string | undefined,
  { code, printed }: Pick<Ran, "code" | "printed">,
): MloError {
  const childMessage = said;
  if (joining !== undefined) {
    return new LostConnection(
      `Lost the connection to ${host}: the transfer was under way when it was last seen`,
      { exitCode: ExitCode.unreachable, hint: joining, childMessage },
    );
  }
  // Of ssh's own failures the status is 255; any other is the host's (ssh(1)).
  if (code !== 255) {
    const words = [printed.trim(), said].filter((text) => text !== "");
    return new MloError(
      `Cannot run anything on ${host}: it let ${user} in, but gave no shell`,
      {
        exitCode: ExitCode.failed,
        hint:
          `ssh ${user}@${host} shows what the login does; an exit in a start-up file there (.bashrc, .zshenv) does this, too`,
        childMessage: words.length === 0
          ? `it printed nothing and ended with status ${code}`
          : words.join("\n"),
      },
    );
  }
  if (/permission denied|host key verification failed/i.test(said)) {
    return new MloError(`Cannot log in to ${host} as ${user}`, {
      exitCode: ExitCode.auth,
      hint: `try: ssh ${user}@${host}`,
      childMessage,
    });
  }
  return new MloError(`Cannot reach the archive host ${host}`, {
    exitCode: ExitCode.unreachable,
    hint: "are you on the campus network or its VPN?",
    childMessage,
  });
}

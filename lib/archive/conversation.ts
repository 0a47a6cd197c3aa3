import { ExitCode, MloError } from "../error.ts";
import type { Host } from "../host/host.ts";
import { answerReader, type Record, textOf } from "./answer.ts";
import { refusal } from "./refusals.ts";

/** Who logs in where. */
export interface Login {
  readonly host: string;
  readonly user: string;
}

/**
 * Runs a script on the archive host over one connection, hence with one
 * password prompt at most, and gives its answer record by record. Rejects when
 * the host refuses, when it cannot be reached, and at ^C, which ends only the
 * conversation; `joining` then says how to find a transfer again.
 */
export async function converse(
  host: Pick<Host, "programs" | "terminal" | "clock">,
  login: Login,
  script: string,
  onRecord: (record: Record) => void,
  joining: () => string | undefined = () => undefined,
): Promise<void> {
  const last = new Map<string, string>();
  let [ended, interrupted] = [false, false];
  const started = host.programs.start(
    sshCall(login),
    answerReader((record) => {
      if (record.key === "end") ended = true;
      if (["refused", "about", "holder"].includes(record.key)) {
        last.set(record.key, textOf(record));
      } else onRecord(record);
    }),
  );
  const stopListening = host.terminal.onInterrupt(() => {
    interrupted = true;
    started.kill();
  });
  try {
    const [outcome] = await Promise.all([
      started.outcome,
      started.feed(script),
    ]);
    // ^C reaches ssh as well, which may be the quicker one to end.
    if (!ended) await host.clock.sleep(200);
    if (interrupted && !ended) throw interruption(joining());
    const refused = last.get("refused");
    if (refused !== undefined) {
      throw refusal(refused, last.get("about") ?? "", last.get("holder"));
    }
    if (!ended) {
      throw lostConnection(
        login,
        new TextDecoder().decode(outcome.stderr).trim(),
        joining(),
      );
    }
  } finally {
    stopListening();
  }
}

function sshCall({ host, user }: Login) {
  return {
    program: "ssh",
    args: [
      "-T",
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
      "exec /bin/sh -s",
    ],
  };
}

function interruption(joining: string | undefined): MloError {
  return new MloError(
    joining === undefined
      ? "Interrupted: nothing was started"
      : "Interrupted: the transfer goes on without us",
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
): MloError {
  const childMessage = said;
  if (joining !== undefined) {
    return new MloError(
      `Lost the connection to ${host}: the transfer goes on without us`,
      { exitCode: ExitCode.unreachable, hint: joining, childMessage },
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

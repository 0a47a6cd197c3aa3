import { type Record, textOf } from "./answer.ts";
import {
  type ConversationHost,
  converse,
  interruption,
  LostConnection,
} from "./conversation.ts";
import { type Findings, findings } from "./differences.ts";
import type { Login } from "./login.ts";
import { type Progress, progressOf } from "./progress.ts";
import { failure } from "./refusals.ts";
import type { Script } from "./script.ts";

/** What a transfer does. */
export type Kind = "archive" | "restore" | "verify";

/** How a transfer ended. */
export interface Ending {
  readonly id: string;
  readonly kind: Kind;
  /** `done`: every file was compared equal. */
  readonly outcome: "done" | "different" | "cancelled" | "interrupted";
  readonly findings: Findings;
  /** What came of telling NOTIFY_URL, if that was asked for: the server's status, or why there is none. */
  readonly notified?: string;
}

/** Who watches a transfer. */
export interface Watcher {
  /** The transfer has begun, or is joined. */
  begun(id: string, joined: boolean): void;
  progress(progress: Progress): void;
  /** Whether the host can tell NOTIFY_URL at the end, which was asked for. */
  notifies(can: boolean): void;
  /** The connection is lost, and is taken up again. */
  lost(): void;
  /** Nothing more will come. */
  close(): void;
}

/**
 * Sends a script that starts or joins a transfer and follows it to its end. A
 * connection that is lost meanwhile is taken up again with `again`, the script
 * that joins a transfer.
 * Rejects if it could not be started or broke off without a verdict.
 */
export async function follow(
  host: ConversationHost,
  login: Login,
  script: Script,
  again: (id: string) => Script,
  watcher: Watcher,
): Promise<Ending> {
  const said = new Map<string, string>();
  const id = () => said.get("started") ?? said.get("joined");
  const found: Record[] = [];
  let frame: Record[] = [];
  let [inFindings, begun] = [false, false];
  const hear = (record: Record) => {
    const { key } = record;
    if (key === "joined" || key === "started") {
      [frame, inFindings] = [[], false];
    }
    if (inFindings) return void found.push(record);
    if (key === "differences") {
      // Of an end that was cut off once, the whole comes again.
      found.length = 0;
      return void (inFindings = true);
    }
    if (key === "frame") {
      watcher.progress(progressOf(frame));
      frame = [];
      return;
    }
    frame.push(record);
    if (TOLD.includes(key)) said.set(key, textOf(record));
    const started = id();
    if (key === "kind" && started && !begun) {
      begun = true;
      watcher.begun(started, said.has("joined"));
    }
    if (key === "notifies") watcher.notifies(textOf(record) === "yes");
  };
  const joining = () => {
    const started = id();
    return started === undefined ? undefined : howToJoin(started);
  };
  try {
    await untilItEnds(host, login, script, hear, joining, {
      id,
      again,
      watcher,
    });
  } finally {
    watcher.close();
  }
  const kind = said.get("kind") as Kind;
  return ending(said, id() ?? "", kind, findings(found, kind));
}

/** Seconds before each new attempt; the last one is repeated. */
const PAUSES = [1, 2, 5, 10, 30];

/** Attempts in a row without an answer after which it is given up: about half an hour. */
const ATTEMPTS = 60;

/** What following a transfer over several connections needs. */
interface Taken {
  readonly id: () => string | undefined;
  readonly again: (id: string) => Script;
  readonly watcher: Watcher;
}

async function untilItEnds(
  host: ConversationHost,
  login: Login,
  script: Script,
  hear: (record: Record) => void,
  joining: () => string | undefined,
  { id, again, watcher }: Taken,
): Promise<void> {
  let [attempt, heard] = [0, false];
  let next = script;
  const listen = (record: Record) => {
    heard = true;
    hear(record);
  };
  for (;;) {
    try {
      return await converse(host, login, next, listen, joining);
    } catch (error) {
      const started = id();
      attempt = heard ? 0 : attempt + 1;
      heard = false;
      if (!(error instanceof LostConnection) || started === undefined) {
        throw error;
      }
      if (attempt >= ATTEMPTS) throw error;
      watcher.lost();
      await pause(host, PAUSES[attempt] ?? PAUSES.at(-1) ?? 30, joining());
      // Nobody is asked for a password a second time.
      next = again(started);
      login = { ...login, silently: true };
    }
  }
}

/** Waits; ^C ends the command. */
async function pause(
  host: ConversationHost,
  seconds: number,
  joining: string | undefined,
): Promise<void> {
  const interrupted = Promise.withResolvers<never>();
  const stop = host.terminal.onInterrupt(() =>
    interrupted.reject(interruption(joining))
  );
  try {
    await Promise.race([host.clock.sleep(seconds * 1000), interrupted.promise]);
  } finally {
    stop();
  }
}

const TOLD = ["started", "joined", "kind", "phase", "problem", "notified"];

/** What to type to see a transfer again, or to stop it. */
export function howToJoin(id: string): string {
  return `mlo archive status --follow ${id} joins it again, mlo archive cancel ${id} stops it`;
}

function ending(
  said: ReadonlyMap<string, string>,
  id: string,
  kind: Kind,
  findings: Findings,
): Ending {
  const notice = said.get("notified");
  const notified = notice === undefined ? {} : { notified: notice.trim() };
  const [word = "", reason = ""] = (said.get("phase") ?? "").split(" ");
  switch (word) {
    case "done":
    case "cancelled":
    case "interrupted":
      return { id, kind, outcome: word, findings, ...notified };
  }
  if (reason === "differences") {
    return { id, kind, outcome: "different", findings, ...notified };
  }
  throw failure(reason, said.get("problem") ?? "");
}

import { type Record, textOf } from "./answer.ts";
import { type ConversationHost, converse } from "./conversation.ts";
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
}

/** Who watches a transfer. */
export interface Watcher {
  /** The transfer has begun, or is joined. */
  begun(id: string, joined: boolean): void;
  progress(progress: Progress): void;
  /** Nothing more will come. */
  close(): void;
}

/**
 * Sends a script that starts or joins a transfer and follows it to its end.
 * Rejects if it could not be started or broke off without a verdict.
 */
export async function follow(
  host: ConversationHost,
  login: Login,
  script: Script,
  watcher: Watcher,
): Promise<Ending> {
  const said = new Map<string, string>();
  const id = () => said.get("started") ?? said.get("joined");
  const found: Record[] = [];
  let frame: Record[] = [];
  let inFindings = false;
  const hear = (record: Record) => {
    const { key } = record;
    if (inFindings) return void found.push(record);
    if (key === "differences") return void (inFindings = true);
    if (key === "frame") {
      watcher.progress(progressOf(frame));
      frame = [];
      return;
    }
    frame.push(record);
    if (TOLD.includes(key)) said.set(key, textOf(record));
    const started = id();
    if (key === "kind" && started) watcher.begun(started, said.has("joined"));
  };
  const joining = () => {
    const started = id();
    return started === undefined ? undefined : howToJoin(started);
  };
  try {
    await converse(host, login, script, hear, joining);
  } finally {
    watcher.close();
  }
  const kind = said.get("kind") as Kind;
  return ending(said, id() ?? "", kind, findings(found, kind));
}

const TOLD = ["started", "joined", "kind", "phase", "problem"];

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
  const [word = "", reason = ""] = (said.get("phase") ?? "").split(" ");
  switch (word) {
    case "done":
    case "cancelled":
    case "interrupted":
      return { id, kind, outcome: word, findings };
  }
  if (reason === "differences") {
    return { id, kind, outcome: "different", findings };
  }
  throw failure(reason, said.get("problem") ?? "");
}

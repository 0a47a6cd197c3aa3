import { joined } from "../../../lib/text/bytes.ts";
import type { Json } from "./fields.ts";
import { badRequest } from "./status.ts";

/** A line of a log, as a container runtime keeps it. */
interface Line {
  /** RFC 3339 with nanoseconds. */
  readonly time: string;
  /** With its newline; the last one of a log may lack it. */
  readonly text: string | Uint8Array;
}

/** The log of one container. */
interface Log {
  /** Those of the file that is being written; a kubelet serves no other. */
  lines: Line[];
  isOver: boolean;
  /** What the kubelet says behind the last line of a stream, where its runtime has thrown the file away. */
  lastWord: string;
  /** Resolved, and made anew, at each change. */
  changed: PromiseWithResolvers<void>;
}

/** Bytes that are sent at once. */
const PIECE = 7_001;

/** A runtime keeps a longer line in pieces, and each gets a stamp (containerd 1.6, max_container_log_line_size). */
const LONGEST_LINE = 16_384;

/** The logs of the double's pods, by the pods' uids. */
export class LogStore {
  readonly #logs = new Map<string, Log>();

  /** Adds lines, `time` each. Text without a newline is the start of a line for good. */
  append(uid: string, lines: readonly Line[]): void {
    const log = this.#of(uid);
    log.lines.push(...lines);
    this.#tell(log);
  }

  /**
   * The container has ended: those who follow its log are let go, with
   * `lastWord` glued to what they have, as when a kubelet of 1.20 finds the
   * log gone ("unable to retrieve container logs for containerd://…").
   */
  end(uid: string, lastWord = ""): void {
    const log = this.#of(uid);
    log.isOver = true;
    log.lastWord = lastWord;
    this.#tell(log);
  }

  /** The kubelet starts a new file: the old lines cannot be had any more, and who follows hears nothing until the end. */
  rotate(uid: string): void {
    this.#of(uid).lines = [];
  }

  #of(uid: string): Log {
    const known = this.#logs.get(uid);
    if (known) return known;
    const log = {
      lines: [],
      isOver: false,
      lastWord: "",
      changed: Promise.withResolvers<void>(),
    };
    this.#logs.set(uid, log);
    return log;
  }

  #tell(log: Log): void {
    const { resolve } = log.changed;
    log.changed = Promise.withResolvers();
    resolve();
  }

  /** What a kubelet answers to `GET …/pods/NAME/log`. */
  answer(uid: string, query: URLSearchParams): Response {
    const log = this.#of(uid);
    const since = sinceOf(query.get("sinceTime"));
    const tail = query.get("tailLines");
    const isStamped = query.get("timestamps") === "true";
    const isFollowed = query.get("follow") === "true";
    const { lines } = log;
    let at = 0;
    if (tail !== null) {
      const wanted = Number(tail);
      if (!(wanted >= 0)) throw badRequest(`tailLines ${tail}`);
      at = Math.max(0, lines.length - wanted);
    }
    let rest = new Uint8Array();
    let isGone = false;
    let hasEnded = false;
    /** As many lines as are there, at most 500 at a time. */
    function piece(): Uint8Array<ArrayBuffer> {
      const parts: Uint8Array<ArrayBuffer>[] = [];
      for (const end = at + 500; at < end && at < lines.length; at++) {
        const line = lines[at];
        if (line === undefined || Date.parse(line.time) < since) continue;
        parts.push(...stamped(line, isStamped));
      }
      return joined(parts);
    }
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        for (;;) {
          const { changed } = log;
          if (rest.length === 0) rest = piece();
          if (rest.length > 0) {
            // Not by lines: a link breaks anywhere.
            controller.enqueue(rest.slice(0, PIECE));
            rest = rest.subarray(PIECE);
            return;
          }
          if (at < lines.length) continue;
          if (log.isOver && isFollowed && !hasEnded) {
            hasEnded = true;
            rest = new TextEncoder().encode(log.lastWord);
            continue;
          }
          if (!isFollowed || log.isOver || isGone) return controller.close();
          await changed.promise;
        }
      },
      cancel: () => void (isGone = true),
    });
    return new Response(body, { headers: { "content-type": "text/plain" } });
  }
}

/** A line as the kubelet sends it: in the pieces that the runtime kept, each with its stamp. */
function stamped(
  { time, text }: Line,
  isStamped: boolean,
): Uint8Array<ArrayBuffer>[] {
  const encoder = new TextEncoder();
  const bytes = typeof text === "string"
    ? encoder.encode(text)
    : new Uint8Array(text);
  if (!isStamped) return [bytes];
  const stamp = encoder.encode(`${time} `);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  // The newline is no part of what is counted.
  const length = bytes.at(-1) === 0x0a ? bytes.length - 1 : bytes.length;
  let at = 0;
  do {
    const isLast = at + LONGEST_LINE >= length;
    const end = isLast ? bytes.length : at + LONGEST_LINE;
    parts.push(stamp, bytes.slice(at, end));
    at = end;
  } while (at < length);
  return parts;
}

/** Clients send whole seconds (the query's form of Kubernetes' metav1.Time). */
function sinceOf(text: string | null): number {
  if (text === null) return -Infinity;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text)) {
    throw badRequest(`invalid sinceTime ${text}`);
  }
  return Date.parse(text);
}

/** Events as the API lists them. */
export class EventStore {
  readonly #events: Json[] = [];

  add(
    namespace: string,
    about: { kind?: string; name: string },
    event: {
      reason: string;
      message: string;
      type?: "Normal" | "Warning";
      count?: number;
      at?: string;
    },
  ): void {
    const at = event.at ?? new Date().toISOString().replace(/\.\d+Z$/, "Z");
    this.#events.push({
      kind: "Event",
      apiVersion: "v1",
      metadata: {
        name: `${about.name}.${this.#events.length}`,
        namespace,
        creationTimestamp: at,
      },
      involvedObject: {
        kind: about.kind ?? "Pod",
        name: about.name,
        namespace,
      },
      reason: event.reason,
      message: event.message,
      type: event.type ?? "Normal",
      count: event.count ?? 1,
      firstTimestamp: at,
      lastTimestamp: at,
    });
  }

  list(namespace: string): Json[] {
    return this.#events.filter((event) =>
      (event["metadata"] as Json)["namespace"] === namespace
    );
  }
}

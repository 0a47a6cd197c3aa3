import type { Json } from "./api_server_fields.ts";
import { badRequest } from "./api_server_status.ts";

/** A line of a log, as a container runtime keeps it. */
interface Line {
  /** RFC 3339 with nanoseconds. */
  readonly time: string;
  /** With its newline; the last one of a log may lack it. */
  readonly text: string;
}

/** The log of one container. */
interface Log {
  readonly lines: Line[];
  isOver: boolean;
  /** Resolved, and made anew, at each change. */
  changed: PromiseWithResolvers<void>;
}

/** Bytes that are sent at once. */
const PIECE = 7_001;

/** The logs of the double's pods, by the pods' uids. */
export class LogStore {
  readonly #logs = new Map<string, Log>();

  /** Adds lines, `time` each. Text without a newline is the start of a line for good. */
  append(uid: string, lines: readonly Line[]): void {
    const log = this.#of(uid);
    log.lines.push(...lines);
    this.#tell(log);
  }

  /** The container has ended: those who follow its log are let go. */
  end(uid: string): void {
    const log = this.#of(uid);
    log.isOver = true;
    this.#tell(log);
  }

  #of(uid: string): Log {
    const known = this.#logs.get(uid);
    if (known) return known;
    const log = {
      lines: [],
      isOver: false,
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
    let at = 0;
    if (tail !== null) {
      const wanted = Number(tail);
      if (!(wanted >= 0)) throw badRequest(`tailLines ${tail}`);
      at = Math.max(0, log.lines.length - wanted);
    }
    const encoder = new TextEncoder();
    let rest = new Uint8Array();
    let isGone = false;
    /** As many lines as are there, at most 500 at a time. */
    function piece(): string {
      let text = "";
      for (const end = at + 500; at < end && at < log.lines.length; at++) {
        const { time, text: line } = log.lines[at] ?? { time: "", text: "" };
        if (Date.parse(time) < since) continue;
        text += isStamped ? `${time} ${line}` : line;
      }
      return text;
    }
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        for (;;) {
          const { changed } = log;
          if (rest.length === 0) rest = encoder.encode(piece());
          if (rest.length > 0) {
            // Not by lines: a link breaks anywhere.
            controller.enqueue(rest.slice(0, PIECE));
            rest = rest.subarray(PIECE);
            return;
          }
          if (at < log.lines.length) continue;
          if (!isFollowed || log.isOver || isGone) return controller.close();
          await changed.promise;
        }
      },
      cancel: () => void (isGone = true),
    });
    return new Response(body, { headers: { "content-type": "text/plain" } });
  }
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

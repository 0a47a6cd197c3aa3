/** What the server does with a file instead of giving it whole. */
import { sha256 } from "../../lib/text/sha256.ts";
export type Trouble = "cut" | "missing" | "page";

/** A server that stands for the publishers of programs, as a mirror. */
export interface Publishers {
  /** For MLO_MIRROR. */
  readonly mirror: string;
  /** Content by `HOST/PATH`. */
  readonly files: Map<string, Uint8Array<ArrayBuffer> | string>;
  /** Trouble by `HOST/PATH`. */
  readonly trouble: Map<string, Trouble>;
  /** What was asked for. */
  readonly asked: string[];
  stop(): Promise<void>;
}

/** Starts it on a free port of loopback. */
export function startPublishers(): Publishers {
  const files: Publishers["files"] = new Map();
  const trouble: Publishers["trouble"] = new Map();
  const asked: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const path = new URL(request.url).pathname.slice(1);
      asked.push(path);
      const content = files.get(path);
      switch (trouble.get(path)) {
        case "cut":
          return cutOff(content ?? "");
        case "page":
          return new Response("<html>Please log in to the network</html>");
        case "missing":
          return new Response(null, { status: 404 });
        default:
          return content === undefined
            ? new Response(null, { status: 404 })
            : new Response(content);
      }
    },
  );
  return {
    mirror: `http://127.0.0.1:${server.addr.port}`,
    files,
    trouble,
    asked,
    stop: () => server.shutdown(),
  };
}

/** Half of the content, then the connection breaks. */
function cutOff(content: Uint8Array<ArrayBuffer> | string): Response {
  const bytes = typeof content === "string"
    ? new TextEncoder().encode(content)
    : content;
  let hasGiven = false;
  return new Response(
    new ReadableStream<Uint8Array>({
      pull(controller) {
        if (hasGiven) return controller.error(new Error("told to break off"));
        hasGiven = true;
        controller.enqueue(bytes.subarray(0, bytes.length >> 1));
      },
    }),
  );
}

/** Lines of `SHA256SUMS` for files. */
export async function sumsOf(
  files: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>,
): Promise<string> {
  const lines = await Promise.all(
    Object.entries(files).map(async ([name, content]) =>
      `${await sha256(content)}  ${name}\n`
    ),
  );
  return lines.join("");
}

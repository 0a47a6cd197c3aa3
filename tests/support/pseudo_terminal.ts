import { PYTHON } from "./python.ts";

/** A program on a terminal of its own, with somebody at the keys. */
export interface TerminalSession {
  /** Waits until the text stands on what was printed since the last call; fails after a minute. */
  see(text: string | RegExp): Promise<void>;
  /** Presses keys: `\r` is Enter, `\x03` is ^C, `\t` is Tab. */
  type(keys: string): Promise<void>;
  /** Gives the terminal another size, as a window that is dragged. */
  resize(rows: number, columns: number): Promise<void>;
  /** Waits for the end; gives the exit status (128 + n for signal n) and all that was printed, without escapes and as it came. */
  end(): Promise<{ code: number; printed: string; raw: string }>;
}

/** Python has a pseudo-terminal where Deno has none. */
const RELAY = `
import os, pty, sys
status = pty.spawn(sys.argv[1:])
code = os.waitstatus_to_exitcode(status)
sys.exit(code if code >= 0 else 128 - code)
`;

/** Notes the terminal's device in the file $0. */
const SET_UP = '/bin/stty rows 30 cols 100; /usr/bin/tty >"$0"; exec "$@"';

/** Starts a program on a terminal of 30 rows and 100 columns. */
export function startOnTerminal(
  program: string,
  args: readonly string[],
  options: { env: Record<string, string>; cwd: string },
): TerminalSession {
  const device = Deno.makeTempFileSync();
  const child = new Deno.Command(PYTHON, {
    args: ["-c", RELAY, "/bin/sh", "-c", SET_UP, device, program, ...args],
    clearEnv: true,
    env: { TERM: "xterm", ...options.env },
    cwd: options.cwd,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const keys = child.stdin.getWriter();
  let printed = "";
  let raw = "";
  let seen = 0;
  let hasEnded = false;
  let changed = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (
      const chunk of child.stdout.pipeThrough(new TextDecoderStream())
    ) {
      printed += plain(chunk);
      raw += chunk;
      changed.resolve();
      changed = Promise.withResolvers();
    }
    hasEnded = true;
    changed.resolve();
  })();

  return {
    see: async (text) => {
      const until = AbortSignal.timeout(60_000);
      const late = new Promise<never>((_, reject) =>
        until.addEventListener(
          "abort",
          () => reject(new Error(`${text} was not seen in:\n${printed}`)),
        )
      );
      late.catch(() => {});
      for (;;) {
        const rest = printed.slice(seen);
        const at = typeof text === "string"
          ? rest.indexOf(text)
          : rest.search(text);
        if (at !== -1) {
          seen += at + 1;
          return;
        }
        if (hasEnded) throw new Error(`${text} was never seen in:\n${printed}`);
        await Promise.race([changed.promise, late]);
      }
    },
    type: (text) => keys.write(new TextEncoder().encode(text)),
    resize: async (rows, columns) => {
      const terminal = (await Deno.readTextFile(device)).trim();
      const { success } = await new Deno.Command("/bin/stty", {
        args: ["-F", terminal, "rows", `${rows}`, "cols", `${columns}`],
      }).output();
      if (!success) throw new Error(`cannot resize ${terminal}`);
    },
    end: async () => {
      const { code } = await child.status;
      await Deno.remove(device);
      await reading;
      await keys.close().catch(() => {});
      return { code, printed, raw };
    },
  };
}

/** Text without the escapes that move and colour. */
function plain(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\u001b\[[0-9;?]*[A-Za-z]|\u001b[=>]|[\r\b]/g, "");
}

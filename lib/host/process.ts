import { MloError } from "../error.ts";
import { joined } from "../text/bytes.ts";
import type { Call, Outcome, Programs, Started } from "./host.ts";
import { join } from "./join.ts";

/** Where to get a program that is missing; asked for by name in an error's hint. */
const INSTALL_HINTS: Readonly<Record<string, string>> = {
  kubectl: "install kubectl: https://kubernetes.io/docs/tasks/tools/",
  runai:
    "install the run:ai CLI of your cluster, e.g. from https://rcp-caas-prod.rcp.epfl.ch/cli/",
  ssh: "install an OpenSSH client",
  "ssh-keygen": "install an OpenSSH client",
};

/**
 * The machine's programs. This is the one place where a process is started.
 *
 * `LD_*` and `DYLD_*` are kept from children: the runtime refuses to start
 * any program with them unless every program is allowed, and a researcher's
 * shell often sets `LD_LIBRARY_PATH`.
 */
export function denoPrograms(
  environment: () => Readonly<Record<string, string>>,
  directory: string | undefined,
): Programs {
  function spawn(call: Call, io: Deno.CommandOptions): Deno.ChildProcess {
    const env = Object.fromEntries(
      Object.entries({ ...environment(), ...call.env })
        .filter(([name]) => !/^(LD|DYLD)_/.test(name)),
    );
    try {
      return new Deno.Command(call.program, {
        args: [...call.args],
        env,
        clearEnv: true,
        ...(directory === undefined ? {} : { cwd: directory }),
        ...io,
      }).spawn();
    } catch (error) {
      throw cannotRun(call.program, error);
    }
  }

  function start(
    call: Call,
    onOutput?: (chunk: Uint8Array) => void,
    onError?: (chunk: Uint8Array) => void,
  ): Started {
    return watch(
      spawn(call, { stdin: "piped", stdout: "piped", stderr: "piped" }),
      call,
      onOutput,
      onError,
    );
  }

  return {
    start: (call, onOutput) => start(call, onOutput),
    run: async (call, input = "") => {
      const started = start(call);
      await started.feed(input);
      return started.outcome;
    },
    stream: async (call, onOutput, signal, onError) => {
      const started = start(call, onOutput, onError);
      if (signal?.aborted) started.kill();
      signal?.addEventListener("abort", started.kill);
      try {
        await started.feed("");
        return await started.outcome;
      } finally {
        signal?.removeEventListener("abort", started.kill);
      }
    },
    attach: async (call) => {
      const child = spawn(call, {
        stdin: "inherit",
        stdout: "inherit",
        stderr: "inherit",
      });
      return (await child.status).code;
    },
    join: (call, greeting, onError) =>
      join(
        spawn(call, { stdin: "piped", stdout: "inherit", stderr: "piped" }),
        greeting,
        onError,
      ),
    attachHeard: async (call, onError, signal, input) => {
      const child = spawn(call, {
        stdin: input === undefined ? "inherit" : "piped",
        stdout: "inherit",
        stderr: "piped",
      });
      // As a terminal that is closed would: kubectl puts the terminal right before it ends.
      const end = () => endBy(child, "SIGTERM");
      if (signal?.aborted) end();
      signal?.addEventListener("abort", end);
      void input?.then((text) => write(child, text, true));
      try {
        await gather(child.stderr as ReadableStream<Uint8Array>, onError).bytes;
        const { code, signal: by } = await child.status;
        return { code, isKilled: by !== null };
      } finally {
        signal?.removeEventListener("abort", end);
      }
    },
  };
}

/** Milliseconds in which what a program said before its end is read. */
const LAST_WORDS = 300;

function endBy(child: Deno.ChildProcess, signal: Deno.Signal) {
  try {
    child.kill(signal);
  } catch {
    // It has ended already.
  }
}

/** Gathers what a child says and ends it when its time is up. */
function watch(
  child: Deno.ChildProcess,
  { timeout, leavesProcess }: Pick<Call, "timeout" | "leavesProcess">,
  onOutput?: (chunk: Uint8Array) => void,
  onError?: (chunk: Uint8Array) => void,
): Started {
  const stdout = gather(child.stdout as ReadableStream<Uint8Array>, onOutput);
  const said: Uint8Array[] = [];
  const stderr = gather(child.stderr as ReadableStream<Uint8Array>, (chunk) => {
    said.push(chunk);
    onError?.(chunk);
  });
  let timedOut = false;

  function kill() {
    endBy(child, "SIGKILL");
    // Fails where it was fed, and closed, before.
    child.stdin.abort().catch(() => {});
    // A grandchild may hold the pipes open: what came until now is all there is.
    stdout.stop();
    stderr.stop();
  }
  const timer = timeout === undefined ? undefined : setTimeout(() => {
    timedOut = true;
    kill();
  }, timeout);

  async function finish(): Promise<Outcome> {
    const status = await child.status;
    if (leavesProcess) await stderr.endOr(LAST_WORDS);
    const outcome = {
      code: status.code,
      stdout: await stdout.bytes,
      stderr: await stderr.bytes.then(() => joined(said)),
      timedOut,
    };
    clearTimeout(timer);
    return outcome;
  }

  let written = Promise.resolve();
  const give = (input: Uint8Array | string, isLast: boolean) =>
    written = written.then(() => write(child, input, isLast));
  return {
    kill,
    outcome: finish(),
    write: (input) => give(input, false),
    feed: (input) => give(input, true),
  };
}

/** Gives a child some of its standard input. */
async function write(
  child: Deno.ChildProcess,
  input: Uint8Array | string,
  isLast: boolean,
): Promise<void> {
  const bytes = typeof input === "string"
    ? new TextEncoder().encode(input)
    : input;
  try {
    const writer = child.stdin.getWriter();
    try {
      if (bytes.length > 0) await writer.write(bytes);
      if (isLast) await writer.close();
    } finally {
      writer.releaseLock();
    }
  } catch {
    // A child that ended without reading all of its input tells why by its
    // status; one that was fed before has all it gets.
  }
}

/** Reads a stream to its end, or until told to stop. */
function gather(
  stream: ReadableStream<Uint8Array>,
  onOutput?: (chunk: Uint8Array) => void,
) {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  async function readAll(): Promise<Uint8Array<ArrayBuffer>> {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (onOutput) onOutput(value);
      else chunks.push(value);
    }
    return joined(chunks);
  }
  const bytes = readAll();
  const stop = () => void reader.cancel().catch(() => {});
  return {
    bytes,
    stop,
    endOr: async (milliseconds: number) => {
      const timer = setTimeout(stop, milliseconds);
      await bytes.catch(() => {});
      clearTimeout(timer);
    },
  };
}

function cannotRun(program: string, error: unknown): MloError {
  if (error instanceof Deno.errors.NotFound) {
    const hint = INSTALL_HINTS[program];
    return new MloError(
      `Cannot run ${program}: it is not installed or not on the PATH`,
      hint === undefined ? {} : { hint },
    );
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new MloError(`Cannot run ${program}: ${reason}`);
}

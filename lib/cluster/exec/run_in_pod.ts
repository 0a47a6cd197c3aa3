import { ExitCode, MloError } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import { isLink, kubectlFailure } from "../failure.ts";
import type { JobPod } from "../pods/job_pod.ts";
import { listJobPods, podsOf } from "../pods/list.ts";
import { kubectl } from "../kubectl.ts";
import type { SeenPod } from "../pods/remembered.ts";
import { LastWords } from "./last_words.ts";
import {
  askForNote,
  held,
  interrupting,
  reporting,
  reportOf,
  STILL_RUNS,
} from "./report.ts";

/** The part of the machine this needs. */
type Machine = Pick<Host, "programs" | "terminal" | "clock" | "chance">;

/** A program to run in a pod. */
export interface ProgramInPod {
  readonly namespace: string;
  readonly pod: JobPod;
  readonly argv: readonly string[];
  /** Whether it gets the standard input. */
  readonly stdin: boolean;
  /** Whether it gets the terminal. */
  readonly terminal: boolean;
}

/** What a program in a pod is begun with. */
type Begin = Pick<ProgramInPod, "namespace" | "argv" | "stdin" | "terminal"> & {
  readonly pod: SeenPod;
};

/**
 * A program whose connection is there before it is known that the pod is the
 * right one; it starts when that is said, and never if it is not.
 */
export interface BegunProgram {
  readonly id: string;
  readonly ended: Promise<{ code: number; isKilled: boolean; said: string }>;
  go(): void;
  drop(): void;
}

/** Begins a program that gets neither standard input nor terminal in the pod that is likely to be the one. */
export function beginInPod(
  machine: Machine,
  program: Pick<ProgramInPod, "namespace" | "argv"> & { pod: SeenPod },
): BegunProgram {
  const id = machine.chance.bytes(12).toHex();
  const word = Promise.withResolvers<string>();
  const abort = new AbortController();
  const begin = { ...program, argv: held(program.argv), terminal: false };
  const ended = attach(machine, { ...begin, stdin: true }, id, {
    signal: abort.signal,
    input: word.promise,
  });
  ended.catch(() => {});
  return {
    id,
    ended,
    go: () => word.resolve("go\n"),
    drop: () => {
      word.resolve("");
      abort.abort();
    },
  };
}

/** The longest that is remembered of what came on stderr, for kubectl's own error in it. */
const REMEMBERED = 4_000;

/**
 * Runs a program in a pod on the user's own terminal and gives its exit
 * status. Through `kubectl exec`: `runai exec` of the first generation turns
 * any failure into 1, that of the second was seen to end with 0 on a broken
 * stream.
 *
 * @throws {MloError} if the program's end was not seen, or it never started;
 * at ^C with exit code 130, after it has been interrupted in the pod as well.
 */
export async function runInPod(
  machine: Machine,
  program: ProgramInPod,
  begun?: BegunProgram,
): Promise<number> {
  const id = begun?.id ?? machine.chance.bytes(12).toHex();
  const abort = new AbortController();
  const stopListening = machine.terminal.onInterrupt(() => {
    abort.abort();
    begun?.drop();
  });
  begun?.go();
  try {
    const { code, isKilled, said } = await (begun?.ended ??
      attach(machine, program, id, { signal: abort.signal }));
    if (abort.signal.aborted) throw await interrupted(machine, program, id);
    const report = isKilled ? { is: "unseen" as const } : reportOf(code);
    switch (report.is) {
      case "ended":
        return report.status;
      case "noted":
        return await noted(machine, program, id);
      case "failed":
        throw await failure(machine, program, said);
      case "unseen":
        throw await unseen(machine, program);
    }
  } finally {
    stopListening();
  }
}

function execArgs({ namespace, pod }: Pick<Begin, "namespace" | "pod">) {
  return ["exec", pod.name, "-n", namespace, "-c", pod.container];
}

/** kubectl with the terminal's own input and output, but for what it says on stderr. */
async function attach(
  { programs, terminal }: Machine,
  program: Begin,
  id: string,
  { signal, input }: { signal: AbortSignal; input?: Promise<string> },
) {
  let said = "";
  const decoder = new TextDecoder();
  const early: Uint8Array[] = [];
  let isMeant = input === undefined;
  const words = new LastWords((bytes) => {
    said = (said + decoder.decode(bytes, { stream: true })).slice(-REMEMBERED);
    if (isMeant) terminal.err(bytes);
    else early.push(bytes.slice());
  });
  const meant = input?.then((word) => {
    if (word === "") return;
    isMeant = true;
    for (const bytes of early) terminal.err(bytes);
  });
  const ended = await programs.attachHeard(
    {
      program: "kubectl",
      args: [
        ...execArgs(program),
        ...(program.stdin ? ["-i"] : []),
        ...(program.terminal ? ["-t"] : []),
        ...["--", ...reporting(program.argv, id)],
      ],
    },
    (chunk) => words.feed(chunk),
    signal,
    input,
  );
  await meant;
  words.end();
  return { ...ended, said };
}

/** Milliseconds for a script of our own; the longest waits for five seconds. */
const ASIDE = 20_000;

/** Runs one of our own small scripts beside the program. */
async function aside(
  { programs }: Machine,
  program: ProgramInPod,
  argv: readonly string[],
) {
  const call = { ...kubectl([...execArgs(program)]), timeout: ASIDE };
  // No time limit of kubectl's: that would be one for the whole exec.
  const args = [...execArgs(program), "--", ...argv];
  return await programs.run({ ...call, args });
}

async function noted(
  machine: Machine,
  program: ProgramInPod,
  id: string,
): Promise<number> {
  const { stdout } = await aside(machine, program, askForNote(id));
  const status = Number(new TextDecoder().decode(stdout).trim());
  if (status > 0) return status;
  throw new MloError(
    `Cannot tell how the program in the pod ${program.pod.name} ended: it could leave no note in /tmp`,
  );
}

async function interrupted(
  machine: Machine,
  program: ProgramInPod,
  id: string,
): Promise<MloError> {
  const pod = program.pod.name;
  const { code, timedOut } = await aside(machine, program, interrupting(id));
  const what = timedOut || code !== 0
    ? code === STILL_RUNS
      ? `the program in the pod ${pod} was told and still runs`
      : `the program in the pod ${pod} could not be told and may still run`
    : `the program in the pod ${pod} was ended`;
  return new MloError(`Interrupted: ${what}`, {
    exitCode: ExitCode.interrupted,
  });
}

/** kubectl's own message stands on the terminal already. */
async function failure(
  machine: Machine,
  program: ProgramInPod,
  said: string,
): Promise<MloError> {
  const { pod, namespace } = program;
  const why = kubectlFailure({
    code: 1,
    stderr: new TextEncoder().encode(said),
    timedOut: false,
  }, {
    what: `run a program in the pod ${pod.name}`,
    namespace,
    names: [pod.name],
  });
  const { message, hint, exitCode } = why;
  // A server that answers it cannot just now has not started the program.
  if (exitCode === ExitCode.unreachable && isLink(why)) {
    return await unseen(machine, program);
  }
  return new MloError(message, {
    exitCode,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** What became of the pod tells what became of the program. */
async function unseen(
  machine: Machine,
  program: ProgramInPod,
): Promise<MloError> {
  const { namespace, pod: { name, uid, job } } = program;
  const begin = `The end of the program in the pod ${name} was not seen`;
  try {
    const pods = podsOf(await listJobPods(machine, namespace), job ?? "");
    const now = pods.find((pod) => pod.uid === uid);
    if (now === undefined || now.isLeaving || now.state.is === "ended") {
      const what = now === undefined
        ? "the pod is gone"
        : now.isLeaving
        ? "the pod is being deleted"
        : "the pod has ended";
      return new MloError(`${begin}: ${what}`, {
        hint: `mlo status ${job}`,
      });
    }
    return new MloError(`${begin}: the connection to it broke`, {
      hint: "it may still run; look before you run it again",
    });
  } catch (error) {
    if (!(error instanceof MloError)) throw error;
    return new MloError(`${begin}: ${reasonIn(error)}`, {
      exitCode: error.exitCode,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
}

function reasonIn({ message }: MloError): string {
  return message.replace(/^Cannot [^:]*: /, "");
}

import { type HeldCode, startCode } from "../../cluster/code_secret.ts";
import type { Call, Host, Programs } from "../../host/host.ts";
import type { Project } from "../../settings/project.ts";
import type { ReadSettings } from "../../settings/read_settings.ts";
import type { Question } from "../../snapshot/ask_remote.ts";
import type { Code } from "./code.ts";
import type { Draft } from "./plan.ts";
import { sendCode } from "./send.ts";

/** The code that goes with the job, and how it is sent under a job's name. */
export interface Coded {
  readonly code: Code;
  readonly draft: Draft;
  send(job: string): Promise<void>;
}

/** Code that is made ready while all else about a submission is looked at. */
export interface Coding {
  readonly ready: Promise<Coded>;
  /** Starts what sends it if it is small: a program that holds still until it is given something. */
  hold(cluster: Host): void;
  /** Ends that program, a no-op if it is done. */
  letGo(): void;
  /** Ends what was begun and is not wanted any more; returns when nothing of it is left. */
  end(): Promise<void>;
}

/** How code is come by: with this machine, and with one whose `kubectl` goes to the project's cluster. */
export type TakeCode = (host: Host, cluster: Promise<Host>) => Promise<Code>;

/**
 * Programs of which none starts when nobody wants what they are for any more,
 * and which then end where they wait for an answer from elsewhere: what works
 * on files is waited for, since it may work through a program of its own.
 */
function untilUnwanted(programs: Programs, signal: AbortSignal): Programs {
  function start(call: Call, onOutput?: (chunk: Uint8Array) => void) {
    signal.throwIfAborted();
    const started = programs.start(call, onOutput);
    if (isAway(call)) signal.addEventListener("abort", started.kill);
    return started;
  }
  return {
    ...programs,
    start,
    run: async (call, input = "") => {
      signal.throwIfAborted();
      if (!isAway(call)) return await programs.run(call, input);
      const started = start(call);
      await started.feed(input);
      return await started.outcome;
    },
  };
}

/** Whether a program waits for an answer from elsewhere: a git that was given a time. */
function isAway({ program, timeout }: Call): boolean {
  return program === "git" && timeout !== undefined;
}

/** Begins to make the code ready, while the project is still being opened. */
export function startCoding(
  host: Host,
  opening: Promise<Project>,
  { settings, id, takeCode, draftOf, asked }: {
    readonly settings: ReadSettings;
    /** The run's id. */
    readonly id: string;
    readonly takeCode: TakeCode;
    readonly draftOf: (code: Code) => Draft;
    /** What the code's remote was asked before. */
    readonly asked: Question | undefined;
  },
): Coding {
  const unwanted = new AbortController();
  const programs = untilUnwanted(host.programs, unwanted.signal);
  const cluster = opening.then((project) => project.host);
  let held: HeldCode | undefined;

  async function take(): Promise<Coded> {
    const code = await takeCode({ ...host, programs }, cluster);
    const to = await cluster;
    const send = (job: string) => sendCode(to, settings, code, job, id, held);
    return { code, draft: draftOf(code), send };
  }
  const ready = take();
  // Told to whoever awaits it, and to nobody else.
  ready.catch(() => {});
  return {
    ready,
    hold: (cluster) => {
      held = startCode(cluster, settings.settings.K8S_NAMESPACE, id);
    },
    letGo: () => held?.abandon(),
    end: async () => {
      unwanted.abort();
      void asked?.end();
      held?.abandon();
      await Promise.allSettled([ready, opening]);
    },
  };
}

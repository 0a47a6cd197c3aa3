/** A pod's part of a snapshot, run by this machine's own zsh and git on a scratch of its own. */
import { payload } from "../../lib/runai/payload/payload.ts";
import { CODE_VARIABLES } from "../../lib/runai/payload/code.ts";
import { payloadCode } from "../../lib/commands/submit/code.ts";
import type { Snapshot } from "../../lib/snapshot/snapshot.ts";
import { run } from "../support/pods/programs.ts";
import { GIT_ENV } from "./bed.ts";

/** How a start ended. */
export interface Started {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** See {@linkcode makePod}. */
export interface Pod extends AsyncDisposable {
  readonly scratch: string;
  /** Where a run's files are. */
  runDirectory(id: string): string;
  /** The words and the environment of a start. */
  start(
    snapshot: Snapshot,
    options: StartOptions,
  ): Promise<{ words: string[]; env: Record<string, string> }>;
  /** Starts a job to its end. */
  run(snapshot: Snapshot, options: StartOptions): Promise<Started>;
}

export interface StartOptions {
  readonly id: string;
  readonly argv: readonly string[];
  readonly way?: "secret" | "file";
  readonly env?: Readonly<Record<string, string>>;
  /** Instead of the bundle's own bytes. */
  readonly bytes?: Uint8Array;
}

/** Makes a scratch on which jobs are started. */
export async function makePod(
  more?: Readonly<Record<string, string>>,
): Promise<Pod> {
  const top = await Deno.makeTempDir({ prefix: "mlo pod '" });
  const scratch = `${top}/home`;
  await Deno.mkdir(scratch);
  const runDirectory = (id: string) => `${scratch}/runs/exp-${id}`;
  const start: Pod["start"] = async (
    snapshot,
    { id, argv, way = "secret", env, bytes },
  ) => {
    const bundle = bytes ?? snapshot.bundle?.bytes;
    const file = `${scratch}/.mlo/code/incoming/${id}.bundle`;
    const text = bundle === undefined
      ? ""
      : (bundle as Uint8Array<ArrayBuffer>).toBase64();
    const variables: Record<string, string> = {};
    if (bundle !== undefined && way === "file") {
      await Deno.mkdir(file.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeFile(file, bundle);
    } else if (bundle !== undefined) {
      const half = Math.ceil(text.length / 2);
      variables[CODE_VARIABLES[0]] = text.slice(0, half);
      variables[CODE_VARIABLES[1]] = text.slice(half);
    }
    const words = payload({
      argv,
      code: payloadCode(snapshot, way === "file" ? file : undefined),
    });
    return {
      words,
      env: {
        PATH: Deno.env.get("PATH") ?? "",
        HOME: top,
        LANG: "C.UTF-8",
        SCRATCH_HOME: scratch,
        MLO_RUN_ID: id,
        MLO_RUN_DIR: runDirectory(id),
        ...GIT_ENV,
        ...more,
        ...variables,
        ...env,
      },
    };
  };
  return {
    scratch,
    runDirectory,
    start,
    run: async (snapshot, options) => {
      const { words, env } = await start(snapshot, options);
      // With the umask of the lab's pods.
      const all = ["/bin/sh", "-c", 'umask 007; exec "$@"', "sh", ...words];
      return await run(all, { env, clearEnv: true, directory: top });
    },
    [Symbol.asyncDispose]: () => Deno.remove(top, { recursive: true }),
  };
}

import { problemsError } from "../../text/problems.ts";
import { secretValues } from "../../config/settings/secret_values.ts";
import {
  heldKeys,
  type SecretManifest,
  secretManifest,
} from "../../cluster/secret.ts";
import type { Generation } from "../../runai/detect.ts";
import { type Job, planJob, type SubmitOptions } from "../../runai/job.ts";
import { incomingFile } from "../../snapshot/receive.ts";
import { type Code, payloadCode } from "./code.ts";
import type { RunRecord } from "../../runs/record.ts";
import { jobOfRun, planRun, type RunPlan } from "./run.ts";
import { submitArgs } from "../../runai/submit_args.ts";
import type { ReadSettings } from "../../settings/read_settings.ts";

/** Everything a submission will do, but for the words of the `runai` there is. */
export interface Draft {
  readonly job: Job;
  /** Whether the name was made here, so that another may be taken if it is not free. */
  readonly nameIsOurs: boolean;
  /** The number that stands behind it for that. */
  readonly nameNumber?: number;
  readonly namespace: string;
  /** The settings file. */
  readonly settingsFile: string;
  /** The `runai` there is to be run: its name on the PATH, or its file. */
  readonly program: string;
  readonly run: RunPlan;
  readonly secret: {
    readonly name: string;
    /** The keys it will hold; never the values. */
    readonly keys: readonly string[];
    readonly sync: boolean;
  };
}

/** Everything a submission will do, as plain data: what `--dry-run` and `--json` print. */
export interface Plan extends Draft {
  /** Which generation of `runai` there is; without one, a dry run assumes the first. */
  readonly generation: Generation;
  /** The arguments of `runai`. */
  readonly runai: readonly string[];
}

/** A draft together with the one thing that must not be printed. */
export interface Submission {
  readonly draft: Draft;
  /** The Secret, with its values. */
  readonly manifest: SecretManifest;
}

/**
 * Decides everything before anything is run. Throws an `MloError` (usage) that
 * names every flag and setting that cannot be right.
 */
export function planSubmission(
  read: ReadSettings,
  options: SubmitOptions,
  extra: {
    readonly skipSecretSync: boolean;
    readonly now: Date;
    /** The run's id. */
    readonly id: string;
    readonly code?: Code | undefined;
    /** The run that is repeated, and the number behind a name that was made of its name. */
    readonly repeats?: RunRecord["repeats"];
    readonly nameNumber?: number | undefined;
  },
): Submission {
  const { settings, variables, secretKeys } = read;
  const secrets = secretValues(variables);
  refuseSecretValues(options.env ?? [], secrets);
  const { id, now, code, repeats, nameNumber } = extra;
  const { SCRATCH_HOME: scratchHome } = settings;
  const job = planJob(
    settings,
    options,
    secretKeys,
    now,
    code && payloadCode(
      code.snapshot,
      code.ways[0].is === "secret" ? undefined : incomingFile(scratchHome, id),
    ),
  );
  const namespace = settings.K8S_NAMESPACE;
  const name = settings.RUNAI_SECRET_NAME;
  const manifest = secretManifest({ name, namespace, data: variables });
  const keys = heldKeys(variables);
  const draft: Draft = {
    job,
    nameIsOurs: options.name === undefined || nameNumber !== undefined,
    ...(nameNumber === undefined ? {} : { nameNumber }),
    namespace,
    settingsFile: read.path,
    program: settings.RUNAI_PROGRAM,
    run: planRun({
      ...{ id, now, options, job, scratchHome, code, repeats },
      secrets: secrets.values(),
    }),
    secret: { name, keys, sync: !extra.skipSecretSync },
  };
  return { draft, manifest };
}

/**
 * A plain variable stands in the pod's description and in argument lists: a
 * value of the settings file's secrets must not get there.
 */
function refuseSecretValues(
  texts: readonly string[],
  secrets: ReadonlyMap<string, string>,
): void {
  const problems = texts.flatMap((text) => {
    const name = text.replace(/=[^]*/, "");
    const key = [...secrets].find(([, value]) => text.includes(value))?.[0];
    return key === undefined ? [] : [{
      message: `--env ${name} holds the value of ${key}, which is secret`,
      hint:
        `name ${key} in EXTRA_SECRET_KEYS and read that variable in the command`,
    }];
  });
  if (problems.length > 0) throw problemsError("Cannot submit", problems);
}

/**
 * A draft in a generation's words.
 *
 * @throws {MloError} (usage) for what that generation cannot express.
 */
export function finishPlan(draft: Draft, generation: Generation): Plan {
  return {
    ...draft,
    generation,
    runai: submitArgs(generation, jobOfRun(draft.job, draft.run)),
  };
}

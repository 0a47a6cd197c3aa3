import { codeSecretKeys, codeSecretName } from "../../cluster/code_secret.ts";
import config from "../../../deno.json" with { type: "json" };
import type { Job, SubmitOptions } from "../../runai/job.ts";
import { CODE_VARIABLES } from "../../runai/payload/code.ts";
import {
  encodeRecord,
  runDirectory,
  type RunRecord,
  withoutSecrets,
} from "../../runs/record.ts";
import { type Code, codeRecord, partsOf } from "./code.ts";

/** What makes a submission one of its own. */
export interface RunPlan {
  /** Its record; the name in it is the job's once that is settled. */
  readonly record: RunRecord;
  /** Where the home on scratch is in the pod. */
  readonly scratchHome: string;
  /** How many variables the code comes in; 0 if it comes otherwise, or not at all. */
  readonly codeParts: number;
}

/** Options that say what runs, kept apart in the record. */
const COMMAND = ["argv", "command", "name", "image", "snapshot", "run"];
/** Options that say how the command line is carried out. */
const MANNER = [
  ...["dryRun", "json", "wait", "shell", "follow", "syncSecretOnly"],
  ...["skipSecretSync", "envFile", "profile", "allowTracked", "context"],
];

/** Plans the record of a submission. */
export function planRun(
  { id, now, options, job, scratchHome, code, repeats, secrets }: {
    readonly id: string;
    readonly now: Date;
    readonly options: SubmitOptions;
    readonly job: Job;
    readonly scratchHome: string;
    readonly code: Code | undefined;
    readonly repeats: RunRecord["repeats"] | undefined;
    readonly secrets: Iterable<string>;
  },
): RunPlan {
  const { argv, command } = options;
  const flags = Object.entries(options).filter(([key, value]) =>
    value !== undefined && !COMMAND.includes(key) && !MANNER.includes(key)
  );
  const record: RunRecord = {
    version: 1,
    id,
    name: job.name,
    submittedAt: now.toISOString().replace(/\.\d+Z$/, "Z"),
    mlo: config.version,
    command: argv ? { argv } : command === undefined ? null : { line: command },
    flags: Object.fromEntries(flags),
    image: job.image,
    code: code ? codeRecord(code) : null,
    ...(repeats === undefined ? {} : { repeats }),
  };
  const bundle = code?.snapshot.bundle;
  return {
    record: withoutSecrets(record, secrets),
    scratchHome,
    codeParts: code?.ways[0].is === "secret" && bundle
      ? partsOf(bundle.bytes).length
      : 0,
  };
}

/** The record under the name that the job has. */
export function recordUnder(name: string, { record }: RunPlan): RunRecord {
  return { ...record, name };
}

/** The job with the variables of its run. */
export function jobOfRun(job: Job, run: RunPlan): Job {
  const record = recordUnder(job.name, run);
  const keys = codeSecretKeys(record.code?.bundle ?? "", run.codeParts);
  return {
    ...job,
    variables: [
      ...job.variables,
      ["MLO_RUN_ID", record.id],
      ["MLO_RUN_DIR", runDirectory(run.scratchHome, record)],
      ["MLO_RUN", encodeRecord(record)],
    ],
    secretVariables: [
      ...job.secretVariables,
      ...keys.map((key, at) => ({
        variable: CODE_VARIABLES[at] ?? "",
        secret: codeSecretName(job.name),
        key,
      })),
    ],
  };
}

import { type Parsed, parseFlags, Refused } from "./pflag.ts";
import { SUBMIT, SUBMIT_DIST } from "./v1_flags.ts";
import { numberOrNull, pairs, type Reader, readerOf } from "./values.ts";

/** A submission in no program's words; what two generations must agree in. */
export interface DecodedJob {
  readonly name: string;
  readonly namespace: string;
  readonly project: string;
  readonly kind: "interactive" | "train" | "distributed";
  readonly image: string;
  readonly imagePullPolicy: string;
  readonly gpus: number;
  readonly gpuMemory: string | null;
  readonly cpu: number | null;
  readonly cpuLimit: number | null;
  readonly memory: string | null;
  readonly memoryLimit: string | null;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly allowPrivilegeEscalation: boolean;
  readonly mounts: readonly {
    readonly claim: string;
    readonly path: string;
    readonly readOnly?: true;
  }[];
  readonly groups: readonly number[];
  readonly pools: readonly string[];
  readonly preemptible: boolean;
  readonly workers: number;
  /**
   * "The number of times the Job will be retried before failing", 6 unless
   * given, of training alone: all that run:ai's pages say of it
   * (docs/Researcher/cli-reference in run-ai/docs), and nothing of whether a
   * preemption counts. Their page on checkpoints has a program end with 1 on
   * SIGTERM, "important for the Job to return later", within 30 seconds, "up
   * to 5 minutes" where that is configured; it says nothing of 0
   * (docs/Researcher/best-practices/save-dl-checkpoints.md there, and
   * checkpointing-preemptible-workloads in NVIDIA's documentation). So no
   * double decides what comes after an end: a test says itself what comes.
   */
  readonly backoffLimit: number | null;
  readonly largeShm: boolean;
  readonly hostIpc: boolean;
  readonly ports: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly extendedResources: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
  readonly secretVariables: Readonly<
    Record<string, { secret: string; key: string }>
  >;
  readonly arguments: readonly string[];
}

/** Decodes `submit …` or `submit-dist pytorch …` as the first generation does. Throws {@linkcode Refused}. */
export function decodeV1Submit(words: readonly string[]): DecodedJob {
  const distributed = words[0] === "submit-dist";
  if (distributed && words[1] !== "pytorch") {
    throw new Refused(`unknown command "${words[1]}" for "runai submit-dist"`);
  }
  const parsed = parseFlags(
    words.slice(distributed ? 2 : 1),
    distributed ? SUBMIT_DIST : SUBMIT,
  );
  const read = readerOf(parsed);
  const name = nameOf(parsed, read.one("name"));
  check(parsed, read);
  const interactive = read.is("interactive");
  const project = read.one("project") ?? "default";
  const backoff = read.one("backoff-limit");
  return {
    name,
    project,
    namespace: `runai-${project}`,
    kind: distributed ? "distributed" : interactive ? "interactive" : "train",
    image: read.one("image") ?? "",
    imagePullPolicy: read.one("image-pull-policy") ?? "Always",
    gpus: Number(read.one("gpu") ?? 0),
    gpuMemory: read.one("gpu-memory") ?? null,
    cpu: numberOrNull(read.one("cpu")),
    cpuLimit: numberOrNull(read.one("cpu-limit")),
    memory: read.one("memory") ?? null,
    memoryLimit: read.one("memory-limit") ?? null,
    uid: numberOrNull(read.one("run-as-uid")),
    gid: numberOrNull(read.one("run-as-gid")),
    allowPrivilegeEscalation: read.is("allow-privilege-escalation"),
    mounts: [
      ...read.all("pvc").map(mountOf),
      ...read.all("existing-pvc").map(existingMountOf),
    ],
    groups: groupsOf(read.one("supplemental-groups")),
    pools: read.one("node-pools")?.split(",") ?? [],
    // Training may always be preempted.
    preemptible: !interactive || read.is("preemptible"),
    workers: Number(read.one("workers") ?? 0),
    // An interactive job is never tried again (cmd/job/submit, 2021).
    backoffLimit: interactive ? 0 : numberOrNull(backoff) ?? 6,
    largeShm: read.is("large-shm"),
    hostIpc: read.is("host-ipc"),
    ports: read.all("port"),
    annotations: read.pairs("annotation"),
    labels: read.pairs("label"),
    extendedResources: read.pairs("extended-resource"),
    ...environmentOf(read.all("environment")),
    arguments: parsed.rest ?? [],
  };
}

/** A name may be positional instead (an old form), but not both. */
function nameOf({ positional }: Parsed, flag: string | undefined): string {
  const [first, ...more] = positional;
  if (flag !== undefined && first !== undefined || more.length > 0) {
    throw new Refused(`unexpected arguments [${positional.join(" ")}]`);
  }
  const name = flag ?? first;
  if (name === undefined) throw new Refused("a job name is required here");
  if (!/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
    throw new Refused(
      `Job names must consist of lower case alphanumeric characters or '-' and start with an alphabetic character (e.g. 'my-name', or 'abc-123'): ${name}`,
    );
  }
  return name;
}

function check({ values }: Parsed, read: Reader) {
  if (!read.one("image")) throw new Refused("--image must be set");
  const policy = read.one("image-pull-policy");
  if (
    policy !== undefined &&
    !["Always", "IfNotPresent", "Never"].includes(policy)
  ) {
    throw new Refused(`imagePullPolicy: ${policy} is not valid`);
  }
  const gpuWays = ["gpu", "gpu-memory", "mig-profile"].filter((way) =>
    values.has(way)
  );
  if (gpuWays.length > 1) {
    throw new Refused(`--${gpuWays[0]} and --${gpuWays[1]} exclude each other`);
  }
  if (Number(read.one("gpu") ?? 0) < 0) throw new Refused("gpu is negative");
  if (read.is("tty") && !read.is("stdin")) {
    throw new Refused("--stdin is required for containers with --tty=true");
  }
  if (Number(read.one("parallelism") ?? 1) > 1) {
    if (read.is("interactive")) {
      throw new Refused("--parallelism and --interactive exclude each other");
    }
    if (!values.has("completions")) {
      throw new Refused("--parallelism needs --completions");
    }
  }
  for (const list of ["memory", "memory-limit", "gpu-memory"]) {
    const amount = read.one(list);
    if (
      amount !== undefined && !/^\d+(\.\d+)?([kMGTPE]i?|Ki|m)?$/.test(amount)
    ) {
      throw new Refused(
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
      );
    }
  }
  if (
    read.one("node-pools")?.split(",").some((pool) =>
      pool.trim() !== pool || pool === ""
    )
  ) {
    throw new Refused("an empty node pool");
  }
  for (const port of read.all("port")) {
    if (!/^(\d+:)?\d+$/.test(port)) throw new Refused(`invalid port ${port}`);
  }
}

/**
 * Two fields are an existing claim, and three are one with a mode, unless the
 * first is empty or the second a size; others make a new volume
 * (cmd/job/submit, 2021).
 */
function mountOf(text: string): DecodedJob["mounts"][number] {
  const fields = text.split(":");
  const [claim = "", path = "", mode] = fields;
  if (
    fields.length > 3 || claim === "" || !path.startsWith("/") ||
    mode !== undefined && mode !== "ro"
  ) {
    throw new Refused(`Could not parse --pvc ${text}`);
  }
  return { claim, path, ...(mode === undefined ? {} : { readOnly: true }) };
}

/** A list of numbers, separated by commas. */
export function groupsOf(text: string | undefined): number[] {
  if (text === undefined) return [];
  return text.split(",").map((group) => {
    if (/^\d+$/.test(group)) return Number(group);
    throw new Refused(`supplemental-groups: strconv.Atoi: parsing "${group}"`);
  });
}

function existingMountOf(text: string): { claim: string; path: string } {
  const fields = pairs(text.split(","), "existing-pvc");
  for (const key of Object.keys(fields)) {
    if (key !== "claimname" && key !== "path") {
      throw new Refused(`unknown parameter '${key}'`);
    }
  }
  return { claim: fields["claimname"] ?? "", path: fields["path"] ?? "" };
}

/** The chart of 2021 splits each entry at `=` and keeps the second piece; `SECRET:` is always a reference. */
function environmentOf(entries: readonly string[]) {
  const variables: Record<string, string> = {};
  const secretVariables: Record<string, { secret: string; key: string }> = {};
  for (const entry of entries) {
    const [name = "", value] = entry.split("=");
    if (name === "" || value === undefined) {
      throw new Refused(`environment ${entry} is not KEY=VALUE`);
    }
    if (!value.startsWith("SECRET:")) {
      variables[name] = value;
      continue;
    }
    const [secret = "", key = ""] = value.slice("SECRET:".length).split(",", 2);
    if (secret === "" || key === "") {
      throw new Refused(`environment ${name}: not SECRET:<name>,<key>`);
    }
    secretVariables[name] = { secret, key };
  }
  return { variables, secretVariables };
}

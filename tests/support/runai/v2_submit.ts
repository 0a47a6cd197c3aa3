import { type Parsed, parseFlags, Refused } from "./pflag.ts";
import { type DecodedJob, groupsOf } from "./v1_submit.ts";
import { SUBMIT_V2 } from "./v2_flags.ts";
import { numberOrNull, pairs, type Reader, readerOf } from "./values.ts";

/** What a pod's requests are called, and that of the master of a distributed job. */
const REQUESTS = [
  "gpu-devices-request",
  "gpu-portion-request",
  "cpu-core-request",
  "cpu-core-limit",
  "cpu-memory-request",
  "cpu-memory-limit",
  "gpu-memory-request",
  "extended-resource",
];

/** The most characters of a value in a `key=value`. */
const LONGEST = 10_000;

/** Decodes a `submit` as the second generation does. Throws {@linkcode Refused}. */
export function decodeV2Submit(words: readonly string[]): DecodedJob {
  const at = words.indexOf("submit");
  const group = words.slice(0, at).join(" ");
  // Two groups have a short form.
  const full = { training: "training standard", pytorch: "training pytorch" }[
    group
  ] ?? group;
  const flags = SUBMIT_V2[full];
  if (at === -1 || flags === undefined) {
    throw new Refused(`unknown command "${words[0]}" for "runai"`);
  }
  const parsed = parseFlags(words.slice(at + 1), flags);
  const name = nameOf(parsed);
  const read = readerOf(parsed, LONGEST);
  check(parsed, read);
  const project = read.one("project");
  if (project === undefined) throw new Refused("project is required");
  const isDistributed = full === "training pytorch";
  if (isDistributed) checkMaster(read);
  return {
    name,
    project,
    namespace: `runai-${project}`,
    kind: isDistributed
      ? "distributed"
      : full === "workspace"
      ? "interactive"
      : "train",
    image: read.one("image") ?? "",
    imagePullPolicy: read.one("image-pull-policy") ?? "unset",
    gpus: Number(
      read.one("gpu-devices-request") ?? read.one("gpu-portion-request") ?? 0,
    ),
    gpuMemory: read.one("gpu-memory-request") ?? null,
    cpu: numberOrNull(read.one("cpu-core-request")),
    cpuLimit: numberOrNull(read.one("cpu-core-limit")),
    memory: read.one("cpu-memory-request") ?? null,
    memoryLimit: read.one("cpu-memory-limit") ?? null,
    uid: numberOrNull(read.one("run-as-uid")),
    gid: numberOrNull(read.one("run-as-gid")),
    allowPrivilegeEscalation: read.is("allow-privilege-escalation"),
    mounts: read.all("existing-pvc").map(mountOf),
    groups: groupsOf(read.one("supplemental-groups")),
    pools: read.all("node-pools"),
    preemptible: full === "workspace"
      ? read.is("preemptible") ||
        preemptibility(read.one("preemptibility") ?? "non-preemptible")
      : preemptibility(read.one("preemptibility")),
    workers: Number(read.one("workers") ?? 0),
    backoffLimit: numberOrNull(read.one("backoff-limit")) ?? 6,
    largeShm: read.is("large-shm"),
    hostIpc: read.is("host-ipc"),
    ports: read.all("port"),
    annotations: read.pairs("annotation"),
    labels: read.pairs("label"),
    extendedResources: read.pairs("extended-resource"),
    variables: read.pairs("environment-variable"),
    secretVariables: Object.fromEntries(
      read.all("env-secret").map(secretVariable),
    ),
    arguments: parsed.rest ?? [],
  };
}

/** The one positional word; a second one (as `true` behind a switch) is refused. */
function nameOf({ positional }: Parsed): string {
  const [name, ...more] = positional;
  if (more.length > 0) {
    throw new Refused(`accepts at most 1 arg(s), received ${1 + more.length}`);
  }
  if (name === undefined) throw new Refused("workload name is required");
  if (!/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
    throw new Refused(`invalid workload name ${name}: not a DNS label`);
  }
  return name;
}

function check({ values }: Parsed, read: Reader) {
  if (!read.one("image")) throw new Refused("image is required");
  const policy = read.one("image-pull-policy");
  if (
    policy !== undefined &&
    !["Always", "IfNotPresent", "Never"].includes(policy)
  ) throw new Refused(`invalid image pull policy ${policy}`);
  const asset = read.one("environment");
  if (asset !== undefined) {
    throw new Refused(`environment asset "${asset}" not found`);
  }
  // Late releases call these positiveInt and positiveFloat.
  for (const [flag, all] of values) {
    if (
      /(?:devices-request|portion-request|core-request|core-limit)$/.test(flag)
    ) {
      const wrong = all.find((value) => !(Number(value) > 0));
      if (wrong !== undefined) {
        throw new Refused(
          `invalid argument "${wrong}" for "--${flag}" flag: must be positive`,
        );
      }
    }
  }
  if (
    read.one("gpu-memory-request") !== undefined &&
    read.one("gpu-request-type") !== "memory"
  ) throw new Refused("gpu-memory-request needs --gpu-request-type memory");
  const portion = read.one("gpu-portion-request");
  if (portion !== undefined) {
    if (Number(portion) > 1) throw new Refused("gpu portion exceeds 1");
    if (read.one("gpu-request-type") !== "portion") {
      throw new Refused("gpu-portion-request needs --gpu-request-type portion");
    }
  }
  if (
    !/^(\d+(\.\d+)?([kMGTPE]i?|m)?)?$/.test(
      read.one("cpu-memory-request") ?? "",
    )
  ) {
    throw new Refused("invalid memory quantity");
  }
  for (const port of read.all("port")) {
    if (!/(^|,)container=\d+/.test(port)) {
      throw new Refused(`invalid port "${port}": container is missing`);
    }
  }
  if (read.all("node-pools").some((pool) => /[,\s]|^$/.test(pool))) {
    throw new Refused("node pool not found");
  }
}

/** Whether a master inherits is not documented: here it does not, so all must be said twice. */
function checkMaster(read: Reader) {
  for (const request of REQUESTS) {
    const worker = read.all(request).join();
    const master = read.all(`master-${request}`).join();
    if (worker !== master) {
      throw new Refused(
        `the master's ${request} is "${master}", the workers' "${worker}"`,
      );
    }
  }
}

function preemptibility(word: string | undefined): boolean {
  if (word === undefined || word === "preemptible") return true;
  if (word === "non-preemptible") return false;
  throw new Refused(`invalid preemptibility ${word}`);
}

function mountOf(text: string): { claim: string; path: string } {
  const fields = pairs(text.split(","), "existing-pvc", LONGEST);
  const { claimname, path, ...more } = fields as Record<
    string,
    string | undefined
  >;
  if (
    !claimname || !path?.startsWith("/") || Object.keys(more).length > 0
  ) throw new Refused(`invalid existing-pvc "${text}"`);
  return { claim: claimname, path };
}

/** `ENVVAR=secret-name,key=secret-key` */
function secretVariable(
  text: string,
): [string, { secret: string; key: string }] {
  const match = /^([^=,]+)=([^=,]+),key=([^=,]+)$/.exec(text);
  if (match === null) throw new Refused(`invalid env-secret "${text}"`);
  const [, variable = "", secret = "", key = ""] = match;
  return [variable, { secret, key }];
}

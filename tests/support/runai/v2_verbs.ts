// deno-lint-ignore-file no-console -- a program that prints
import { parseFlags, Refused } from "./pflag.ts";
import type { World } from "./v1_verbs.ts";
import { SUBMIT_V2, VERB_V2 } from "./v2_flags.ts";
import { decodeV2Submit } from "./v2_submit.ts";

/** One job of the cluster's double. */
interface StoredJob {
  readonly name: string;
  readonly namespace: string;
  readonly kind: string;
  readonly phase?: string;
  readonly phaseMessage?: string;
  readonly gpus?: number;
  readonly workers?: number;
  readonly createdAt?: string;
}

/** Runs one call of the second generation. Throws {@linkcode Refused}. */
export async function runV2(
  words: readonly string[],
  world: World,
): Promise<void> {
  if (words.includes("--help")) return help(words);
  if (words.includes("submit") && words[0] !== "submit") {
    return await submit(words, world);
  }
  refuseByFault(world);
  if (words[0] === "whoami") return console.log("ada");
  if (words[0] === "version") return console.log("2.25.27");
  if (words[0] === "workload" && words[1] === "list") {
    return await list(words.slice(2), world);
  }
  if (words[1] === "delete") return await remove(words, world);
  throw new Refused(`unknown command "${words[0]}" for "runai"`);
}

/** The help of a command group, with the words that tell the generation. */
function help(words: readonly string[]) {
  const group = words.filter((word) => !word.startsWith("-"));
  if (group[0] === "workspace" && group.length === 1) {
    return console.log(
      "workspace management\n\nUsage:\n  runai workspace [command]\n\nAvailable Commands:\n  bash delete exec list logs submit",
    );
  }
  const flags = SUBMIT_V2[group.filter((word) => word !== "submit").join(" ")];
  if (flags === undefined) {
    return console.log("The Run:ai Researcher Command Line Interface");
  }
  for (const { name } of flags) console.log(`      --${name}`);
}

function refuseByFault({ fail }: World) {
  if (fail === "login") throw new Refused("not logged in, please run login");
  if (fail === "unreachable") {
    throw new Refused(
      'Get "https://rcp.example/api": dial tcp: lookup rcp.example: no such host',
    );
  }
}

async function submit(words: readonly string[], world: World) {
  const job = decodeV2Submit(words);
  refuseByFault(world);
  const response = await fetch(`${world.url}/double/jobs`, {
    method: "POST",
    body: JSON.stringify({ ...job, generation: "v2" }),
  });
  const answer = await response.text();
  if (response.status === 409) {
    throw new Refused(`workload ${job.name} already exists`);
  }
  if (!response.ok) throw new Refused(answer);
  if (world.fail === "after-create") throw new Refused("unexpected EOF");
  const group = words.slice(0, words.indexOf("submit")).join(" ");
  console.log(`Creating ${group} ${job.name}...`);
  console.log(
    `To track the workload's status, run 'runai ${group} describe ${job.name}'`,
  );
}

const STATUS: Readonly<Record<string, string>> = { Succeeded: "Completed" };
const TYPES: Readonly<Record<string, string>> = {
  interactive: "Workspace",
  train: "Training",
  distributed: "Distributed",
};

/** As the REST API's objects; a table only where it is asked for one. */
async function list(words: readonly string[], world: World) {
  const { values } = parseFlags(words, VERB_V2);
  const project = values.get("project")?.[0] ?? "";
  const jobs = await jobsOf(project, world);
  if (!values.has("json")) {
    console.log(
      " Workload  Type  Status  Project  Running/Req.Pods  GPU Alloc.\n──────────",
    );
    for (const { name, kind, phase = "Running" } of jobs) {
      console.log(` ${name}  ${TYPES[kind]}  ${phase}  ${project}`);
    }
    return;
  }
  console.log(JSON.stringify(jobs.map((job) => ({
    name: job.name,
    id: crypto.randomUUID(),
    type: TYPES[job.kind] ?? job.kind,
    phase: STATUS[job.phase ?? ""] ?? job.phase ?? "Running",
    ...(job.phaseMessage ? { phaseMessage: job.phaseMessage } : {}),
    projectName: project,
    namespace: job.namespace,
    createdAt: job.createdAt,
    runningPods: job.phase === "Running" ? 1 + (job.workers ?? 0) : 0,
    requestedPods: { number: 1 + (job.workers ?? 0) },
  }))));
}

async function jobsOf(project: string, { url }: World): Promise<StoredJob[]> {
  const response = await fetch(
    `${url}/double/jobs?namespace=runai-${encodeURIComponent(project)}`,
  );
  if (!response.ok) throw new Refused(await response.text());
  return (await response.json() as { jobs: StoredJob[] }).jobs;
}

/** `workload delete` takes several names and asks; `workspace delete` knows no `-y`. */
async function remove(words: readonly string[], world: World) {
  const isWorkload = words[0] === "workload";
  const flags = isWorkload
    ? VERB_V2
    : VERB_V2.filter(({ name }) => name !== "yes");
  const { values, positional } = parseFlags(words.slice(2), flags);
  if (isWorkload && !values.has("yes") && !Deno.stdin.isTerminal()) {
    throw new Refused(
      "confirmation is needed and there is no terminal: use --yes",
    );
  }
  const namespace = `runai-${values.get("project")?.[0] ?? ""}`;
  for (const name of positional) {
    const response = await fetch(
      `${world.url}/double/jobs/${namespace}/${name}`,
      { method: "DELETE" },
    );
    await response.text();
    if (!response.ok) throw new Refused(`workload ${name} not found`);
    console.log(`Deleting workload ${name}...`);
  }
}

// deno-lint-ignore-file no-console -- a stand-in for a program prints as it does
import { parseFlags, Refused } from "./pflag.ts";
import { VERB } from "./v1_flags.ts";
import { decodeV1Submit } from "./v1_submit.ts";

/** Where the jobs are, and which failure to play. */
export interface World {
  readonly url: string;
  readonly fail: string | undefined;
}

/** One job of the cluster's double. */
interface StoredJob {
  readonly name: string;
  readonly namespace: string;
  readonly kind: string;
  readonly image: string;
  readonly phase?: string;
  readonly gpus?: number;
}

/** Runs one call of the first generation. Throws {@linkcode Refused}. */
export async function runV1(
  words: readonly string[],
  world: World,
): Promise<void> {
  const [verb, noun] = words;
  if (verb === "version") return console.log("Version: 2.18.94");
  if (verb === "submit" || verb === "submit-dist") {
    return await submit(words, world);
  }
  if (!["whoami", "list", "delete"].includes(verb ?? "")) {
    throw new Refused(`unknown command "${verb}" for "runai"`);
  }
  refuseByFault(world);
  if (verb === "whoami") return console.log("User: ada");
  if (verb === "list") {
    return await list(words.slice(noun === "jobs" ? 2 : 1), world);
  }
  if (verb === "delete" && noun === "job") {
    return await remove(words.slice(2), world);
  }
  throw new Refused(`unknown command "${verb}" for "runai"`);
}

function refuseByFault({ fail }: World) {
  if (fail === "login") {
    throw new Refused("You are not logged in. Please run `runai login`");
  }
  if (fail === "unreachable") {
    throw new Refused(
      "Get https://cluster.example:443/version: dial tcp: lookup cluster.example: no such host",
    );
  }
}

async function submit(words: readonly string[], world: World) {
  const job = decodeV1Submit(words);
  refuseByFault(world);
  const response = await fetch(`${world.url}/double/jobs`, {
    method: "POST",
    body: JSON.stringify(job),
  });
  const answer = await response.text();
  if (response.status === 409) {
    throw new Refused(
      `Job ${job.name} already exists, please delete it first (use 'runai delete job ${job.name}')`,
    );
  }
  if (!response.ok) throw new Refused(answer);
  if (world.fail === "after-create") throw new Refused("unexpected EOF");
  // The words of the sources of 2021 (cmd/job/submit).
  console.log(`The job '${job.name}' has been submitted successfully`);
  console.log(
    `You can run \`runai describe job ${job.name} -p ${job.project}\` to check the job status`,
  );
}

async function jobsOf(project: string, { url }: World): Promise<StoredJob[]> {
  const response = await fetch(
    `${url}/double/jobs?namespace=runai-${encodeURIComponent(project)}`,
  );
  if (!response.ok) throw new Refused(await response.text());
  return (await response.json() as { jobs: StoredJob[] }).jobs;
}

/** The table as the sources print it: two blanks between columns, a title line before the header. */
async function list(words: readonly string[], world: World) {
  const { values } = parseFlags(words, VERB);
  const project = values.get("project")?.[0] ?? "default";
  console.log(`Showing jobs for project ${project}`);
  const types: Record<string, string> = {
    interactive: "Interactive",
    train: "Train",
    distributed: "Pytorch",
  };
  const rows = [
    [
      "NAME",
      "STATUS",
      "AGE",
      "NODE",
      "IMAGE",
      "TYPE",
      "PROJECT",
      "USER",
      "GPUs Allocated (Requested)",
      "PODs Running (Pending)",
      "SERVICE URL(S)",
    ],
    ...(await jobsOf(project, world)).map((job) => [
      job.name,
      job.phase ?? "Running",
      "1s",
      job.phase === "Pending" ? "" : "node-1",
      job.image,
      types[job.kind] ?? job.kind,
      project,
      "ada",
      `${(job.gpus ?? 0).toFixed(2)} (${(job.gpus ?? 0).toFixed(2)})`,
      "1 (0)",
      "",
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length))
  );
  for (const row of rows) {
    console.log(
      row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")
        .trimEnd(),
    );
  }
}

/** Deleting a job that is not there prints a message and exits with 0. */
async function remove(words: readonly string[], world: World) {
  const { values, positional } = parseFlags(words, VERB);
  const project = values.get("project")?.[0] ?? "default";
  for (const name of positional) {
    const response = await fetch(
      `${world.url}/double/jobs/runai-${project}/${name}`,
      { method: "DELETE" },
    );
    await response.text();
    console.log(
      response.ok
        ? `The job '${name}' has been deleted successfully`
        : `The job '${name}' does not exist`,
    );
  }
}

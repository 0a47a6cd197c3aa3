import assert from "node:assert/strict";
import { GIT_ENV } from "../../snapshot/bed.ts";
import type { Laptop } from "../../support/laptop.ts";
import { must, run } from "../../support/pods/programs.ts";

/** A repository in the laptop's home, pushed to a server, with an edit. */
export async function furnish(
  laptop: Laptop,
  server: { env: object; repository(name: string): Promise<string> },
) {
  Object.assign(laptop.env, GIT_ENV, server.env);
  const code = `${laptop.home}/code`;
  const git = (...args: string[]) =>
    must(["git", "-C", code, ...args], { env: laptop.env, clearEnv: true });
  await must(["git", "init", "-q", "-b", "main", code], { env: laptop.env });
  await Deno.writeTextFile(`${code}/train.py`, "first\n");
  await git("add", "-A");
  await git("commit", "-qm", "one");
  await git("remote", "add", "origin", await server.repository("r"));
  await git("push", "-q", "-u", "origin", "main");
  await Deno.writeTextFile(`${code}/train.py`, "submitted\n");
  return { code, git };
}

/** What the pod of a job is started with: its arguments, its variables, those of Secrets included. */
export async function carriedBy(
  { cluster, namespace }: Laptop,
  name: string,
): Promise<{ arguments: string[]; variables: Record<string, string> }> {
  const job = cluster.jobs.list(namespace).find((job) => job.name === name);
  assert.ok(job);
  const variables = { ...job["variables"] as Record<string, string> };
  const secretVariables = job["secretVariables"] as Record<
    string,
    { secret: string; key: string }
  >;
  for (const [variable, { secret, key }] of Object.entries(secretVariables)) {
    const value = (await cluster.secret(namespace, secret))?.data?.[key];
    assert.ok(value !== undefined, `${secret} has no ${key}`);
    variables[variable] = atob(value);
  }
  return { arguments: job["arguments"] as string[], variables };
}

/** The job as its pod would start it. */
export async function start(laptop: Laptop, name: string, scratch: string) {
  const { arguments: given, variables } = await carriedBy(laptop, name);
  const here = (text: string) => text.replace("/mloscratch/homes/ada", scratch);
  const words = given.map((word) => {
    // The path of a bundle on scratch stands in the script.
    try {
      return btoa(here(atob(word)));
    } catch {
      return word;
    }
  });
  const env = {
    PATH: laptop.env["PATH"] ?? "",
    HOME: scratch,
    ...GIT_ENV,
    GIT_SSH_COMMAND: laptop.env["GIT_SSH_COMMAND"] ?? "",
    ...Object.fromEntries(
      Object.entries(variables)
        .filter(([key]) => /^(MLO|SCRATCH_HOME$)/.test(key))
        .map(([key, value]) => [key, here(value)]),
    ),
  };
  const ran = await run(words, { env, clearEnv: true });
  return { ran, variables, runDirectory: here(variables["MLO_RUN_DIR"] ?? "") };
}

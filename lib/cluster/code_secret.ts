/**
 * Code that goes with a job, in a Secret of its own: not because it is secret,
 * but because a Secret is what a pod can take variables from. Several
 * submissions of one name may be under way: each owns only the keys of its own
 * content, so that no job ever finds another's code.
 */
import { ask } from "./ask.ts";
import { changeCall, kubectl, type Machine, text } from "./kubectl.ts";
import { kubectlFailure } from "./failure.ts";
import { withRetries } from "./retry.ts";

/** What the names of such Secrets begin with. */
const PREFIX = "mlo-code-";
const COMPONENT = "app.kubernetes.io/component";

/** The name of a job's Secret with code. */
export function codeSecretName(job: string): string {
  return `${PREFIX}${job}`;
}

/** The keys of a content, in the order of its parts. */
export function codeSecretKeys(sha256: string, parts: number): string[] {
  return Array.from(
    { length: parts },
    (_, at) => `${sha256.slice(0, 16)}-${at + 1}`,
  );
}

/** The content of a job's code: its name and the texts it is cut into. */
export interface CodeContent {
  readonly job: string;
  readonly sha256: string;
  readonly parts: readonly string[];
}

/** Puts a content into the job's Secret; done twice, it is the same. */
export async function applyCode(
  machine: Machine,
  namespace: string,
  { job, sha256, parts }: CodeContent,
): Promise<void> {
  const name = codeSecretName(job);
  const keys = codeSecretKeys(sha256, parts.length);
  const manifest = JSON.stringify({
    apiVersion: "v1",
    kind: "Secret",
    type: "Opaque",
    metadata: {
      name,
      namespace,
      labels: { "app.kubernetes.io/managed-by": "mlo", [COMPONENT]: "code" },
    },
    data: Object.fromEntries(
      parts.map((
        part,
        at,
      ) => [keys[at], new TextEncoder().encode(part).toBase64()]),
    ),
  });
  const call = changeCall([
    ...["apply", "--server-side", "--force-conflicts", "--validate=false"],
    ...[`--field-manager=mlo-code-${sha256.slice(0, 16)}`, "-n", namespace],
    ...["-o", "name", "-f", "-"],
  ]);
  await withRetries(machine.clock, async () => {
    const outcome = await machine.programs.run(call, manifest);
    if (outcome.code === 0 && !outcome.timedOut) return;
    throw kubectlFailure(outcome, {
      what: `apply the secret "${name}"`,
      namespace,
      values: parts,
      names: [name],
    });
  });
}

/** The content in a job's Secret of which the whole has this SHA-256, or `undefined`. */
export async function readCode(
  machine: Machine,
  namespace: string,
  job: string,
  sha256: string,
): Promise<string | undefined> {
  const name = codeSecretName(job);
  const call = kubectl([
    ...["get", "secret", name, "-n", namespace, "-o", "json"],
    "--ignore-not-found",
  ]);
  const attempt = {
    what: `read the secret "${name}"`,
    namespace,
    names: [name],
  };
  const json = text((await ask(machine, call, attempt)).stdout);
  if (json.trim() === "") return undefined;
  const { data = {} } = JSON.parse(json) as { data?: Record<string, string> };
  const parts = codeSecretKeys(sha256, 2).flatMap((key) => data[key] ?? []);
  if (parts.length === 0) return undefined;
  return parts.map((part) => text(Uint8Array.fromBase64(part))).join("");
}

/** A job that a Secret with code was made for. */
export interface CodeSecret {
  readonly job: string;
  /** Whether it was made an hour ago or earlier: a newer one may be for a job that is just being submitted. */
  readonly isOld: boolean;
}

/** The Secrets with code: `kubectl` is asked for its table, which has no values in it. */
export async function listCode(
  machine: Machine,
  namespace: string,
): Promise<CodeSecret[]> {
  const call = kubectl([
    ...["get", "secrets", "-n", namespace, "--no-headers"],
    ...["-l", `${COMPONENT}=code`],
  ]);
  const attempt = { what: "list the secrets with code", namespace };
  return decodeCodeList(text((await ask(machine, call, attempt)).stdout));
}

/** Decodes the table: the name stands first, the age last (`5m`, `3h12m`, `4d`). */
export function decodeCodeList(table: string): CodeSecret[] {
  return table.split("\n").flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const [name = "", age = ""] = [words[0], words.at(-1)];
    if (!name.startsWith(PREFIX) || name.length === PREFIX.length) return [];
    const minutes = /^(\d+)m/.exec(age)?.[1];
    return [{
      job: name.slice(PREFIX.length),
      isOld: /[hdy]/.test(age) || Number(minutes ?? 0) >= 60,
    }];
  });
}

/** Removes the Secrets of jobs; one that is not there is fine. */
export async function deleteCode(
  machine: Machine,
  namespace: string,
  jobs: readonly string[],
): Promise<void> {
  if (jobs.length === 0) return;
  const names = jobs.map(codeSecretName);
  const call = changeCall([
    ...["delete", "secret", ...names, "-n", namespace],
    ...["--ignore-not-found", "--wait=false", "-o", "name"],
  ]);
  await ask(machine, call, { what: "remove the jobs' code", namespace, names });
}

/**
 * Code that goes with a job, in a Secret of its own: not because it is secret,
 * but because a Secret is what a pod can take variables from. Several
 * submissions of one name may be under way: each applies as a field manager of
 * its own and owns only the keys of its own content, so that no job ever finds
 * another's code.
 */
import { ask } from "./ask.ts";
import { hold } from "./hold.ts";
import { changeCall, kubectl, type Machine, text } from "./kubectl.ts";
import { kubectlFailure } from "./failure.ts";

/** What the names of such Secrets begin with. */
const PREFIX = "mlo-code-";
const COMPONENT = "app.kubernetes.io/component";
/** The label with the time of the last submission that took it, in seconds since 1970. */
const TAKEN = "mlo-code-taken";

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

/** An apply of code that was started but has no content yet: {@linkcode hold}. */
export interface HeldCode {
  /** Puts a content into its job's Secret; done twice, no more is there. */
  feed(content: CodeContent): Promise<void>;
  /** Ends it: without any effect unless it was fed, a no-op if it is done. */
  abandon(): void;
}

/** Starts the apply of a submission's code; `id` is its run's. */
export function startCode(
  machine: Machine,
  namespace: string,
  id: string,
): HeldCode {
  const held = hold(
    machine,
    changeCall([
      ...["apply", "--server-side", "--force-conflicts", "--validate=false"],
      ...[`--field-manager=mlo-code-${id}`, "-n", namespace],
      ...["-o", "name", "-f", "-"],
    ]),
  );
  return {
    abandon: held.abandon,
    feed: async (content) => {
      const name = codeSecretName(content.job);
      const json = codeManifest(namespace, content, machine.clock.now());
      await held.feed(json, (outcome) => {
        if (outcome.code === 0 && !outcome.timedOut) return;
        throw kubectlFailure(outcome, {
          what: `apply the secret "${name}"`,
          namespace,
          values: content.parts,
          names: [name],
        });
      });
    },
  };
}

/** {@linkcode startCode} with the content at hand. */
export async function applyCode(
  machine: Machine,
  namespace: string,
  content: CodeContent,
  id: string,
): Promise<void> {
  await startCode(machine, namespace, id).feed(content);
}

function codeManifest(
  namespace: string,
  { job, sha256, parts }: CodeContent,
  now: Date,
): string {
  const keys = codeSecretKeys(sha256, parts.length);
  const data = parts.map((part, at) => [
    keys[at],
    new TextEncoder().encode(part).toBase64(),
  ]);
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Secret",
    type: "Opaque",
    metadata: {
      name: codeSecretName(job),
      namespace,
      labels: {
        "app.kubernetes.io/managed-by": "mlo",
        [COMPONENT]: "code",
        [TAKEN]: String(Math.floor(now.getTime() / 1000)),
      },
    },
    data: Object.fromEntries(data),
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
  /** When a submission took it last, in seconds since 1970. */
  readonly takenAt: number;
}

/** The Secrets with code: `kubectl` is asked for its table, which has no values in it. */
export async function listCode(
  machine: Machine,
  namespace: string,
): Promise<CodeSecret[]> {
  const call = kubectl([
    ...["get", "secrets", "-n", namespace, "--no-headers"],
    ...["-l", `${COMPONENT}=code`, "-L", TAKEN],
  ]);
  const attempt = { what: "list the secrets with code", namespace };
  return decodeCodeList(text((await ask(machine, call, attempt)).stdout));
}

/** Decodes the table: the name stands first, the label last. One without it is none of ours. */
export function decodeCodeList(table: string): CodeSecret[] {
  return table.split("\n").flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const [name = "", taken = ""] = [words[0], words.at(-1)];
    const isOne = name.startsWith(PREFIX) && name.length > PREFIX.length &&
      /^\d{9,11}$/.test(taken);
    return isOne
      ? [{ job: name.slice(PREFIX.length), takenAt: Number(taken) }]
      : [];
  });
}

/** Seconds for which a Secret may be for a job that is just being submitted. */
const UNDER_WAY = 3_600;

/**
 * Of Secrets with code those that no job needs: nothing of the name is there,
 * and none has been submitted for an hour.
 */
export function orphans(
  secrets: readonly CodeSecret[],
  jobs: readonly string[],
  now: Date,
): string[] {
  const recent = now.getTime() / 1000 - UNDER_WAY;
  return secrets.filter(({ job, takenAt }) =>
    takenAt < recent && !jobs.includes(job)
  ).map(({ job }) => job);
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

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "#properties";
import { formatEnvFile, parseEnvFile } from "../../lib/config/env/file.ts";
import { applySecretCall, startApply } from "../../lib/cluster/secret_store.ts";
import {
  type SecretManifest,
  secretManifest,
} from "../../lib/cluster/secret.ts";
import { denoHost } from "../../lib/host/deno_host.ts";
import type { TestCluster } from "../support/api_server/api_server.ts";
import { hasKubectl, testOnClusters } from "../support/api_server/choice.ts";
import { kubectlDone } from "../support/api_server/kubectl.ts";

const FILES = 1000;
/** How many files go the whole way alone; the rest share a kubectl with others. */
const ALONE = 100;
const TOGETHER = 100;
/** kubectl calls at a time. */
const PARALLEL = 4;

/** Text that is apt to be changed on its way: quotes, line ends, `$`, `#`, spaces, any Unicode. */
const value = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom(
      ..."ab'\"\\$`#={}<>%&\n\r\t ,;:-/+éß漢😀\u2028\ufeff",
    ),
    maxLength: 40,
  }),
  fc.constantFrom(
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1r\n-----END OPENSSH PRIVATE KEY-----\n",
    "pa$$word $(id) `id` ${HOME}",
    "abc#def # no comment",
    "yes",
    "1e3",
    "null",
    "~",
    " padded ",
    "\r\n",
  ),
).filter((text) => text.isWellFormed() && !text.includes("\0"));

const variables = fc.dictionary(
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/),
  value,
  { maxKeys: 8 },
);

/** The generated sets of variables; the first is as large as a Secret may be, in one value. */
function generate(): Record<string, string>[] {
  const large = { SMALL: "s", LARGE: "x漢\n".repeat(209_715) };
  const sets = fc.sample(variables, { numRuns: FILES - 1, seed: 20 });
  return [large, ...sets];
}

/** A set's Secret by way of a settings file. */
function manifestOf(
  namespace: string,
  index: number,
  set: Record<string, string>,
): SecretManifest {
  const bytes = new TextEncoder().encode(formatEnvFile(Object.entries(set)));
  const { variables: data, problems } = parseEnvFile(bytes);
  assert.deepEqual(problems, []);
  return secretManifest({ name: `set-${index}`, namespace, data });
}

/** Runs tasks, a few at a time. */
async function runAll(tasks: (() => Promise<unknown>)[]): Promise<void> {
  const queue = tasks.values();
  async function work() {
    for (const task of queue) await task();
  }
  await Promise.all(Array.from({ length: PARALLEL }, work));
}

async function sendAll(
  cluster: TestCluster,
  manifests: readonly SecretManifest[],
): Promise<void> {
  const [namespace] = cluster.namespaces;
  const host = denoHost({ env: { ...Deno.env.toObject(), ...cluster.env() } });
  const alone = manifests.slice(0, ALONE)
    .map((manifest) => () => startApply(host, namespace).feed(manifest));
  // The first fills the discovery cache for all others.
  await alone.shift()?.();
  const lists: string[] = [];
  for (let at = ALONE; at < manifests.length; at += TOGETHER) {
    const items = manifests.slice(at, at + TOGETHER)
      .map(({ json }) => json);
    lists.push(`{"apiVersion":"v1","kind":"List","items":[${items}]}`);
  }
  const { args } = applySecretCall(namespace);
  const together = lists
    .map((list) => () => kubectlDone(cluster, args, list));
  await runAll([...alone, ...together]);
}

if (await hasKubectl()) {
  await testOnClusters(
    `${FILES} settings files reach the Secret byte for byte`,
    async (_, cluster) => {
      const [namespace] = cluster.namespaces;
      const sets = generate();
      const manifests = sets
        .map((set, index) => manifestOf(namespace, index, set));
      await sendAll(cluster, manifests);
      for (const [index, set] of sets.entries()) {
        const secret = await cluster.secret(namespace, `set-${index}`);
        assert.ok(secret, `set-${index} is not there`);
        const wanted = Object.entries(set).filter(([, text]) => text !== "");
        const stored = secret.data ?? {};
        assert.equal(Object.keys(stored).length, wanted.length);
        for (const [key, text] of wanted) {
          const bytes = Buffer.from(stored[key] ?? "", "base64");
          assert.ok(bytes.equals(Buffer.from(text)), `set-${index}: ${key}`);
        }
      }
    },
  );
}

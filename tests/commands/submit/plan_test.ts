import assert from "node:assert/strict";
import { commandTree } from "../../../lib/cli.ts";
import {
  type Draft,
  finishPlan,
  planSubmission,
} from "../../../lib/commands/submit/plan.ts";
import type { SubmitRequest } from "../../../lib/commands/submit/flags.ts";
import type { Generation } from "../../../lib/runai/detect.ts";
import { readSettings } from "../../../lib/settings/read_settings.ts";
import { listOf, readCommandLine } from "../../support/command_line.ts";
import { hostInMemory } from "../../support/laptop.ts";
import { NOW } from "../../runai/sample.ts";

const SETTINGS = `LDAP_USERNAME=ada
LDAP_UID=123456
WANDB_API_KEY=wandb-key-of-ada
NOTHING=
`;

type Words = string | readonly string[];

/** The words of a flag, the parts of the plan that they change, and words that must stand beside them, with or without. */
type Row = readonly [words: Words, change: object, beside?: string];

const pools = (...nodePools: string[]) => ({
  "job.nodePools": nodePools,
  "job.preemptible": true,
});

const ROWS: readonly Row[] = [
  ["--name other", { "job.name": "other" }],
  ["--gpus 2", { "job.gpus": 2 }],
  ["--gpus 0.5", { "job.gpus": 0.5 }],
  ["--gpu-memory 20G", { "job.gpuMemory": "20G" }],
  ["--time 6h", { "job.lifetime": 21_600, script: /21600/ }],
  ["--idle-stop 2h", { "variable MLO_IDLE_STOP": "7200" }],
  ["--idle-stop never", {}],
  ["--train", {
    "job.kind": "training",
    "job.preemptible": true,
    "job.backoffLimit": 0,
  }],
  ["--workers 3", {
    "job.kind": "distributed",
    "job.workers": 3,
    "job.preemptible": true,
    "job.backoffLimit": 0,
    "job.annotations": [["k8s.v1.cni.cncf.io/networks", "kube-system/roce"]],
    "job.extendedResources": [["rdma/rdma", "1"]],
  }],
  ["--image reg/img:1", { "job.image": "reg/img:1" }],
  [["--env", "A=1", "--env", "B=x y,z"], {
    "variable A": "1",
    "variable B": "x y,z",
  }],
  ["--port 8888,6006 --port 80", {
    "job.ports": [8888, 6006, 80].map((container) => ({ container })),
  }],
  ["--cpus 4", { "job.cpu": "4" }],
  ["--cpu-limit 8", { "job.cpuLimit": "8" }],
  ["--memory 16Gi", { "job.memory": "16Gi" }],
  ["--memory-limit 32Gi", { "job.memoryLimit": "32Gi" }],
  ["--node-type h100,h200 --node-type v100", pools("h100", "h200", "v100")],
  ["--node-pools h100", pools("h100")],
  ["--preemptible", { "job.preemptible": true }],
  ["--no-preemptible", { "job.preemptible": false }, "--node-type h100"],
  ["--backoff-limit 2", { "job.backoffLimit": 2 }, "--train"],
  ["--backofflimit 2", { "job.backoffLimit": 2 }, "--train"],
  ["--large-shm", { "job.largeShm": true }],
  ["--host-ipc", { "job.hostIpc": true }],
  ["--label a=b --label c=d", { "job.labels": [["a", "b"], ["c", "d"]] }],
  ["--exp-folder /mloscratch/exp", { script: /\/mloscratch\/exp/ }],
  ["--venv /mloscratch/venv", { script: /\/mloscratch\/venv/ }],
  ["--uid 1234", { "job.uid": 1234, "variable NB_UID": "1234" }],
  ["--gid 4321", { "job.gid": 4321, "variable NB_GID": "4321" }],
  ["--supplemental-groups 1,2 --supplemental-groups 3", {
    "job.supplementalGroups": [1, 2, 3],
  }],
  ["--pvc mine", { "job.claims": [{ claim: "mine", path: "/mloscratch" }] }],
  ["--pvc data:/data:ro", {
    "job.claims": [
      { claim: "mlo-scratch", path: "/mloscratch" },
      { claim: "data", path: "/data", readOnly: true },
    ],
  }],
  ["--secret-name mine", {
    "secret.name": "mine",
    "job.secretVariables": ["WANDB_API_KEY", "SSH_KNOWN_HOSTS"]
      .map((key) => ({ variable: key, secret: "mine", key })),
  }],
  ["--skip-secret-sync", { "secret.sync": false }],
  ["--runai-arg=--toleration --runai-arg a,b", {
    "job.runaiArguments": ["--toleration", "a,b"],
  }],
  ["--project other", {
    "job.project": "other",
    "job.namespace": "runai-other",
    namespace: "runai-other",
  }],
  ["--dry-run", {}],
  ["--dry", {}],
  ["--json", {}],
  ["--wait", {}],
  ["--shell", {}],
  ["--follow", {}],
  ["--sync-secret-only", {}],
  ["--allow-tracked", {}],
];

/** Flags that say where settings are read from, what to run, or where code comes from: tested beside what does that. */
const ELSEWHERE = [
  ...["--env-file", "--profile", "--context", "--help", "--command"],
  "--snapshot",
];

/** A submission's plan from the words of the command line on, nothing run. */
async function planOf(home: string, words: readonly string[]) {
  const name = words.includes("--name") ? [] : ["--name", "exp"];
  const line = ["submit", ...name, ...words, "--", "python", "train.py"];
  const { options, stderr } = await readCommandLine(line);
  assert.ok(options !== undefined, stderr);
  const request = options as SubmitRequest;
  const { host } = hostInMemory({ HOME: home }, home);
  const read = await readSettings({ host, verbose: false }, request);
  const { draft } = planSubmission(read, request, {
    skipSecretSync: request.skipSecretSync ?? false,
    now: NOW,
    id: "abcdefgh",
  });
  return { draft, parts: partsOf(draft) };
}

/** The plan by its parts: the job's properties and variables, the script that it runs, and what is beside the job. */
function partsOf(
  { job, secret, run: _run, ...same }: Draft,
): Map<string, unknown> {
  const { variables, arguments: words, ...properties } = job;
  const named = (before: string, object: object) =>
    Object.entries(object).map(([key, value]) =>
      [`${before}${key}`, value] as const
    );
  const script = new TextDecoder().decode(
    Uint8Array.fromBase64(words?.at(-1) ?? ""),
  );
  return new Map<string, unknown>([
    ...named("", same),
    ...named("job.", properties),
    ...named("secret.", secret),
    ...variables.map(([key, value]) => [`variable ${key}`, value] as const),
    ["script", script],
  ]);
}

/** The parts that are not the same, as they are now. */
function changed(
  before: ReadonlyMap<string, unknown>,
  now: ReadonlyMap<string, unknown>,
): Record<string, unknown> {
  const keys = new Set([...before.keys(), ...now.keys()]);
  return Object.fromEntries(
    [...keys].map((key) => [key, now.get(key)] as const).filter((
      [key, value],
    ) => JSON.stringify(before.get(key)) !== JSON.stringify(value)),
  );
}

/** The words for a runai, without the record of the run; `undefined` where it has no words for that. */
function wordsOf(draft: Draft, generation: Generation) {
  try {
    return finishPlan(draft, generation).runai
      .filter((word) => !word.startsWith("MLO_RUN=")).join("\n");
  } catch {
    return undefined;
  }
}

async function withSettings(test: (home: string) => Promise<void>) {
  const home = await Deno.makeTempDir({ prefix: "mlo-plan-" });
  try {
    await Deno.mkdir(`${home}/.config/mlo`, { recursive: true });
    const path = `${home}/.config/mlo/.env`;
    await Deno.writeTextFile(path, SETTINGS, { mode: 0o600 });
    await test(home);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("each flag of a submission changes its part of the plan and no other, and what changes the job changes runai's words", () =>
  withSettings(async (home) => {
    for (const [words, change, beside = ""] of ROWS) {
      const base = await planOf(home, listOf(beside));
      const { draft, parts } = await planOf(home, [
        ...listOf(beside),
        ...listOf(words),
      ]);
      const said = `mlo submit ${beside} ${String(words)}`;
      const { script, ...found } = changed(base.parts, parts);
      const { script: pattern, ...wanted } = change as { script?: RegExp };
      assert.deepEqual(found, wanted, said);
      if (pattern) assert.match(String(script), pattern, said);
      else assert.equal(script, undefined, said);
      const isOfJob = Object.keys(change).some((key) => !/^secret/.test(key));
      for (const generation of ["v1", "v2"] as const) {
        assert.equal(
          wordsOf(draft, generation) !== wordsOf(base.draft, generation),
          isOfJob,
          `${said}: ${generation}`,
        );
      }
    }
  }));

Deno.test("every flag of a submission has a row", async () => {
  const { host } = hostInMemory({}, "/home/ada");
  const tree = await commandTree(host, undefined);
  const submit = tree.commands.find((command) => command.name() === "submit");
  const seen = ROWS.flatMap(([words]) => listOf(words))
    .map((word) => word.replace(/=.*/, ""));
  const missing = submit?.options.map(({ long }) => long ?? "")
    .filter((flag) => !seen.includes(flag) && !ELSEWHERE.includes(flag));
  assert.deepEqual(missing, []);
});

import assert from "node:assert/strict";
import {
  type Job,
  type JobSettings,
  planJob,
  type SubmitOptions,
} from "../../lib/runai/job.ts";
import * as v1 from "../../lib/runai/v1.ts";
import * as v2 from "../../lib/runai/v2.ts";
import { MloError } from "../../lib/error.ts";
import { Refused } from "../support/runai/pflag.ts";
import { decodeV1Submit } from "../support/runai/v1_submit.ts";
import { decodeV2Submit } from "../support/runai/v2_submit.ts";

const SETTINGS: JobSettings = {
  LDAP_USERNAME: "ada",
  LDAP_UID: "123456",
  LDAP_GROUPNAME: "MLO-unit",
  LDAP_GID: "83070",
  RUNAI_PROJECT: "mlo-ada",
  K8S_NAMESPACE: "runai-mlo-ada",
  RUNAI_IMAGE: "ic-registry.epfl.ch/mlo/mlo-base:uv1",
  RUNAI_SECRET_NAME: "runai-mlo-ada-env",
  SCRATCH_PVC: "mlo-scratch",
  SCRATCH_MOUNT_PATH: "/mloscratch",
  SCRATCH_HOME_ROOT: "/mloscratch/homes",
  SCRATCH_HOME: "/mloscratch/homes/ada",
  WORKING_DIR: "/mloscratch/homes/ada",
  HF_HOME: "/mloscratch/hf_cache",
  UV_PYTHON_VERSION: "3.11",
  TZ: "Europe/Zurich",
  IDLE_STOP: "",
};
const KEYS = ["WANDB_API_KEY", "HF_TOKEN", "SSH_PRIVATE_KEY_B64"];
const NOW = new Date("2026-03-01T12:00:00Z");

interface Row {
  readonly options: SubmitOptions;
  readonly settings?: Partial<JobSettings>;
  readonly keys?: readonly string[];
}

const QUOTES = `python -c "print('it is \\"quoted\\" $HOME \`x\`')"`;
const ARGV = ["python", "train.py", "--tag", 'a "b" $c', "", "ü\n-"];

/** Every flag, and every pair of flags of which one changes what the other means. */
const ROWS: readonly Row[] = [
  { options: {} },
  { options: { name: "exp" } },
  { options: { command: "python train.py" } },
  { options: { command: QUOTES } },
  { options: { argv: ["python", "train.py"] } },
  { options: { argv: ARGV } },
  { options: { train: true } },
  { options: { train: true, command: "true" } },
  { options: { train: true, argv: ARGV } },
  { options: { train: true, backoffLimit: "3", command: "true" } },
  { options: { workers: "1" } },
  { options: { workers: "3", argv: ["torchrun", "a.py"] } },
  { options: { workers: "3", train: true, command: QUOTES } },
  { options: { workers: "2", backoffLimit: "4" } },
  { options: { workers: "0", train: true } },
  { options: { gpus: "0" } },
  { options: { gpus: "1" } },
  { options: { gpus: "8", train: true } },
  { options: { gpus: "0.5" } },
  { options: { gpus: ".25", train: true } },
  { options: { gpus: "1", workers: "1" } },
  { options: { gpus: "0", workers: "1" } },
  { options: { gpus: "0.5", workers: "2" } },
  { options: { gpus: "8", workers: "15", nodeTypes: ["h100"] } },
  { options: { cpus: "4" } },
  { options: { cpus: "0.5", memory: "16Gi" } },
  { options: { memory: "500M", train: true } },
  { options: { cpus: "16", memory: "64Gi", workers: "1", gpus: "2" } },
  { options: { nodeTypes: ["v100"] } },
  { options: { nodeTypes: ["default", "a100-40g", "v100"] } },
  { options: { nodeTypes: ["h100"] } },
  { options: { nodeTypes: ["h200", "h100"], gpus: "1" } },
  { options: { nodeTypes: ["h100"], train: true } },
  { options: { nodeTypes: ["h200", "default"], workers: "1" } },
  { options: { cpus: "2", cpuLimit: "4", workers: "1" } },
  { options: { memory: "16Gi", memoryLimit: "32Gi", train: true } },
  { options: { memoryLimit: "1Ti", workers: "2" } },
  { options: { gpuMemory: "20G" } },
  { options: { gpuMemory: "20Gi", train: true } },
  { options: { preemptible: true } },
  { options: { preemptible: true, train: true } },
  { options: { preemptible: false, nodeTypes: ["h100"] } },
  { options: { nodeTypes: ["new-pool", "v100"] } },
  { options: { labels: ["sweep=lr-3", "example.org/who="] } },
  { options: { labels: ["a=b"], workers: "1" } },
  { options: { volumes: ["home:/home-pvc", "data:/data"] } },
  { options: { volumes: ["home:/home-pvc"], workers: "1" } },
  { options: { supplementalGroups: ["11131", "76208"] } },
  { options: { env: ["LR=3e-4", "E=", "WORDS=it's a, b:c $d"], train: true } },
  { options: { env: ["LR=1"], workers: "1" } },
  { options: { largeShm: true } },
  { options: { hostIpc: true } },
  { options: { largeShm: true, hostIpc: true, train: true } },
  { options: { largeShm: true, hostIpc: true, workers: "1", gpus: "1" } },
  { options: { time: "2d6h30m" } },
  { options: { time: "90m", train: true } },
  { options: { time: "3600", command: "python a.py", train: true } },
  { options: { time: "1h", argv: ["a"], workers: "1" } },
  { options: { expFolder: "/mloscratch/homes/ada/my exp's", command: "ls" } },
  { options: { expFolder: "~/exp", venv: ".venv", command: "ls" } },
  { options: { venv: "/v e/n'v", argv: ["ls"], train: true, time: "1m" } },
  { options: {}, keys: [] },
  { options: { train: true }, keys: ["EXTRA_KEY", "HF_TOKEN"] },
  { options: { workers: "1" }, keys: KEYS },
  { options: {}, settings: { RUNAI_IMAGE: "reg.example:5000/a/b@sha256:0" } },
  { options: {}, settings: { LDAP_UID: "0", LDAP_GID: "4294967294" } },
  { options: {}, settings: { SCRATCH_PVC: "other", SCRATCH_MOUNT_PATH: "/m" } },
  { options: {}, settings: { HF_HOME: "/mloscratch/it's, a/path" } },
  { options: { train: true }, settings: { RUNAI_PROJECT: "mlo-other" } },
];

function planned({ options, settings, keys = KEYS }: Row): Job {
  return planJob({ ...SETTINGS, ...settings }, options, keys, NOW);
}

for (const [number, row] of ROWS.entries()) {
  const shown = JSON.stringify({ ...row.settings, ...row.options });
  Deno.test(`row ${number + 1}: both generations make the same job of ${shown}`, () => {
    const job = planned(row);
    const first = decodeV1Submit(v1.submitArgs(job));
    const second = decodeV2Submit(v2.submitArgs(job));
    assert.deepEqual(second, first);
    assert.equal(first.name, job.name);
    assert.deepEqual(first.arguments, [...job.arguments]);
    assert.equal(
      Object.keys(first.variables).length,
      job.variables.length,
    );
    assert.deepEqual(
      Object.keys(first.secretVariables),
      [...row.keys ?? KEYS],
    );
  });
}

Deno.test("the table has at least forty rows, no two alike", () => {
  const rows = ROWS.map((row) => JSON.stringify(row));
  assert.ok(rows.length >= 40);
  assert.equal(new Set(rows).size, rows.length);
});

Deno.test("v2 submitArgs() refuses a port and says what to do instead", () => {
  const job = planned({ options: { name: "exp", ports: ["8888", "80:8080"] } });
  assert.throws(() => v2.submitArgs(job), (error) => {
    assert.ok(error instanceof MloError);
    assert.equal(error.exitCode, 2);
    assert.match(error.message, /--port 8888.*--port 8080/s);
    assert.match(error.message, /mlo port-forward exp 8888/);
    return true;
  });
});

Deno.test("v2 submitArgs() refuses what the server would refuse", () => {
  const long = planned({ options: {}, settings: { TZ: "UTC" } });
  const value = { ...long, variables: [["A", "x".repeat(10_001)] as const] };
  assert.throws(() => v2.submitArgs(value), /more than 10000 characters/);
  const comma = { ...long, claims: [{ claim: "c", path: "/a,b" }] };
  assert.throws(() => v2.submitArgs(comma), /has a comma/);
});

Deno.test("v2 submitArgs() says that training must not be preempted", () => {
  for (const options of [{ train: true }, { workers: "1" }]) {
    const job = planned({ options: { ...options, preemptible: false } });
    assert.equal(decodeV2Submit(v2.submitArgs(job)).preemptible, false);
  }
});

Deno.test("v2 submitArgs() takes a variable with an equals sign, which v1 may cut", () => {
  const job = planned({ options: { env: ["OPTS=--lr=3 SECRET:x"] } });
  const { variables } = decodeV2Submit(v2.submitArgs(job));
  assert.equal(variables["OPTS"], "--lr=3 SECRET:x");
});

Deno.test("v2 submitArgs() refuses what it cannot say and names what to use", () => {
  const readOnly = planned({ options: { volumes: ["data:/d:ro"] } });
  assert.throws(() => v2.submitArgs(readOnly), {
    message: /--pvc data:\/d:ro/,
    hint: /--pvc data:\/d$/,
  });
  const memory = planned({ options: { gpuMemory: "20G", workers: "1" } });
  assert.throws(() => v2.submitArgs(memory), {
    message: /--gpu-memory/,
    hint: /--gpus 0\.5/,
  });
});

Deno.test("v2 submitArgs() hands words for runai on as they are, before the command", () => {
  const words = ["--toleration", "operator=Exists,key=a b"];
  const job = planned({ options: { argv: ["a"], runaiArgs: words } });
  const line = v2.submitArgs(job);
  const at = line.indexOf("--toleration");
  assert.deepEqual(line.slice(at, at + 2), words);
  assert.ok(at < line.indexOf("--"));
});

const GOOD = ["workspace", "submit", "exp", "-p", "x", "-i", "image"];
const REFUSED: readonly (readonly [words: string[], message: RegExp])[] = [
  [["workspace", "submit", "--name", "exp", "-i", "i"], /unknown flag: --name/],
  [[...GOOD, "--gpu", "1"], /unknown flag: --gpu/],
  [[...GOOD, "--pvc", "a:/b"], /unknown flag: --pvc/],
  [[...GOOD, "--cpu", "1"], /unknown flag: --cpu/],
  [[...GOOD, "--memory", "1G"], /unknown flag: --memory/],
  [[...GOOD, "--interactive"], /unknown flag: --interactive/],
  [[...GOOD, "--allow-privilege-escalation", "true"], /at most 1 arg/],
  [[...GOOD, "-g", "0"], /must be positive/],
  [[...GOOD, "-g", "0.5"], /ParseInt/],
  [[...GOOD, "--environment", "K=V"], /environment asset "K=V" not found/],
  [[...GOOD, "--port", "8888"], /invalid port/],
  [[...GOOD, "--node-pools", "a,b"], /node pool not found/],
  [[...GOOD, "--env-secret", "A=SECRET:s,k"], /invalid env-secret/],
  [[...GOOD, "--gpu-memory-request", "1G"], /gpu-request-type memory/],
  [[...GOOD, "--supplemental-groups", "wheel"], /Atoi/],
  [[...GOOD, "--existing-pvc", "claimname=a,path=/b,ro"], /not key=value/],
  [[...GOOD, "--preemptibility", "often"], /invalid preemptibility/],
  [["workspace", "submit", "a_b", "-p", "x", "-i", "i"], /DNS label/],
  [["training", ...GOOD.slice(1), "--preemptible"], /unknown flag/],
  [["submit-dist", "pytorch", "exp"], /unknown command/],
  [
    ["training", "pytorch", ...GOOD.slice(1), "-g", "1"],
    /the master's gpu-devices-request is "", the workers' "1"/,
  ],
];

for (const [words, message] of REFUSED) {
  Deno.test(`the v2 double refuses ${words.join(" ")}`, () => {
    assert.throws(
      () => decodeV2Submit(words),
      (error) => error instanceof Refused && message.test(error.message),
    );
  });
}

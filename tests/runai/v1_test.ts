import assert from "node:assert/strict";
import { ExitCode, MloError } from "../../lib/error.ts";
import {
  type JobSettings,
  planJob,
  type SubmitOptions,
} from "../../lib/runai/job.ts";
import { payload } from "../../lib/runai/payload/payload.ts";
import { submitArgs } from "../../lib/runai/v1.ts";
import { type DecodedJob, decodeV1Submit } from "../support/runai/v1_submit.ts";
import { NOW, SETTINGS } from "./sample.ts";

const KEYS = ["HF_TOKEN", "WANDB_API_KEY"];

/** The job of a bare `mlo submit -n exp`, as the program understands its line. */
const BARE: DecodedJob = {
  name: "exp",
  project: "mlo-ada",
  namespace: "runai-mlo-ada",
  kind: "interactive",
  image: "registry.example/base:1",
  imagePullPolicy: "Always",
  gpus: 0,
  gpuMemory: null,
  cpu: null,
  cpuLimit: null,
  memory: null,
  memoryLimit: null,
  uid: 123456,
  gid: 83070,
  allowPrivilegeEscalation: true,
  mounts: [{ claim: "scratch", path: "/mnt/s" }],
  groups: [],
  pools: [],
  preemptible: false,
  workers: 0,
  backoffLimit: 0,
  largeShm: false,
  hostIpc: false,
  ports: [],
  annotations: {},
  labels: {},
  extendedResources: {},
  variables: {
    HOME: "/home/ada",
    NB_USER: "ada",
    NB_UID: "123456",
    NB_GROUP: "MLO-unit",
    NB_GID: "83070",
    WORKING_DIR: "/mnt/s/work",
    SCRATCH_HOME: "/mnt/s/homes/ada",
    SCRATCH_HOME_ROOT: "/mnt/s/homes",
    EPFML_LDAP: "ada",
    HF_HOME: "/mnt/s/hf",
    UV_PYTHON_VERSION: "3.11",
    TZ: "Europe/Zurich",
    GIT_CONFIG_GLOBAL: "/mnt/s/homes/ada/.gitconfig",
    UV_CACHE_DIR: "/mnt/s/homes/ada/.cache/uv",
    UV_PYTHON_INSTALL_DIR: "/mnt/s/homes/ada/.uv",
  },
  secretVariables: {
    HF_TOKEN: { secret: "ada-env", key: "HF_TOKEN" },
    WANDB_API_KEY: { secret: "ada-env", key: "WANDB_API_KEY" },
  },
  arguments: payload({}),
};

const TRAIN = { kind: "train", preemptible: true } as const;
const SPREAD = {
  kind: "distributed",
  preemptible: true,
  annotations: { "k8s.v1.cni.cncf.io/networks": "kube-system/roce" },
  extendedResources: { "rdma/rdma": "1" },
} as const;
const WORDS = ["python", "train.py", "--tag", 'a "b" $c', "", "ü\n-"];

/** Options, what they change in {@linkcode BARE}, settings that differ. */
const ROWS: readonly [
  SubmitOptions,
  Partial<DecodedJob>,
  Partial<JobSettings>?,
][] = [
  [{}, {}],
  [{ gpus: "1" }, { gpus: 1 }],
  [{ gpus: "8" }, { gpus: 8 }],
  [{ gpus: "0" }, {}],
  [{ gpus: "0.5" }, { gpus: 0.5 }],
  [{ train: true }, TRAIN],
  [{ train: true, gpus: "1" }, { ...TRAIN, gpus: 1 }],
  [{ train: true, backoffLimit: "3" }, { ...TRAIN, backoffLimit: 3 }],
  [{ train: true, backoffLimit: "0" }, TRAIN],
  [{ workers: "0" }, {}],
  [{ workers: "0", train: true }, TRAIN],
  [{ workers: "1" }, { ...SPREAD, workers: 1 }],
  [{ workers: "3", train: true, gpus: "8" }, {
    ...SPREAD,
    workers: 3,
    gpus: 8,
  }],
  [{ workers: "2", backoffLimit: "4" }, {
    ...SPREAD,
    workers: 2,
    backoffLimit: 4,
  }],
  [{ workers: "1", nodeTypes: ["h100"] }, {
    ...SPREAD,
    workers: 1,
    pools: ["h100"],
  }],
  [{ nodeTypes: ["v100"] }, { pools: ["v100"] }],
  [{ nodeTypes: ["default"] }, { pools: ["default"] }],
  [{ nodeTypes: ["a100-40g"] }, { pools: ["a100-40g"] }],
  [{ nodeTypes: ["h100"] }, { pools: ["h100"], preemptible: true }],
  [{ nodeTypes: ["h200"] }, { pools: ["h200"], preemptible: true }],
  [{ nodeTypes: ["v100", "h200", "default"] }, {
    pools: ["v100", "h200", "default"],
    preemptible: true,
  }],
  [{ nodeTypes: ["default", "v100"] }, { pools: ["default", "v100"] }],
  [{ nodeTypes: ["h100"], train: true }, { ...TRAIN, pools: ["h100"] }],
  [{ cpus: "4" }, { cpu: 4 }],
  [{ cpus: "0.5" }, { cpu: 0.5 }],
  [{ memory: "16Gi" }, { memory: "16Gi" }],
  [{ memory: "500M", cpus: "2" }, { memory: "500M", cpu: 2 }],
  [{ cpus: "2", cpuLimit: "2.5" }, { cpu: 2, cpuLimit: 2.5 }],
  [{ memoryLimit: "1Ti", memory: "512G" }, {
    memory: "512G",
    memoryLimit: "1Ti",
  }],
  [{ gpuMemory: "20G" }, { gpuMemory: "20G" }],
  [{ preemptible: true }, { preemptible: true }],
  [{ preemptible: false, nodeTypes: ["h100"] }, { pools: ["h100"] }],
  [{ preemptible: true, train: true }, TRAIN],
  [{ nodeTypes: ["l40s-new"] }, { pools: ["l40s-new"] }],
  [{ labels: ["sweep=lr-3", "example.org/who=", "a.b_C=1"] }, {
    labels: { sweep: "lr-3", "example.org/who": "", "a.b_C": "1" },
  }],
  [{ volumes: ["home:/home-pvc", "data.set:/d/x/:ro"] }, {
    mounts: [
      ...BARE.mounts,
      { claim: "home", path: "/home-pvc" },
      { claim: "data.set", path: "/d/x", readOnly: true },
    ],
  }],
  [{ supplementalGroups: ["11131", "0", "4294967295"] }, {
    groups: [11131, 0, 4294967295],
  }],
  [{ env: ["LR=3e-4", "EMPTY=", "WORDS=it's a, b:c\n$d"] }, {
    variables: {
      ...BARE.variables,
      LR: "3e-4",
      EMPTY: "",
      WORDS: "it's a, b:c\n$d",
    },
  }],
  [{ ports: ["8888"] }, { ports: ["8888"] }],
  [{ ports: ["8888", "80:8080"] }, { ports: ["8888", "80:8080"] }],
  [{ largeShm: true }, { largeShm: true }],
  [{ hostIpc: true }, { hostIpc: true }],
  [{ largeShm: true, hostIpc: true, train: true }, {
    ...TRAIN,
    largeShm: true,
    hostIpc: true,
  }],
  [{ time: "1h" }, { arguments: payload({ time: 3600 }) }],
  [{ time: "2d6h30m", train: true }, {
    ...TRAIN,
    arguments: payload({ time: 196_200 }),
  }],
  [{ command: "a 'b' | c" }, { arguments: payload({ command: "a 'b' | c" }) }],
  [{ command: "a", time: "90m" }, {
    arguments: payload({ command: "a", time: 5400 }),
  }],
  [{ argv: WORDS }, { arguments: payload({ argv: WORDS }) }],
  [{ argv: WORDS, time: "30s" }, {
    arguments: payload({ argv: WORDS, time: 30 }),
  }],
  [{ argv: ["a"], expFolder: "/e x", venv: ".v'" }, {
    arguments: payload({ argv: ["a"], expFolder: "/e x", venv: ".v'" }),
  }],
  [{ argv: ["-x", "--", "y"], workers: "1" }, {
    ...SPREAD,
    workers: 1,
    arguments: payload({ argv: ["-x", "--", "y"] }),
  }],
  [{}, { image: "r:5000/a@sha256:0" }, { RUNAI_IMAGE: "r:5000/a@sha256:0" }],
  [{}, { mounts: [{ claim: "c", path: "/m n" }] }, {
    SCRATCH_PVC: "c",
    SCRATCH_MOUNT_PATH: "/m n",
  }],
  [{}, {
    uid: 0,
    gid: 7,
    variables: { ...BARE.variables, NB_UID: "0", NB_GID: "7" },
  }, { LDAP_UID: "0", LDAP_GID: "7" }],
  [{}, { variables: { ...BARE.variables, HF_HOME: "/it's, a:b" } }, {
    HF_HOME: "/it's, a:b",
  }],
];

function lineOf(options: SubmitOptions, settings: Partial<JobSettings> = {}) {
  const all = { ...SETTINGS, ...settings };
  return submitArgs(planJob(all, { name: "exp", ...options }, KEYS, NOW));
}

Deno.test("the table of v1 submissions has at least forty rows", () => {
  assert.ok(ROWS.length >= 40);
});

for (const [options, changes, settings] of ROWS) {
  const shown = JSON.stringify({ ...options, ...settings });
  Deno.test(`submitArgs() says ${shown} in words that v1 understands`, () => {
    const decoded = decodeV1Submit(lineOf(options, settings));
    assert.deepEqual(decoded, { ...BARE, ...changes });
  });
}

Deno.test("submitArgs() keeps the kinds apart by words of their own", () => {
  const line = (options: SubmitOptions) => lineOf(options).join(" ");
  assert.match(line({}), /^submit --name exp .* --interactive /);
  assert.doesNotMatch(line({}), /--backoff-limit|--preemptible|--workers/);
  assert.match(line({ train: true }), /^submit .* --backoff-limit 0 /);
  assert.doesNotMatch(line({ train: true }), /--interactive/);
  assert.match(line({ workers: "2" }), /^submit-dist pytorch .* --workers 2 /);
  assert.doesNotMatch(line({ workers: "2" }), /--interactive|--preemptible/);
});

Deno.test("submitArgs() never replaces the image's entrypoint", () => {
  for (const options of [{}, { argv: ["a"] }, { command: "a" }]) {
    const line = lineOf(options);
    assert.ok(!line.slice(0, line.indexOf("--")).includes("--command"));
  }
});

const CHANGED: readonly Partial<JobSettings>[] = [
  { HF_HOME: "/a=b" },
  { WORKING_DIR: "/a=b" },
  { UV_PYTHON_VERSION: "SECRET:x" },
  { SCRATCH_MOUNT_PATH: "/a:ro" },
];

for (const settings of CHANGED) {
  Deno.test(`submitArgs() refuses ${JSON.stringify(settings)}, which v1 may change`, () => {
    assert.throws(() => lineOf({}, settings), (error) => {
      assert(error instanceof MloError);
      assert.equal(error.exitCode, ExitCode.usage);
      assert.match(error.hint ?? "", /setting/);
      return true;
    });
  });
}

Deno.test("submitArgs() refuses a variable of the user's that v1 would cut", () => {
  for (const env of ["OPTS=--lr=3", "OPTS=SECRET:s,k"]) {
    assert.throws(() => lineOf({ env: [env] }), /OPTS/);
  }
});

Deno.test("submitArgs() refuses training that must not be preempted, which v1 cannot say", () => {
  for (const kind of [{ train: true }, { workers: "1" }]) {
    assert.throws(
      () => lineOf({ ...kind, preemptible: false }),
      (error) => {
        assert(error instanceof MloError);
        assert.equal(error.exitCode, ExitCode.usage);
        assert.match(error.message, /always preemptible/);
        assert.match(error.hint ?? "", /leave --no-preemptible out/);
        return true;
      },
    );
  }
});

Deno.test("submitArgs() hands words for runai on as they are, before the command", () => {
  const line = lineOf({
    argv: ["a"],
    runaiArgs: ["--toleration", "operator=Exists,key=a b"],
  });
  const at = line.indexOf("--toleration");
  assert.equal(line[at + 1], "operator=Exists,key=a b");
  assert.ok(at < line.indexOf("--"));
});

import assert from "node:assert/strict";
import { SETTINGS, withLaptop } from "../support/laptop.ts";

/** What is wrong, the words of the command line, what the message says; a settings file where it is not the usual one. */
interface Row {
  readonly what: string;
  readonly args: readonly string[];
  readonly message: RegExp;
  readonly settings?: string;
  readonly code?: number;
}

const JOB = ["--", "python", "train.py"];
const submit = (...flags: string[]) => ["submit", ...flags, ...JOB];
const required = "LDAP_USERNAME=ada\nLDAP_UID=123456\n";

const FLAGS: Row[] = [
  { what: "an unknown verb", args: ["submitt"], message: /submitt/ },
  { what: "an unknown flag", args: submit("--gpu", "1"), message: /--gpu/ },
  { what: "a misspelt flag", args: submit("--trian"), message: /--trian/ },
  {
    what: "a flag without its value",
    args: ["submit", "-n"],
    message: /-n, --name/,
  },
  {
    what: "a stray word",
    args: ["submit", "python", "train.py"],
    message: /"python" belongs to no flag\nhint: .*-- python train\.py/,
  },
  { what: "a name in capitals", args: submit("-n", "Exp"), message: /name/i },
  {
    what: "a name with an underscore",
    args: submit("-n", "my_exp"),
    message: /name/i,
  },
  {
    what: "a name that starts with a digit",
    args: submit("-n", "1exp"),
    message: /name/i,
  },
  {
    what: "a name that ends with a dash",
    args: submit("-n", "exp-"),
    message: /name/i,
  },
  { what: "an empty name", args: submit("-n", ""), message: /name/i },
  {
    what: "a name of 64 characters",
    args: submit("-n", "a".repeat(64)),
    message: /name/i,
  },
  { what: "a name with a slash", args: submit("-n", "a/b"), message: /name/i },
  {
    what: "GPUs that are no number",
    args: submit("-g", "two"),
    message: /gpus/i,
  },
  { what: "negative GPUs", args: submit("-g", "-1"), message: /gpus/i },
  { what: "nine GPUs", args: submit("-g", "9"), message: /gpus/i },
  {
    what: "GPUs that are not a number",
    args: submit("-g", "NaN"),
    message: /gpus/i,
  },
  { what: "one GPU and a half", args: submit("-g", "1.5"), message: /gpus/i },
  { what: "endless GPUs", args: submit("-g", "Infinity"), message: /gpus/i },
  {
    what: "a time of zero",
    args: submit("-t", "0"),
    message: /time|duration/i,
  },
  {
    what: "a time without sense",
    args: submit("-t", "soon"),
    message: /time|duration/i,
  },
  {
    what: "a time with an unknown unit",
    args: submit("-t", "3w"),
    message: /time|duration/i,
  },
  {
    what: "a negative time",
    args: submit("-t", "-5m"),
    message: /time|duration/i,
  },
  { what: "an empty time", args: submit("-t", ""), message: /time|duration/i },
  {
    what: "workers that are no number",
    args: submit("--workers", "x"),
    message: /workers/i,
  },
  {
    what: "negative workers",
    args: submit("--workers", "-2"),
    message: /workers/i,
  },
  {
    what: "half a worker",
    args: submit("--workers", "1.5"),
    message: /workers/i,
  },
  {
    what: "a port out of range",
    args: submit("-p", "70000"),
    message: /port/i,
  },
  { what: "a port of zero", args: submit("-p", "0"), message: /port/i },
  {
    what: "a port that is no number",
    args: submit("-p", "http"),
    message: /port/i,
  },
  {
    what: "CPUs that are no number",
    args: submit("--cpus", "many"),
    message: /cpu/i,
  },
  { what: "no CPUs", args: submit("--cpus", "0"), message: /cpu/i },
  {
    what: "memory without sense",
    args: submit("--memory", "lots"),
    message: /memory/i,
  },
  { what: "memory of zero", args: submit("--memory", "0"), message: /memory/i },
  {
    what: "memory in unknown units",
    args: submit("--memory", "16GB"),
    message: /memory/i,
  },
  {
    what: "a node type that is no name",
    args: submit("--node-type", "H_300"),
    message: /node.type/i,
  },
  {
    what: "node types in two ways",
    args: submit("--node-type", "h100", "--node-type", "v100", "h200"),
    message: /order of the node types/,
  },
  {
    what: "node types under two names",
    args: submit("--node-type", "h100", "--node-pools", "v100"),
    message: /--node-type and --node-pools are the same/,
  },
  {
    what: "retries under two names",
    args: submit("--train", "--backoff-limit", "1", "--backofflimit", "2"),
    message: /--backoff-limit and --backofflimit are the same/,
  },
  {
    what: "GPUs given twice",
    args: submit("-g", "1", "--gpus", "2"),
    message: /--gpus is given twice/,
  },
  {
    what: "a command given twice",
    args: ["submit", "-c", "a", "-c", "b"],
    message: /--command is given twice/,
  },
  {
    what: "a settings file given twice",
    args: ["list", "--env-file", "a", "--env-file", "b"],
    message: /--env-file is given twice/,
  },
  {
    what: "two claims for scratch",
    args: submit("--pvc", "a", "--pvc", "b"),
    message: /--pvc a and --pvc b both/,
  },
  {
    what: "a claim without a path",
    args: submit("--pvc", "home:data"),
    message: /--pvc "home:data" is not CLAIM:\/PATH/,
  },
  {
    what: "a variable without a value",
    args: submit("-e", "SEED"),
    message: /--env SEED has no value/,
  },
  {
    what: "a variable that mlo sets",
    args: submit("--env", "HOME=/x"),
    message: /--env HOME is set by mlo/,
  },
  {
    what: "a variable with the value of a secret",
    args: submit("-e", "KEY=wandb-key-of-ada"),
    message: /--env KEY holds the value of WANDB_API_KEY/,
  },
  {
    what: "a variable that comes from the secret",
    args: submit("-e", "HF_TOKEN=x"),
    message: /--env HF_TOKEN comes from the secret/,
  },
  {
    what: "a label without a value",
    args: submit("--label", "sweep"),
    message: /--label "sweep"/,
  },
  {
    what: "a group that is no number",
    args: submit("--supplemental-groups", "1,wheel"),
    message: /--supplemental-groups "wheel"/,
  },
  {
    what: "less at most than at least",
    args: submit("--memory", "2Gi", "--memory-limit", "1Gi"),
    message: /--memory-limit 1Gi is less/,
  },
  {
    what: "GPUs and GPU memory",
    args: submit("-g", "1", "--gpu-memory", "20G"),
    message: /--gpu-memory .* --gpus/,
  },
  {
    what: "a flag of runai's",
    args: submit("--distributed"),
    message: /hint: --workers N/,
  },
  {
    what: "another flag of runai's",
    args: submit("--run-as-uid", "1"),
    message: /hint: --uid/,
  },
  {
    what: "a flag that nobody knows",
    args: submit("--toleration", "x"),
    message: /hint: .*--runai-arg=--toleration/,
  },
  {
    what: "a project where a port belongs",
    args: submit("-p", "mlo-ada"),
    message: /--port "mlo-ada".*\nhint: .*--project/,
  },
  {
    what: "an empty node type",
    args: submit("--node-type", ""),
    message: /node.type/i,
  },
  {
    what: "a node type given twice",
    args: submit("--node-type", "h100,h100"),
    message: /node.type/i,
  },
  {
    what: "retries that are no number",
    args: submit("--train", "--backoff-limit", "x"),
    message: /backoff/i,
  },
  {
    what: "negative retries",
    args: submit("--train", "--backoff-limit", "-1"),
    message: /backoff/i,
  },
  {
    what: "retries of an interactive job",
    args: submit("--backoff-limit", "3"),
    message: /backoff/i,
  },
  {
    what: "a user id that is no number",
    args: submit("--uid", "ada"),
    message: /uid/i,
  },
  { what: "a negative group id", args: submit("--gid", "-1"), message: /gid/i },
  { what: "an empty image", args: submit("-i", ""), message: /image/i },
  {
    what: "an image with a space",
    args: submit("-i", "a b"),
    message: /image/i,
  },
  {
    what: "a volume claim with a colon",
    args: submit("--pvc", "a:b"),
    message: /pvc|claim/i,
  },
  {
    what: "a secret's name in capitals",
    args: submit("--secret-name", "My_Secret"),
    message: /secret-name/i,
  },
  {
    what: "a command given twice",
    args: submit("-c", "python a.py"),
    message: /command/i,
  },
  { what: "an empty command", args: ["submit", "-c", ""], message: /command/i },
  {
    what: "nothing after --",
    args: ["submit", "-n", "exp", "--"],
    message: /command|--/i,
  },
  {
    what: "an empty experiment folder",
    args: submit("--exp-folder", ""),
    message: /exp-folder/i,
  },
  {
    what: "an empty virtual environment",
    args: submit("--venv", ""),
    message: /venv/i,
  },
  {
    what: "a word beyond the kernel's limit",
    args: ["submit", "--", "python", "x".repeat(140_000)],
    message: /too long/i,
  },
  {
    what: "a settings file that is not there",
    args: submit("--env-file", "none.env"),
    message: /none\.env/,
  },
  {
    what: "a settings file that is a directory",
    args: submit("--env-file", "."),
    message: /\./,
    code: 1,
  },
  {
    what: "an unknown verb of secret",
    args: ["secret", "destroy"],
    message: /destroy|arguments|unknown/i,
  },
  {
    what: "deleting the secret without a terminal to ask on",
    args: ["secret", "rm"],
    message: /terminal/,
  },
];

const FILES: Row[] = ([
  ["no user name", "LDAP_UID=1\n", /LDAP_USERNAME/],
  ["no user id", "LDAP_USERNAME=ada\n", /LDAP_UID/],
  [
    "a user id that is no number",
    "LDAP_USERNAME=ada\nLDAP_UID=ada\n",
    /LDAP_UID/,
  ],
  ["a placeholder", "LDAP_USERNAME=<you>\nLDAP_UID=1\n", /placeholder/],
  ["a glued #", `${required}HF_TOKEN=abc#def\n`, /:3:13: /],
  ["an open quote", `${required}HF_TOKEN="abc\n`, /:3:10: .*never closed/],
  ["text after a quote", `${required}HF_TOKEN="abc"def\n`, /:3:15: .*follows/],
  ["a line without =", `${required}HF_TOKEN\n`, /:3:1: /],
  ["a bad key", `${required}HF-TOKEN=x\n`, /:3:3: /],
  ["a key given twice", `${required}HF_TOKEN=x\nHF_TOKEN=y\n`, /twice/],
  ["a NUL byte", `${required}HF_TOKEN=a\0b\n`, /NUL/],
  ["a project in capitals", `${required}RUNAI_PROJECT=MLO\n`, /RUNAI_PROJECT/],
  ["a namespace with a dot", `${required}K8S_NAMESPACE=a.b\n`, /K8S_NAMESPACE/],
  ["a relative path", `${required}WORKING_DIR=homes/ada\n`, /WORKING_DIR/],
  ["an unknown generation of runai", `${required}RUNAI_CLI=v3\n`, /RUNAI_CLI/],
  [
    "an extra key that is missing",
    `${required}EXTRA_SECRET_KEYS=MINE\n`,
    /MINE/,
  ],
  [
    "a key file that is missing",
    `${required}GITHUB_SSH_KEY_PATH=~/none\n`,
    /none/,
  ],
  [
    "a private key that does not decode",
    `${required}SSH_PRIVATE_KEY_B64=!!!\n`,
    /SSH_PRIVATE_KEY_B64/,
  ],
  [
    "more than a secret holds",
    `${required}BIG=${"x".repeat(1_048_577)}\n`,
    /BIG/,
  ],
] as const).map(([what, settings, message]) => ({
  what: `a settings file with ${what}`,
  settings,
  message,
  args: submit("-n", "exp"),
}));

Deno.test("bad input gets one clear message, a hint and its exit code, and changes nothing", async (test) => {
  assert.ok(FLAGS.length + FILES.length >= 60);
  await withLaptop(async (laptop) => {
    for (const row of [...FLAGS, ...FILES]) {
      await test.step(row.what, async () => {
        await laptop.writeSettings(row.settings ?? SETTINGS);
        const { code, stdout, stderr } = await laptop.mlo(...row.args);
        assert.equal(stdout, "", "something was printed as a result");
        assert.match(stderr, row.message);
        assert.equal(code, row.code ?? 2, stderr);
        assert.ok(
          row.code === 1 || /^hint: ./m.test(stderr) || /\n {4}\S/.test(stderr),
          `no hint in: ${stderr}`,
        );
        assert.equal((stderr.match(/^mlo: /gm) ?? []).length, 1, stderr);
        assert.doesNotMatch(stderr, /\n\s+at /, "a stack trace");
        const asked = laptop.cluster.requests
          // A dispatcher in kubectl's place asks for its own sake, whatever it is to do.
          .filter(({ path }) => !path.startsWith("/version"));
        assert.deepEqual(asked, [], "the cluster was asked");
      });
    }
  });
});

Deno.test("a name that is taken is refused before anything is written", async () => {
  await withLaptop(async (laptop) => {
    laptop.cluster.jobs.create({
      name: "exp",
      namespace: laptop.namespace,
      kind: "train",
      image: "other:v1",
    });
    const { code, stderr } = await laptop.mlo(...submit("-n", "exp"));
    assert.equal(code, 1);
    assert.match(
      stderr,
      /"exp": the name is taken by a job whose pod exp-0-0 is Running \(image other:v1/,
    );
    assert.match(stderr, /^hint: /m);
    assert.deepEqual(
      laptop.cluster.requests.filter(({ method }) => method !== "GET"),
      [],
    );
  });
});

Deno.test("all that is wrong on one command line is told at once", async () => {
  await withLaptop(async (laptop) => {
    const { stderr } = await laptop.mlo(
      ...submit("-n", "Exp", "-g", "-1", "-t", "soon", "--node-type", "x!"),
    );
    for (const flag of ["--name", "--gpus", "--time", "--node-type"]) {
      assert.ok(stderr.includes(flag), `${flag} is missing in: ${stderr}`);
    }
  });
});

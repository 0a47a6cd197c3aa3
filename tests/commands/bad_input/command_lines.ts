import { type Row, submit } from "./row.ts";

/** Command lines that cannot be right. */
export const COMMAND_LINES: readonly Row[] = [
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

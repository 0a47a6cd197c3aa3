import assert from "node:assert/strict";
import { ExitCode, MloError } from "../../lib/error.ts";
import { planJob, type SubmitOptions } from "../../lib/runai/job.ts";
import { checkDnsLabel } from "../../lib/text/dns_label.ts";
import { NOW, SETTINGS } from "./sample.ts";

function plan(options: SubmitOptions, keys: readonly string[] = []) {
  return planJob(SETTINGS, options, keys, NOW);
}

function refusal(options: SubmitOptions, keys: readonly string[] = []) {
  try {
    plan(options, keys);
  } catch (error) {
    assert(error instanceof MloError);
    assert.equal(error.exitCode, ExitCode.usage);
    return error;
  }
  assert.fail(`Accepted ${JSON.stringify(options)}`);
}

/** What is wrong; the message that names it; the remedy. */
const REFUSED: readonly [SubmitOptions, RegExp, RegExp][] = [
  [{ name: "My_Job" }, /--name "My_Job"/, /--name my-job/],
  [{ name: "" }, /--name "".*empty/, /--name \w+/],
  [{ name: "1st" }, /start with a letter/, /--name job-1st/],
  [{ name: "a".repeat(64) }, /64 characters/, /--name a{63}$/],
  [{ name: "x; rm" }, /--name/, /--name x-rm/],
  [{ name: "../x" }, /--name/, /--name x/],
  [{ gpus: "-1" }, /--gpus "-1"/, /--gpus 1/],
  [{ gpus: "9" }, /--gpus "9"/, /--workers/],
  [{ gpus: "1.5" }, /--gpus "1\.5"/, /0\.5/],
  [{ gpus: "one" }, /--gpus "one"/, /--gpus 1/],
  [{ gpus: "" }, /--gpus ""/, /--gpus 1/],
  [{ gpus: "1e0" }, /--gpus/, /--gpus 1/],
  [{ gpus: "0.0" }, /--gpus "0\.0"/, /--gpus 1/],
  [{ gpus: "NaN" }, /--gpus/, /--gpus 1/],
  [{ idleStop: "soon" }, /--idle-stop.*"soon"/, /2d6h30m/],
  [{ idleStop: "9m59s" }, /--idle-stop 9m59s is too short/, /10m/],
  [{ idleStop: "" }, /--idle-stop/, /2d6h30m/],
  [{ time: "soon" }, /--time.*"soon"/, /2d6h30m/],
  [{ time: "0" }, /--time.*zero/, /2d6h30m/],
  [{ time: "1h", command: " " }, /command is empty/, /leave/],
  [{ time: "99999d" }, /--time.*more than/, /2d6h30m/],
  [{ workers: "-1" }, /--workers "-1"/, /--workers 1/],
  [{ workers: "two" }, /--workers "two"/, /--workers 1/],
  [{ workers: "1.5" }, /--workers "1\.5"/, /--workers 1/],
  [{ workers: "100000" }, /--workers/, /--workers 1/],
  [{ ports: ["0"] }, /--port "0"/, /8888/],
  [{ ports: ["65536"] }, /--port "65536"/, /8888/],
  [{ ports: ["http"] }, /--port "http"/, /8888/],
  [{ ports: ["80:0"] }, /--port "80:0"/, /8888/],
  [{ ports: ["1:2:3"] }, /--port "1:2:3"/, /8888/],
  [{ cpus: "500m" }, /--cpus.*"500m"/, /0\.5/],
  [{ cpus: "0" }, /--cpus.*zero/, /8 or 0\.5/],
  [{ cpus: "-2" }, /--cpus/, /8 or 0\.5/],
  [{ memory: "16" }, /--memory.*"16"/, /16Gi/],
  [{ memory: "16GB" }, /--memory.*"16GB"/, /16G\?/],
  [{ memory: "lots" }, /--memory/, /16Gi/],
  [{ nodeTypes: ["A100"] }, /--node-type "A100"/, /v100.*a100-40g/],
  [{ nodeTypes: ["train.py"] }, /--node-type "train.py"/, /v100/],
  [{ cpuLimit: "0" }, /--cpu-limit.*zero/, /8 or 0\.5/],
  [{ cpus: "4", cpuLimit: "2" }, /--cpu-limit 2 .*--cpus 4/, /4/],
  [{ memoryLimit: "16" }, /--memory-limit.*"16"/, /16Gi/],
  [{ memory: "1Gi", memoryLimit: "1G" }, /limit 1G .*1Gi/, /1Gi/],
  [{ gpuMemory: "20GB" }, /--gpu-memory.*"20GB"/, /20G\?/],
  [{ gpuMemory: "20G", gpus: "1" }, /--gpu-memory.*--gpus/, /keep one/],
  [{ labels: ["a"] }, /--label "a"/, /sweep=/],
  [{ labels: ["a b=c"] }, /--label "a b=c"/, /sweep=/],
  [{ labels: ["a=b c"] }, /--label "a=b c"/, /sweep=/],
  [{ labels: ["/a=b"] }, /--label/, /sweep=/],
  [{ labels: ["a=" + "x".repeat(64)] }, /--label/, /63/],
  [{ labels: ["a=1", "a=2"] }, /--label a is given twice/, /one/],
  [{ volumes: ["home"] }, /--pvc "home"/, /--pvc home:\/home-pvc/],
  [{ volumes: ["home:data"] }, /--pvc/, /:\/home-pvc/],
  [{ volumes: ["home:/"] }, /--pvc "home:\/"/, /:\/home-pvc/],
  [{ volumes: ["home:/a:rw"] }, /--pvc/, /:ro/],
  [{ volumes: ["home:/a,b"] }, /--pvc/, /:\/home-pvc/],
  [{ volumes: ["a:/x", "b:/x/"] }, /another volume/, /own/],
  [{ volumes: ["a:/mnt/s"] }, /another volume/, /own/],
  [{ supplementalGroups: ["wheel"] }, /--supplemental-groups "wheel"/, /id -G/],
  [{ supplementalGroups: ["4294967296"] }, /--supplemental-groups/, /id -G/],
  [{ env: ["1A=b"] }, /--env has a name/, /KEY=VALUE/],
  [{ env: ["=b"] }, /--env has a name/, /KEY=VALUE/],
  [{ env: ["LR"] }, /--env LR has no value/, /LR=VALUE/],
  [{ env: ["HOME=/x"] }, /--env HOME is set by mlo/, /command/],
  [{ env: ["MLO_RUN=x"] }, /--env MLO_RUN is set by mlo/, /command/],
  [{ env: ["LR=1", "LR=2"] }, /--env LR is given twice/, /one/],
  [{ env: ["A=b\0c"] }, /--env A has a NUL/, /hold/],
  [{ nodeTypes: ["h100,h200"] }, /--node-type/, /h100, h200/],
  [{ nodeTypes: ["h100", "h100"] }, /given twice/, /once/],
  [{ backoffLimit: "2" }, /--backoff-limit/, /--train/],
  [{ backoffLimit: "-1", train: true }, /--backoff-limit "-1"/, /number/],
  [{ backoffLimit: "x", train: true }, /--backoff-limit "x"/, /number/],
  [{ command: "a", argv: ["b"] }, /two commands/, /keep one/],
  [{ command: "" }, /command is empty/, /leave/],
  [{ command: " \n\t" }, /command is empty/, /leave/],
  [{ argv: [] }, /command is empty/, /leave/],
  [{ argv: [""] }, /command is empty/, /leave/],
  [{ command: "a", expFolder: "" }, /--exp-folder is empty/, /path/],
  [{ command: "a", venv: "" }, /--venv is empty/, /path/],
  [{ command: "x".repeat(131_072) }, /too long/, /file/],
];

for (const [options, message, hint] of REFUSED) {
  const shown = JSON.stringify(options).slice(0, 80);
  Deno.test(`planJob() refuses ${shown} and says what to do`, () => {
    const error = refusal(options);
    assert.match(error.message, message);
    assert.match(error.hint ?? "", hint);
  });
}

Deno.test("planJob() reports all problems at once", () => {
  const { message } = refusal({
    name: "A",
    gpus: "-1",
    time: "x",
    workers: "x",
    ports: ["x", "y"],
    cpus: "x",
    memory: "x",
    nodeTypes: ["x!"],
    backoffLimit: "x",
    command: "a",
    argv: ["b"],
    venv: "",
  });
  for (
    const flag of ["name", "gpus", "time", "workers", "cpus", "memory", "venv"]
      .concat(["node-type", "backoff-limit", 'port "x"', 'port "y"', "command"])
  ) {
    assert.ok(message.includes(`--${flag}`), `${flag}: ${message}`);
  }
});

Deno.test("planJob() refuses a secret key that every pod has as a plain variable", () => {
  const error = refusal({}, ["HF_TOKEN", "HOME"]);
  assert.match(error.message, /EXTRA_SECRET_KEYS names HOME/);
});

Deno.test("planJob() names a job after its user and the time there", () => {
  assert.equal(plan({}).name, "ada-20260301-130405");
});

Deno.test("planJob() makes a label of any user name, with room for a number", () => {
  for (const user of ["a.b", "A_b", "7of9", "é", "x".repeat(80), "..."]) {
    const settings = { ...SETTINGS, LDAP_USERNAME: user };
    const { name } = planJob(settings, {}, [], NOW);
    assert.equal(checkDnsLabel(name), undefined, name);
    assert.ok(name.length <= 60, name);
    assert.match(name, /-20260301-130405$/);
  }
});

Deno.test("planJob() lists the plain variables of the pod in order", () => {
  assert.deepEqual(plan({}).variables, [
    ["HOME", "/home/ada"],
    ["NB_USER", "ada"],
    ["NB_UID", "123456"],
    ["NB_GROUP", "MLO-unit"],
    ["NB_GID", "83070"],
    ["WORKING_DIR", "/mnt/s/work"],
    ["SCRATCH_HOME", "/mnt/s/homes/ada"],
    ["SCRATCH_HOME_ROOT", "/mnt/s/homes"],
    ["EPFML_LDAP", "ada"],
    ["HF_HOME", "/mnt/s/hf"],
    ["UV_PYTHON_VERSION", "3.11"],
    ["TZ", "Europe/Zurich"],
    ["GIT_CONFIG_GLOBAL", "/mnt/s/homes/ada/.gitconfig"],
    ["UV_CACHE_DIR", "/mnt/s/homes/ada/.cache/uv"],
    ["UV_PYTHON_INSTALL_DIR", "/mnt/s/homes/ada/.uv"],
  ]);
});

Deno.test("planJob() stops a pod that idles: as asked, by the setting only where people sit at it", () => {
  const idle = (options: SubmitOptions, IDLE_STOP: string) =>
    planJob({ ...SETTINGS, IDLE_STOP }, options, [], NOW).variables
      .find(([name]) => name === "MLO_IDLE_STOP")?.[1];
  assert.equal(idle({}, ""), undefined);
  assert.equal(idle({}, "90m"), "5400");
  assert.equal(idle({ idleStop: "10m" }, "90m"), "600");
  assert.equal(idle({ idleStop: "never" }, "90m"), undefined);
  assert.equal(idle({ train: true }, "90m"), undefined);
  assert.equal(idle({ workers: "1" }, "90m"), undefined);
  assert.equal(idle({ train: true, idleStop: "2h" }, ""), "7200");
  assert.throws(
    () => idle({}, "5m"),
    /IDLE_STOP 5m is too short: a pod looks at itself once a minute/,
  );
});

Deno.test("planJob() reads folders below ~ as the pod's home directory", () => {
  const home = plan({ command: "ls", expFolder: "~/x", venv: "~" });
  const full = plan({
    command: "ls",
    expFolder: "/home/ada/x",
    venv: "/home/ada",
  });
  assert.deepEqual(home.arguments, full.arguments);
  const other = plan({ command: "ls", expFolder: "~bob" });
  const scripts = other.arguments.map((word) =>
    new TextDecoder().decode(
      Uint8Array.fromBase64(/^[\w+/]+=*$/.test(word) ? word : ""),
    )
  );
  // Another user's home directory is the pod's to know.
  assert.match(scripts.join("\n"), /~bob/);
  assert.doesNotMatch(scripts.join("\n"), /adabob/);
});

Deno.test("planJob() refuses a variable of the user's that the secret holds, and repeats no value", () => {
  const error = refusal({ env: ["HF_TOKEN=hf_abc"] }, ["HF_TOKEN"]);
  assert.match(error.message, /--env HF_TOKEN comes from the secret/);
  assert.match(error.hint ?? "", /settings file/);
  assert.doesNotMatch(error.message + error.hint, /hf_abc/);
});

import assert from "node:assert/strict";
import { GENERATIONS, withGeneration } from "../support/runai/generations.ts";
import { commandTree } from "../../lib/cli.ts";
import { LAST_APPLIED } from "../../lib/cluster/secret.ts";
import type { AnyCommand } from "../../lib/commands/command.ts";
import { calm, hostInMemory, type Laptop } from "../support/laptop.ts";
import { must } from "../support/pods/programs.ts";

/** The fields of each verb as the page documents them: path to types. */
async function documented(): Promise<Map<string, Map<string, string[]>>> {
  const page = new URL("../../docs/json.md", import.meta.url);
  const verbs = new Map<string, Map<string, string[]>>();
  for (
    const section of (await Deno.readTextFile(page)).split(/^## /m).slice(1)
  ) {
    const [, verb = ""] = /^`mlo ([a-z -]+[a-z])/.exec(section) ?? [];
    const fields = section.matchAll(/^\| `([^`]+)` *\| ([a-z ]+?) *\|/gm);
    verbs.set(
      verb,
      new Map(
        [...fields].map((
          [, path = "", types = ""],
        ) => [path, types.split(" or ")]),
      ),
    );
  }
  return verbs;
}

/** Every path of a value with the type that is there. */
function* fieldsOf(
  value: unknown,
  path = "",
): Generator<[path: string, type: string]> {
  const type = value === null
    ? "null"
    : Array.isArray(value)
    ? "array"
    : typeof value;
  if (path !== "" && path !== "[]") yield [path, type];
  if (Array.isArray(value)) {
    for (const item of value) {
      // An item that is an object is told by its fields.
      for (const field of fieldsOf(item, `${path}[]`)) {
        if (field[0] !== `${path}[]` || field[1] !== "object") yield field;
      }
    }
  } else if (value !== null && typeof value === "object") {
    for (const [name, inner] of Object.entries(value)) {
      yield* fieldsOf(inner, path === "" ? name : `${path}.${name}`);
    }
  }
}

/** Jobs that together show every field, and a run with code that repeats another. */
async function fill({ cluster, namespace, home, mlo }: Laptop) {
  const [git, code] = ["git", `${home}/code`];
  await must([git, "init", "-q", "-b", "main", code]);
  await Deno.writeTextFile(`${code}/a`, "a");
  for (
    const words of [
      "submit -n kept --secret-name kept-env --snapshot code",
      "rerun kept",
    ]
  ) {
    const ran = await mlo(...words.split(" "));
    assert.equal(ran.code, 0, ran.stderr);
  }
  const imageId = `image@sha256:${"a".repeat(64)}`;
  cluster.jobs.update(namespace, "kept", { imageId });
  const base = { namespace, image: "image", kind: "train" } as const;
  cluster.jobs.create({ ...base, name: "run" });
  cluster.jobs.create({
    ...base,
    name: "wait",
    phase: "Pending",
    unscheduled: "Insufficient cpu",
  });
  cluster.jobs.create({
    ...base,
    name: "odd",
    phase: "Pending",
    unscheduled: "odd",
  });
  cluster.jobs.create({ ...base, name: "bad", phase: "Failed" });
  cluster.jobs.create({ ...base, name: "good", phase: "Succeeded" });
  const now = Math.floor(Date.now() / 1000);
  await Deno.writeTextFile(
    `${home}/usage.csv`,
    `${now},97,1000,120,2000,5,30,0,0,0\n`,
  );
  await Deno.writeTextFile(
    `${home}/attempts.jsonl`,
    '{"event":"start","attempt":1,"at":"2026-01-01T00:00:00Z","pod":"run-0-0","node":null}\n',
  );
  const env = { PATH: Deno.env.get("PATH") ?? "", MLO_RUN_DIR: home };
  cluster.pod = { directory: home, env, port: (port) => port };
  cluster.jobs.create({
    ...base,
    name: "none",
    phase: "Pending",
    podless: true,
  });
  cluster.events.add(namespace, { name: "run-0-0" }, {
    reason: "Started",
    message: "m",
  });
  cluster.logs.append(`${namespace}/bad-0-0/0`, [{
    time: "2026-01-01T00:00:00Z",
    text: "a\n",
  }]);
}

const SAMPLES: Record<string, string[][]> = {
  "secret status": [["secret", "status"], [
    ...["secret", "status", "--secret-name", "none"],
  ]],
  "secret sync": [["secret", "sync", "--dry-run"], ["secret", "sync"]],
  doctor: [["doctor"]],
  list: [["list"]],
  status: ["run", "wait", "odd", "bad", "none"].map((job) => ["status", job]),
  logs: [["logs", "bad"]],
  runs: [["runs"]],
  wait: [["wait", "--any", "good", "run"]],
  top: [["top"]],
  submit: [
    ["submit", "-n", "one", "--dry-run"],
    ["submit", "-n", "share", "--gpu-memory", "20G", "--cpu-limit", "2"]
      .concat(["--memory-limit", "2G", "--pvc", "home:/home-pvc"])
      .concat(["--supplemental-groups", "7", "--label", "a=b", "-e", "A=b"])
      .concat(["--runai-arg=--working-dir=/x"]),
    [
      "submit",
      "-n",
      "two",
      "--cpus",
      "1",
      "--memory",
      "1G",
      "--node-type",
      "h100",
      "--workers",
      "1",
      "--",
      "x",
    ],
  ],
};

/** Verbs that end with 1 here: the secret differs, and not all is well. */
const NOT_WELL = ["secret status", "doctor"];

/** A Secret that another program wrote: keys more, less and different, and a copy in an annotation. */
async function leaveSecret({ env, namespace }: Laptop): Promise<void> {
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: "runai-mlo-ada-env",
      namespace,
      annotations: { [LAST_APPLIED]: "{}" },
    },
    data: { HF_TOKEN: btoa("another"), OLD: btoa("old") },
  };
  await must(["kubectl", "create", "--validate=false", "-f", "-"], {
    env,
    input: JSON.stringify(secret),
  });
}

function* verbsOf(command: AnyCommand): Generator<[string, AnyCommand]> {
  for (const child of command.commands) {
    yield [child.name(), child];
    for (const [name, verb] of verbsOf(child)) {
      yield [`${child.name()} ${name}`, verb];
    }
  }
}

Deno.test("the page about JSON has every verb with --json, and no other", async () => {
  const { host } = hostInMemory({}, "/");
  const tree = await commandTree(host, undefined);
  const verbs = [...verbsOf(tree)]
    .filter(([, { options }]) => options.some(({ long }) => long === "--json"))
    .map(([name]) => name);
  assert.ok(verbs.length >= 12, `only ${verbs.length}`);
  const pages = await documented();
  assert.deepEqual([...pages.keys()].sort(), verbs.sort());
});

for (const generation of GENERATIONS) {
  Deno.test(`--json has the documented fields, all of them and no others (${generation})`, () =>
    withGeneration(generation, async (busy) => {
      const laptop = calm(busy);
      await fill(laptop);
      await leaveSecret(laptop);
      const pages = await documented();
      for (const [verb, samples] of Object.entries(SAMPLES)) {
        const wanted = pages.get(verb) ?? new Map();
        const seen = new Set<string>();
        const all = verb === "submit" && generation === "v1"
          // Only the first generation can declare ports and mount read-only.
          ? [
            ...samples,
            ["submit", "-n", "three", "-p", "80:8080", "--pvc", "d:/d:ro"],
          ]
          : samples;
        for (const args of all) {
          const at = args.indexOf("--");
          const words = args.toSpliced(
            at === -1 ? args.length : at,
            0,
            "--json",
          );
          const { code, stdout, stderr } = await laptop.mlo(...words);
          const wrong = NOT_WELL.includes(verb) ? 1 : 0;
          assert.equal(code, wrong, `${words}: ${stderr}`);
          for (const [path, type] of fieldsOf(JSON.parse(stdout))) {
            seen.add(path);
            assert.ok(
              wanted.has(path),
              `mlo ${verb}: ${path} is not documented`,
            );
            assert.ok(
              wanted.get(path).includes(type),
              `mlo ${verb}: ${path} is ${type}`,
            );
          }
        }
        const missing = [...wanted.keys()].filter((path) => !seen.has(path))
          .filter((path) =>
            generation === "v1" ||
            !/^plan\.job\.(?:ports\[\]|claims\[\]\.readOnly)/.test(path)
          );
        assert.deepEqual(missing, [], `mlo ${verb}`);
      }
    }));
}

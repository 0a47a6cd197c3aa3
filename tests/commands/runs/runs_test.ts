import assert from "node:assert/strict";
import { run } from "../../../lib/cli.ts";
import {
  GENERATIONS,
  withGeneration,
} from "../../support/runai/generations.ts";
import {
  calm,
  hostInMemory,
  type Laptop,
  patient,
  withLaptop,
} from "../../support/laptop.ts";
import { namesIn } from "../../support/pods/pod.ts";

/** A look with a clock that is so many minutes ahead, on a terminal or in a pipe. */
async function runs(
  { env, home }: Laptop,
  args: readonly string[],
  { ahead = 0, isTerminal = false } = {},
) {
  const { host, printed } = hostInMemory(env, home);
  const code = await run(["runs", ...args], {
    ...patient(host),
    terminal: { ...host.terminal, stdoutIsTerminal: isTerminal },
    clock: {
      ...host.clock,
      now: () => new Date(Date.now() + ahead * 60_000),
    },
  });
  return { code, ...printed() };
}

async function submit(laptop: Laptop, name: string) {
  const ran = await calm(laptop).mlo(
    ...["submit", "-n", name, "--train", "--", "echo", `of ${name}`],
  );
  assert.equal(ran.code, 0, ran.stderr);
}

/** Submissions stand in the order of their seconds. */
async function older({ home }: Laptop, name: string, submittedAt: string) {
  const directory = `${home}/.local/state/mlo/runs`;
  for await (const { name: file } of Deno.readDir(directory)) {
    const path = `${directory}/${file}`;
    const record = JSON.parse(await Deno.readTextFile(path));
    if (record.name !== name) continue;
    await Deno.writeTextFile(path, JSON.stringify({ ...record, submittedAt }));
  }
}

for (const generation of GENERATIONS) {
  Deno.test(`mlo runs: what was submitted, how it is or was, the newest first (${generation})`, () =>
    withGeneration(generation, async (laptop) => {
      const { cluster, namespace } = laptop;
      for (const name of ["one", "two", "six"]) await submit(laptop, name);
      await older(laptop, "one", "2026-01-01T10:00:00Z");
      await older(laptop, "two", "2026-01-02T10:00:00Z");
      cluster.jobs.update(namespace, "one", { phase: "Failed" });
      const first = await runs(laptop, []);
      assert.equal(first.code, 0, first.stderr);
      const rows = first.stdout.trimEnd().split("\n")
        .map((line) => line.split("\t"));
      assert.deepEqual(rows.map(([, name, status]) => [name, status]), [
        ["six", "Running"],
        ["two", "Running"],
        ["one", "Failed"],
      ]);
      assert.deepEqual(rows[2]?.slice(3), [
        ...["2026-01-01T10:00:00Z", "-", "echo 'of one'"],
      ]);

      const failed = await runs(laptop, ["--failed"], { isTerminal: true });
      assert.match(
        failed.stdout,
        /^ID {8}NAME {2}STATUS {2}SUBMITTED {2}CODE {2}COMMAND\n\w{8} {2}one {3}Failed {2}\d+ d ago +- {5}echo 'of one'\n$/,
      );
      const since = await runs(laptop, ["--since", "2026-01-02"]);
      assert.match(since.stdout, /\ttwo\t/);
      assert.doesNotMatch(since.stdout, /\tone\t/);
      const lately = await runs(laptop, ["--since", "1h"]);
      assert.deepEqual(lately.stdout.match(/\t(?:one|two|six)\t/g), [
        "\tsix\t",
      ]);

      // Gone ones keep how they ended; one that ran was deleted.
      for (const name of ["one", "two"]) {
        cluster.jobs.delete(namespace, name);
        cluster.jobs.endGrace(namespace, name);
      }
      const later = await runs(laptop, [], { ahead: 10 });
      assert.match(later.stdout, /\tone\tFailed\t/);
      assert.match(later.stdout, /\ttwo\tDeleted\t/);
      assert.match(later.stdout, /\tsix\tRunning\t/);
      assert.doesNotMatch((await runs(laptop, ["--failed"])).stdout, /two|six/);
    }));

  Deno.test(`mlo runs on another laptop shows what the jobs carry (${generation})`, () =>
    withGeneration(generation, async (laptop) => {
      await submit(laptop, "one");
      const here = JSON.parse((await runs(laptop, ["--json"])).stdout);
      await Deno.remove(`${laptop.home}/.local`, { recursive: true });
      const there = JSON.parse((await runs(laptop, ["--json"])).stdout);
      assert.equal(there.runs.length, 1);
      for (const field of ["id", "name", "status", "command", "submittedAt"]) {
        assert.equal(there.runs[0][field], here.runs[0][field], field);
      }
      // Seen once, it is known after its job is gone.
      laptop.cluster.jobs.delete(laptop.namespace, "one");
      laptop.cluster.jobs.endGrace(laptop.namespace, "one");
      const after = await runs(laptop, ["--json"], { ahead: 10 });
      assert.equal(JSON.parse(after.stdout).runs[0].status, "Deleted");
    }));
}

Deno.test("mlo runs where the cluster cannot be reached shows what was seen last", () =>
  withLaptop(async (laptop) => {
    await submit(laptop, "one");
    await runs(laptop, []);
    for (const name of ["kubectl", "runai"]) {
      await Deno.writeTextFile(
        `${laptop.home}/bin/${name}`,
        "#!/bin/sh\necho 'dial tcp 10.0.0.1:6443: i/o timeout' >&2; exit 1\n",
        { mode: 0o755 },
      );
    }
    const { code, stdout, stderr } = await runs(laptop, []);
    assert.equal(code, 0);
    assert.match(stdout, /\tone\tRunning\t/);
    assert.match(stderr, /^mlo: .*: each run is shown as it was seen last\n/);
  }));

Deno.test("mlo runs: a job that is just being submitted is not gone, one that nobody saw was not seen", () =>
  withLaptop(async (laptop) => {
    await submit(laptop, "one");
    laptop.cluster.jobs.delete(laptop.namespace, "one");
    assert.doesNotMatch((await runs(laptop, [])).stdout, /Deleted/);
    const refused = await laptop.mlo(
      ...["submit", "-n", "two", "--train", "--runai-arg=--no-such-flag"],
      ...["--", "true"],
    );
    assert.notEqual(refused.code, 0);
    assert.match((await runs(laptop, [])).stdout, /\ttwo\tnot seen\t/);
  }));

Deno.test("mlo runs: a time that cannot be read is refused", () =>
  withLaptop(async (laptop) => {
    for (const since of ["soon", "2026-13-01", "2026-02-30T99:00"]) {
      const { code, stderr } = await runs(laptop, ["--since", since]);
      assert.equal(code, 2, `${since}: ${stderr}`);
      assert.match(stderr, /Cannot read the (?:date|duration) /);
    }
  }));

Deno.test("mlo runs: a terminal is shown the last twenty, and told of the others", () =>
  withLaptop(async (laptop) => {
    await submit(laptop, "one");
    const directory = `${laptop.home}/.local/state/mlo/runs`;
    const [first] = await namesIn(directory);
    const record = JSON.parse(
      await Deno.readTextFile(`${directory}/${first}`),
    );
    for (let at = 0; at < 24; at++) {
      const id = `run${String(at).padStart(5, "0")}`;
      const old = { ...record, id, name: `old-${at}`, finished: true };
      const submittedAt = `2026-01-01T00:00:${String(at).padStart(2, "0")}Z`;
      await Deno.writeTextFile(
        `${directory}/${id}.json`,
        JSON.stringify({ ...old, submittedAt }),
      );
    }
    await Deno.writeTextFile(`${directory}/none.json`, "{");
    const shown = await runs(laptop, [], { isTerminal: true });
    assert.equal(shown.stdout.trimEnd().split("\n").length, 21);
    assert.match(shown.stderr, /^… and 5 older: mlo runs --since 1000d\n$/);
    const all = await runs(laptop, ["--since", "3000d"], { isTerminal: true });
    assert.equal(all.stdout.trimEnd().split("\n").length, 26);
    assert.equal(all.stderr, "");
    const piped = await runs(laptop, []);
    assert.equal(piped.stdout.trimEnd().split("\n").length, 25);
    await Deno.remove(directory, { recursive: true });
    const none = await runs(laptop, ["--failed"], { isTerminal: true });
    assert.match(none.stderr, /Nothing of the kind was submitted/);
  }));

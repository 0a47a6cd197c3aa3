import assert from "node:assert/strict";
import { TARGETS } from "../../tools/compile.ts";
import { fileOf } from "../../tools/release.ts";

const DIRECTORY = new URL("../../.github/workflows/", import.meta.url);

/** What the publishing job's token may write: the release, and its attestation. */
const MAY_WRITE = ["contents", "id-token", "attestations"];

/** What is wrong with the text of a workflow, one sentence each. */
function faultsOf(workflow: string): string[] {
  const faults: string[] = [];
  if (!/^permissions:\n {2}contents: read\n(?! )/m.test(workflow)) {
    faults.push("the token is not read-only for all jobs");
  }
  const jobs = workflow.split("\njobs:\n")[1] ?? "";
  for (const [, job = ""] of jobs.matchAll(/^ {2}(\w+):\n(?= {4})/gm)) {
    const body = `\n${jobs}`.split(`\n  ${job}:\n`)[1]
      ?.split(/\n {2}\w+:\n/)[0] ?? "";
    if (/: write/.test(body) && job !== "publish") {
      faults.push(`${job} may write`);
    }
    const writes = [...body.matchAll(/^ {6}([\w-]+): write$/gm)]
      .map(([, scope]) => scope);
    for (const scope of writes) {
      if (!MAY_WRITE.includes(scope ?? "")) {
        faults.push(`${job} may write ${scope}`);
      }
    }
    if (job === "publish" && /checkout|deno/.test(body)) {
      faults.push("the job that may write runs the repository's code");
    }
    if (!/timeout-minutes/.test(body)) faults.push(`${job} may run forever`);
  }
  for (const [line] of workflow.matchAll(/uses:.*/g)) {
    if (!/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line)) {
      faults.push(`${line} is not pinned by commit`);
    }
  }
  for (const [line] of workflow.matchAll(/run:.*/g)) {
    if (line.includes("${{")) faults.push(`${line} pastes text into a shell`);
  }
  return faults;
}

Deno.test("the workflows have a read-only token but in one job, and pinned actions", async () => {
  const names = (await Array.fromAsync(Deno.readDir(DIRECTORY)))
    .map(({ name }) => name).sort();
  assert.deepEqual(names, ["release.yml", "test.yml"]);
  for (const name of names) {
    const text = await Deno.readTextFile(new URL(name, DIRECTORY));
    assert.ok((text.match(/uses:/g) ?? []).length >= 2);
    assert.deepEqual(faultsOf(text), [], name);
  }
});

const WRONG: readonly [string, string, string][] = [
  ["contents: read\n\njobs", "contents: write\n\njobs", "read-only"],
  ["@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2", "@v4", "pinned"],
  ['"$GITHUB_REF_NAME" --verify', "${{ github.ref }} --verify", "pastes"],
  ["timeout-minutes: 10\n", "", "forever"],
  ["attestations: write", "packages: write", "may write packages"],
];

for (const [right, wrong, says] of WRONG) {
  Deno.test(`the rule of workflows refuses ${JSON.stringify(wrong)}`, async () => {
    const text = await Deno.readTextFile(new URL("release.yml", DIRECTORY));
    assert.ok(text.includes(right));
    const [fault = ""] = faultsOf(text.replace(right, wrong));
    assert.match(fault, new RegExp(says));
  });
}

Deno.test("a release is published after each file was started on its own kind of machine, with an attestation", async () => {
  const text = await Deno.readTextFile(new URL("release.yml", DIRECTORY));
  const started = [...text.matchAll(/\{ runner: (\S+), file: (\S+) \}/g)]
    .map(([, runner = "", file = ""]) => [file, runner] as const);
  assert.deepEqual(
    started.map(([file]) => file).sort(),
    TARGETS.map(fileOf).sort(),
  );
  for (const [file, runner] of started) {
    assert.equal(/darwin/.test(file), /^macos/.test(runner), file);
    // Hosted runners: Linux is x86-64 unless it says arm, macOS is ARM64 unless it says intel.
    const isArm = /^macos/.test(runner)
      ? !/intel/.test(runner)
      : /-arm$/.test(runner);
    assert.equal(/arm64/.test(file), isArm, file);
  }
  const publish = text.slice(text.indexOf("\n  publish:"));
  assert.match(publish, /needs: \[build, start\]/);
  assert.ok(
    publish.indexOf("attest-build-provenance") <
      publish.indexOf("gh release create"),
  );
  assert.match(publish, /subject-checksums: release\/SHA256SUMS/);
});

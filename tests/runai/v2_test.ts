import assert from "node:assert/strict";
import { inOtherWords } from "../../lib/runai/v2.ts";

const ARGS = ["submit", "--preemptible", "--run-as-uid", "1"];

Deno.test("inOtherWords() says what an earlier release calls a flag, and leaves the rest", () => {
  assert.deepEqual(inOtherWords(ARGS, "--preemptible"), [
    ...["submit", "--preemptibility", "preemptible", "--run-as-uid", "1"],
  ]);
  const command = ["--", "x", "--run-as-uid"];
  assert.deepEqual(inOtherWords([...ARGS, ...command], "--run-as-uid"), [
    ...["submit", "--preemptible", "--run-as-user", "1", ...command],
  ]);
  assert.deepEqual(inOtherWords(["--run-as-gid", "2"], "--run-as-gid"), [
    ...["--run-as-group", "2"],
  ]);
});

Deno.test("inOtherWords() knows none for another flag, for one that was not given, and for a word of the command", () => {
  assert.equal(
    inOtherWords([...ARGS, "--large-shm"], "--large-shm"),
    undefined,
  );
  assert.equal(inOtherWords(ARGS, "--run-as-gid"), undefined);
  const command = ["submit", "--", "x", "--preemptible"];
  assert.equal(inOtherWords(command, "--preemptible"), undefined);
});

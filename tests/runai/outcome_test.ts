import assert from "node:assert/strict";
import { decodeSubmit } from "../../lib/runai/outcome.ts";

/** How a program ended that printed on its two streams. */
function endedWith(stdout: string, stderr = "", code = 0) {
  const bytes = (text: string) => new TextEncoder().encode(text);
  return {
    code,
    stdout: bytes(stdout),
    stderr: bytes(stderr),
    timedOut: false,
  };
}

Deno.test("decodeSubmit() does not believe a status of 0 beside an error", () => {
  for (
    const said of [
      "Error: workload exp could not be created\n",
      'time="2026-03-01" level=error msg="quota service is down"\n',
      "FATA[0001] something broke\n",
      "Creating workspace exp...\nERRO[0002] failed\n",
    ]
  ) {
    for (const ended of [endedWith(said), endedWith("", said)]) {
      const error = decodeSubmit("exp", ended);
      assert.match(
        error?.message ?? "",
        /Cannot submit "exp": runai said that/,
      );
      assert.equal(error?.childMessage, said.trim());
    }
  }
});

Deno.test("decodeSubmit() takes what both generations say of a success for one", () => {
  for (
    const said of [
      "The job 'exp' has been submitted successfully\nYou can run `runai describe job exp` to check the job status\n",
      "Creating workspace error-3...\nTo track the workload's status, run 'runai workspace describe error-3'\n",
      "",
    ]
  ) {
    assert.equal(decodeSubmit("exp", endedWith(said)), undefined);
  }
});

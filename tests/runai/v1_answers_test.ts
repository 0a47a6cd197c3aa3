import assert from "node:assert/strict";
import { ExitCode } from "../../lib/error.ts";
import { decodeSubmit } from "../../lib/runai/outcome.ts";
import { installRunaiDouble, recordedCalls } from "../support/runai/double.ts";
import { planJob } from "../../lib/runai/job.ts";
import { submitArgs } from "../../lib/runai/v1.ts";
import { NOW, SETTINGS } from "./sample.ts";

/** A runai on disk, with a cluster that remembers the names of its jobs. */
async function runaiBed() {
  const bin = await Deno.makeTempDir();
  const names = new Set<string>();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen() {},
  }, async (request) => {
    const { name } = await request.json() as { name: string };
    if (names.has(name)) return new Response("taken", { status: 409 });
    names.add(name);
    return new Response("{}", { status: 201 });
  });
  const record = `${bin}/record`;
  const { env } = await installRunaiDouble(bin, {
    url: `http://127.0.0.1:${server.addr.port}`,
    record,
  });
  return {
    names,
    record,
    async run(args: readonly string[], fail = "") {
      const ended = await new Deno.Command(`${bin}/runai`, {
        args: [...args],
        env: { ...env, MLO_DOUBLE_RUNAI_FAIL: fail },
      }).output();
      return { ...ended, timedOut: false };
    },
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await Deno.remove(bin, { recursive: true });
    },
  };
}

Deno.test("decodeSubmit() tells how v1 ended by what the program says", async () => {
  await using bed = await runaiBed();
  const argv = ["python", "train.py", "--tag", 'a "b" $c', "", "ü\n-"];
  const options = { name: "exp", argv };
  const line = submitArgs(planJob(SETTINGS, options, ["HF_TOKEN"], NOW));
  const first = await bed.run(line);
  assert.equal(decodeSubmit("exp", first), undefined);
  assert.deepEqual([...bed.names], ["exp"]);
  assert.deepEqual(await recordedCalls(bed.record), [line]);

  const told = async (args: readonly string[], fail?: string) => {
    const error = decodeSubmit("exp", await bed.run(args, fail));
    assert(error);
    assert.notEqual(error.childMessage ?? "", "");
    return error;
  };
  const taken = await told(line);
  assert.equal(taken.exitCode, ExitCode.failed);
  assert.match(taken.message, /"exp": the name is taken/);
  assert.match(taken.childMessage ?? "", /exp already exists/);

  const login = await told(line, "login");
  assert.equal(login.exitCode, ExitCode.auth);
  assert.equal(login.hint, "runai login");

  const away = await told(line, "unreachable");
  assert.equal(away.exitCode, ExitCode.unreachable);
  assert.match(away.hint ?? "", /VPN/);

  const wrong = await told(["workspace", "submit", "exp"]);
  assert.match(wrong.message, /does not know the words/);
  assert.match(wrong.hint ?? "", /RUNAI_CLI/);

  const other = await told(["submit", "--name", "exp"]);
  assert.equal(other.exitCode, ExitCode.failed);
  assert.match(other.message, /exit status 1/);
  assert.match(other.childMessage ?? "", /--image must be set/);
  assert.deepEqual([...bed.names], ["exp"]);
});

Deno.test("decodeSubmit() says so when v1 does not answer", () => {
  const nothing = new Uint8Array();
  const error = decodeSubmit("exp", {
    code: 137,
    stdout: nothing,
    stderr: nothing,
    timedOut: true,
  });
  assert.match(error?.message ?? "", /did not answer in time/);
});

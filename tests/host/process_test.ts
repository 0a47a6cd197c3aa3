import assert from "node:assert/strict";
import { MloError } from "../../lib/error.ts";
import { denoHost } from "../../lib/host/deno_host.ts";
import { sha256 } from "../../lib/text/sha256.ts";

const { programs } = denoHost();
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const sh = (script: string, ...args: string[]) => ({
  program: "sh",
  args: ["-c", script, "sh", ...args],
});

Deno.test("run() gives each argument to the program as it is", async () => {
  const words = ["a b", "", "'", '"', "$(touch x)", "*", "-n", "a\nb", "é"];
  const { stdout } = await programs.run(sh('printf "%s|" "$@"', ...words));
  assert.equal(text(stdout), words.map((word) => `${word}|`).join(""));
});

Deno.test("run() gives the exit status, or 128 + n after signal n", async () => {
  const { code, timedOut } = await programs.run(sh("exit 37"));
  assert.deepEqual([code, timedOut], [37, false]);
  assert.equal((await programs.run(sh("kill -TERM $$"))).code, 143);
});

Deno.test("run() passes a megabyte through and captures both streams", async () => {
  const megabyte = "x".repeat(1 << 20);
  const outcome = await programs.run(sh("tee /dev/stderr"), megabyte);
  assert.equal(outcome.stdout.length, megabyte.length);
  assert.equal(outcome.stderr.length, megabyte.length);
});

Deno.test("run() survives a program that does not read its input", async () => {
  const outcome = await programs.run(sh("exit 3"), "x".repeat(1 << 20));
  assert.equal(outcome.code, 3);
});

Deno.test("run() names a program that is not installed", async () => {
  await assert.rejects(
    programs.run({ program: "no-such-program", args: [] }),
    (error: MloError) => {
      assert.ok(error instanceof MloError);
      assert.match(error.message, /no-such-program: it is not installed/);
      return true;
    },
  );
});

Deno.test("run() ends a program at its time-out, even when a grandchild holds the pipes", async () => {
  const call = { ...sh("echo begin; sleep 30 & echo $!; wait"), timeout: 300 };
  const outcome = await programs.run(call);
  const [first, grandchild] = text(outcome.stdout).split("\n");
  try {
    assert.ok(outcome.timedOut);
    assert.equal(first, "begin");
  } finally {
    Deno.kill(Number(grandchild), "SIGKILL");
  }
});

Deno.test("start() holds the program's input open until it is fed", async () => {
  const started = programs.start(sh("cat; echo end"));
  await started.feed("fed ");
  assert.equal(text((await started.outcome).stdout), "fed end\n");
});

Deno.test("start() takes input in parts, in their order, more than a pipe holds", async () => {
  const started = programs.start({ program: "sha256sum", args: [] });
  const part = "x".repeat(1 << 20);
  void started.write(part);
  void started.write(part);
  await started.feed("end");
  const { stdout } = await started.outcome;
  assert.equal(text(stdout).slice(0, 64), await sha256(`${part}${part}end`));
});

Deno.test("start() lets a program be killed before it is fed", async () => {
  const started = programs.start(sh("cat; echo end"));
  started.kill();
  const outcome = await started.outcome;
  assert.equal(outcome.code, 137);
  assert.equal(text(outcome.stdout), "");
});

Deno.test("stream() gives the output as it comes, and what is said on stderr too", async () => {
  const chunks: string[] = [];
  const errors: string[] = [];
  const outcome = await programs.stream(
    sh("echo one; echo odd >&2; sleep 0.2; echo two"),
    (chunk) => chunks.push(text(chunk)),
    undefined,
    (chunk) => errors.push(text(chunk)),
  );
  assert.deepEqual(chunks, ["one\n", "two\n"]);
  assert.deepEqual(errors, ["odd\n"]);
  assert.equal(text(outcome.stderr), "odd\n");
  assert.deepEqual([outcome.code, outcome.timedOut], [0, false]);
});

Deno.test("a child gets the environment, changed as asked, without the loader's variables", async () => {
  const host = denoHost({
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      KEPT: "kept",
      CHANGED: "old",
      LD_LIBRARY_PATH: "/nowhere",
      DYLD_INSERT_LIBRARIES: "/nowhere",
    },
  });
  const { stdout } = await host.programs.run({
    program: "env",
    args: [],
    env: { CHANGED: "new" },
  });
  const lines = text(stdout).trim().split("\n").filter((line) =>
    !line.startsWith("PATH=")
  );
  assert.deepEqual(lines.sort(), ["CHANGED=new", "KEPT=kept"]);
});

Deno.test("start() does not wait for a process that is left behind with stderr open", async () => {
  const { code, stdout, stderr } = await programs.run({
    ...sh("sleep 30 >/dev/null & echo $!; echo oops >&2; exit 4"),
    leavesProcess: true,
  });
  assert.deepEqual([code, text(stderr)], [4, "oops\n"]);
  // It still runs: a signal to a process that is gone throws.
  Deno.kill(Number(text(stdout)), "SIGKILL");
});

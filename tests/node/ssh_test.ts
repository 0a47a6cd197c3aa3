import assert from "node:assert/strict";
import { programUnderTest } from "../support/laptop.ts";
import { type NodeLaptop, withNodeLaptop } from "../support/node/laptop.ts";
import { run, until } from "../support/pods/programs.ts";
import { startOnTerminal } from "../support/pseudo_terminal.ts";

/** MiB each way. */
const SIZE = 256;

/** A laptop with a job `exp` of run:ai's making, its pod started as the user. */
function withJob(test: (laptop: NodeLaptop) => Promise<void>) {
  return withNodeLaptop(async (laptop) => {
    const words = ["submit", "-n", "exp", "-t", "1h", "--wait"];
    const { code, stderr } = await laptop.mlo(...words);
    assert.equal(code, 0, stderr);
    await test(laptop);
  });
}

/** Waits until no server is left in the pod; the pattern does not fit the words of the one who asks. */
async function nothingLeft(laptop: NodeLaptop) {
  const find = [
    "exec",
    "exp",
    "--",
    "pgrep",
    "-af",
    "[s]shd|[m]lo-ssh|[s]sh-keygen",
  ];
  let left = "";
  await until("the end of sshd in the pod", async () => {
    const ran = await laptop.mlo(...find);
    left = ran.stdout;
    return ran.code === 1;
  }).catch((error) => {
    throw new Error(`${error.message}\n${left}`);
  });
}

Deno.test("ssh on a real node: statuses, a terminal, and bytes each way as they are", () =>
  withJob(async (laptop) => {
    for (const status of [0, 1, 42, 255]) {
      const ran = await laptop.mlo("ssh", "exp", `id -un; pwd; exit ${status}`);
      const stdout = "ada\n/mloscratch/homes/ada\n";
      assert.deepEqual(ran, { code: status, stdout, stderr: "" });
    }
    const [program, first] = programUnderTest();
    const { env, home } = laptop;
    const shell = startOnTerminal(program, [...first, "ssh", "exp"], {
      env,
      cwd: home,
    });
    await shell.type("print -r -- size=$(stty size)\r");
    await shell.see("size=30 100");
    await shell.type("exit 7\r");
    assert.equal((await shell.end()).code, 7);

    const mlo = [program, ...first].map((word) => `'${word}'`).join(" ");
    const line = `head -c ${SIZE}M /dev/urandom >big && sha256sum <big
${mlo} ssh exp 'tee big | sha256sum' <big
${mlo} ssh exp 'cat big' | sha256sum`;
    const given = { env, clearEnv: true, directory: home };
    const { stdout, stderr } = await run(["bash", "-c", line], given);
    assert.equal(new Set(stdout.trim().split("\n")).size, 1, stdout + stderr);
    assert.equal(stdout.trim().split("\n").length, 3);
    await nothingLeft(laptop);
  }));

Deno.test("ssh on a real node: a link that is cut or goes dead ends it with 255, and nothing stays", () =>
  withJob(async (laptop) => {
    for (const how of ["cut", "freeze"] as const) {
      const child = laptop.spawn(["ssh", "exp", "echo up; sleep 100"]);
      const reader = child.stdout.pipeThrough(new TextDecoderStream())
        .getReader();
      assert.equal((await reader.read()).value, "up\n");
      laptop.relay[how]();
      const stderr = await new Response(child.stderr).text();
      assert.equal((await child.status).code, 255, stderr);
      await reader.cancel();
      laptop.relay.thaw();
      const again = await laptop.mlo("ssh", "exp", "echo again");
      assert.equal(again.stdout, "again\n", again.stderr);
    }
    await nothingLeft(laptop);
  }));

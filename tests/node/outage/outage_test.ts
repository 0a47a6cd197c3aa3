import assert from "node:assert/strict";
import {
  askPort,
  counted,
  counter,
  greeter,
  hear,
} from "../../support/node/heard.ts";
import { type NodeLaptop, withNodeLaptop } from "../../support/node/laptop.ts";
import type { NodeProgram } from "../../support/node/node.ts";
import { programUnderTest } from "../../support/laptop.ts";
import { startOnTerminal } from "../../support/pseudo_terminal.ts";
import { until } from "../../support/pods/programs.ts";

async function makeRunningPod(
  laptop: NodeLaptop,
  job: string,
  command: readonly string[],
) {
  await laptop.untilPod(
    await laptop.makePod(job, { command }),
    "to run",
    ({ status }) => status.phase === "Running",
  );
}

/** What holds whichever of the two is killed and started again. */
async function survives(laptop: NodeLaptop, program: NodeProgram) {
  await makeRunningPod(laptop, "sleeps", ["sleep", "infinity"]);
  await makeRunningPod(laptop, "greets", greeter(80, "hello"));
  const exec = hear(
    laptop.spawn(["exec", "sleeps", "--", "sh", "-c", "echo up; sleep 60"]),
  );
  const [mlo, first] = programUnderTest();
  const shell = startOnTerminal(mlo, [...first, "shell", "sleeps"], {
    env: laptop.env,
    cwd: laptop.home,
  });
  await shell.type("echo $((6 * 7))\r");
  await shell.see(/^42/m);
  const forward = hear(laptop.spawn(["port-forward", "greets", ":80"]));
  await laptop.makePod("counts", { command: counter(300) });
  const logs = hear(laptop.spawn(["logs", "-f", "counts"]));
  await exec.sees(/^up$/m);
  const port = Number((await forward.sees(/:(\d+) leads/))[1]);
  await until("a greeting", async () => await askPort(port) === "hello");
  await logs.sees(/^line 100$/m);

  await laptop.node.kill(program, "KILL");
  try {
    const ended = await exec.end();
    assert.notEqual(ended.code, 0, "an exec whose end was not seen");
    assert.match(
      ended.stderr,
      /^mlo: The end of the program in the pod sleeps-0-0 was not seen/m,
    );
    const { code, printed } = await shell.end();
    assert.notEqual(code, 0, printed);
    assert.match(printed, /^mlo: The end of the program/m);
    if (program === "apiserver") {
      const begin = performance.now();
      const list = await laptop.mlo("status", "sleeps");
      assert.equal(list.code, 69, list.stderr);
      assert.ok(performance.now() - begin < 8_000, "it took longer");
    } else {
      const again = await laptop.mlo("exec", "sleeps", "--", "true");
      assert.equal(again.code, 1, again.stderr);
      assert.match(again.stderr, /^mlo: .*sleeps-0-0/m);
      assert.equal((await laptop.mlo("status", "sleeps")).code, 0);
    }
  } finally {
    await laptop.node.start(program);
  }
  await until(
    "a greeting again",
    async () => await askPort(port) === "hello",
    60,
  );
  await logs.sees(/^end$/m, 90);
  assert.equal(logs.out(), counted(300));
  const { code, stdout } = await laptop.mlo(
    "exec",
    "sleeps",
    "--",
    "echo",
    "back",
  );
  assert.deepEqual([code, stdout], [0, "back\n"]);
  for (const { child, end } of [logs, forward]) {
    child.kill("SIGINT");
    assert.equal((await end()).code, 130);
  }
}

for (const program of ["kubelet", "apiserver"] as const) {
  Deno.test(`exec and shell tell that the ${program} was killed; logs -f and port-forward live on when it is back`, () =>
    withNodeLaptop((laptop) => survives(laptop, program)));
}

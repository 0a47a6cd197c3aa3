import assert from "node:assert/strict";
import { hear } from "../../support/node/heard.ts";
import { type NodeLaptop, withNodeLaptop } from "../../support/node/laptop.ts";
import type { NodeProgram } from "../../support/node/node.ts";
import { programUnderTest } from "../../support/laptop.ts";
import { startOnTerminal } from "../../support/pseudo_terminal.ts";

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

/** What holds whichever program of the node is killed and started again. */
async function survives(laptop: NodeLaptop, program: NodeProgram) {
  await makeRunningPod(laptop, "sleeps", ["sleep", "infinity"]);
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
  await exec.sees(/^up$/m);
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
    assert.match(
      printed,
      /mlo: The end of the program in the pod sleeps-0-0 was not seen/,
    );
  } finally {
    await laptop.node.start(program);
  }
  const { code, stdout } = await laptop.mlo(
    "exec",
    "sleeps",
    "--",
    "echo",
    "back",
  );
  assert.deepEqual([code, stdout], [0, "back\n"]);
}

for (const program of ["kubelet", "apiserver"] as const) {
  Deno.test(`exec and shell do not take a killed ${program} for the program's end, and work when it is back`, () =>
    withNodeLaptop((laptop) => survives(laptop, program)));
}

import assert from "node:assert/strict";
import { throughRelay } from "../../support/flaky_cluster.ts";
import {
  ended,
  type Laptop,
  programUnderTest,
  withLaptop,
} from "../../support/laptop.ts";

const TRANSPORTS = ["websocket", "spdy"] as const;

/** A laptop with the job `exp`, whose pod is reached in each of the two ways. */
function overBoth(
  name: string,
  test: (laptop: Laptop) => Promise<void>,
) {
  for (const transport of TRANSPORTS) {
    Deno.test(`${name} (${transport})`, () =>
      withLaptop(async (laptop) => {
        const { cluster, namespace } = laptop;
        cluster.transport = transport;
        const job = { name: "exp", namespace, image: "i" };
        cluster.jobs.create({ ...job, kind: "train" });
        await test(laptop);
      }));
  }
}

/** Starts `mlo exec exp` and waits until the program in the pod has said `up`. */
async function startProgram(laptop: Laptop, script: string) {
  const child = laptop.spawn(["exec", "exp", "--", "bash", "-c", script]);
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  assert.equal((await reader.read()).value, "up\n");
  const stderr = new Response(child.stderr).text();
  return {
    child,
    end: async () => {
      let stdout = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        stdout += value;
      }
      return { code: (await child.status).code, stdout, stderr: await stderr };
    },
  };
}

overBoth(
  "mlo exec ends as the program did, and adds nothing to what it said",
  async (laptop) => {
    for (const status of [0, 1, 2, 213, 215, 255]) {
      const script = `echo out; printf err >&2; exit ${status}`;
      const ran = await ended(
        laptop.spawn(["exec", "exp", "--", "sh", "-c", script]),
      );
      assert.deepEqual(ran, { code: status, stdout: "out\n", stderr: "err" });
    }
  },
);

overBoth(
  "mlo exec passes bytes on, each way and on both outputs",
  async (laptop) => {
    const bytes = crypto.getRandomValues(new Uint8Array(60_000));
    const [program, first] = programUnderTest();
    const child = new Deno.Command(program, {
      args: [...first, "exec", "exp", "--stdin", "--", "tee", "/dev/stderr"],
      clearEnv: true,
      env: laptop.env,
      cwd: laptop.home,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(bytes);
    await writer.close();
    const { code, stdout, stderr } = await child.output();
    assert.equal(code, 0);
    assert.deepEqual([stdout, stderr], [bytes, bytes]);
  },
);

overBoth(
  "mlo exec fails, and says why, when the connection breaks before the program's end",
  async (laptop) => {
    const relay = await throughRelay(laptop);
    try {
      const program = await startProgram(laptop, "echo up; sleep 3");
      relay.cut();
      const { code, stderr } = await program.end();
      assert.equal(code, 1, stderr);
      assert.match(
        stderr,
        /^mlo: The end of the program in the pod exp-0-0 was not seen: the connection to it broke$/m,
      );
      assert.match(stderr, /^hint: it may still run/m);
    } finally {
      await relay.stop();
    }
  },
);

overBoth(
  "mlo exec says that the pod is gone when its connection broke with it",
  async (laptop) => {
    const relay = await throughRelay(laptop);
    try {
      const program = await startProgram(laptop, "echo up; sleep 3");
      laptop.cluster.jobs.update(laptop.namespace, "exp", { graceMs: 0 });
      laptop.cluster.jobs.delete(laptop.namespace, "exp");
      relay.cut();
      const { code, stderr } = await program.end();
      assert.equal(code, 1);
      assert.match(stderr, /was not seen: the pod is gone$/m);
    } finally {
      await relay.stop();
    }
  },
);

overBoth("mlo exec without the right to it ends with 4", async (laptop) => {
  laptop.cluster.forbidden.add("pods/exec");
  const ran = await ended(laptop.spawn(["exec", "exp", "--", "true"]));
  assert.equal(ran.code, 4, ran.stderr);
  assert.match(ran.stderr, /^mlo: .*no permission/m);
});

overBoth(
  "mlo exec and shell tell a node that does not answer",
  async (laptop) => {
    laptop.cluster.hasKubelet = false;
    for (const words of [["exec", "exp", "--", "true"], ["shell", "exp"]]) {
      const ran = await ended(laptop.spawn(words));
      assert.equal(ran.code, 69, ran.stderr);
      assert.match(
        ran.stderr,
        /^mlo: Cannot run a program in the pod exp-0-0: the pod's node does not answer$/m,
      );
    }
  },
);

overBoth(
  "^C of mlo exec ends the program in the pod as well",
  async (laptop) => {
    const note = `${laptop.home}/note`;
    const script =
      `trap 'echo told >${note}; exit' INT; echo up; sleep 60 & wait`;
    const program = await startProgram(laptop, script);
    program.child.kill("SIGINT");
    const { code, stderr } = await program.end();
    assert.equal(code, 130, stderr);
    assert.match(
      stderr,
      /^mlo: Interrupted: the program in the pod exp-0-0 was ended$/m,
    );
    assert.equal(await Deno.readTextFile(note), "told\n");
  },
);

overBoth(
  "^C of mlo exec says of a program that does not mind that it still runs",
  async (laptop) => {
    // It goes on for as long as the laptop is there.
    const script =
      `trap '' INT; echo up; while [ -d ${laptop.home} ]; do sleep 0.2; done`;
    const program = await startProgram(laptop, script);
    program.child.kill("SIGINT");
    const { code, stderr } = await program.end();
    assert.equal(code, 130);
    assert.match(stderr, /was told and still runs$/m);
  },
);

import assert from "node:assert/strict";
import { programUnderTest } from "../support/laptop.ts";
import { type NodeLaptop, withNodeLaptop } from "../support/node/laptop.ts";
import { must } from "../support/pods/programs.ts";
import { startOnTerminal } from "../support/pseudo_terminal.ts";

/** A laptop with a job `exp` whose pod sleeps. */
function withRunningJob(test: (laptop: NodeLaptop) => Promise<void>) {
  return withNodeLaptop(async (laptop) => {
    const command = ["sleep", "infinity"];
    const pod = await laptop.makePod("exp", { command });
    await laptop.untilPod(
      pod,
      "to run",
      ({ status }) =>
        status.containerStatuses?.[0]?.state?.running !== undefined,
    );
    await test(laptop);
  });
}

/** Starts a program in the pod that says `up`, and gives how it ends. */
async function startProgram(laptop: NodeLaptop, script: string) {
  const child = laptop.spawn(["exec", "exp", "--", "bash", "-c", script]);
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  assert.equal((await reader.read()).value, "up\n");
  const stderr = new Response(child.stderr).text();
  return {
    child,
    end: async () => {
      const { code } = await child.status;
      await reader.cancel();
      return { code, stderr: await stderr };
    },
  };
}

Deno.test("exec on a real node: statuses as they are, and nothing added", () =>
  withRunningJob(async (laptop) => {
    for (const status of [0, 1, 2, 126, 137, 213, 214, 215, 255]) {
      const script = `echo out; printf err >&2; exit ${status}`;
      const ran = await laptop.mlo("exec", "exp", "--", "sh", "-c", script);
      assert.deepEqual(ran, { code: status, stdout: "out\n", stderr: "err" });
    }
    const missing = await laptop.mlo("exec", "exp", "--", "no-such-program");
    assert.equal(missing.code, 127);
    assert.match(missing.stderr, /no-such-program.*(?:not found|No such file)/);
  }));

Deno.test("exec on a real node: 100 MB each way, byte for byte", () =>
  withRunningJob(async (laptop) => {
    const [program, first] = programUnderTest();
    const child = new Deno.Command(program, {
      args: [...first, "exec", "exp", "--stdin", "--", "tee", "/tmp/copy"],
      clearEnv: true,
      env: laptop.env,
      cwd: laptop.home,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const { createHash } = await import("node:crypto");
    const [sent, got] = [createHash("sha256"), createHash("sha256")];
    const writer = child.stdin.getWriter();
    const sending = (async () => {
      for (let part = 0; part < 1600; part++) {
        const bytes = crypto.getRandomValues(new Uint8Array(65_536));
        sent.update(bytes);
        await writer.write(bytes);
      }
      await writer.close();
    })();
    let length = 0;
    for await (const chunk of child.stdout) {
      got.update(chunk);
      length += chunk.length;
    }
    await sending;
    const stderr = await new Response(child.stderr).text();
    assert.deepEqual([(await child.status).code, stderr], [0, ""]);
    assert.equal(length, 1600 * 65_536);
    const sum = sent.digest("hex");
    assert.equal(got.digest("hex"), sum);
    const there = await laptop.mlo(
      "exec",
      "exp",
      "--",
      "sha256sum",
      "/tmp/copy",
    );
    assert.equal(there.stdout, `${sum}  /tmp/copy\n`);
  }));

Deno.test("exec on a real node fails when its link is cut, and kubectl alone does not", () =>
  withRunningJob(async (laptop) => {
    const kubectl = new Deno.Command("kubectl", {
      args: ["exec", "-n", laptop.namespace, "exp-0-0", "--", "sleep", "30"],
      env: laptop.env,
      stdout: "null",
      stderr: "null",
    }).spawn();
    const program = await startProgram(laptop, "echo up; sleep 30");
    laptop.relay.cut();
    const { code, stderr } = await program.end();
    assert.equal((await kubectl.status).code, 0, "the reason for all this");
    assert.equal(code, 1, stderr);
    assert.match(stderr, /was not seen: the connection to it broke$/m);
  }));

Deno.test("shell on a real node: a terminal, its status, and a link that is cut", () =>
  withRunningJob(async (laptop) => {
    const [program, first] = programUnderTest();
    const start = () =>
      startOnTerminal(program, [...first, "shell", "exp"], {
        env: laptop.env,
        cwd: laptop.home,
      });
    const shell = start();
    await shell.type("stty size; exit 7\r");
    await shell.see("30 100");
    assert.equal((await shell.end()).code, 7);

    const cut = start();
    await cut.type("echo $((6 * 7))\r");
    await cut.see(/^42/m);
    laptop.relay.cut();
    const { code, printed } = await cut.end();
    assert.equal(code, 1, printed);
    assert.match(printed, /was not seen: the connection to it broke/);
  }));

Deno.test("exec on a real node whose pod is deleted tells the program's end or that it was not seen", () =>
  withRunningJob(async (laptop) => {
    const program = await startProgram(laptop, "echo up; sleep 60");
    await laptop.node.ask(
      "DELETE",
      `/api/v1/namespaces/${laptop.namespace}/pods/exp-0-0`,
    );
    const { code, stderr } = await program.end();
    // Killed with its pod (137), unless the connection went first.
    assert.ok(code === 137 || /was not seen: the pod is/.test(stderr), stderr);
    assert.notEqual(code, 0);
  }));

Deno.test("on a real node without the right to exec and events: exec ends with 4, status tells what the pod says", () =>
  withRunningJob(async (laptop) => {
    await allowPods(laptop);
    const use = ["kubectl", "config", "use-context", "alice"];
    await must(use, { env: laptop.env, clearEnv: true });
    const ran = await laptop.mlo("exec", "exp", "--", "true");
    assert.equal(ran.code, 4, ran.stderr);
    assert.match(ran.stderr, /^mlo: .*no permission/m);
    const seen = await laptop.mlo("status", "exp", "--json");
    assert.equal(seen.code, 0, seen.stderr);
    const { status, events } = JSON.parse(seen.stdout);
    assert.deepEqual([status, events], ["Running", []]);
  }));

/** Lets alice look at pods, and do nothing else. */
async function allowPods({ node, namespace }: NodeLaptop) {
  const api = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const metadata = { name: "look", namespace };
  await node.ask("POST", `${api}/roles`, {
    metadata,
    rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] }],
  });
  await node.ask("POST", `${api}/rolebindings`, {
    metadata,
    roleRef: {
      apiGroup: "rbac.authorization.k8s.io",
      kind: "Role",
      name: "look",
    },
    subjects: [{
      kind: "User",
      name: "alice",
      apiGroup: "rbac.authorization.k8s.io",
    }],
  });
}

Deno.test("^C of exec on a real node ends the program in the pod", () =>
  withRunningJob(async (laptop) => {
    const program = await startProgram(
      laptop,
      "trap 'echo told >/tmp/note; exit' INT; echo up; sleep 60",
    );
    program.child.kill("SIGINT");
    const { code, stderr } = await program.end();
    assert.equal(code, 130, stderr);
    assert.match(stderr, /the program in the pod exp-0-0 was ended$/m);
    const note = await laptop.mlo("exec", "exp", "--", "cat", "/tmp/note");
    assert.equal(note.stdout, "told\n");
    const find = ["exec", "exp", "--", "pgrep", "-fx", "sleep 60"];
    const left = await laptop.mlo(...find);
    assert.equal(left.code, 1, `still there: ${left.stdout}`);
  }));

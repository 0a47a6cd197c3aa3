import assert from "node:assert/strict";
import { run } from "../../lib/cli.ts";
import {
  hostInMemory,
  type Laptop,
  unhurried,
  withLaptop,
} from "../support/laptop.ts";
import { writeKubeconfig } from "../support/api_server/kubeconfig.ts";

async function writeProgram(home: string, script: string) {
  const program = `#!/bin/sh\n${script}\n`;
  await Deno.writeTextFile(`${home}/bin/campus-login`, program, {
    mode: 0o755,
  });
}

/** Makes the kubeconfig's log-in come from a program: a script of sh. */
async function loginComesFrom(
  { cluster, env, home }: Laptop,
  script: string,
  server = cluster.url,
) {
  await writeProgram(home, script);
  const command = `${home}/bin/campus-login`;
  Object.assign(
    env,
    await writeKubeconfig(home, {
      server,
      authority: cluster.certificate.cert,
      tokens: {},
      plugins: { lab: command },
      current: "lab",
    }),
  );
}

/** The program stays there after kubectl was ended, if it had begun; it says by which id. */
async function endProgram({ home }: Laptop) {
  const pids = await Deno.readTextFile(`${home}/pids`).catch(() => "");
  for (const pid of pids.split("\n").filter((pid) => pid !== "")) {
    try {
      Deno.kill(Number(pid), "SIGKILL");
    } catch {
      // It has ended.
    }
  }
}

const WAIT = `echo $$ >>"$HOME/pids"; exec sleep 30`;

const credential = JSON.stringify({
  apiVersion: "client.authentication.k8s.io/v1beta1",
  kind: "ExecCredential",
  status: { token: "admintoken" },
});

for (
  const [what, script] of [
    ["says nothing", WAIT],
    [
      "asks for a browser",
      `echo 'Please visit the following URL in your browser: http://localhost:8000' >&2; ${WAIT}`,
    ],
  ] as const
) {
  Deno.test({
    name:
      `a log-in program that waits and ${what} is "not logged in" (4), never the VPN, and kubectl is given up after 4.5 s`,
    // What was abandoned is ended; nobody waits for its pipes.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () =>
      withLaptop(async (laptop) => {
        // The kubeconfig is read while the session still lasts.
        await loginComesFrom(laptop, `echo '${credential}'`);
        assert.equal((await laptop.mlo("list")).code, 0);
        await writeProgram(laptop.home, script);
        const { host, printed } = hostInMemory(laptop.env, laptop.home);
        const given: (number | undefined)[] = [];
        const { programs } = host;
        const code = await run(["logs", "exp"], {
          ...host,
          programs: {
            ...programs,
            run: (call, input) => {
              if (call.args[0] !== "config") given.push(call.timeout);
              return programs.run(call, input);
            },
          },
        });
        const { stderr } = printed();
        assert.equal(code, 4, stderr);
        assert.match(stderr, /you are not logged in to the cluster/);
        assert.match(stderr, /\nhint: runai login\n/);
        assert.doesNotMatch(stderr, /VPN|reached/);
        // Once, and for no longer than any question.
        assert.deepEqual(given, [4_500]);
        await endProgram(laptop);
      }),
  });
}

Deno.test("a log-in program that logs in is no hindrance, and a cluster behind it that is not there is told as that", () =>
  withLaptop(async (laptop) => {
    const script = `echo '${credential}'`;
    await loginComesFrom(laptop, script);
    const list = await laptop.mlo("list");
    assert.deepEqual([list.code, list.stderr], [0, ""]);
    // The kubeconfig's view is kept from here on.
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    await loginComesFrom(laptop, script, `https://127.0.0.1:${port}`);
    const none = await laptop.mlo("logs", "exp");
    assert.equal(none.code, 69, none.stderr);
    assert.match(none.stderr, /cannot be reached.*\nhint: connect to the EPFL/);
  }));

Deno.test("a log-in program that fails is shown with what it said (4)", () =>
  withLaptop(async (laptop) => {
    await loginComesFrom(laptop, "echo 'no session of ada' >&2; exit 3");
    const { code, stderr } = await laptop.mlo("logs", "exp");
    assert.equal(code, 4, stderr);
    assert.match(stderr, /no session of ada/);
    assert.match(stderr, /not logged in to the cluster\nhint: runai login/);
  }));

Deno.test("a proxy that is not there is named (69)", () =>
  withLaptop(async (laptop) => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const proxy = `127.0.0.1:${listener.addr.port}`;
    listener.close();
    // A host that is not this machine: Go goes to loopback without a proxy.
    await loginComesFrom(
      laptop,
      `echo '${credential}'`,
      "https://192.0.2.1:6443",
    );
    const env = {
      ...laptop.env,
      HTTPS_PROXY: `http://ada:hidden-word@${proxy}`,
    };
    const { host, printed } = hostInMemory(env, laptop.home);
    const code = await run(["logs", "exp"], unhurried(host));
    const { stderr } = printed();
    assert.equal(code, 69, stderr);
    assert.match(
      stderr,
      new RegExp(
        `cannot be reached \\(context lab, https://192.0.2.1:6443 by the proxy ${proxy}\\)\nhint: if the proxy is not there: unset HTTPS_PROXY`,
      ),
    );
    assert.doesNotMatch(stderr, /hidden-word/);
    // One that is passed by plays no part.
    const direct = hostInMemory({ ...env, NO_PROXY: "192.0.2.1" }, laptop.home);
    const asked = await run(["logs", "exp"], direct.host);
    assert.equal(asked, 69);
    assert.doesNotMatch(direct.printed().stderr, /proxy/);
  }));

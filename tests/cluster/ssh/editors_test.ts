import assert from "node:assert/strict";
import { useDocker } from "../../support/pods/docker_bed.ts";
import { until } from "../../support/pods/programs.ts";
import { podTest } from "../../support/pods/requirements.ts";
import {
  nothingLeft,
  type SshLaptop,
  withSshPod,
} from "../../support/ssh_bed.ts";

const bed = useDocker();

/** A server that outlives the connection which started it, as an editor's does; by zsh, which every pod has. */
const install = (port: number) =>
  `cat >server.zsh <<'END'
zmodload zsh/net/tcp
ztcp -l ${port}; socket=$REPLY
: >up
while ztcp -a $socket; do
  client=$REPLY
  read -r -u $client line
  print -nu $client "HTTP/1.0 200 OK\\r\\n\\r\\n$(<hello)\\n"
  ztcp -c $client
done
END
echo hello from the pod >hello
nohup setsid zsh server.zsh >/dev/null 2>&1 </dev/null & echo $! >server.pid
while [ ! -e up ]; do sleep 0.1; done
echo "listeningOn==${port}=="
`;

podTest(
  "an editor's way: its installer over ssh -T -D, the SOCKS forward, a second connection over the first",
  () =>
    withSshPod(bed(), async (laptop) => {
      const { run, home, podHome } = laptop;
      await laptop.use("9.2");
      assert.equal((await laptop.program("ssh", "--setup")).code, 0);
      const socks = freePort();
      const control = ["-o", `ControlPath=${home}/cm-%C`];
      const child = start(laptop, [
        ...["-T", "-D", `${socks}`, "-o", "ConnectTimeout=120"],
        ...["-o", "ControlMaster=yes", ...control, "exp.mlo", "bash"],
      ]);
      const input = child.stdin.getWriter();
      const port = freePort();
      await input.write(new TextEncoder().encode(install(port)));
      const output = child.stdout.pipeThrough(new TextDecoderStream());
      let said = "";
      const reading = (async () => {
        for await (const chunk of output) said += chunk;
      })();
      await until("the server in the pod", () => /==\d+==/.test(said), 120);
      const url = `http://127.0.0.1:${port}/hello`;
      const curl = ["curl", "-s", "--socks5", `127.0.0.1:${socks}`, url];
      assert.equal((await run(curl)).stdout, "hello from the pod\n");
      const second = await run(["ssh", ...control, "exp.mlo", "cat hello"]);
      assert.equal(second.stdout, "hello from the pod\n");
      const proxies = laptop.cluster.requests
        .filter(({ path }) => path.includes("/exec?"));
      assert.equal(proxies.length, 1, "one connection carries both");

      // The editor closes; its server stays, a new connection finds it.
      await input.close();
      await reading;
      assert.equal((await child.status).code, 0);
      const again = await run([
        "ssh",
        "exp.mlo",
        `curl -s ${url} && kill $(cat server.pid)`,
      ]);
      assert.equal(again.stdout, "hello from the pod\n", again.stderr);
      assert.equal(await Deno.readTextFile(`${podHome}/hello`), again.stdout);
      await nothingLeft(laptop);
    }),
);

podTest(
  "ten at a time, the first of all among them, and every status over one shared connection",
  () =>
    withSshPod(bed(), async (laptop) => {
      const { run, home } = laptop;
      await laptop.use("8.4");
      const printed = await laptop.program("ssh", "--print");
      await Deno.mkdir(`${home}/.ssh`, { recursive: true });
      // What kubectl's configuration says is kept from here on.
      await laptop.program("status", "exp");
      await Deno.writeTextFile(`${home}/.ssh/config`, printed.stdout);
      const all = await Promise.all(
        Array.from({ length: 10 }, (_, number) =>
          run(["ssh", "exp.mlo", `echo ${number}`])),
      );
      assert.deepEqual(
        all.map(({ code, stdout }) =>
          `${code} ${stdout}`
        ),
        all.map((_, number) => `0 ${number}\n`),
        all.map(({ stderr }) => stderr).join(""),
      );

      const control = [
        "-o",
        "ControlMaster=auto",
        "-o",
        `ControlPath=${home}/cm`,
      ];
      const master = start(laptop, [...control, "-N", "exp.mlo"]);
      await until("the shared connection", () => exists(`${home}/cm`), 120);
      const wrong = [];
      for (let status = 0; status < 256; status++) {
        const { code } = await run([
          "ssh",
          ...control,
          "exp.mlo",
          `exit ${status}`,
        ]);
        if (code !== status) wrong.push([status, code]);
      }
      assert.deepEqual(wrong, []);
      await run(["ssh", ...control, "-O", "exit", "exp.mlo"]);
      await master.status;
      await nothingLeft(laptop);
    }),
);

function start({ home, env }: SshLaptop, args: readonly string[]) {
  return new Deno.Command(`${home}/bin/ssh`, {
    args: [...args],
    clearEnv: true,
    env,
    cwd: home,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

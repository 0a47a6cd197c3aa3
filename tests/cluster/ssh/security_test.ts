import assert from "node:assert/strict";
import { SETTINGS } from "../../support/laptop.ts";
import { useDocker } from "../../support/pods/docker_bed.ts";
import { must } from "../../support/pods/programs.ts";
import { podTest } from "../../support/pods/requirements.ts";
import { factsOf } from "../../support/pods/pod.ts";
import {
  nothingLeft,
  type SshLaptop,
  withSshPod,
} from "../../support/ssh_bed.ts";

const bed = useDocker();

podTest(
  "only this laptop's key, this host and this user's pod: everything else is refused",
  () =>
    withSshPod(bed(), async (laptop) => {
      const { home, run, env } = laptop;
      await laptop.use("9.2");
      assert.equal((await laptop.program("ssh", "--setup")).code, 0);
      const ssh = async (...args: string[]) => await run(["ssh", ...args]);

      // Before any connection: another job's way in gives no host key for this one.
      const proxy = await proxyLine(home);
      const other = proxy.replace("'%h'", "dev.mlo");
      laptop.cluster.jobs.create({
        ...{ name: "dev", namespace: laptop.namespace, kind: "train" },
        image: "image",
      });
      const elsewhere = await ssh(
        "-o",
        `ProxyCommand=${other}`,
        "exp.mlo",
        "id",
      );
      assert.equal(elsewhere.code, 255);
      assert.match(elsewhere.stderr, /Host key verification failed/);

      assert.equal((await ssh("exp.mlo", "true")).code, 0);

      await must([
        "ssh-keygen",
        "-q",
        "-t",
        "ed25519",
        "-N",
        "",
        "-f",
        `${home}/stranger`,
      ]);
      const state = `${home}/.local/state/mlo/ssh`;
      const strange = ["-o", `IdentityFile=${home}/stranger`, "-F", "none"];
      const stranger = await run([
        ...["ssh", ...strange, "-o", "IdentitiesOnly=yes", "-l", "ada"],
        ...[
          "-o",
          `ProxyCommand=${proxy}`,
          "-o",
          `UserKnownHostsFile=${state}/hosts/%h`,
        ],
        ...["exp.mlo", "id"],
      ]);
      assert.equal(stranger.code, 255);
      assert.match(stranger.stderr, /Permission denied \(publickey\)/);
      const typed = "PreferredAuthentications=password,keyboard-interactive";
      const password = await ssh(
        "-o",
        typed,
        "-o",
        "BatchMode=yes",
        "exp.mlo",
        "id",
      );
      assert.match(password.stderr, /Permission denied \(publickey\)/);
      const root = await ssh("root@exp.mlo", "id");
      assert.equal(root.code, 255);
      assert.match(root.stderr, /run as ada, not as root/);

      // The same pod with another host key.
      await laptop.inPod("rm /run/mlo/ssh_host_key");
      const changed = await ssh("exp.mlo", "id");
      assert.equal(changed.code, 255);
      assert.match(changed.stderr, /The host key of exp\.mlo has changed/);
      // A new life of the pod has a key of its own, without a question.
      laptop.cluster.jobs.update(laptop.namespace, "exp", { restarts: 1 });
      assert.equal((await ssh("exp.mlo", "true")).code, 0);

      // In a project that is shared.
      const bob = SETTINGS.replace("=ada", "=bob");
      await laptop.writeSettings(`${bob}RUNAI_PROJECT=mlo-ada\n`);
      const owner = await laptop.program("ssh", "exp", "id");
      assert.equal(owner.code, 255);
      assert.match(owner.stderr, /The pod exp-0-0 is ada's, not bob's/);
      await laptop.writeSettings(SETTINGS);

      await laptop.inPod("mv /usr/sbin/sshd /usr/sbin/sshd.away");
      const none = await laptop.program("ssh", "exp", "id");
      assert.equal(none.code, 255);
      assert.match(
        none.stderr,
        /^mlo: The image of the pod exp-0-0 has no sshd\nhint: /m,
      );
      assert.equal(env["SSH_AUTH_SOCK"], undefined);
      await nothingLeft(laptop);
    }),
);

podTest(
  "nothing secret stands in arguments, requests or files, and the agent stays at home unless asked for",
  () =>
    withSshPod(bed(), async (laptop) => {
      const { home } = laptop;
      const agent = await must(["ssh-agent", "-s"]);
      const pid = /SSH_AGENT_PID=(\d+)/.exec(agent)?.[1] ?? "";
      laptop.env["SSH_AUTH_SOCK"] = /SSH_AUTH_SOCK=([^;]+)/.exec(agent)?.[1] ??
        "";
      try {
        const plain = await laptop.program(
          ...[
            "--debug",
            "ssh",
            "exp",
            "-o",
            "ForwardAgent=yes",
            'cat /proc/[0-9]*/cmdline; echo; echo "agent=$SSH_AUTH_SOCK"',
          ],
        );
        assert.equal(plain.code, 0, plain.stderr);
        assert.match(plain.stdout, /^agent=$/m);
        const asked = await laptop.program(
          "ssh",
          "exp",
          "-A",
          'echo "agent=$SSH_AUTH_SOCK"',
        );
        assert.match(asked.stdout, /^agent=\/.+$/m, asked.stderr);

        const directory = `${home}/.local/state/mlo/ssh`;
        const secret = await Deno.readTextFile(`${directory}/id_ed25519`);
        const body = secret.split("\n")[2] ?? "";
        assert.ok(body.length > 40);
        const everywhere = [
          plain.stdout,
          plain.stderr,
          JSON.stringify(laptop.cluster.requests),
          await laptop.inPod(
            "cat /run/mlo/* /proc/[0-9]*/environ 2>/dev/null | strings",
          ),
        ];
        for (const text of everywhere) assert.ok(!text.includes(body));
        assert.match(await factsOf(directory), / 700 directory$/);
        assert.match(await factsOf(`${directory}/id_ed25519`), / 600 file$/);
        const host = await laptop.inPod(
          "stat -c '%U %a' /run/mlo/ssh_host_key",
        );
        assert.equal(host, "ada 600");
        const inImage = "ls /etc/ssh | grep -c '^ssh_host_' || true";
        assert.equal(
          await laptop.inPod(inImage),
          "0",
          "keys of an image are everybody's",
        );
        await nothingLeft(laptop);
      } finally {
        await must(["kill", pid]);
      }
    }),
);

async function proxyLine(home: string): Promise<string> {
  const file = `${home}/.config/mlo/ssh_config`;
  const line = /^ *ProxyCommand (.*)$/m.exec(await Deno.readTextFile(file));
  return line?.[1] ?? "";
}

podTest(
  "ssh waits for a job that is queued, with the reason",
  () =>
    withSshPod(bed(), async (laptop: SshLaptop) => {
      await laptop.use("9.2");
      assert.equal((await laptop.program("ssh", "--setup")).code, 0);
      const { cluster, namespace } = laptop;
      cluster.jobs.update(namespace, "exp", {
        phase: "Pending",
        unscheduled: "0/9 nodes are available: 9 Insufficient nvidia.com/gpu.",
      });
      const child = new Deno.Command(`${laptop.home}/bin/ssh`, {
        args: ["exp.mlo", "echo there"],
        clearEnv: true,
        env: laptop.env,
        cwd: laptop.home,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const stdout = new Response(child.stdout).text();
      let stderr = "";
      for await (
        const chunk of child.stderr.pipeThrough(new TextDecoderStream())
      ) {
        stderr += chunk;
        if (!/exp waits: .+\n/.test(stderr)) continue;
        cluster.jobs.update(namespace, "exp", { phase: "Running" });
      }
      assert.deepEqual([(await child.status).code, await stdout], [
        0,
        "there\n",
      ], stderr);
      assert.match(stderr, /^mlo: exp waits: .*GPU.*\nmlo: exp runs\n$/);
    }),
);

// Whatever verb brings a user into a pod waits until it is set up: mlo itself, its exec's end in a real container.
import assert from "node:assert/strict";
import { type Laptop, withLaptop } from "../support/laptop.ts";
import { useDocker } from "../support/pods/docker_bed.ts";
import { makeScratch } from "../support/pods/pod.ts";
import { run } from "../support/pods/programs.ts";
import { GIT, untilItStands } from "../support/pods/stand_still.ts";
import { podTest } from "../support/pods/requirements.ts";

const bed = useDocker();

const VERBS = [
  ["exec", "dev", "--", "cat", "/run/mlo/ready"],
  ["shell", "dev"],
  ["code", "dev"],
  ["submit", "-n", "new", "--shell"],
];

const LINE = "mlo: Waiting until the pod is set up\n";

/** A laptop whose pods are one container; its editor notes whether that is set up. */
function onContainer(name: string, test: (laptop: Laptop) => Promise<void>) {
  return withLaptop(async (laptop) => {
    const { cluster, namespace, home } = laptop;
    const { env } = bed().daemon;
    cluster.pod = {
      directory: home,
      env: { PATH: Deno.env.get("PATH") ?? "", ...env },
      enter: ["docker", "exec", "-i", name],
      port: (port) => port,
    };
    cluster.jobs.create({
      name: "dev",
      namespace,
      kind: "interactive",
      image: "reg/img:1",
    });
    await Deno.writeTextFile(
      `${home}/bin/code`,
      `#!/bin/sh\nDOCKER_HOST=${
        env["DOCKER_HOST"]
      } docker exec ${name} cat /run/mlo/ready >"$HOME/opened"\nexit 0\n`,
      { mode: 0o755 },
    );
    await test(laptop);
  });
}

/** Starts a verb; `said` is there with the first line on stderr. */
function start(laptop: Laptop, verb: readonly string[]) {
  const child = laptop.spawn(verb);
  const said = Promise.withResolvers<string>();
  const stderr = (async () => {
    let text = "";
    const chunks = child.stderr.pipeThrough(new TextDecoderStream());
    for await (const chunk of chunks) {
      text += chunk;
      if (text.includes(LINE)) said.resolve(text);
    }
    said.resolve(text);
    return text;
  })();
  const stdout = new Response(child.stdout).text();
  return { said: said.promise, stderr, stdout, status: child.status };
}

podTest(
  "mlo exec, shell, code and submit --shell wait until the pod is set up, and say so",
  async () => {
    const scratch = await makeScratch();
    await run(["mkfifo", `${scratch}/go`]);
    const name = await bed().launch({
      mode: "direct",
      scratch,
      env: { GIT_USER_NAME: "Ann" },
      prepare: GIT.prepare,
      command: ["sleep", "600"],
    });
    try {
      await untilItStands(bed(), name, GIT);
      await onContainer(name, async (laptop) => {
        const all = VERBS.map((verb) => start(laptop, verb));
        for (const { said } of all) assert.ok((await said).includes(LINE));
        await assert.rejects(Deno.stat(`${laptop.home}/opened`));
        await Deno.writeTextFile(`${scratch}/go`, "go\n");
        for (const [at, { status, stderr }] of all.entries()) {
          const { code } = await status;
          assert.equal(code, 0, `${VERBS[at]}: ${await stderr}`);
        }
        const ready = /^123456 83070 7 0/;
        assert.match(await all[0]!.stdout, ready);
        assert.match(await Deno.readTextFile(`${laptop.home}/opened`), ready);
      });
    } finally {
      await bed().docker("rm", "-f", name);
    }
  },
);

podTest("an image without our entrypoint is not waited for", async () => {
  const words = ["run", "--detach", "--network", "none", bed().build.base];
  const name = await bed().docker(...words, "sleep", "600");
  try {
    await onContainer(name, async (laptop) => {
      for (
        const verb of [["exec", "dev", "--", "true"], ...VERBS.slice(1)]
      ) {
        const { code, stderr } = await laptop.mlo(...verb);
        assert.equal(code, 0, `${verb}: ${stderr}`);
        assert.doesNotMatch(stderr, /Waiting/);
      }
    });
  } finally {
    await bed().docker("rm", "-f", name);
  }
});

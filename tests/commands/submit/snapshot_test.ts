import assert from "node:assert/strict";
import { decodeRecord } from "../../../lib/runs/record.ts";
import { filesBelow } from "../../snapshot/bed.ts";
import {
  GENERATIONS,
  withGeneration,
} from "../../support/runai/generations.ts";
import { startGitServer } from "../../support/git/git_server.ts";
import { ended, SETTINGS, withLaptop } from "../../support/laptop.ts";
import { namesIn } from "../../support/pods/pod.ts";
import { must } from "../../support/pods/programs.ts";
import { furnish, start } from "./snapshot_bed.ts";

const SUBMIT = ["submit", "-n", "exp", "-g", "1", "--train"];
const COMMAND = ["--", "cat", "train.py"];

for (const generation of GENERATIONS) {
  Deno.test(`mlo submit --snapshot: the pod runs what was submitted (${generation})`, async () => {
    await using server = await startGitServer();
    await withGeneration(generation, async (laptop) => {
      const { code, git } = await furnish(laptop, server);
      const files = await filesBelow(code);
      const dry = await laptop.mlo(
        ...[...SUBMIT, "--snapshot", code, "--dry-run", ...COMMAND],
      );
      assert.equal(dry.code, 0, dry.stderr);
      assert.match(dry.stderr, /travels +\d+ bytes, in a Secret of its own/);
      assert.match(dry.stderr, /modified train\.py/);
      assert.equal(
        await laptop.cluster.secret(laptop.namespace, "mlo-code-exp"),
        undefined,
      );

      const ran = await laptop.mlo(...SUBMIT, "--snapshot", code, ...COMMAND);
      assert.equal(ran.code, 0, ran.stderr);
      await Deno.writeTextFile(`${code}/train.py`, "edited since\n");
      await git("commit", "-qam", "since");
      await git("push", "-q", "origin", "main");

      const scratch = await Deno.makeTempDir({ prefix: "mlo-scratch-" });
      const started = await start(laptop, "exp", scratch);
      assert.equal(started.ran.stdout, "submitted\n", started.ran.stderr);
      assert.equal(await filesBelow(`${started.runDirectory}/code`), files);
      const record = decodeRecord(started.variables["MLO_RUN"] ?? "");
      assert.equal(record?.code?.way, "secret");
      assert.equal(record?.code?.changed, 1);
      assert.deepEqual(record?.command, { argv: ["cat", "train.py"] });
      assert.equal(
        started.variables["MLO_RUN_DIR"],
        `/mloscratch/homes/ada/runs/exp-${record?.id}`,
      );
      assert.deepEqual(
        JSON.parse(
          await Deno.readTextFile(`${started.runDirectory}/run.json`),
        ),
        record,
      );
      const kept = JSON.parse(
        await Deno.readTextFile(
          `${laptop.home}/.local/state/mlo/runs/${record?.id}.json`,
        ),
      );
      assert.equal(kept.submitted, true);
      assert.equal(kept.code.commit, record?.code?.commit);
      assert.deepEqual(
        [...(await must(["ls", "-A", `${laptop.home}/.cache/mlo/snapshot`]))],
        [],
      );
      await Deno.remove(scratch, { recursive: true });
    });
  });
}

Deno.test("mlo submit --snapshot sends what is large through a pod that sees scratch, whole or not at all", async () => {
  await using server = await startGitServer();
  await withLaptop(async (laptop) => {
    const { code } = await furnish(laptop, server);
    const noise = crypto.getRandomValues(new Uint8Array(60_000));
    for (let file = 0; file < 4; file++) {
      await Deno.writeFile(
        `${code}/noise${file}`,
        noise.map((byte) => byte ^ file * 37),
      );
    }
    // Nothing is open: no pod that runs, and no archive host.
    await Deno.writeTextFile(
      `${laptop.home}/bin/ssh`,
      `#!/bin/sh\ncase "$*" in *127.0.0.1*) exec /usr/bin/ssh "$@" ;; esac\necho 'ssh: no route to host' >&2; exit 255\n`,
      { mode: 0o755 },
    );
    const refused = await laptop.mlo(...SUBMIT, "--snapshot", code, ...COMMAND);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /did not take it \(ssh: no route to host\)/);
    assert.match(refused.stderr, /hint: push your commits/);
    assert.deepEqual(laptop.cluster.jobs.list(laptop.namespace), []);

    const carrier = await laptop.mlo("submit", "-n", "carrier", "-g", "0");
    assert.equal(carrier.code, 0, carrier.stderr);
    const dry = await laptop.mlo(
      ...[...SUBMIT, "--snapshot", code, "--dry-run", ...COMMAND],
    );
    assert.match(dry.stderr, /onto scratch, through the pod carrier-0-0/);
  });
});

Deno.test("mlo submit --snapshot refuses before anything is written", async () => {
  await using server = await startGitServer();
  await withLaptop(async (laptop) => {
    const { code } = await furnish(laptop, server);
    await Deno.writeTextFile(`${code}/leak.py`, "k = 'wandb-key-of-ada'\n");
    const ran = await ended(
      laptop.spawn([...SUBMIT, "--snapshot", code, ...COMMAND]),
    );
    assert.equal(ran.code, 2, ran.stderr);
    assert.match(ran.stderr, /leak\.py holds the value of WANDB_API_KEY/);
    assert.doesNotMatch(ran.stderr, /wandb-key-of-ada/);
    assert.deepEqual(laptop.cluster.jobs.list(laptop.namespace), []);
    assert.equal(
      await laptop.cluster.secret(laptop.namespace, "runai-mlo-ada-env"),
      undefined,
    );
  });
});

Deno.test("mlo submit --snapshot syncs what differs; refused for its name it waits for no remote and leaves nothing", async () => {
  await using server = await startGitServer();
  await withLaptop(async (laptop) => {
    const { code } = await furnish(laptop, server);
    const submit = ["submit", "-n", "exp", "--train", "--snapshot", code];
    assert.equal((await laptop.mlo(...submit, ...COMMAND)).code, 0);
    await laptop.writeSettings(SETTINGS.replace(/^HF_TOKEN.*$/m, ""));
    const other = ["submit", "-n", "two", "--train", "--snapshot", code];
    const synced = await laptop.mlo(...other, ...COMMAND);
    assert.match(synced.stdout, /^removed: HF_TOKEN$/m, synced.stderr);
    const secret = await laptop.cluster.secret(
      laptop.namespace,
      "runai-mlo-ada-env",
    );
    assert.ok(secret?.data && !("HF_TOKEN" in secret.data));

    // It never answers, and ends when the one that asks does.
    const silent = `${laptop.home}/bin/silent`;
    await Deno.writeTextFile(silent, "#!/bin/sh\nexec cat >/dev/null\n", {
      mode: 0o755,
    });
    const ran = await ended(
      laptop.spawn([...submit, ...COMMAND], { GIT_SSH_COMMAND: silent }),
    );
    assert.equal(ran.code, 1, ran.stderr);
    assert.match(ran.stderr, /the name is taken by/);
    const cache = `${laptop.home}/.cache/mlo/snapshot`;
    assert.deepEqual(await namesIn(cache), []);
    for (let tries = 0; (await startedWith(silent)).length > 0; tries++) {
      assert.ok(tries < 1_000, (await startedWith(silent)).join());
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
});

/** The programs that run with a value in their environment. */
async function startedWith(value: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^[0-9]+$/.test(name)) continue;
    const environment = await Deno.readTextFile(`/proc/${name}/environ`)
      .catch(() => "");
    if (!environment.includes(value)) continue;
    found.push(
      await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => ""),
    );
  }
  return found;
}

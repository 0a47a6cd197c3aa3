import assert from "node:assert/strict";
import { receiveWords } from "../../../lib/snapshot/receive.ts";
import { sha256 } from "../../../lib/text/sha256.ts";
import { filesBelow } from "../../snapshot/bed.ts";
import {
  type GitServer,
  startGitServer,
} from "../../support/git/git_server.ts";
import {
  calm,
  ended,
  type Laptop,
  SETTINGS,
  spawnPatiently,
  withLaptop,
} from "../../support/laptop.ts";
import { must, until } from "../../support/pods/programs.ts";
import { namesIn } from "../../support/pods/pod.ts";
import {
  MOMENTS,
  tappedStarts,
  tapPrograms,
  untilAllEnded,
} from "../../support/tap.ts";
import { furnish, start } from "./snapshot_bed.ts";

const SUBMIT = ["submit", "-n", "exp", "-g", "1", "--train", "--snapshot"];
const COMMAND = ["--", "cat", "train.py"];

/** Ways onto scratch that are open. */
type Open = "pod" | "archive";

/** A laptop with a repository of which too much travels for a Secret, and one way onto a scratch that is here. */
async function prepare(laptop: Laptop, server: GitServer, open: Open) {
  const { code, git } = await furnish(laptop, server);
  const noise = crypto.getRandomValues(new Uint8Array(60_000));
  for (let file = 0; file < 4; file++) {
    const content = noise.map((byte) => byte ^ file * 37);
    await Deno.writeFile(`${code}/noise${file}`, content);
  }
  const mount = `${laptop.home}/scratch 1`;
  const home = `${mount}/homes/ada`;
  await Deno.mkdir(home, { recursive: true });
  await laptop.writeSettings(
    `${SETTINGS}SCRATCH_MOUNT_PATH="${mount}"\n` +
      `ARCHIVE_SCRATCH_ROOT="${home}"\nARCHIVE_HOST=127.0.0.1\n`,
  );
  const { cluster } = laptop;
  const env = { PATH: Deno.env.get("PATH") ?? "" };
  cluster.pod = { ...cluster.pod, directory: "/", env };
  await giveSsh(laptop, server, open === "archive");
  if (open === "pod") {
    const carrier = await laptop.mlo("submit", "-n", "carrier", "-g", "0");
    assert.equal(carrier.code, 0, carrier.stderr);
  }
  return { code, git, home, incoming: `${home}/.mlo/code/incoming` };
}

/** ssh as it stands in the user's PATH; ada is the account of the tests, if she is let in. */
async function giveSsh(
  { home }: Laptop,
  { directory, port }: GitServer,
  letsIn: boolean,
) {
  const user = await must(["id", "-un"]);
  const refusal =
    `case " $* " in *' ada '*) echo 'no route' >&2; exit 255; esac`;
  await Deno.writeTextFile(
    `${home}/bin/ssh`,
    `#!/bin/sh
${letsIn ? "" : refusal}
for word; do shift; [ "$word" = ada ] && word=${user}; set -- "$@" "$word"; done
exec /usr/bin/ssh -F none -p ${port} -i ${directory}/id -o IdentitiesOnly=yes \\
  -o UserKnownHostsFile=${directory}/known_hosts -o BatchMode=yes "$@"
`,
    { mode: 0o755 },
  );
}

for (const open of ["pod", "archive"] as const) {
  Deno.test(`what is too large for a Secret comes onto scratch by the ${open}, whole, and the job runs the same files`, async () => {
    await using server = await startGitServer();
    await withLaptop(async (busy) => {
      const laptop = calm(busy);
      const bed = await prepare(laptop, server, open);
      const files = await filesBelow(bed.code);
      const ran = await laptop.mlo(...SUBMIT, bed.code, ...COMMAND);
      assert.equal(ran.code, 0, ran.stderr);
      const { cluster, namespace } = laptop;
      assert.equal(await cluster.secret(namespace, "mlo-code-exp"), undefined);
      const [bundle = "", ...more] = await namesIn(bed.incoming);
      assert.deepEqual(more, []);
      const facts = await Deno.stat(`${bed.incoming}/${bundle}`);
      assert.equal((facts.mode ?? 0) & 0o777, 0o600);

      const started = await start(laptop, "exp", bed.home);
      const record = JSON.parse(
        await Deno.readTextFile(`${started.runDirectory}/run.json`),
      );
      assert.equal(record.code.way, open);
      assert.equal(bundle, `${record.id}.bundle`);
      assert.equal(started.ran.stdout, "submitted\n", started.ran.stderr);
      assert.equal(await filesBelow(`${started.runDirectory}/code`), files);
      // What has been unpacked is not kept twice.
      assert.deepEqual(await namesIn(bed.incoming), []);
    });
  });

  Deno.test(`mlo submit, killed at any point of sending by the ${open}: no job, or one whose code is whole`, async (test) => {
    await using server = await startGitServer();
    await withLaptop(async (busy) => {
      const laptop = calm(busy);
      const bed = await prepare(laptop, server, open);
      const words = [...SUBMIT, bed.code, ...COMMAND];
      const tapped = await tapPrograms(
        ["kubectl", "ssh", "runai"],
        laptop.env["PATH"] ?? "",
        laptop.home,
      );
      const path = `${tapped}:${laptop.env["PATH"]}`;
      const attempt = async (kill: string) => {
        const directory = await Deno.makeTempDir({ dir: laptop.home });
        const taps = { TAP_DIR: directory, TAP_KILL: kill, PATH: path };
        const ran = await ended(spawnPatiently(laptop, words, taps));
        await untilAllEnded(directory);
        return { ...ran, starts: tappedStarts(directory) };
      };
      const moments = open === "pod"
        ? ["kubectl:exec:1", "runai:submit:1"]
        // The others are logins of git, and questions about names.
        : ["ssh:-T:1", "runai:submit:1"];
      for (const start of moments) {
        for (const moment of MOMENTS) {
          await test.step(`${start}, ${moment}`, async () => {
            await forget(laptop);
            const { starts } = await attempt(`${start}@${moment}`);
            assert.ok(starts.includes(start), `${starts}`);
            if (isThere(laptop)) await judge(laptop, bed, "after the kill");
            const again = await laptop.mlo(...words);
            if (again.code !== 0) assert.match(again.stderr, /name is taken/);
            await judge(laptop, bed, "after the second run");
          });
        }
      }
    });
  });
}

function isThere({ cluster, namespace }: Laptop): boolean {
  return cluster.jobs.list(namespace).some(({ name }) => name === "exp");
}

async function forget({ cluster, namespace, home }: Laptop) {
  for (const { name } of cluster.jobs.list(namespace)) {
    if (name !== "exp") continue;
    cluster.jobs.update(namespace, name, { graceMs: 0 });
    cluster.jobs.delete(namespace, name);
  }
  await Deno.remove(`${home}/.cache/mlo`, { recursive: true }).catch(() => {});
}

async function judge(laptop: Laptop, { home }: { home: string }, when: string) {
  assert.ok(isThere(laptop), when);
  const { ran } = await start(laptop, "exp", home);
  assert.equal(ran.stdout, "submitted\n", `${when}: ${ran.stderr}`);
}

Deno.test("a bundle that does not come whole is no bundle, and nothing of it stays", async (test) => {
  const home = await Deno.makeTempDir({ prefix: "mlo scratch '" });
  const bytes = crypto.getRandomValues(new Uint8Array(50_000));
  const sum = await sha256(bytes);
  const incoming = `${home}/.mlo/code/incoming`;
  const receive = (at = home) => {
    const words = receiveWords({ home: at, id: "one", sha256: sum });
    return new Deno.Command(words[0] ?? "", {
      args: words.slice(1),
      ...{ stdin: "piped", stdout: "piped", stderr: "piped" },
    }).spawn();
  };
  const feed = async (child: Deno.ChildProcess, content: Uint8Array) => {
    const writer = child.stdin.getWriter();
    await writer.write(content);
    return writer;
  };
  const text = new TextDecoder();
  await test.step("cut", async () => {
    const child = receive();
    await (await feed(child, bytes.subarray(0, 40_000))).close();
    const { code, stdout, stderr } = await child.output();
    assert.equal(code, 65);
    assert.equal(text.decode(stdout), "");
    assert.match(text.decode(stderr), /has not arrived whole/);
    assert.deepEqual(await namesIn(incoming), []);
  });
  for (const signal of ["SIGTERM", "SIGHUP"] as const) {
    await test.step(`ended by ${signal}`, async () => {
      const child = receive();
      const writer = await feed(child, bytes.subarray(0, 40_000));
      await until("the bundle to be on its way", () => partOf(incoming));
      child.kill(signal);
      // The shell looks up when what it waits for has ended.
      await writer.close().catch(() => {});
      const { code } = await child.output();
      assert.notEqual(code, 0);
      assert.deepEqual(await namesIn(incoming), []);
    });
  }
  await test.step("whole, twice", async () => {
    for (const _ of [1, 2]) {
      const child = receive();
      await (await feed(child, bytes)).close();
      const { code, stdout } = await child.output();
      assert.equal(code, 0);
      assert.equal(text.decode(stdout), `mlo-received ${sum}\n`);
      assert.deepEqual(await namesIn(incoming), ["one.bundle"]);
    }
  });
  await test.step("what was left long ago goes with the next one", async () => {
    const old = new Date(Date.now() - 61 * 86_400_000);
    for (const name of [".in.cut", "old.bundle"]) {
      await Deno.writeTextFile(`${incoming}/${name}`, "x");
      await Deno.utime(`${incoming}/${name}`, old, old);
    }
    await Deno.writeTextFile(`${incoming}/.in.now`, "x");
    const child = receive();
    await (await feed(child, bytes)).close();
    assert.equal((await child.output()).code, 0);
    assert.deepEqual(await namesIn(incoming), [".in.now", "one.bundle"]);
  });
  await test.step("where there is no such home", async () => {
    const child = receive(`${home}/none`);
    await (await feed(child, bytes)).close().catch(() => {});
    const { code, stderr } = await child.output();
    assert.equal(code, 66);
    assert.match(text.decode(stderr), /^mlo: there is no .*\/none\n$/);
  });
  await Deno.remove(home, { recursive: true });
});

/** Whether a bundle is on its way there. */
async function partOf(directory: string): Promise<boolean> {
  const names = await namesIn(directory).catch(() => [] as string[]);
  for (const name of names.filter((name) => name.startsWith(".in."))) {
    if ((await Deno.stat(`${directory}/${name}`)).size > 0) return true;
  }
  return false;
}

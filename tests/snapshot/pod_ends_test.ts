import assert from "node:assert/strict";
import { startGitServer } from "../support/git/git_server.ts";
import { namesIn } from "../support/pods/pod.ts";
import { must, until } from "../support/pods/programs.ts";
import { filesBelow, makeWork, pushed } from "./bed.ts";
import { makePod } from "./pod.ts";

Deno.test("two jobs of one repository at once on one scratch, and several pods of one job", async () => {
  await using server = await startGitServer();
  await using work = await pushed(server);
  await using pod = await makePod(server.env);
  await work.write("train.py", "edited\n");
  const snapshot = await work.take();
  const ran = await Promise.all(
    // A pod's host name is its own: what it left unfinished is told by it.
    ["1", "2", "3", "3"].map((id, number) =>
      pod.run(snapshot, {
        id,
        argv: ["cat", "train.py"],
        env: { HOST: `exp-${id}-${number}` },
      })
    ),
  );
  for (const { code, stdout, stderr } of ran) {
    assert.equal(stdout, "edited\n", stderr);
    assert.equal(code, 0);
  }
});

Deno.test("a pod that is killed at 20 moments while it unpacks: the next start is whole", async () => {
  await using server = await startGitServer();
  await using work = await pushed(server);
  await work.write("train.py", "edited\n");
  const files = await filesBelow(work.directory);
  const snapshot = await work.take();
  await using pod = await makePod(server.env);
  const argv = ["cat", "train.py"];
  const begun = performance.now();
  assert.equal((await pod.run(snapshot, { id: "0", argv })).code, 0);
  let whole = performance.now() - begun;
  let early = 0;
  for (let kill = 1; kill <= 20; kill++) {
    const id = String(kill);
    // Half of them have a base to fetch.
    if (kill % 2 === 0) {
      await Deno.remove(`${pod.scratch}/.mlo`, { recursive: true })
        .catch(() => {});
    }
    const { words, env } = await pod.start(snapshot, {
      ...{ id, argv, way: kill % 4 < 2 ? "secret" : "file" },
    });
    const child = new Deno.Command("setsid", {
      args: ["--wait", ...words],
      ...{
        env,
        clearEnv: true,
        stdin: "null",
        stdout: "piped",
        stderr: "null",
      },
    }).spawn();
    const output = child.output();
    await new Promise((wake) => setTimeout(wake, whole * kill / 20));
    await killBelow(child.pid);
    const { stdout } = await output;
    if (stdout.length === 0) early++;
    // The machine is quicker now than it was at first.
    else whole *= 0.8;
    const next = await pod.run(snapshot, {
      id,
      argv,
      ...{ way: kill % 4 < 2 ? "secret" : "file" },
    });
    assert.equal(next.stdout, "edited\n", `${kill}: ${next.stderr}`);
    assert.equal(await filesBelow(`${pod.runDirectory(id)}/code`), files);
    assert.deepEqual(await namesIn(pod.runDirectory(id)), ["code"]);
  }
  assert.ok(early >= 5, `only ${early} were killed before their command`);
});

/** As the end of a pod's process namespace: all of them at once. */
async function killBelow(pid: number) {
  const table = await must(["ps", "-eo", "pid=,ppid="]);
  const children = new Map<number, number[]>();
  for (const line of table.split("\n")) {
    const [child = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
    children.set(parent, [...children.get(parent) ?? [], child]);
  }
  const all = [pid];
  for (let at = 0; at < all.length; at++) {
    all.push(...children.get(all[at] ?? 0) ?? []);
  }
  for (const one of all.toReversed()) {
    try {
      Deno.kill(one, "SIGKILL");
    } catch {
      // It has ended.
    }
  }
}

Deno.test("a pod that is told to end while it fetches ends at once", async () => {
  await using work = await makeWork();
  await work.write("a", "1\n");
  const snapshot = await work.take();
  await using pod = await makePod();
  const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { words, env } = await pod.start(
    {
      ...snapshot,
      base: "0".repeat(40),
      remote: { name: "origin", url: `git://127.0.0.1:${silent.addr.port}/x` },
    },
    { id: "1", argv: ["echo", "ran"] },
  );
  const child = new Deno.Command(words[0] ?? "", {
    args: words.slice(1),
    ...{ env, clearEnv: true, stdin: "null", stdout: "piped", stderr: "null" },
  }).spawn();
  const connection = await silent.accept();
  child.kill("SIGTERM");
  const { code, stdout } = await child.output();
  assert.equal(code, 143);
  assert.equal(stdout.length, 0);
  connection.close();
  silent.close();
  await until("the end of git", async () => {
    const table = await must(["ps", "-eo", "args="]);
    return !table.includes(`127.0.0.1:${silent.addr.port}/x`);
  });
});

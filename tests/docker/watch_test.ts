// watch.sh beside a job's command: what it tells and notes, and that the command never notices.
import assert from "node:assert/strict";
import { askWords, decodeReading, keepWords } from "../../lib/watch/ask.ts";
import { COLUMNS, decodeSamples } from "../../lib/watch/samples.ts";
import { DisposableRoot } from "../support/pods/disposable_root.ts";
import { useDocker } from "../support/pods/docker_bed.ts";
import { makeScratch, type PodStart } from "../support/pods/pod.ts";
import { must, until } from "../support/pods/programs.ts";
import { freePort } from "../support/pods/registry.ts";
import { inBothModes, podTest } from "../support/pods/requirements.ts";
import { exportSquashed } from "../support/pods/scratch_export.ts";

const bed = useDocker();

const SECRET = "T0K3N-of-the-address";
const RUN = {
  MLO_RUN_ID: "k7m2p9qx",
  MLO_RUN_DIR: "/mloscratch/homes/ann/runs/exp-k7m2p9qx",
  MLO_WATCH_PERIOD: "1",
};
const BELOW = "homes/ann/runs/exp-k7m2p9qx";

/** A container's account of its own, in which nothing is used, and terminals of its own: those of this machine are not for a pod. */
const QUIET =
  `mkdir -p /sys/fs/cgroup; echo usage_usec 1 >/sys/fs/cgroup/cpu.stat
mount -t devpts -o newinstance,ptmxmode=666 devpts /dev/pts`;

interface Post {
  text: string;
  event: string;
  [field: string]: unknown;
}

/** A server that notes what is posted, and answers as `answer` says. */
async function listening(
  test: (url: string, posts: Post[]) => Promise<void>,
  answer: () => Response | Promise<Response> = () => new Response("ok"),
) {
  const posts: Post[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      posts.push(await request.json());
      return await answer();
    },
  );
  try {
    await test(`http://127.0.0.1:${server.addr.port}/${SECRET}`, posts);
  } finally {
    await server.shutdown();
  }
}

async function rootAnd(wrapper: readonly string[] = []) {
  const root = new DisposableRoot(await bed().layers(), wrapper);
  return { root, scratch: await makeScratch() };
}

/** Starts a pod and does something once its command has said `ready`. */
async function onReady(
  root: DisposableRoot,
  pod: PodStart,
  work: (first: number) => void | Promise<void>,
) {
  const running = root.launch(pod);
  let output = "";
  for await (const text of running.lines) {
    const before = output.includes("ready");
    output += text;
    if (!before && output.includes("ready")) await work(await running.first());
  }
  return { ...await running.ended, stdout: output };
}

inBothModes(
  "a job tells of its start and its end, and shows nobody where",
  (mode) =>
    listening(async (NOTIFY_URL, posts) => {
      const { root, scratch } = await rootAnd();
      const script =
        "until ps -eo args | grep -q '[w]atch\\.sh'; do sleep 0.1; done; ps -eo args; exit 3";
      const command = ["sh", "-c", script];
      const env = { ...RUN, NOTIFY_URL };
      const { code, stdout, stderr } = await root.start(
        { mode, scratch, env, command },
      );
      assert.deepEqual([code, stderr], [3, ""]);
      assert.match(stdout, /watch\.sh/);
      assert.ok(!stdout.includes(SECRET), stdout);
      const [start, end] = posts.toSorted((a) => a.event === "start" ? -1 : 1);
      assert.equal(posts.length, 2);
      assert.deepEqual([start?.event, start?.text], [
        "start",
        "exp runs in pod",
      ]);
      assert.match(
        end?.text ?? "",
        /^exp ended after \d+ s: exit status 3 · mlo logs exp$/,
      );
      assert.deepEqual(
        [end?.["job"], end?.["run"], end?.["status"], end?.["attempt"]],
        ["exp", "k7m2p9qx", 3, 1],
      );
    }),
);

podTest(
  "a worker of a distributed job leaves the telling to the first pod",
  () =>
    listening(async (NOTIFY_URL, posts) => {
      const { root, scratch } = await rootAnd();
      const env = { ...RUN, NOTIFY_URL };
      const pod = { mode: "direct", scratch, env, command: ["true"] } as const;
      await root.start({ ...pod, hostname: "exp-worker-0" });
      assert.deepEqual(posts, []);
      await root.start({ ...pod, hostname: "exp-master-0" });
      assert.equal(posts.length, 2);
    }),
);

podTest(
  "a SIGTERM is told while the command saves, and its status stays",
  () =>
    listening(async (NOTIFY_URL, posts) => {
      const { root, scratch } = await rootAnd();
      // It saves until the signal's notice has come, which is sent at once.
      const script =
        "trap 'until [ -e /mloscratch/saved ]; do sleep 0.1; done; exit 7' TERM; echo ready; while :; do sleep 0.1; done";
      const ended = await onReady(root, {
        mode: "direct",
        scratch,
        env: { ...RUN, NOTIFY_URL },
        command: ["sh", "-c", script],
      }, async (first) => {
        // Two posts of one moment may come in either order.
        await until("the start", () => posts.length === 1);
        Deno.kill(first, "SIGTERM");
        await until("the signal", () => posts.length === 2);
        await Deno.writeTextFile(`${scratch}/saved`, "");
      });
      assert.deepEqual([ended.code, ended.stderr], [7, ""]);
      assert.deepEqual(posts.map(({ event }) => event), [
        ...["start", "signal", "end"],
      ]);
      assert.match(posts[1]?.text ?? "", /^exp was told to end after \d+ s: /);
      assert.equal(posts[2]?.["status"], 7);
    }),
);

podTest(
  "a server that hangs, refuses, redirects or fails changes nothing of the job",
  async () => {
    const { root, scratch } = await rootAnd();
    const pod = {
      mode: "direct",
      scratch,
      command: ["sh", "-c", "echo out; exit 5"],
    } as const;
    const expected = { code: 5, stdout: "out\n", stderr: "" };
    const run = async (NOTIFY_URL: string) =>
      assert.deepEqual(
        await root.start({ ...pod, env: { ...RUN, NOTIFY_URL } }),
        expected,
      );
    await run(`http://127.0.0.1:${freePort()}/x`);
    await run("not an address");
    for (const status of [500, 307]) {
      await listening(run, () =>
        new Response("", {
          status,
          headers: { location: "http://127.0.0.1:1/" },
        }));
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    await listening(async (url) => {
      await run(url);
      resolve();
    }, () => promise.then(() => new Response("")));
  },
);

podTest(
  "without curl, without a run's directory, with a driver that hangs: the job runs",
  async () => {
    const { root, scratch } = await rootAnd();
    const hang =
      "printf '#!/bin/sh\\nexec sleep 1000\\n' >/usr/bin/nvidia-smi; chmod 755 /usr/bin/nvidia-smi";
    const cases: [prepare: string, env: Record<string, string>][] = [
      ["rm /usr/bin/curl", { ...RUN, NOTIFY_URL: "http://127.0.0.1:1/" }],
      ["true", { NOTIFY_URL: "http://127.0.0.1:1/", MLO_WATCH_PERIOD: "1" }],
      [hang, { ...RUN, NVIDIA_VISIBLE_DEVICES: "all" }],
      ["true", { ...RUN, NVIDIA_VISIBLE_DEVICES: "all" }],
      ["rm /docker/watch.sh", RUN],
    ];
    for (const [prepare, env] of cases) {
      const command = ["sh", "-c", "sleep 2; echo out; exit 6"];
      const pod = { mode: "direct", scratch, prepare, env, command } as const;
      assert.deepEqual(
        await root.start(pod),
        { code: 6, stdout: "out\n", stderr: "" },
        prepare,
      );
    }
    const text = await Deno.readTextFile(`${scratch}/${BELOW}/usage.csv`);
    assert.ok(decodeSamples(text).some(({ gpu }) => gpu === undefined), text);
  },
);

podTest(
  "a job that does not need scratch ends as ever while scratch hangs",
  async () => {
    const { root, scratch } = await rootAnd();
    const share = await exportSquashed(scratch);
    try {
      const script = "cd /; echo ready; sleep 4; echo out; exit 4";
      const ended = await onReady(root, {
        mode: "direct",
        scratch: share.mount,
        env: RUN,
        command: ["/bin/sh", "-c", script],
      }, () => share.freeze());
      assert.deepEqual([ended.code, ended.stdout, ended.stderr], [
        4,
        "ready\nout\n",
        "",
      ]);
    } finally {
      share.thaw();
      await share.end();
    }
  },
);

podTest(
  "a pod that idles is warned, on its terminals too, and then ended as by the cluster",
  async () => {
    const { root, scratch } = await rootAnd(["unshare", "--net"]);
    const { code, stdout } = await root.start({
      mode: "direct",
      scratch,
      prepare: QUIET,
      env: { ...RUN, MLO_IDLE_STOP: "6" },
      command: ["sh", "-c", "script -qec 'sleep 600' /dev/null & wait"],
    });
    assert.equal(code, 143);
    assert.match(
      stdout,
      /\*\*\* exp has been idle for \d+ s and is stopped in 3 s · mlo keep exp 4h/,
    );
    const text = await Deno.readTextFile(`${scratch}/${BELOW}/attempts.jsonl`);
    assert.match(text, /"event":"end".*"status":143,.*"told":"idle"/);
  },
);

podTest("a pod that is kept idles anew from then on", async () => {
  const { root, scratch } = await rootAnd(["unshare", "--net"]);
  // At once, so that a busy machine does not stop the pod before it is kept.
  const keep = "echo $(($(date +%s) + 5)) >/run/mlo/keep";
  await root.start({
    mode: "direct",
    scratch,
    prepare: QUIET,
    env: { ...RUN, MLO_IDLE_STOP: "5" },
    command: ["sh", "-c", `${keep}; exec sleep 600`],
  });
  const text = await Deno.readTextFile(`${scratch}/${BELOW}/attempts.jsonl`);
  const seconds = Number(/"seconds":(\d+),"told":"idle"/.exec(text)?.[1]);
  assert.ok(seconds >= 5 + 5 - 1, text);
});

podTest("a pod in which something computes is never stopped", async () => {
  const { root, scratch } = await rootAnd(["unshare", "--net"]);
  const account =
    "n=1; for i in 1 2 3 4 5 6 7 8; do n=$((n + 300000)); echo usage_usec $n >/sys/fs/cgroup/cpu.stat; sleep 1; done; exit 9";
  const { code } = await root.start({
    mode: "direct",
    scratch,
    prepare: `${QUIET}; chmod 666 /sys/fs/cgroup/cpu.stat`,
    env: { ...RUN, MLO_IDLE_STOP: "4" },
    command: ["sh", "-c", account],
  });
  assert.equal(code, 9);
});

podTest(
  "a pod tells its use and attempts, and notes until when it is kept",
  async () => {
    const scratch = await makeScratch();
    const name = await bed().launch({
      mode: "direct",
      scratch,
      env: RUN,
      command: ["sleep", "600"],
    });
    const ask = async () =>
      decodeReading(await bed().docker("exec", name, ...askWords(5)));
    await until("a sample", async () => {
      const ready = [
        "docker",
        "exec",
        name,
        "test",
        "-s",
        "/run/mlo/usage.csv",
      ];
      return await must(ready, bed().daemon).then(() => true, () => false);
    });
    await bed().docker("exec", name, ...keepWords(600));
    const reading = await ask();
    await bed().docker("rm", "--force", name);
    assert.ok(reading);
    assert.equal(reading.attempts.length, 1);
    const [sample] = reading.samples;
    assert.ok(sample && sample.gpu === null && typeof sample.mib === "number");
    assert.ok(Math.abs(reading.keepUntil - reading.now - 600) <= 5);
  },
);

Deno.test("a day of samples is below 100 KB", () => {
  const most =
    "1795827440,100,1310720,25600,2097152,99999999,604800,99,999,86400\n";
  assert.equal(most.split(",").length, COLUMNS.length);
  assert.ok(most.length * 1_440 < 102_400, String(most.length * 1_440));
});

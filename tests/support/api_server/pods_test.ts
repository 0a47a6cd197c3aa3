/** Where the double's pods must behave as a real cluster's: each test states what was seen on a Kubernetes 1.20 node. */
import assert from "node:assert/strict";
import { type ApiServerDouble, startApiServer } from "./api_server.ts";
import { hasKubectl } from "./choice.ts";
import { runKubectl } from "./kubectl.ts";
import type { DoubleJob } from "./jobs.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { until } from "../pods/programs.ts";
import { startRelay } from "../relay.ts";

const NAMESPACE = "runai-x";
const UID = `${NAMESPACE}/exp-0-0/0`;
const EXEC = ["exec", "-n", NAMESPACE, "exp-0-0"];
const LOGS = ["logs", "-n", NAMESPACE, "exp-0-0"];

function withJob(
  name: string,
  test: (cluster: ApiServerDouble) => Promise<void>,
  fields: Partial<DoubleJob> = {},
) {
  Deno.test(name, async () => {
    const cluster = await startApiServer();
    try {
      cluster.jobs.create({
        name: "exp",
        namespace: NAMESPACE,
        kind: "train",
        image: "img",
        ...fields,
      });
      await test(cluster);
    } finally {
      await cluster.stop();
    }
  });
}

if (await hasKubectl()) {
  for (const transport of ["websocket", "spdy"] as const) {
    withJob(
      `exec over ${transport} gives input, both outputs and status`,
      async (cluster) => {
        cluster.transport = transport;
        const script = "cat; echo told >&2; exit 42";
        const words = [...EXEC, "-i", "--", "sh", "-c", script];
        const ran = await runKubectl(cluster, words, "given");
        assert.equal(ran.stdout, "given");
        assert.match(ran.stderr, /^told$/m);
        assert.equal(ran.code, 42);
      },
    );
  }

  withJob(
    "over SPDY a link that is cut ends kubectl with 0 and without a word",
    async (cluster) => {
      cluster.transport = "spdy";
      const relay = await startRelay(Number(new URL(cluster.url).port));
      const home = await Deno.makeTempDir();
      const env = await writeKubeconfig(home, {
        server: `https://127.0.0.1:${relay.port}`,
        authority: await Deno.readTextFile(cluster.authorityFile),
        tokens: { admin: "admintoken" },
        current: "admin",
      });
      const child = new Deno.Command("kubectl", {
        args: [...EXEC, "--", "sh", "-c", "echo up; sleep 2; echo more"],
        env,
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const reader = child.stdout.getReader();
      assert.equal(
        new TextDecoder().decode((await reader.read()).value),
        "up\n",
      );
      relay.cut();
      const stderr = await new Response(child.stderr).text();
      assert.deepEqual([(await child.status).code, stderr], [0, ""]);
      await reader.cancel();
      await relay.stop();
      await Deno.remove(home, { recursive: true });
    },
  );

  withJob("what nobody may do is refused by its name", async (cluster) => {
    for (const transport of ["websocket", "spdy"] as const) {
      cluster.transport = transport;
      cluster.forbidden.add("pods/exec");
      const ran = await runKubectl(cluster, [...EXEC, "--", "true"]);
      assert.equal(ran.code, 1);
      assert.match(ran.stderr, /Forbidden.*"pods\/exec"/);
    }
  });

  withJob("the API answers while the kubelet does not", async (cluster) => {
    cluster.hasKubelet = false;
    for (const words of [LOGS, [...EXEC, "--", "true"]]) {
      const ran = await runKubectl(cluster, words);
      assert.equal(ran.code, 1);
      assert.match(ran.stderr, /dial tcp 10\.99\.0\.1:10250/);
    }
    const pods = await runKubectl(cluster, [
      "get",
      "--raw",
      `/api/v1/namespaces/${NAMESPACE}/pods`,
    ]);
    assert.equal(pods.code, 0);
  });

  withJob(
    "a long line's pieces have a stamp each, and bytes stay bytes",
    async (cluster) => {
      const time = "2026-01-01T00:00:00Z";
      cluster.logs.append(UID, [
        { time, text: `${"A".repeat(20_000)}\n` },
        { time, text: new Uint8Array([0xff, 0xfe, 0x0a]) },
      ]);
      const { stdout } = await runKubectl(cluster, [...LOGS, "--timestamps"]);
      const [long] = stdout.split("\n");
      assert.equal(
        long,
        `${time} ${"A".repeat(16_384)}${time} ${"A".repeat(20_000 - 16_384)}`,
      );
      const child = new Deno.Command("kubectl", {
        args: LOGS,
        env: { ...cluster.env() },
      });
      const bytes = (await child.output()).stdout;
      assert.deepEqual([...bytes.slice(-3)], [0xff, 0xfe, 0x0a]);
    },
  );

  withJob(
    "a rotated log is served from its start, and who follows hears nothing until the end",
    async (cluster) => {
      const time = "2026-01-01T00:00:00Z";
      cluster.logs.append(UID, [{ time, text: "before\n" }]);
      const following = runKubectl(cluster, [...LOGS, "--follow"]);
      await until(
        "kubectl to follow the log",
        () => cluster.requests.some(({ path }) => path.includes("follow")),
      );
      cluster.logs.rotate(UID);
      cluster.logs.append(UID, [{ time, text: "after\n" }]);
      assert.equal((await runKubectl(cluster, LOGS)).stdout, "after\n");
      cluster.logs.end(
        UID,
        "unable to retrieve container logs for containerd://abc",
      );
      assert.equal(
        (await following).stdout,
        "before\nunable to retrieve container logs for containerd://abc",
      );
    },
  );
}

withJob(
  "a deleted job's pods are Terminating for their grace period",
  (cluster) => {
    cluster.jobs.delete(NAMESPACE, "exp");
    assert.deepEqual(cluster.jobs.list(NAMESPACE), []);
    const metadata = () =>
      cluster.jobs.pods(NAMESPACE).map((pod) =>
        pod["metadata"] as { deletionTimestamp?: string }
      );
    assert.ok(metadata()[0]?.deletionTimestamp);
    const late = Date.now() + 1_001;
    const { now } = Date;
    Date.now = () => late;
    assert.deepEqual(metadata(), []);
    Date.now = now;
    return Promise.resolve();
  },
  { graceMs: 1_000 },
);

withJob(
  "a status as a real server gave it stands in place of the double's own",
  (cluster) => {
    cluster.jobs.update(NAMESPACE, "exp", {
      status: { phase: "Failed", reason: "DeadlineExceeded" },
    });
    const [pod] = cluster.jobs.pods(NAMESPACE);
    const status = pod?.["status"] as Record<string, unknown>;
    assert.equal(status["reason"], "DeadlineExceeded");
    return Promise.resolve();
  },
);

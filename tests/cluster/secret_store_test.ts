import assert from "node:assert/strict";
import { MloError } from "../../lib/error.ts";
import { denoHost } from "../../lib/host/deno_host.ts";
import {
  applySecret,
  applySecretCall,
  deleteSecret,
  readSecret,
  startApply,
} from "../../lib/cluster/secret_store.ts";
import { listAll } from "../../lib/cluster/lists.ts";
import { whoHasName } from "../../lib/cluster/pods/name_holder.ts";
import { decodePod } from "../../lib/cluster/pods/pod.ts";
import { secretManifest } from "../../lib/cluster/secret.ts";
import {
  type ApiServerDouble,
  startApiServer,
} from "../support/api_server/api_server.ts";
import { hasKubectl } from "../support/api_server/choice.ts";
import { kubectlMinor } from "../support/versions/installed_kubectl.ts";
import { assertNoLeak, watchProc } from "../support/leak.ts";

const NS = "runai-x";

/** A machine on which kubectl may take its time to start: its own patience stays. */
function hostOf(server: ApiServerDouble) {
  const host = denoHost({ env: { ...Deno.env.toObject(), ...server.env() } });
  const { programs } = host;
  const run: typeof programs.run = (call, input) =>
    programs.run({ ...call, timeout: 60_000 }, input);
  return { ...host, programs: { ...programs, run } };
}

function manifest(name: string, data: Record<string, string>) {
  const map = new Map(Object.entries(data));
  return secretManifest({ name, namespace: NS, data: map });
}

/** What the server was asked, without the version a wrapper around kubectl may ask for. */
function asked(server: ApiServerDouble): string[] {
  return server.requests.splice(0)
    .map(({ method, path }) => `${method} ${path}`)
    .filter((line) => !line.startsWith("GET /version"))
    .filter((line) => !(IS_OLD && /^GET \/(?:openapi|swagger)/.test(line)));
}

/**
 * Whether kubectl validates by itself or not at all: then it asks for the
 * schema even where it is told not to (seen with 1.20), and does not tell the
 * server either.
 */
const IS_OLD = await hasKubectl() && await kubectlMinor() < 25;

const PATCHES = `/api/v1/namespaces/${NS}/secrets/env?fieldManager=mlo${
  IS_OLD ? "" : "&fieldValidation=Ignore"
}&force=true&timeout=1m0s`;

Deno.test("applySecretCall() holds no manifest and forces its own field manager", () => {
  assert.deepEqual(applySecretCall(NS).args, [
    ...["apply", "--server-side", "--field-manager=mlo", "--force-conflicts"],
    ...["--validate=false", "-n", NS, "-o", "json", "-f", "-"],
    "--request-timeout=60s",
  ]);
});

if (await hasKubectl()) {
  Deno.test("kubectl's calls", async (test) => {
    const server = await startApiServer();
    const host = hostOf(server);
    try {
      await test.step("startApply() asks nothing of the server before it is fed, not even with a cold cache", async () => {
        const held = startApply(host, NS);
        await host.clock.sleep(600);
        assert.deepEqual(asked(server), []);
        await held.feed(manifest("env", { A: "one" }));
        assert.deepEqual(asked(server), [
          "GET /api?timeout=1m0s",
          "GET /apis?timeout=1m0s",
          "GET /api/v1?timeout=1m0s",
          `PATCH ${PATCHES}`,
        ]);
      });

      await test.step("startApply() is one request with a warm cache", async () => {
        const held = startApply(host, NS);
        await held.feed(manifest("env", { A: "two" }));
        assert.deepEqual(asked(server), [`PATCH ${PATCHES}`]);
        // Whoever holds it may abandon it at the end in any case, and twice.
        held.abandon();
        held.abandon();
      });

      await test.step("abandon() leaves the cluster as it was", async () => {
        const held = startApply(host, NS);
        await host.clock.sleep(300);
        held.abandon();
        await host.clock.sleep(200);
        assert.deepEqual(asked(server), []);
        assert.equal(server.secrets.get(NS, "env").data?.["A"], btoa("two"));
      });

      await test.step("applySecretCall() has no effect when its input is cut off, as when mlo is killed", async () => {
        const data = { A: "three", B: "b".repeat(100_000) };
        const { json: whole } = manifest("env", data);
        for (const length of [0, 1, 4096, 65_536, whole.length - 1]) {
          const call = applySecretCall(NS);
          const outcome = await host.programs.run(call, whole.slice(0, length));
          assert.notEqual(outcome.code, 0);
        }
        assert.deepEqual(asked(server), []);
      });

      await test.step("whoHasName() is one request, and tells what has the name", async () => {
        const job = { name: "exp", namespace: NS, kind: "train", image: "i:1" };
        server.jobs.create(job);
        assert.deepEqual(await whoHasName(host, NS, "exp"), {
          job: "exp",
          pod: "exp-0-0",
          phase: "Running",
          image: "i:1",
          createdAt: server.jobs.list(NS)[0]?.createdAt,
        });
        assert.deepEqual(asked(server), [
          `GET /api/v1/namespaces/${NS}/pods?limit=500&timeout=4s`,
        ]);
        assert.equal(await whoHasName(host, NS, "ex"), undefined);
        assert.equal(await whoHasName(host, "runai-y", "exp"), undefined);
        assert.equal(await whoHasName(host, "runai-none", "exp"), undefined);
      });

      await test.step("listAll() follows the server's pages to the end", async () => {
        server.jobs.create({
          ...{ name: "wide", namespace: "runai-y", kind: "distributed" },
          ...{ image: "i:1", workers: 1099 },
        });
        server.requests.length = 0;
        const pods = await listAll(host, "pods", "runai-y", decodePod);
        assert.equal(new Set(pods.map(({ name }) => name)).size, 1100);
        assert.equal(asked(server).length, 3);
      });

      await test.step("readSecret() and deleteSecret() are one request each", async () => {
        server.requests.length = 0;
        assert.match(await readSecret(host, NS, "env") ?? "", /"A":\s*"dHdv"/);
        assert.equal(await deleteSecret(host, NS, "env"), true);
        assert.deepEqual(asked(server), [
          `GET /api/v1/namespaces/${NS}/secrets/env?timeout=4s`,
          `DELETE /api/v1/namespaces/${NS}/secrets/env?timeout=1m0s`,
        ]);
      });

      await test.step("applySecret() tells a failure of the server without the values it quotes", async () => {
        const value = "s3cret-value-of-A";
        const quoted = `Invalid value: "${value}" ${btoa(value)} near ${
          btoa(`{"A":"${value}"}`)
        }`;
        const fault = { status: 500, message: quoted };
        server.failNext("PATCH", /secrets/, fault, Infinity);
        const failed = applySecret(host, NS, manifest("env", { A: value }));
        await assert.rejects(failed, (error) => {
          assert.ok(error instanceof MloError);
          assert.equal(error.exitCode, 1);
          assert.match(error.childMessage ?? "", /Invalid value: "\[hidden\]"/);
          const shown = Object.values(error).join("\n") + error.stack;
          assertNoLeak(shown, [value], "the error");
          return true;
        });
        assert.equal(server.secrets.find(NS, "env"), undefined);
        server.failNoMore();
      });

      await test.step("applySecret() shows no value to other processes, nor in files", async () => {
        const value = `canary-${crypto.randomUUID()}`;
        const tmp = await Deno.makeTempDir();
        const env = { ...Deno.env.toObject(), ...server.env(), TMPDIR: tmp };
        const watch = watchProc();
        const wanted = manifest("env", { A: value, B: "b".repeat(300_000) });
        await applySecret(denoHost({ env }), NS, wanted);
        const lines = [...await watch.stop()];
        assert.ok(lines.some((line) => line.includes("--server-side")));
        assertNoLeak(lines.join("\n"), [value], "a command line");
        assert.deepEqual(await Array.fromAsync(Deno.readDir(tmp)), []);
        await Deno.remove(tmp);
      });
    } finally {
      await server.stop();
    }
  });
}

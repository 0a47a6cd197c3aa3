/**
 * The verbs that hand their words to `kubectl`, with those that laptops have
 * beside the one that is installed here: what a flag is called, which protocol
 * carries a stream, and how a failure is told differ from release to release.
 */
import assert from "node:assert/strict";
import {
  KUBECTL_VERSIONS,
  kubectlDirectory,
} from "../support/versions/kubectl.ts";
import { ended, type Laptop, SETTINGS, withLaptop } from "../support/laptop.ts";
import { begun } from "../support/started.ts";

/** A laptop with the job `exp`, on which `kubectl` is this one. */
function withKubectl(
  version: typeof KUBECTL_VERSIONS[number],
  test: (laptop: Laptop) => Promise<void>,
) {
  return withLaptop(async (laptop) => {
    const { cluster, namespace, env } = laptop;
    const job = { name: "exp", namespace, image: "i", phase: "Running" };
    cluster.jobs.create({ ...job, kind: "train" });
    env["PATH"] = `${await kubectlDirectory(version)}:${env["PATH"]}`;
    await test(laptop);
  });
}

for (const version of KUBECTL_VERSIONS) {
  Deno.test(`the secret is written, compared and removed, and doctor finds it, by kubectl ${version}`, () =>
    withKubectl(version, async (laptop) => {
      const { mlo, cluster, namespace } = laptop;
      // What is there, or refuses, at once: doctor asks it too.
      await laptop.writeSettings(`${SETTINGS}ARCHIVE_HOST=127.0.0.1\n`);
      const done = async (...args: string[]) => {
        const { code, stdout, stderr } = await mlo(...args);
        assert.equal(code, 0, `${args}: ${stderr}`);
        assert.doesNotMatch(stderr, /unknown flag/);
        return stdout;
      };
      await done("secret", "sync");
      const secret = await cluster.secret(namespace, "runai-mlo-ada-env");
      assert.deepEqual(
        secret?.metadata.managedFields?.map(({ manager }) => manager),
        ["mlo"],
      );
      await done("secret", "sync");
      await done("secret", "status");
      const { stdout } = await mlo("doctor");
      assert.match(stdout, /^ok +kubeconfig +admin, /m);
      assert.match(stdout, /^ok +namespace +runai-mlo-ada$/m);
      assert.match(stdout, /^ok +secret +runai-mlo-ada-env is in sync$/m);
      await done("secret", "rm", "--yes");
      assert.equal(
        await cluster.secret(namespace, "runai-mlo-ada-env"),
        undefined,
      );
    }));

  Deno.test(`a pod's log, ports and programs are reached by kubectl ${version}`, () =>
    withKubectl(version, async (laptop) => {
      const { mlo, cluster, namespace } = laptop;
      const key = `${namespace}/exp-0-0/0`;
      cluster.logs.append(key, [
        { time: "2026-01-01T00:00:00Z", text: "one\n" },
      ]);
      cluster.logs.end(key);
      const log = await mlo("logs", "exp");
      assert.deepEqual([log.code, log.stdout], [0, "one\n"], log.stderr);

      const script = "echo out; printf err >&2; exit 3";
      const program = ["exec", "exp", "--", "sh", "-c", script];
      const ran = await ended(laptop.spawn(program));
      assert.deepEqual(ran, { code: 3, stdout: "out\n", stderr: "err" });

      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      cluster.pod = { ...cluster.pod, port: () => listener.addr.port };
      const ports = begun(laptop, "port-forward", "exp", ":80");
      await ports.until(() => ports.printed().stdout.includes("leads to"));
      const [, port] = /:(\d+) leads/.exec(ports.printed().stdout) ?? [];
      using near = await Deno.connect({ port: Number(port) });
      using far = await listener.accept();
      await near.write(new TextEncoder().encode("ping"));
      const bytes = new Uint8Array(4);
      await far.read(bytes);
      assert.equal(new TextDecoder().decode(bytes), "ping");
      ports.interrupt();
      assert.equal(await ports.end(), 130, ports.printed().stderr);
    }));

  Deno.test(`who is not known, and what is not there, is told with kubectl ${version}`, () =>
    withKubectl(version, async (laptop) => {
      const { mlo, cluster, env } = laptop;
      const none = await mlo("logs", "exq");
      assert.equal(none.code, 1, none.stderr);
      assert.match(none.stderr, /did you mean exp\?/);
      cluster.failNext("GET", /\/pods\?/, { status: 503 });
      const log = await mlo("logs", "exp");
      assert.equal(log.code, 0, log.stderr);
      Object.assign(env, cluster.env("alice"));
      const refused = await mlo("secret", "status");
      assert.equal(refused.code, 4, refused.stderr);
      Object.assign(env, cluster.env("stranger"));
      const unknown = await mlo("secret", "status");
      assert.equal(unknown.code, 4, unknown.stderr);
      assert.match(unknown.stderr, /not logged in/);
    }));
}

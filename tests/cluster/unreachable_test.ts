import assert from "node:assert/strict";
import { MloError } from "../../lib/error.ts";
import { denoHost } from "../../lib/host/deno_host.ts";
import {
  applySecret,
  type Machine,
  readSecret,
} from "../../lib/cluster/secret_store.ts";
import { whoHasName } from "../../lib/cluster/pods/name_holder.ts";
import { secretManifest } from "../../lib/cluster/secret.ts";
import { startApiServer } from "../support/api_server/api_server.ts";
import { hasKubectl } from "../support/api_server/choice.ts";
import { writeKubeconfig } from "../support/api_server/kubeconfig.ts";

const NS = "runai-x";

/** The promise of every verb: a cluster that cannot be reached is told within this time. */
const PATIENCE_MS = 5_000;

const QUESTIONS: Record<string, (host: Machine) => Promise<unknown>> = {
  "whoHasName()": (host) => whoHasName(host, NS, "exp"),
  "readSecret()": (host) => readSecret(host, NS, "env"),
  "applySecret()": (host) => {
    const data = new Map([["A", "hidden-value"]]);
    const manifest = secretManifest({ name: "env", namespace: NS, data });
    return applySecret(host, NS, manifest);
  },
};

async function isTold(
  ask: (host: Machine) => Promise<unknown>,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const host = denoHost({ env: { ...Deno.env.toObject(), ...env } });
  const late = AbortSignal.timeout(PATIENCE_MS);
  const isLate = new Promise<never>((_, reject) => {
    late.onabort = () => reject(new Error("Not told in time"));
  });
  await assert.rejects(Promise.race([ask(host), isLate]), (error) => {
    assert.ok(error instanceof MloError, String(error));
    assert.match(error.message, /^Cannot .*: the cluster cannot be reached$/);
    assert.match(error.hint ?? "", /VPN/);
    assert.equal(error.exitCode, 69);
    assert.doesNotMatch(error.childMessage ?? "", /hidden-value/);
    return true;
  });
  late.onabort = null;
}

/** A server URL that fails in one way, and how to end what was started for it. */
interface Nowhere {
  readonly server: string;
  close(): void;
}

const NOWHERES: Record<string, () => Nowhere> = {
  "a host that refuses": () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    return { server: `https://127.0.0.1:${port}`, close: () => {} };
  },
  "a host that does not resolve": () => {
    return { server: "https://caas.invalid:443", close: () => {} };
  },
  "a host that takes the connection and never answers": () => {
    // The kernel accepts for a listener that nobody serves.
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    return {
      server: `https://127.0.0.1:${port}`,
      close: () => listener.close(),
    };
  },
  "a host that ends each connection": () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    void (async () => {
      for await (const connection of listener) connection.close();
    })();
    const { port } = listener.addr;
    return {
      server: `https://127.0.0.1:${port}`,
      close: () => listener.close(),
    };
  },
};

if (await hasKubectl()) {
  for (const [place, open] of Object.entries(NOWHERES)) {
    Deno.test({
      name: `every question tells ${place} in time (69)`,
      // A question that was abandoned is killed; its end is not waited for.
      sanitizeOps: false,
      sanitizeResources: false,
      fn: async () => {
        const directory = await Deno.makeTempDir();
        const nowhere = open();
        try {
          const env = await writeKubeconfig(directory, {
            server: nowhere.server,
            tokens: { admin: "token" },
            current: "admin",
          });
          const asked = Object.values(QUESTIONS).map((ask) => isTold(ask, env));
          await Promise.all(asked);
        } finally {
          nowhere.close();
          await Deno.remove(directory, { recursive: true });
        }
      },
    });
  }

  Deno.test({
    name:
      "whoHasName() tells a server that hangs (69), and asks again one that breaks off",
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      const server = await startApiServer();
      try {
        const question = QUESTIONS["whoHasName()"];
        assert.ok(question);
        server.failNext("GET", /pods/, "hang");
        await isTold(question, server.env());
        server.failNext("GET", /pods/, "reset");
        const env = { ...Deno.env.toObject(), ...server.env() };
        assert.equal(await question(denoHost({ env })), undefined);
      } finally {
        await server.stop();
      }
    },
  });
}

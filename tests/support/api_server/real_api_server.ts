import type { StoredSecret } from "./fields.ts";
import { kubeconfigs, type TestCluster } from "./api_server.ts";

/** Whether a real kube-apiserver can be run here: its binary, or why not. */
export async function findRealApiServer(): Promise<
  { binary: string } | { reason: string }
> {
  const binary = Deno.env.get("MLO_TEST_KUBE_APISERVER") ?? "";
  if (binary === "") return { reason: "MLO_TEST_KUBE_APISERVER is not set" };
  try {
    await new Deno.Command("etcd", { args: ["--version"], stdout: "null" })
      .output();
  } catch {
    return { reason: "etcd is not installed (Debian package etcd-server)" };
  }
  return { binary };
}

/**
 * Starts etcd and a real kube-apiserver on free ports of 127.0.0.1, with the
 * users and namespaces of the double. Made for version 1.20.
 */
export async function startRealApiServer(binary: string): Promise<TestCluster> {
  const directory = await Deno.makeTempDir({ prefix: "mlo-kube-" });
  const [client, peer, port] = [freePort(), freePort(), freePort()];
  const etcd = startEtcd(directory, client, peer);
  const server = await startServer(binary, directory, client, port);
  const url = `https://127.0.0.1:${port}`;
  const authorityFile = `${directory}/certs/apiserver.crt`;
  const namespaces = ["runai-x", "runai-y"] as const;
  async function stop() {
    for (const child of [server, etcd]) {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended already.
      }
      await child.status;
    }
    await Deno.remove(directory, { recursive: true });
  }
  try {
    const ask = await untilReady(directory, url, authorityFile, server);
    for (const namespace of namespaces) await makeNamespace(ask, namespace);
    const authority = await Deno.readTextFile(authorityFile);
    const environments = await kubeconfigs(directory, url, authority);
    return {
      kind: "real",
      url,
      authorityFile,
      namespaces,
      env: (user = "admin") => environments[user],
      secret: async (namespace, name) => {
        const answer = await ask(
          `/api/v1/namespaces/${namespace}/secrets/${name}`,
        );
        const body = await answer.json();
        return answer.status === 404 ? undefined : body as StoredSecret;
      },
      stop: async () => {
        ask.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A request as `admin`. */
interface Ask {
  (path: string, body?: unknown): Promise<Response>;
  close(): void;
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

function startEtcd(
  directory: string,
  client: number,
  peer: number,
): Deno.ChildProcess {
  const [clientUrl, peerUrl] = [client, peer]
    .map((port) => `http://127.0.0.1:${port}`);
  return new Deno.Command("etcd", {
    args: [
      ...["--data-dir", `${directory}/etcd`, "--unsafe-no-fsync=true"],
      ...[`--listen-client-urls=${clientUrl}`],
      ...[`--advertise-client-urls=${clientUrl}`],
      ...[`--listen-peer-urls=${peerUrl}`],
      ...[`--initial-advertise-peer-urls=${peerUrl}`],
      ...[`--initial-cluster=default=${peerUrl}`],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

async function startServer(
  binary: string,
  directory: string,
  etcdPort: number,
  port: number,
): Promise<Deno.ChildProcess> {
  const key = `${directory}/sa.key`;
  await new Deno.Command("openssl", {
    args: ["genrsa", "-out", key, "2048"],
    stdout: "null",
    stderr: "null",
  }).output();
  const tokens = `${directory}/tokens.csv`;
  await Deno.writeTextFile(
    tokens,
    "admintoken,admin,1,system:masters\nusertoken,alice,2\n",
  );
  return new Deno.Command(binary, {
    args: [
      `--etcd-servers=http://127.0.0.1:${etcdPort}`,
      ...["--bind-address=127.0.0.1", `--secure-port=${port}`],
      ...["--insecure-port=0", `--cert-dir=${directory}/certs`],
      ...["--service-account-issuer=https://test.invalid"],
      ...[`--service-account-signing-key-file=${key}`],
      ...[`--service-account-key-file=${key}`],
      ...["--service-cluster-ip-range=10.96.0.0/24"],
      ...[`--token-auth-file=${tokens}`, "--authorization-mode=RBAC"],
      ...["--endpoint-reconciler-type=none"],
      ...["--disable-admission-plugins=ServiceAccount"],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

async function untilReady(
  directory: string,
  url: string,
  authorityFile: string,
  server: Deno.ChildProcess,
): Promise<Ask> {
  let hasEnded = false;
  void server.status.then(() => hasEnded = true);
  for (let attempt = 0; attempt < 600 && !hasEnded; attempt++) {
    await new Promise((done) => setTimeout(done, 100));
    const authority = await Deno.readTextFile(authorityFile).catch(() => "");
    if (authority === "") continue;
    const ask = asker(url, authority);
    try {
      const answer = await ask("/readyz");
      await answer.body?.cancel();
      if (answer.ok) return ask;
    } catch {
      // Not listening yet.
    }
    ask.close();
  }
  throw new Error(`kube-apiserver did not get ready in ${directory}`);
}

function asker(url: string, authority: string): Ask {
  const client = Deno.createHttpClient({ caCerts: [authority] });
  function ask(path: string, body?: unknown): Promise<Response> {
    return fetch(url + path, {
      client,
      headers: {
        authorization: "Bearer admintoken",
        "content-type": "application/json",
      },
      ...(body === undefined
        ? {}
        : { method: "POST", body: JSON.stringify(body) }),
    });
  }
  return Object.assign(ask, { close: () => client.close() });
}

async function makeNamespace(ask: Ask, name: string): Promise<void> {
  const answer = await ask("/api/v1/namespaces", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name },
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`Cannot make the namespace ${name}: ${text}`);
}

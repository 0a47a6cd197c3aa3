import type { Socket } from "node:net";
import { type Certificate, makeCertificate } from "./certificate.ts";
import { control } from "./control.ts";
import type { StoredSecret } from "./fields.ts";
import type { ExecPlace } from "./exec.ts";
import { JobStore } from "./jobs.ts";
import { EventStore, LogStore } from "./logs.ts";
import { servePortForward } from "./port_forward.ts";
import { answer, type Asked, type Cluster } from "./routes.ts";
import { SecretStore } from "./secrets.ts";
import { ApiError, failure } from "./status.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { refuseSpdy, serveExecSpdy, servePortForwardSpdy } from "./spdy.ts";
import { serveExecWebSocket } from "./websocket.ts";
import { startTlsFront } from "./tls_front.ts";

/** An API server that tests can drive `kubectl` against: the double or a real one. */
export interface TestCluster {
  readonly kind: "double" | "real";
  /** URL of the API server. */
  readonly url: string;
  /** PEM file of the authority that its certificate is checked with. */
  readonly authorityFile: string;
  /** What points `kubectl` to it as `admin`, `alice` (who may do nothing) or `stranger` (whose token is unknown). */
  env(user?: TestUser): Readonly<Record<string, string>>;
  /** The namespaces it has: two. */
  readonly namespaces: readonly [string, string];
  /** The Secret as stored, managed fields included. */
  secret(namespace: string, name: string): Promise<StoredSecret | undefined>;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

/** Who kubectl is run as. */
export type TestUser = "admin" | "alice" | "stranger";

/** A request the double got; never the body itself, which may hold values. */
export interface Recorded {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly contentType: string;
  /** SHA-256 of the body in hex; empty where there was none. */
  readonly bodySha256: string;
}

/** What the double does instead of answering. */
export type Fault =
  | { readonly status: number; readonly message?: string }
  | "hang"
  | "reset";

/** How the double is to behave. */
export interface DoubleOptions {
  /** Added to every answer of the API, in milliseconds. */
  readonly delayMs?: number;
  /** The namespaces there are. */
  readonly namespaces?: readonly [string, string];
  /** The volume claims of each namespace, name to phase; `mlo-scratch`, Bound, unless given. */
  readonly claims?: Readonly<Record<string, string>>;
}

/** The double, with what only it can do. */
export interface ApiServerDouble extends TestCluster {
  readonly kind: "double";
  /** Plain http on loopback, for `/double/…` only (see {@linkcode control}); the https URL serves it too. */
  readonly controlUrl: string;
  /** What it is known by, for another server in its place. */
  readonly certificate: Certificate;
  readonly jobs: JobStore;
  readonly secrets: SecretStore;
  readonly logs: LogStore;
  readonly events: EventStore;
  /** The resources that nobody may use, e.g. `events`, `pods/exec`. */
  readonly forbidden: Set<string>;
  /** Whether the node's kubelet answers, as the API does. */
  hasKubelet: boolean;
  /** Where `kubectl exec` runs things, and which port of this machine a pod's port is. */
  pod: PodPlace;
  /** `websocket` unless set. */
  transport: Transport;
  /** Every request so far, `/double/…` apart. */
  readonly requests: Recorded[];
  /** The next request with this method and a path that fits fails in this way, or so many of them. */
  failNext(method: string, path: RegExp, fault: Fault, times?: number): void;
  /** Takes back what is left of {@linkcode failNext}. */
  failNoMore(): void;
  /** Changes {@linkcode DoubleOptions.delayMs}. */
  setDelay(milliseconds: number): void;
}

/** What carries `exec` and `port-forward`: a server before 1.30 has SPDY only. */
export type Transport = "websocket" | "spdy";

/** What stands for the inside of a pod. */
export interface PodPlace extends ExecPlace {
  readonly port: (port: number) => number;
}

const TOKENS = { admin: "admintoken", alice: "usertoken" };

/** Starts the double on a free port of 127.0.0.1 with a certificate of its own. */
export async function startApiServer(
  options: DoubleOptions = {},
): Promise<ApiServerDouble> {
  const directory = await Deno.makeTempDir({ prefix: "mlo-api-" });
  const certificate = await makeCertificate(directory);
  const cluster: Cluster = {
    secrets: new SecretStore(),
    jobs: new JobStore(),
    logs: new LogStore(),
    events: new EventStore(),
    namespaces: new Set(options.namespaces ?? ["runai-x", "runai-y"]),
    claims: new Map(
      Object.entries(options.claims ?? { "mlo-scratch": "Bound" }),
    ),
    users: new Map([
      [TOKENS.admin, { name: "admin", isAdmin: true }],
      [TOKENS.alice, { name: "alice", isAdmin: false }],
    ]),
    forbidden: new Set(),
    hasKubelet: true,
  };
  const front = frontOf(cluster, options.delayMs ?? 0);
  front.pod = {
    directory,
    env: { PATH: Deno.env.get("PATH") ?? "" },
    port: (port) => port,
  };
  const listen = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const api = Deno.serve(listen, front.serveApi);
  const tls = await startTlsFront(certificate, api.addr.port, front.serveSpdy);
  const side = Deno.serve(listen, front.serveControl);
  const url = `https://127.0.0.1:${tls.port}`;
  const environments = await kubeconfigs(directory, url, certificate.cert);

  return {
    kind: "double",
    url,
    controlUrl: `http://127.0.0.1:${side.addr.port}`,
    authorityFile: `${directory}/cert.pem`,
    certificate,
    namespaces: options.namespaces ?? ["runai-x", "runai-y"],
    env: (user = "admin") => environments[user],
    jobs: cluster.jobs,
    secrets: cluster.secrets,
    logs: cluster.logs,
    events: cluster.events,
    forbidden: cluster.forbidden,
    get hasKubelet() {
      return cluster.hasKubelet;
    },
    set hasKubelet(has) {
      cluster.hasKubelet = has;
    },
    get pod() {
      return front.pod;
    },
    set pod(place) {
      front.pod = place;
    },
    get transport() {
      return front.transport;
    },
    set transport(transport) {
      front.transport = transport;
    },
    requests: front.requests,
    failNext: front.failNext,
    failNoMore: front.failNoMore,
    setDelay: front.setDelay,
    secret: (namespace, name) =>
      Promise.resolve(cluster.secrets.find(namespace, name)),
    stop: async () => {
      front.stop();
      await tls.stop();
      await Promise.all([api.shutdown(), side.shutdown()]);
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** A kubeconfig for each of the test users; they share a discovery cache. */
export async function kubeconfigs(
  directory: string,
  server: string,
  authority: string,
): Promise<Record<TestUser, Record<string, string>>> {
  const tokens = { ...TOKENS, stranger: "no-such-token" };
  function write(current: TestUser) {
    const content = { server, authority, tokens, current };
    return writeKubeconfig(directory, content, `kubeconfig-${current}`);
  }
  return {
    admin: await write("admin"),
    alice: await write("alice"),
    stranger: await write("stranger"),
  };
}

/** The request handlers, with recording, delay and faults before the API. */
function frontOf(cluster: Cluster, delayMs: number) {
  const requests: Recorded[] = [];
  const faults: {
    method: string;
    path: RegExp;
    fault: Fault;
    left: number;
  }[] = [];
  const stopped = Promise.withResolvers<void>();
  let delay = delayMs;

  async function serveApi(request: Request): Promise<Response> {
    if (request.headers.get("upgrade") === "websocket") {
      return serveWebSocket(request);
    }
    const asked = await read(request);
    if (asked.url.pathname.startsWith("/double/")) {
      return sideDoor(cluster.jobs, asked);
    }
    requests.push(await recorded(asked));
    if (delay > 0) await new Promise((done) => setTimeout(done, delay));
    const fault = takeFault(asked);
    if (fault === "hang") {
      await stopped.promise;
      return new Response(null, { status: 503 });
    }
    if (fault === "reset") return brokenOff();
    return told(() => {
      if (fault) {
        throw failure(fault.status, fault.message);
      }
      return answer(cluster, asked);
    });
  }

  function serveWebSocket(request: Request): Response {
    return told(() => {
      const action = checkUpgrade(cluster, request, requests);
      refuseUpgrade(request);
      if (front.transport === "spdy") {
        // The kubelet's runtime does not know the protocol.
        throw new ApiError(403, "Forbidden", "unable to upgrade");
      }
      return action === "exec"
        ? serveExecWebSocket(request, front.pod)
        : servePortForward(request, front.pod.port);
    });
  }

  function serveSpdy(request: Request, socket: Socket): void {
    let action: string | undefined;
    try {
      action = checkUpgrade(cluster, request, requests);
      refuseUpgrade(request);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return void refuseSpdy(socket, error.response());
    }
    if (action === "exec") {
      return serveExecSpdy(socket, new URL(request.url), front.pod);
    }
    servePortForwardSpdy(socket, front.pod.port);
  }

  /** Only a status can be told where a protocol is to be changed. */
  function refuseUpgrade({ method, url }: Request): void {
    const fault = takeFault({ method, url: new URL(url) });
    if (typeof fault === "object") throw failure(fault.status, fault.message);
  }

  function takeFault(asked: Pick<Asked, "method" | "url">): Fault | undefined {
    const target = asked.url.pathname + asked.url.search;
    const at = faults.findIndex(({ method, path }) =>
      method === asked.method && path.test(target)
    );
    const found = faults[at];
    if (found && --found.left <= 0) faults.splice(at, 1);
    return found?.fault;
  }

  const front = {
    pod: { directory: "/", env: {}, port: (port: number) => port } as PodPlace,
    transport: "websocket" as Transport,
    requests,
    serveApi,
    serveSpdy,
    serveControl: async (request: Request) =>
      sideDoor(cluster.jobs, await read(request)),
    failNext: (method: string, path: RegExp, fault: Fault, times = 1) => {
      // A status that the double does not know is the test's fault, told there.
      if (typeof fault === "object") failure(fault.status);
      faults.push({ method, path, fault, left: times });
    },
    failNoMore: () => void faults.splice(0),
    setDelay: (milliseconds: number) => void (delay = milliseconds),
    stop: () => stopped.resolve(),
  };
  return front;
}

/** A request for `exec` or `port-forward`, checked as any other one. */
function checkUpgrade(
  cluster: Cluster,
  { method, url, headers }: Request,
  requests: Recorded[],
): string | undefined {
  const { pathname, search } = new URL(url);
  const path = pathname + search;
  requests.push({ method, path, contentType: "", bodySha256: "" });
  answer(cluster, { method, headers, body: "", url: new URL(pathname, url) });
  return pathname.split("/").at(-1);
}

async function read(request: Request): Promise<Asked> {
  const { method, headers } = request;
  const body = await request.text();
  return { method, headers, body, url: new URL(request.url) };
}

function sideDoor(jobs: JobStore, asked: Asked): Response {
  if (!asked.url.pathname.startsWith("/double/")) {
    return new Response(null, { status: 404 });
  }
  return told(() => control(jobs, asked.method, asked.url, asked.body));
}

function told(handle: () => Response): Response {
  try {
    return handle();
  } catch (error) {
    if (error instanceof ApiError) return error.response();
    throw error;
  }
}

/** A body that ends before its time: the client sees its connection or stream reset. */
function brokenOff(): Response {
  return new Response("{", {
    headers: { "content-type": "application/json", "content-length": "100" },
  });
}

async function recorded(asked: Asked): Promise<Recorded> {
  const bytes = new TextEncoder().encode(asked.body);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return {
    method: asked.method,
    path: asked.url.pathname + asked.url.search,
    contentType: asked.headers.get("content-type") ?? "",
    bodySha256: asked.body === "" ? "" : digest.toHex(),
  };
}

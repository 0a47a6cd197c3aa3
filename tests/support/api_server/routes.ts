import { discovery } from "./discovery.ts";
import { isObject, type Json, type StoredSecret } from "./fields.ts";
import type { JobStore } from "./jobs.ts";
import type { EventStore, LogStore } from "./logs.ts";
import { podLog } from "./pod_log.ts";
import { listOf, selectPods } from "./lists.ts";
import type { SecretStore, Writer } from "./secrets.ts";
import {
  ApiError,
  badRequest,
  forbidden,
  noSuchPath,
  notFound,
  unauthorized,
} from "./status.ts";

/** Who may do what: a token's user, and whether everything or nothing is allowed. */
export interface User {
  readonly name: string;
  readonly isAdmin: boolean;
}

/** What the double of a cluster holds. */
export interface Cluster {
  readonly secrets: SecretStore;
  readonly jobs: JobStore;
  readonly logs: LogStore;
  readonly events: EventStore;
  readonly namespaces: Set<string>;
  /** The volume claims of each namespace, name to phase. */
  readonly claims: ReadonlyMap<string, string>;
  readonly users: ReadonlyMap<string, User>;
  /** Resources that nobody may use, e.g. `events`, `pods/exec`. */
  readonly forbidden: Set<string>;
  /** Whether the node's kubelet answers: logs, exec and port-forward go through it. */
  hasKubelet: boolean;
}

/** A request whose body has been read. */
export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
}

/** Answers a request of a Kubernetes client; throws {@linkcode ApiError} for a refusal. */
export function answer(cluster: Cluster, asked: Asked): Response {
  const user = userOf(cluster, asked.headers);
  const { method, url } = asked;
  const found = method === "GET" ? discovery(url.pathname) : undefined;
  if (found !== undefined) return Response.json(found);

  const path = url.pathname.split("/").slice(1).map(decodeURIComponent);
  const [api, version, scope, namespace, resource, name, part] = path;
  if (api !== "api" || version !== "v1" || scope !== "namespaces") {
    throw noSuchPath();
  }
  if (resource === undefined) {
    allow(user, "get", "namespaces", namespace ?? "", namespace);
    return namespaces(cluster, method, namespace);
  }
  const target = { namespace: namespace ?? "", name };
  const whole = part === undefined ? resource : `${resource}/${part}`;
  if (cluster.forbidden.has(whole)) {
    const verb = verbOf(method, name);
    throw forbidden(user.name, verb, whole, target.namespace, name);
  }
  allow(user, verbOf(method, name), whole, target.namespace, name);
  switch (resource) {
    case "secrets":
      return secrets(cluster, asked, target.namespace, name);
    case "pods":
      if (part !== undefined) {
        checkKubelet(cluster, part, target.namespace, name);
      }
      if (part === "exec" || part === "portforward") {
        // Found, and allowed: what is to be done leaves HTTP.
        return pods(
          cluster,
          { ...asked, method: "GET" },
          target.namespace,
          name,
        );
      }
      if (part === "log") {
        return podLog(cluster, asked, target.namespace, name ?? "");
      }
      return pods(cluster, asked, target.namespace, name);
    case "persistentvolumeclaims":
      if (method !== "GET" || name !== undefined) throw noSuchPath();
      return Response.json(listOf(resource, claims(cluster, target.namespace)));
    case "events":
      if (method !== "GET" || name !== undefined) throw noSuchPath();
      return Response.json(
        listOf(resource, cluster.events.list(target.namespace)),
      );
    default:
      throw noSuchPath();
  }
}

/** In the words of kube-apiserver 1.20. */
function checkKubelet(
  { hasKubelet }: Cluster,
  part: string,
  namespace: string,
  pod = "",
) {
  if (hasKubelet) return;
  const word = { log: "containerLogs", portforward: "portForward" }[part] ??
    part;
  const url = `https://10.99.0.1:10250/${word}/${namespace}/${pod}`;
  throw new ApiError(
    500,
    "InternalError",
    `Get "${url}": dial tcp 10.99.0.1:10250: connect: connection refused`,
  );
}

function userOf(cluster: Cluster, headers: Headers): User {
  const token = /^Bearer (.+)$/.exec(headers.get("authorization") ?? "")?.[1];
  const user = token === undefined ? undefined : cluster.users.get(token);
  if (user === undefined) throw unauthorized();
  return user;
}

function allow(
  user: User,
  verb: string,
  resource: string,
  namespace: string,
  name: string | undefined,
): void {
  if (!user.isAdmin) {
    throw forbidden(user.name, verb, resource, namespace, name);
  }
}

function verbOf(method: string, name: string | undefined): string {
  const verbs: Record<string, string> = {
    GET: name === undefined ? "list" : "get",
    POST: "create",
    PUT: "update",
  };
  return verbs[method] ?? method.toLowerCase();
}

function namespaces(
  cluster: Cluster,
  method: string,
  name: string | undefined,
): Response {
  if (method !== "GET") throw noSuchPath();
  function namespace(name: string): Json {
    return {
      kind: "Namespace",
      apiVersion: "v1",
      metadata: { name },
      status: { phase: "Active" },
    };
  }
  if (name === undefined) {
    return Response.json(
      listOf("namespaces", [...cluster.namespaces].map(namespace)),
    );
  }
  if (!cluster.namespaces.has(name)) throw notFound("namespaces", name);
  return Response.json(namespace(name));
}

function claims(cluster: Cluster, namespace: string): Json[] {
  if (!cluster.namespaces.has(namespace)) return [];
  return [...cluster.claims].map(([name, phase]) => ({
    metadata: { name, namespace },
    status: { phase },
  }));
}

function pods(
  cluster: Cluster,
  asked: Asked,
  namespace: string,
  name: string | undefined,
): Response {
  if (asked.method !== "GET") throw noSuchPath();
  const all = cluster.jobs.pods(namespace);
  if (name === undefined) {
    return Response.json(selectPods(all, asked.url.searchParams));
  }
  const pod = all.find((pod) => (pod["metadata"] as Json)["name"] === name);
  if (pod === undefined) throw notFound("pods", name);
  return Response.json(pod);
}

function secrets(
  cluster: Cluster,
  asked: Asked,
  namespace: string,
  name: string | undefined,
): Response {
  const { secrets } = cluster;
  switch (asked.method) {
    case "GET":
      return Response.json(
        name === undefined
          ? listOf("secrets", secrets.list(namespace))
          : secrets.get(namespace, name),
      );
    case "POST": {
      checkNamespace(cluster, namespace);
      const body = parseBody(asked, ["application/json"]);
      checkTarget(body, namespace, undefined);
      const manager = managerOf(asked);
      const secret = secrets.create(body, namespace, manager);
      return Response.json(secret, { status: 201 });
    }
    case "DELETE":
      secrets.delete(namespace, name ?? "");
      return Response.json({
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Success",
        details: { name, kind: "secrets" },
      });
    default:
      if (name === undefined) throw noSuchPath();
      return write(cluster, asked, {
        namespace,
        name,
        manager: managerOf(asked),
        force: asked.url.searchParams.get("force") === "true",
      });
  }
}

function write(cluster: Cluster, asked: Asked, writer: Writer): Response {
  const { secrets } = cluster;
  if (asked.method === "PUT") {
    const body = parseBody(asked, ["application/json"]);
    checkTarget(body, writer.namespace, writer.name);
    return Response.json(secrets.replace(body, writer));
  }
  if (asked.method !== "PATCH") throw noSuchPath();
  switch (contentType(asked)) {
    case "application/apply-patch+yaml": {
      const body = parseBody(asked, ["application/apply-patch+yaml"]);
      checkApply(asked, body, writer);
      if (secrets.find(writer.namespace, writer.name) === undefined) {
        checkNamespace(cluster, writer.namespace);
      }
      const applied = secrets.apply(body, writer);
      return Response.json(applied.secret, { status: applied.new ? 201 : 200 });
    }
    case "application/merge-patch+json":
    case "application/strategic-merge-patch+json":
      return Response.json(secrets.merge(JSON.parse(asked.body), writer));
    case "application/json-patch+json":
      return Response.json(secrets.jsonPatch(JSON.parse(asked.body), writer));
    default:
      throw unsupportedType(asked);
  }
}

function checkApply(asked: Asked, body: Json, writer: Writer): void {
  if (asked.url.searchParams.get("fieldManager") === null) {
    throw new ApiError(
      422,
      "Invalid",
      "PatchOptions.meta.k8s.io is invalid: fieldManager: Required value: is required for apply patch",
    );
  }
  checkTarget(body, writer.namespace, writer.name);
  if ((body as StoredSecret).metadata.managedFields !== undefined) {
    throw badRequest("metadata.managedFields must be nil");
  }
}

function checkTarget(
  body: Json,
  namespace: string,
  name: string | undefined,
): void {
  if (body["kind"] !== "Secret" || body["apiVersion"] !== "v1") {
    throw badRequest("the object provided is unrecognized: no v1 Secret");
  }
  const metadata = (body["metadata"] ?? {}) as Json;
  const isElsewhere = metadata["namespace"] !== undefined &&
    metadata["namespace"] !== namespace;
  if (isElsewhere) {
    throw badRequest(
      "the namespace of the provided object does not match the namespace sent on the request",
    );
  }
  if (name !== undefined && metadata["name"] !== name) {
    throw badRequest(
      "the name of the object does not match the name on the URL",
    );
  }
}

function checkNamespace(cluster: Cluster, namespace: string): void {
  if (!cluster.namespaces.has(namespace)) {
    throw notFound("namespaces", namespace);
  }
}

function contentType(asked: Asked): string {
  return (asked.headers.get("content-type") ?? "").split(";")[0] ?? "";
}

function parseBody(asked: Asked, types: readonly string[]): Json {
  if (!types.includes(contentType(asked))) throw unsupportedType(asked);
  try {
    const body: unknown = JSON.parse(asked.body);
    if (isObject(body)) return body;
  } catch {
    // Told below.
  }
  throw badRequest("the object provided is unrecognized: no JSON object");
}

function unsupportedType(asked: Asked): ApiError {
  return new ApiError(
    415,
    "UnsupportedMediaType",
    `the body of the request was in an unknown format - ${contentType(asked)}`,
  );
}

/** As kube-apiserver names a manager: the parameter, else the client's own name. */
function managerOf(asked: Asked): string {
  return asked.url.searchParams.get("fieldManager") ??
    (asked.headers.get("user-agent") ?? "").split("/")[0] ?? "unknown";
}

import {
  decodeFields,
  encodeFields,
  isObject,
  type Json,
  leavesOf,
  type ManagedFields,
  mapsOf,
  removeLeaf,
  setLeaf,
  type StoredSecret,
} from "./fields.ts";
import { jsonPatch, mergePatch, withStringData } from "./patch.ts";
import { ApiError, badRequest, conflict, notFound } from "./status.ts";
import { normalise, validate } from "./validation.ts";

/** Where a request wants to write, and as whom. */
export interface Writer {
  readonly namespace: string;
  readonly name: string;
  readonly manager: string;
  readonly force: boolean;
}

/**
 * Secrets with managed fields, as kube-apiserver keeps them. What is answered
 * here was compared, object by object, with a real 1.20 server:
 *
 * - A server-side apply owns the fields it sends. Those of the same manager's
 *   last apply that are not sent again go, unless another manager owns them.
 * - Another manager's field with another value is a conflict; with `force` the
 *   field changes its owner.
 * - So a Secret made by client-side `kubectl apply` keeps all its keys and its
 *   annotation through the first apply. It is kubectl (1.26 and later) that
 *   sees the manager `kubectl-client-side-apply` in the answer, renames it by
 *   a JSON patch of `managedFields` and applies again: then they go.
 * - Keys of any other manager (`kubectl create`, `kubectl patch`) stay.
 */
export class SecretStore {
  readonly #secrets = new Map<string, StoredSecret>();
  #version = 100;

  list(namespace: string): StoredSecret[] {
    return [...this.#secrets.values()]
      .filter((secret) => secret.metadata.namespace === namespace);
  }

  /** A copy of a Secret, or `undefined`. */
  find(namespace: string, name: string): StoredSecret | undefined {
    const secret = this.#secrets.get(`${namespace}/${name}`);
    return secret === undefined ? undefined : copy(secret);
  }

  get(namespace: string, name: string): StoredSecret {
    const secret = this.find(namespace, name);
    if (secret === undefined) throw notFound("secrets", name);
    return secret;
  }

  delete(namespace: string, name: string): StoredSecret {
    const secret = this.get(namespace, name);
    this.#secrets.delete(`${namespace}/${name}`);
    return secret;
  }

  /** `POST`: a new Secret. */
  create(body: Json, namespace: string, manager: string): StoredSecret {
    const wanted = body as StoredSecret;
    const name = wanted.metadata?.name;
    if (typeof name !== "string") throw badRequest("name is required");
    if (this.find(namespace, name) !== undefined) {
      throw new ApiError(
        409,
        "AlreadyExists",
        `secrets "${name}" already exists`,
        { name, kind: "secrets" },
      );
    }
    const writer = { namespace, name, manager, force: false };
    return this.#store(writer, undefined, withStringData(copy(wanted)));
  }

  /** `PATCH` with apply-patch+yaml. */
  apply(applied: Json, writer: Writer): { secret: StoredSecret; new: boolean } {
    const { namespace, name, manager } = writer;
    const old = this.find(namespace, name);
    const next = old === undefined ? newSecret(namespace, name) : copy(old);
    const wanted = leavesOf(applied);
    const entries = next.metadata.managedFields ?? [];
    const own = entries.find((entry) => isApplyOf(entry, manager));
    const others = entries.filter((entry) => entry !== own);
    if (old !== undefined) settleConflicts(next, wanted, others, writer);

    const owned = new Set(others.flatMap((entry) => [...fieldsOf(entry)]));
    for (const path of own === undefined ? [] : fieldsOf(own)) {
      if (!wanted.has(path) && !owned.has(path)) removeLeafOnly(next, path);
    }
    for (const [path, value] of wanted) setLeaf(next, path, value);
    next.metadata.managedFields = [
      entry(manager, "Apply", new Set(wanted.keys()), own),
      ...others,
    ].filter((one) => fieldsOf(one).size > 0);
    return { secret: this.#write(old, next), new: old === undefined };
  }

  /** `PATCH` with merge-patch or strategic-merge-patch (the same thing for the maps of a Secret). */
  merge(patch: Json, writer: Writer): StoredSecret {
    const old = this.get(writer.namespace, writer.name);
    return this.#store(writer, old, mergePatch(copy(old), patch));
  }

  /** `PATCH` with json-patch. */
  jsonPatch(operations: readonly Json[], writer: Writer): StoredSecret {
    const old = this.get(writer.namespace, writer.name);
    return this.#store(writer, old, jsonPatch(copy(old), operations));
  }

  /** `PUT`. */
  replace(body: Json, writer: Writer): StoredSecret {
    const old = this.get(writer.namespace, writer.name);
    return this.#store(writer, old, withStringData(copy(body as StoredSecret)));
  }

  /** Stores what an `Update` made: the fields it changed become its manager's. */
  #store(
    writer: Writer,
    old: StoredSecret | undefined,
    next: StoredSecret,
  ): StoredSecret {
    next.metadata.name = writer.name;
    next.metadata.namespace = writer.namespace;
    const expected = next.metadata.resourceVersion;
    if (
      old !== undefined && expected !== undefined &&
      expected !== old.metadata.resourceVersion
    ) {
      throw conflict(
        `Operation cannot be fulfilled on secrets "${writer.name}": the object has been modified; please apply your changes to the latest version and try again`,
      );
    }
    next.metadata.managedFields = updatedManagers(old, next, writer.manager);
    return this.#write(old, next);
  }

  #write(old: StoredSecret | undefined, next: StoredSecret): StoredSecret {
    normalise(next);
    validate(old, next);
    const isSame = old !== undefined &&
      withoutTimes(old) === withoutTimes(next);
    if (isSame) return old;
    next.metadata["uid"] ??= crypto.randomUUID();
    next.metadata["creationTimestamp"] ??= now();
    next.metadata.resourceVersion = String(++this.#version);
    const { namespace, name } = next.metadata;
    this.#secrets.set(`${namespace}/${name}`, copy(next));
    return next;
  }
}

function newSecret(namespace: string, name: string): StoredSecret {
  return { kind: "Secret", apiVersion: "v1", metadata: { name, namespace } };
}

function settleConflicts(
  live: Json,
  wanted: ReadonlyMap<string, unknown>,
  others: ManagedFields[],
  writer: Writer,
): void {
  const current = leavesOf(live);
  const changed = [...wanted].filter(([path, value]) =>
    current.get(path) !== value
  ).map(([path]) => path);
  const clashes = others.flatMap((other) => {
    const fields = fieldsOf(other);
    return changed.filter((path) => fields.has(path))
      .map((path) => ({ other, path }));
  });
  if (clashes.length > 0 && !writer.force) throw applyConflict(clashes);
  for (const other of others) {
    const fields = fieldsOf(other);
    for (const path of changed) fields.delete(path);
    other.fieldsV1 = encodeFields(fields);
  }
}

function applyConflict(
  clashes: readonly { other: ManagedFields; path: string }[],
): ApiError {
  const causes = clashes.map(({ other, path }) => ({
    reason: "FieldManagerConflict",
    message: `conflict with "${other.manager}" using v1`,
    field: "." + (JSON.parse(path) as string[]).join("."),
  }));
  const plural = clashes.length === 1 ? "conflict" : "conflicts";
  const first = causes[0];
  return conflict(
    `Apply failed with ${clashes.length} ${plural}: ${first?.message}: ${first?.field}`,
    { causes },
  );
}

function updatedManagers(
  old: StoredSecret | undefined,
  next: StoredSecret,
  manager: string,
): ManagedFields[] {
  const before = old === undefined ? new Map() : leavesOf(old);
  const after = leavesOf(next);
  const changed = new Set(
    [...after].filter(([path, value]) => before.get(path) !== value)
      .map(([path]) => path),
  );
  const gone = [...before.keys()].filter((path) => !after.has(path));
  const known = old === undefined ? [] : mapsOf(old);
  for (const map of mapsOf(next)) if (!known.includes(map)) changed.add(map);

  const entries = next.metadata.managedFields ?? [];
  const own = entries.find((one) =>
    one.manager === manager && one.operation === "Update"
  );
  for (const one of entries) {
    const fields = fieldsOf(one);
    for (const path of [...changed, ...gone]) fields.delete(path);
    one.fieldsV1 = encodeFields(fields);
  }
  if (changed.size > 0) {
    const fields = new Set([...(own ? fieldsOf(own) : []), ...changed]);
    if (own) Object.assign(own, entry(manager, "Update", fields, undefined));
    else entries.push(entry(manager, "Update", fields, undefined));
  }
  return entries.filter((one) => fieldsOf(one).size > 0);
}

function isApplyOf(one: ManagedFields, manager: string): boolean {
  return one.manager === manager && one.operation === "Apply";
}

function fieldsOf(one: ManagedFields): Set<string> {
  return decodeFields(one.fieldsV1);
}

function entry(
  manager: string,
  operation: "Apply" | "Update",
  fields: Set<string>,
  last: ManagedFields | undefined,
): ManagedFields {
  const fieldsV1 = encodeFields(fields);
  const isSame = last !== undefined &&
    JSON.stringify(last.fieldsV1) === JSON.stringify(fieldsV1);
  return {
    manager,
    operation,
    apiVersion: "v1",
    time: isSame ? last.time : now(),
    fieldsType: "FieldsV1",
    fieldsV1,
  };
}

/** A path may name a map that still has entries of others: it stays. */
function removeLeafOnly(secret: Json, path: string): void {
  if (leavesOf(secret).has(path)) removeLeaf(secret, path);
}

function withoutTimes(secret: StoredSecret): string {
  const { resourceVersion: _, ...metadata } = secret.metadata;
  const managedFields = (metadata.managedFields ?? [])
    .map(({ time: _, ...rest }) => rest);
  return canonical({ ...secret, metadata: { ...metadata, managedFields } });
}

/** JSON with sorted names. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner) => {
    if (!isObject(inner)) return inner;
    return Object.fromEntries(
      Object.entries(inner).sort(([a], [b]) => a < b ? -1 : 1),
    );
  });
}

function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, "Z");
}

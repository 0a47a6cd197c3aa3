/** A JSON object. */
export type Json = Record<string, unknown>;

/** A Secret as stored. */
export interface StoredSecret extends Json {
  metadata: Metadata;
  data?: Record<string, string>;
  type?: string;
  immutable?: boolean;
}

export interface Metadata extends Json {
  name: string;
  namespace: string;
  resourceVersion?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  managedFields?: ManagedFields[];
}

/** One entry of `metadata.managedFields`. */
export interface ManagedFields {
  manager: string;
  operation: "Apply" | "Update";
  apiVersion: string;
  time: string;
  fieldsType: "FieldsV1";
  fieldsV1: Json;
}

/** The maps whose entries are owned one by one. */
const MAPS = [["data"], ["metadata", "labels"], ["metadata", "annotations"]];
/** The single values that are owned. */
const SCALARS = [["type"], ["immutable"]];

/** The fields of a Secret by path; a path is the JSON of its names. Empty maps do not count: a typed server drops them. */
export function leavesOf(secret: Json): Map<string, unknown> {
  const leaves = new Map<string, unknown>();
  for (const path of SCALARS) {
    const value = at(secret, path);
    if (value !== undefined && value !== false) {
      leaves.set(JSON.stringify(path), value);
    }
  }
  for (const path of MAPS) {
    for (const [key, value] of Object.entries(at(secret, path) ?? {})) {
      leaves.set(JSON.stringify([...path, key]), value);
    }
  }
  return leaves;
}

/** The paths of the maps themselves that are not empty: `Update` managers own these too. */
export function mapsOf(secret: Json): string[] {
  return MAPS.filter((path) => Object.keys(at(secret, path) ?? {}).length > 0)
    .map((path) => JSON.stringify(path));
}

function at(object: Json, path: readonly string[]): unknown {
  let value: unknown = object;
  for (const name of path) value = (value as Json | undefined)?.[name];
  return value;
}

/** Sets a field, making the map around it. */
export function setLeaf(object: Json, path: string, value: unknown): void {
  const names: string[] = JSON.parse(path);
  const last = names.pop() ?? "";
  let parent = object;
  for (const name of names) parent = (parent[name] ??= {}) as Json;
  put(parent, last, value);
}

/** Removes a field, and the map around it if that is empty then. */
export function removeLeaf(object: Json, path: string): void {
  const names: string[] = JSON.parse(path);
  const last = names.pop() ?? "";
  const parent = at(object, names) as Json | undefined;
  if (parent === undefined) return;
  delete parent[last];
  const name = names.at(-1);
  if (name !== undefined && name !== "metadata" && isEmpty(parent)) {
    delete (at(object, names.slice(0, -1)) as Json)[name];
  }
}

function isEmpty(object: Json): boolean {
  return Object.keys(object).length === 0;
}

/** Reads `fieldsV1`: names are `f:`-prefixed, `.` is the map itself, a childless name is the field. */
export function decodeFields(fields: Json): Set<string> {
  const paths = new Set<string>();
  function walk(node: Json, path: readonly string[]) {
    const names = Object.keys(node);
    if (names.length === 0 && path.length > 0) paths.add(JSON.stringify(path));
    for (const name of names) {
      if (name === ".") paths.add(JSON.stringify(path));
      else walk(node[name] as Json, [...path, name.slice("f:".length)]);
    }
  }
  walk(fields, []);
  return paths;
}

/** Writes `fieldsV1`, the inverse of {@linkcode decodeFields}. */
export function encodeFields(paths: Iterable<string>): Json {
  const root: Json = {};
  const owned = new Set(paths);
  // Sorted, so that a map comes before its entries and gets its "." from them.
  for (const path of [...owned].sort(byPath)) {
    const names: string[] = JSON.parse(path);
    let node = root;
    names.forEach((name, depth) => {
      const isLast = depth === names.length - 1;
      const child = node[`f:${name}`] as Json | undefined;
      if (child === undefined) node[`f:${name}`] = {};
      else if (
        !isLast && isEmpty(child) &&
        owned.has(JSON.stringify(names.slice(0, depth + 1)))
      ) {
        child["."] = {};
      }
      node = node[`f:${name}`] as Json;
    });
  }
  return root;
}

function byPath(a: string, b: string): number {
  const [left, right]: string[][] = [JSON.parse(a), JSON.parse(b)];
  const [x, y] = [(left ?? []).join("\0"), (right ?? []).join("\0")];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Sets an object's own entry, whatever its name (`__proto__` is a legal key of a Secret). */
export function put(object: Json, name: string, value: unknown): void {
  Object.defineProperty(object, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

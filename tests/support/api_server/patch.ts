import { Buffer } from "node:buffer";
import { isObject, type Json, put, type StoredSecret } from "./fields.ts";
import { badRequest, invalid } from "./status.ts";

/** Applies a merge patch to a Secret, in place. */
export function mergePatch(target: StoredSecret, patch: Json): StoredSecret {
  function merge(into: Json, from: Json) {
    for (const [name, value] of Object.entries(from)) {
      if (value === null) delete into[name];
      else if (isObject(value)) {
        if (!isObject(into[name])) put(into, name, {});
        merge(into[name] as Json, value);
      } else put(into, name, value);
    }
  }
  merge(target, patch);
  return withStringData(target);
}

/** Applies a JSON patch (add, replace, remove) to a Secret, in place. */
export function jsonPatch(
  target: StoredSecret,
  operations: readonly Json[],
): StoredSecret {
  for (const { op, path, value } of operations) {
    const names = String(path).split("/").slice(1)
      .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
    const last = names.pop() ?? "";
    let parent: Json = target;
    for (const name of names) parent = (parent[name] ?? {}) as Json;
    const isThere = Object.hasOwn(parent, last);
    if (op !== "add" && !isThere) {
      throw invalid(
        "Secret",
        target.metadata.name,
        String(path),
        "no such path",
      );
    }
    if (op === "remove") delete parent[last];
    else if (op === "add" || op === "replace") put(parent, last, value);
    else throw badRequest(`operation ${op} is not supported`);
  }
  return target;
}

/** `stringData` is write-only: its values end up in `data`. */
export function withStringData(secret: StoredSecret): StoredSecret {
  const plain = secret["stringData"];
  if (!isObject(plain)) return secret;
  delete secret["stringData"];
  for (const [key, value] of Object.entries(plain)) {
    secret.data ??= {};
    put(secret.data, key, Buffer.from(String(value)).toString("base64"));
  }
  return secret;
}

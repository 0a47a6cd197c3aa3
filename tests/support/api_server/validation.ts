import { isObject, type Json, type StoredSecret } from "./fields.ts";
import { ApiError, invalid } from "./status.ts";

/** Gives a Secret the form a typed server keeps: defaults set, empty maps gone. */
export function normalise(secret: StoredSecret): void {
  secret["kind"] = "Secret";
  secret["apiVersion"] = "v1";
  secret.type ??= "Opaque";
  if (secret.immutable === false) delete secret.immutable;
  for (const holder of [secret, secret.metadata] as Json[]) {
    for (const name of ["data", "labels", "annotations"]) {
      const map = holder[name];
      if (isObject(map) && Object.keys(map).length === 0) delete holder[name];
    }
  }
}

/** Refuses what kube-apiserver refuses, in its words. */
export function validate(
  old: StoredSecret | undefined,
  next: StoredSecret,
): void {
  const { name } = next.metadata;
  let size = 0;
  for (const [key, value] of Object.entries(next.data ?? {})) {
    if (!/^[-._a-zA-Z0-9]+$/.test(key)) {
      throw invalid(
        "Secret",
        name,
        `data[${key}]`,
        `Invalid value: "${key}": a valid config key must consist of alphanumeric characters, '-', '_' or '.'`,
      );
    }
    if (key.length > 253) {
      throw invalid(
        "Secret",
        name,
        `data[${key}]`,
        `Invalid value: "${key}": must be no more than 253 characters`,
      );
    }
    size += decodedLength(value);
  }
  if (size > 1_048_576) {
    throw invalid(
      "Secret",
      name,
      "data",
      "Too long: must have at most 1048576 bytes",
    );
  }
  checkImmutable(old, next);
}

function checkImmutable(
  old: StoredSecret | undefined,
  next: StoredSecret,
): void {
  if (old === undefined) return;
  const { name } = next.metadata;
  if (old.type !== next.type) {
    throw invalid(
      "Secret",
      name,
      "type",
      `Invalid value: "${next.type}": field is immutable`,
    );
  }
  const isChanged = JSON.stringify(old.data) !== JSON.stringify(next.data);
  if (old.immutable && (isChanged || !next.immutable)) {
    throw invalid(
      "Secret",
      name,
      "data",
      "Forbidden: field is immutable when `immutable` is set",
    );
  }
}

/** The bytes of standard base64 with padding; Go takes line breaks inside, nothing else. */
function decodedLength(value: unknown): number {
  if (typeof value !== "string") throw illegalBase64(0);
  const clean = value.replace(/[\r\n]/g, "");
  const wrong = /[^A-Za-z0-9+/=]/.exec(clean);
  if (wrong) throw illegalBase64(wrong.index);
  if (clean.length % 4 !== 0 || !/^[^=]*={0,2}$/.test(clean)) {
    throw illegalBase64(clean.length);
  }
  return clean.length / 4 * 3 - (clean.match(/=/g)?.length ?? 0);
}

function illegalBase64(at: number): ApiError {
  return new ApiError(
    500,
    "",
    `failed to convert new object to proper version: unable to convert unstructured object to /v1, Kind=Secret: error decoding from json: illegal base64 data at input byte ${at}`,
  );
}

import { MloError } from "../error.ts";

/** A persistent volume claim. */
export interface Claim {
  readonly name: string;
  /** `Bound` if pods can mount it. */
  readonly phase: string;
}

/** The claims out of a `PersistentVolumeClaimList`. */
export function decodeClaims(json: string): Claim[] {
  let list: unknown;
  try {
    list = JSON.parse(json);
  } catch {
    list = undefined;
  }
  const items = Object(list).items as unknown;
  if (!Array.isArray(items)) {
    throw new MloError("Cannot list the claims: kubectl gave something else");
  }
  return items.map((item: unknown) => ({
    name: String(Object(item).metadata?.name ?? ""),
    phase: String(Object(item).status?.phase ?? "Bound"),
  }));
}

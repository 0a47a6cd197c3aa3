import type { kubectl, Machine } from "./kubectl.ts";
import { listAll } from "./lists.ts";

/** A persistent volume claim. */
export interface Claim {
  readonly name: string;
  /** `Bound` if pods can mount it. */
  readonly phase: string;
}

interface RawClaim {
  readonly metadata?: { readonly name?: string };
  readonly status?: { readonly phase?: string };
}

/**
 * The volume claims of a namespace.
 *
 * @throws {MloError} as {@linkcode listAll}.
 */
export async function listClaims(
  machine: Machine,
  namespace: string,
  patience?: Parameters<typeof kubectl>[1],
): Promise<Claim[]> {
  return await listAll(
    machine,
    "persistentvolumeclaims",
    namespace,
    ({ metadata, status }: RawClaim) => ({
      name: metadata?.name ?? "",
      phase: status?.phase ?? "Bound",
    }),
    patience,
  );
}

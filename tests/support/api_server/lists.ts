import type { Json } from "./fields.ts";
import { ApiError, badRequest } from "./status.ts";

const KINDS: Readonly<Record<string, string>> = {
  events: "EventList",
  namespaces: "NamespaceList",
  persistentvolumeclaims: "PersistentVolumeClaimList",
  pods: "PodList",
  secrets: "SecretList",
};

/** A list of objects as the API gives it. */
export function listOf(
  resource: string,
  items: readonly Json[],
  metadata: Json = {},
): Json {
  return {
    kind: KINDS[resource] ?? "List",
    apiVersion: "v1",
    metadata: { resourceVersion: "1", ...metadata },
    items,
  };
}

/** The pods a query asks for: `labelSelector`, `limit` and `continue`. */
export function selectPods(
  pods: readonly Json[],
  query: URLSearchParams,
): Json {
  const matches = selector(query.get("labelSelector") ?? "");
  const selected = pods.filter((pod) =>
    matches(
      ((pod["metadata"] as Json)["labels"] ?? {}) as Record<string, string>,
    )
  );
  const start = position(query.get("continue"));
  const limit = Number(query.get("limit") ?? "0");
  const end = limit > 0 ? start + limit : selected.length;
  const left = selected.length - end;
  return listOf(
    "pods",
    selected.slice(start, end),
    left > 0 ? { continue: token(end), remainingItemCount: left } : {},
  );
}

/** A token with characters that must be escaped in a URL, as a server's may have. */
function token(position: number): string {
  return btoa(`from+${position}?&=`);
}

function position(token: string | null): number {
  if (token === null || token === "") return 0;
  try {
    const found = /^from\+(\d+)\?&=$/.exec(atob(token))?.[1];
    if (found !== undefined) return Number(found);
  } catch {
    // Told below.
  }
  throw new ApiError(
    410,
    "Expired",
    "The provided continue parameter is too old",
  );
}

/** Equality-based selectors: `a=b`, `a==b`, `a!=b`, `a`, `!a`, joined by commas. */
function selector(
  text: string,
): (labels: Readonly<Record<string, string>>) => boolean {
  const terms = text.split(",").filter((term) => term !== "").map((term) => {
    const parts = /^(!?)([\w./-]+)(?:(==?|!=)([\w.-]*))?$/.exec(term.trim());
    if (parts === null) {
      throw badRequest(`unable to parse requirement: ${term}`);
    }
    const [, not, key = "", operator, value] = parts;
    return (labels: Readonly<Record<string, string>>) => {
      if (operator === undefined) return Object.hasOwn(labels, key) === !not;
      return (labels[key] === value) === (operator !== "!=");
    };
  });
  return (labels) => terms.every((matches) => matches(labels));
}

import { MloError } from "../error.ts";
import { ask } from "./ask.ts";
import { brokenOff } from "./failure.ts";
import { type kubectl, listCall, type Machine, text } from "./kubectl.ts";

/** What a namespace has lists of, with what an error calls them. */
const LISTS = {
  pods: "list the pods of the project",
  events: "list the events of the project",
  persistentvolumeclaims: "list the claims",
} as const;

/** The objects of one kind in a namespace, by the API's own word. */
export type Listed = keyof typeof LISTS;

/** One page of a list. */
export interface Page<T> {
  readonly items: T[];
  /** The token that asks for the next page; `undefined` on the last one. */
  readonly next: string | undefined;
}

/**
 * Every object of a kind in a namespace, in the server's order. A namespace
 * that does not exist has none.
 *
 * @throws {MloError} within five seconds if the cluster does not answer (69),
 * or if the user is not logged in or not allowed (4).
 */
export async function listAll<Raw, T>(
  machine: Machine,
  listed: Listed,
  namespace: string,
  decode: (item: Raw) => T,
  patience?: Parameters<typeof kubectl>[1],
): Promise<T[]> {
  const all: T[] = [];
  let next: string | undefined;
  do {
    const page: Page<T> = await ask(
      machine,
      listCall(listed, namespace, next, patience),
      { what: LISTS[listed], namespace },
      ({ stdout }) => decodeList(listed, text(stdout), decode),
    );
    all.push(...page.items);
    next = page.next;
  } while (next !== undefined);
  return all;
}

/**
 * A page of a list from its JSON, e.g. of a `PodList`.
 *
 * @throws {MloError} if the text is no list.
 */
export function decodeList<Raw, T>(
  listed: Listed,
  json: string,
  decode: (item: Raw) => T,
): Page<T> {
  const list = parsed(listed, json) as {
    readonly kind?: unknown;
    readonly metadata?: { readonly continue?: string };
    readonly items?: readonly Raw[] | null;
  } | null;
  if (!/List$/.test(String(list?.kind ?? ""))) {
    throw new MloError(`Cannot ${LISTS[listed]}: kubectl gave no list`);
  }
  return {
    items: (list?.items ?? []).map(decode),
    next: list?.metadata?.continue || undefined,
  };
}

/** `kubectl get --raw` ends with 0 also when the connection breaks in the middle of the answer (1.32, HTTP/1.1). */
function parsed(listed: Listed, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw brokenOff(LISTS[listed]);
  }
}

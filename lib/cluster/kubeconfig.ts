import { usageError } from "../error.ts";
import { shellQuote } from "../text/shell_quote.ts";

/** The context of the lab's cluster, as its kubeconfig names it. */
export const CONTEXT = "rcp-caas-prod";

/** The contexts of a kubeconfig. */
export interface Contexts {
  readonly current: string;
  /** Context to the URL of its server, where the kubeconfig has one. */
  readonly servers: ReadonlyMap<string, string | undefined>;
  /** Context to the program that its user's log-in comes from, where there is one. */
  readonly plugins: ReadonlyMap<string, string>;
}

interface View {
  readonly "current-context"?: string;
  readonly contexts?:
    | readonly Named<"context", { cluster?: string; user?: string }>[]
    | null;
  readonly clusters?: readonly Named<"cluster", { server?: string }>[] | null;
  readonly users?:
    | readonly Named<"user", { exec?: { command?: string } }>[]
    | null;
}

type Named<Key extends string, T> = { name?: string } & { [K in Key]?: T };

/** Decodes what `kubectl config view -o json` prints; rubbish is a kubeconfig without anything. */
export function decodeContexts(json: string): Contexts {
  let view: View = {};
  try {
    view = Object(JSON.parse(json)) as View;
  } catch {
    // As good as empty.
  }
  const servers = new Map(
    (view.clusters ?? []).map(({ name, cluster }) => [name, cluster?.server]),
  );
  const programs = new Map(
    (view.users ?? []).map(({ name, user }) => [name, user?.exec?.command]),
  );
  const contexts = view.contexts ?? [];
  return {
    current: view["current-context"] ?? "",
    servers: new Map(
      contexts.map(({ name, context }) => [
        name ?? "",
        servers.get(context?.cluster),
      ]),
    ),
    plugins: new Map(
      contexts.flatMap(({ name, context }) => {
        const program = programs.get(context?.user);
        return program === undefined ? [] : [[name ?? "", program] as const];
      }),
    ),
  };
}

/** Where `kubectl` is to go. */
export interface Target {
  /** The context's name; empty where `kubectl` has none, and says so itself. */
  readonly context: string;
  /** The URL of its server, where the kubeconfig has one. */
  readonly server?: string;
  /** The program of the kubeconfig that the log-in comes from, where there is one. */
  readonly plugin?: string;
  /** The proxy on the way to it, where there is one. */
  readonly proxy?: string;
  /** The kubeconfig's current context, if that is another one: `runai` of the first generation follows it. */
  readonly otherCurrent?: string;
}

/**
 * The context to use: the one that is asked for, else the lab's if the
 * kubeconfig has it, else the current one.
 *
 * @throws {MloError} if the one that is asked for does not exist.
 */
export function targetOf(
  contexts: Contexts | undefined,
  wanted: string,
): Target {
  // Without an answer of kubectl's its own message is the better one.
  if (contexts === undefined) return { context: wanted };
  const { current, servers, plugins } = contexts;
  if (wanted !== "" && !servers.has(wanted)) {
    const names = [...servers.keys()].join(", ");
    throw usageError(
      `The kubeconfig has no context ${JSON.stringify(wanted)}`,
      names === ""
        ? "mlo setup"
        : `it has: ${names}; choose with --context or KUBE_CONTEXT`,
    );
  }
  const context = wanted !== ""
    ? wanted
    : servers.has(CONTEXT)
    ? CONTEXT
    : current;
  const server = servers.get(context);
  const plugin = plugins.get(context);
  return {
    context,
    ...(server === undefined ? {} : { server }),
    ...(plugin === undefined ? {} : { plugin }),
    ...(current === context ? {} : { otherCurrent: current }),
  };
}

/** A target as messages name it. */
export function describeTarget({ context, server, proxy }: Target): string {
  const by = proxy === undefined ? "" : ` by the proxy ${proxy}`;
  const where = server === undefined ? "" : `, ${server}${by}`;
  return context === "" ? "no context" : `context ${context}${where}`;
}

/** What is wrong with a kubeconfig, and the line that mends it. */
export interface ContextProblem {
  readonly message: string;
  readonly fix: string;
  /** Whether it has no context at all. */
  readonly nothing: boolean;
}

/** Says why `kubectl` has no cluster to go to, as far as the kubeconfig tells; `wanted` as for {@linkcode targetOf}. */
export function contextProblem(
  { current, servers }: Contexts,
  wanted: string,
): ContextProblem | undefined {
  if (servers.size === 0) {
    const message = "kubectl has no cluster to talk to";
    return { message, fix: "mlo setup", nothing: true };
  }
  if (wanted !== "" || servers.has(CONTEXT)) return undefined;
  if (current !== "" && servers.has(current)) return undefined;
  const [only, ...more] = servers.keys();
  return {
    message: current === ""
      ? "no context is chosen"
      : `the chosen context ${current} does not exist`,
    fix: more.length === 0 ? useContext(only ?? "") : "mlo setup",
    nothing: false,
  };
}

/** The line that makes a context the current one. */
export function useContext(context: string): string {
  return `kubectl config use-context ${shellQuote(context)}`;
}

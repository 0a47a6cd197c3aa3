/** The context of the lab's cluster, as its kubeconfig names it. */
export const CONTEXT = "rcp-caas-prod";

/** The contexts of a kubeconfig. */
export interface Contexts {
  readonly current: string;
  /** Context to the URL of its server, where the kubeconfig has one. */
  readonly servers: ReadonlyMap<string, string | undefined>;
}

interface View {
  readonly "current-context"?: string;
  readonly contexts?: readonly Named<"context", { cluster?: string }>[] | null;
  readonly clusters?: readonly Named<"cluster", { server?: string }>[] | null;
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
  return {
    current: view["current-context"] ?? "",
    servers: new Map(
      (view.contexts ?? []).map(({ name, context }) => [
        name ?? "",
        servers.get(context?.cluster),
      ]),
    ),
  };
}

/** What is wrong with a kubeconfig, and the line that mends it. */
export interface ContextProblem {
  readonly message: string;
  readonly fix: string;
  /** Whether it has no context at all. */
  readonly nothing: boolean;
}

/** Says whether `kubectl` points to another cluster than the lab's, as far as the kubeconfig tells. */
export function chooseContext(
  { current, servers }: Contexts,
): ContextProblem | undefined {
  if (servers.size === 0) {
    const message = "kubectl has no cluster to talk to";
    return { message, fix: "mlo setup", nothing: true };
  }
  const use = servers.has(CONTEXT)
    ? `kubectl config use-context ${CONTEXT}`
    : "mlo setup";
  if (current === "" || !servers.has(current)) {
    const message = current === ""
      ? "no context is chosen"
      : `the chosen context ${current} does not exist`;
    return { message, fix: use, nothing: false };
  }
  if (current !== CONTEXT && servers.has(CONTEXT)) {
    const message = `the chosen context is ${current} (${
      servers.get(current) ?? "no server"
    }), not ${CONTEXT}`;
    return { message, fix: use, nothing: false };
  }
  return undefined;
}

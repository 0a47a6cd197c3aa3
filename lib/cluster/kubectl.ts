import type { Call, Host } from "../host/host.ts";

/** The part of the machine this room needs. */
export type Machine = Pick<Host, "programs" | "clock">;

/**
 * How long a question may take, in milliseconds: a cluster that cannot be
 * reached must be told in five seconds. `kubectl` itself gives up a little
 * earlier, so that its own message is there; the kill is for what happens
 * before its request (a wrapper around kubectl may ask the server's version
 * first, with a patience of its own).
 */
const ASK = { kubectl: "4s", kill: 4_500 };

/** How long a change may take: a megabyte over a slow VPN. */
const CHANGE = { kubectl: "60s", kill: 75_000 };

type Patience = typeof ASK;

/**
 * Go collects garbage twice while kubectl starts, a fifth of the processor
 * time that a short call takes (1.32: 55 ms with, 43 ms without).
 */
const QUICK_START = { GOGC: "400" };

/** A `kubectl` call; the namespace is always named, never the context's own. */
export function kubectl(
  args: readonly string[],
  patience: Patience = ASK,
): Call {
  return {
    program: "kubectl",
    args: [...args, `--request-timeout=${patience.kubectl}`],
    env: QUICK_START,
    timeout: patience.kill,
  };
}

/**
 * The question for a page of a list, 500 objects each: the first one, or the
 * one that a token stands for. `get --raw` is one GET: no discovery, no second
 * question.
 */
export function listCall(
  listed: string,
  namespace: string,
  token?: string,
  patience?: Patience,
): Call {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/${listed}`;
  const from = token === undefined
    ? ""
    : `&continue=${encodeURIComponent(token)}`;
  return kubectl(["get", "--raw", `${path}?limit=500${from}`], patience);
}

/**
 * The same question where a program of the kubeconfig logs in. kubectl's own
 * patience does not end that one (1.20 to 1.36: the request is not given up
 * before the program has ended), so kubectl gets less of it: a cluster that
 * does not answer is told by kubectl itself, and whoever is still there when
 * it is killed waits for the log-in.
 */
export function besidePlugin(call: Call): Call {
  const own = `--request-timeout=${ASK.kubectl}`;
  const args = call.args.map((word) =>
    word === own ? "--request-timeout=3s" : word
  );
  return { ...call, args };
}

/** The text of what a program printed. */
export function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** A `kubectl` call that changes something. */
export function changeCall(args: readonly string[]): Call {
  return kubectl(args, CHANGE);
}

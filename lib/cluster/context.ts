import { MloError } from "../error.ts";
import { readCache, writeCache } from "../host/cache.ts";
import type { Call, Host, Outcome, Programs } from "../host/host.ts";
import { type Contexts, decodeContexts, type Target } from "./kubeconfig.ts";
import { besidePlugin, text } from "./kubectl.ts";
import { proxyFor } from "./proxy.ts";

type Machine = Pick<Host, "env" | "files" | "programs">;

/**
 * How long `kubectl` may take to read its own files, in milliseconds: long,
 * since a machine may be busy, and going on without the answer could lead to
 * another cluster.
 */
const PATIENCE = 15_000;

/** Another word whenever more of the view is kept. */
const FORM = "with log-in programs";

/** The files that `kubectl` merges: those that KUBECONFIG names, or the usual one. */
export function kubeconfigFiles({ env }: Pick<Host, "env">): string[] {
  const named = (env.get("KUBECONFIG") ?? "").split(":")
    .filter((path) => path !== "");
  return named.length > 0 ? named : [`${env.home}/.kube/config`];
}

/**
 * The contexts of the merged kubeconfig, as `kubectl` sees them; kept until
 * one of its files changes, since asking takes as long as `kubectl` takes to
 * start. `undefined` if `kubectl` cannot tell: it says why when it is used.
 *
 * @throws {MloError} if it does not answer in time.
 */
export async function readContexts(
  machine: Machine,
  patience = PATIENCE,
): Promise<Contexts | undefined> {
  const files = kubeconfigFiles(machine);
  const facts = await Promise.all(
    files.map((file) => machine.files.facts(file).catch(() => undefined)),
  );
  const stamp = [
    FORM,
    ...files.map((file, index) =>
      `${file} ${facts[index]?.size} ${facts[index]?.modified}`
    ),
  ].join("\n");
  const kept = Object(await readCache(machine, "contexts")) as {
    stamp?: string;
    view?: string;
  };
  if (kept.stamp === stamp && typeof kept.view === "string") {
    return decodeContexts(kept.view);
  }
  const outcome = await machine.programs.run({
    program: "kubectl",
    args: ["config", "view", "-o", "json"],
    timeout: patience,
  }).catch(() => undefined);
  if (outcome?.timedOut) {
    throw new MloError(
      `Cannot choose the cluster: kubectl config view did not end within ${
        patience / 1000
      } s`,
      { hint: "kubectl config view" },
    );
  }
  if (outcome?.code !== 0) return undefined;
  const contexts = decodeContexts(text(outcome.stdout));
  await writeCache(machine, "contexts", { stamp, view: bare(contexts) });
  return contexts;
}

/** The part of the view that is needed again: names, addresses and programs, no user's data. */
function bare({ current, servers, plugins }: Contexts): string {
  return JSON.stringify({
    "current-context": current,
    contexts: [...servers.keys()].map((name) => ({
      name,
      context: { cluster: name, user: name },
    })),
    users: [...plugins].map(([name, command]) => ({
      name,
      user: { exec: { command } },
    })),
    clusters: [...servers].map(([name, server]) => ({
      name,
      cluster: { server },
    })),
  });
}

/** The same host, whose `kubectl` talks to the target's context; what fails names it. */
export function inContext(host: Host, target: Target): Host {
  const proxy = proxyFor(host.env, target.server);
  const cluster = proxy === undefined ? target : { ...target, proxy };
  const aim = (call: Call) => isAimed(call) ? aimed(call, target) : call;
  const named = (call: Call, outcome: Outcome): Outcome =>
    isAimed(call) ? { ...outcome, cluster } : outcome;
  const programs: Programs = {
    run: async (call, input) =>
      named(call, await host.programs.run(aim(call), input)),
    start: (call, onOutput) => {
      const started = host.programs.start(aim(call), onOutput);
      return {
        write: (input) => started.write(input),
        feed: (input) => started.feed(input),
        kill: () => started.kill(),
        outcome: started.outcome.then((outcome) => named(call, outcome)),
      };
    },
    attach: (call) => host.programs.attach(aim(call)),
    attachHeard: (call, onError, ...more) =>
      host.programs.attachHeard(aim(call), onError, ...more),
    join: (call, greeting, onError) =>
      host.programs.join(aim(call), greeting, onError),
    stream: async (call, onOutput, ...more) =>
      named(call, await host.programs.stream(aim(call), onOutput, ...more)),
  };
  return { ...host, programs };
}

/** Calls that go to a cluster; `kubectl config` reads files. */
function isAimed({ program, args }: Call): boolean {
  return program === "kubectl" && args[0] !== "config";
}

/** The call as it goes to the target: with the context before the first `--`, behind which the words are another program's. */
export function aimed(
  question: Call,
  { context, plugin }: Pick<Target, "context" | "plugin">,
): Call {
  const call = plugin === undefined ? question : besidePlugin(question);
  if (context === "") return call;
  const end = call.args.indexOf("--");
  const at = end === -1 ? call.args.length : end;
  const args = [...call.args];
  args.splice(at, 0, `--context=${context}`);
  return { ...call, args };
}

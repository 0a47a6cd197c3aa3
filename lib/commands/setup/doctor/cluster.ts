import { listClaims } from "../../../cluster/claims.ts";
import { kubectl, text } from "../../../cluster/kubectl.ts";
import { kubectlFailure } from "../../../cluster/failure.ts";
import {
  inContext,
  kubeconfigFiles,
  readContexts,
} from "../../../cluster/context.ts";
import {
  contextProblem,
  decodeContexts,
  describeTarget,
  type Target,
  targetOf,
  useContext,
} from "../../../cluster/kubeconfig.ts";
import { findGeneration } from "../../../runai/generation.ts";
import { unsetLine } from "../shell_words.ts";
import { compareSecret, foreignType } from "../../../cluster/secret.ts";
import { readSecret } from "../../../cluster/secret_store.ts";
import { injectSshKey } from "../../../config/ssh/key.ts";
import type { Settings } from "../../../config/settings/settings.ts";
import { ExitCode, MloError } from "../../../error.ts";
import type { Host } from "../../../host/host.ts";
import { shellQuote } from "../../../text/shell_quote.ts";
import { missing } from "./programs.ts";
import type { Examined } from "./settings.ts";
import { edit, fault, type Finding, note, ok, skipped } from "./finding.ts";
import { readSshKey } from "../../../settings/read_ssh_key.ts";

/** Shorter than elsewhere: the whole examination may take five seconds. */
const PATIENCE = { kubectl: "3s", kill: 4_000 };

/** `kubectl`, and where it points to. */
export async function checkKubeconfig(
  host: Host,
  { settings, lines, path = "" }: Examined,
): Promise<Finding[]> {
  const absent = await missing(host, "kubectl");
  if (absent) return [absent];
  const outcome = await host.programs.run({
    program: "kubectl",
    args: ["config", "view", "-o", "json"],
    timeout: PATIENCE.kill,
  });
  if (outcome.timedOut) {
    return [skipped("kubeconfig", "kubectl does not answer")];
  }
  if (outcome.code !== 0) return [await unreadable(host)];
  const contexts = decodeContexts(text(outcome.stdout));
  const wanted = settings?.KUBE_CONTEXT ?? "";
  const problem = contextProblem(contexts, wanted);
  const lost = host.env.get("KUBECONFIG");
  if (problem?.nothing && lost !== undefined) {
    return [
      fault(
        "kubeconfig",
        `KUBECONFIG names ${lost}, where nothing is`,
        unsetLine(host.env, "KUBECONFIG"),
      ),
    ];
  }
  if (problem) return [fault("kubeconfig", problem.message, problem.fix)];
  if (wanted !== "" && !contexts.servers.has(wanted)) {
    return [
      fault(
        "kubeconfig",
        `it has no context ${wanted}, which KUBE_CONTEXT names (it has: ${
          [...contexts.servers.keys()].join(", ")
        })`,
        edit(path, lines.get("KUBE_CONTEXT")),
      ),
    ];
  }
  return [await checkCurrent(host, settings, targetOf(contexts, wanted))];
}

/** The kubeconfig's file that `kubectl` cannot read: of several, the first that it refuses. */
async function unreadable(host: Host): Promise<Finding> {
  const files = kubeconfigFiles(host);
  const answers = await Promise.all(files.map((file) =>
    host.programs.run({
      program: "kubectl",
      args: ["config", "view"],
      env: { KUBECONFIG: file },
      timeout: PATIENCE.kill,
    })
  ));
  const bad = files[answers.findIndex(({ code }) => code !== 0)] ??
    files[0] ?? "";
  return fault(
    "kubeconfig",
    `kubectl cannot read its configuration, ${bad}`,
    edit(bad),
  );
}

/** The first generation of `runai` follows the current context, whatever the verbs are told. */
async function checkCurrent(
  host: Host,
  settings: Settings | undefined,
  target: Target,
): Promise<Finding> {
  const { context, otherCurrent } = target;
  const shown = describeTarget(target).replace(/^context /, "");
  if (otherCurrent === undefined) return ok("kubeconfig", shown);
  const generation = await findGeneration(host, {
    RUNAI_CLI: settings?.RUNAI_CLI ?? "auto",
    RUNAI_PROGRAM: settings?.RUNAI_PROGRAM ?? "runai",
  }).catch(() => undefined);
  const current = otherCurrent === "" ? "none" : otherCurrent;
  return generation === "v2"
    ? ok("kubeconfig", `${shown}; kubectl's current context is ${current}`)
    : fault(
      "kubeconfig",
      `the current context is ${current}, which runai (v1) follows, not ${context}`,
      useContext(context),
    );
}

/** The namespace, its volume claim and the secret, each asked beside the others. */
export async function checkCluster(
  host: Host,
  examined: Examined,
): Promise<Finding[]> {
  const { settings } = examined;
  if (settings === undefined) {
    return [skipped("cluster", "the settings come first")];
  }
  if (await missing(host, "kubectl")) {
    return [skipped("cluster", "kubectl comes first")];
  }
  const contexts = await readContexts(host, PATIENCE.kill)
    .catch(() => "silent" as const);
  if (contexts === "silent") {
    return [skipped("cluster", "kubectl does not answer")];
  }
  const wanted = settings.KUBE_CONTEXT;
  if (wanted !== "" && contexts?.servers.has(wanted) === false) {
    return [skipped("cluster", "the kubeconfig comes first")];
  }
  const target = targetOf(contexts, wanted);
  const there = inContext(host, target);
  const results = await Promise.allSettled([
    checkNamespace(there, settings),
    checkClaim(there, settings, examined),
    checkSecret(there, settings, examined),
  ]);
  const failures = results.flatMap((result) =>
    result.status === "rejected" ? [result.reason as unknown] : []
  );
  const findings = results.flatMap((result) =>
    result.status === "fulfilled" ? result.value : []
  );
  const nowhere = findings.filter(({ check, status }) =>
    check === "namespace" && status === "fault"
  );
  // What a namespace lacks that is not there needs no telling.
  if (nowhere.length > 0) return nowhere;
  const [first] = failures;
  if (first === undefined) return findings;
  if (!(first instanceof MloError)) throw first;
  return [...findings, failureFinding(first, target)];
}

/** One cause makes every question fail: it is told once. */
function failureFinding(error: MloError, { context }: Target): Finding {
  const to = context === "" ? "" : ` --context=${shellQuote(context)}`;
  const reason = error.message.replace(/^Cannot [^:]*: /, "");
  switch (error.exitCode) {
    case ExitCode.unreachable:
      return fault(
        "cluster",
        `${reason}: connect to the EPFL network or its VPN`,
        `kubectl get --raw /version${to}`,
      );
    case ExitCode.auth:
      return /logged in/.test(reason)
        ? fault("cluster", reason, "runai login")
        : fault("cluster", reason, "runai list projects");
    default:
      return /no cluster to talk to|context|configuration/.test(reason)
        ? skipped("cluster", "the kubeconfig comes first")
        : fault("cluster", reason, `kubectl cluster-info${to}`);
  }
}

async function checkNamespace(
  host: Host,
  { K8S_NAMESPACE: namespace, RUNAI_PROJECT: project }: Settings,
): Promise<Finding[]> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
  const outcome = await host.programs.run(
    kubectl(["get", "--raw", path], PATIENCE),
  );
  if (outcome.code === 0) return [ok("namespace", namespace)];
  const said = text(outcome.stderr);
  // Reading the namespace itself is often not allowed; using it is.
  if (/forbidden/i.test(said)) return [];
  if (/not ?found/i.test(said) && !outcome.timedOut) {
    return [
      fault(
        "namespace",
        `the cluster has no namespace ${namespace}: another cluster, or a wrong project (${project})`,
        "runai list projects",
      ),
    ];
  }
  throw kubectlFailure(outcome, { what: "read the namespace", namespace });
}

/** A job with a claim that does not exist never shows up in any list. */
async function checkClaim(
  host: Host,
  settings: Settings,
  { path = "", lines }: Examined,
): Promise<Finding[]> {
  const { K8S_NAMESPACE: namespace, SCRATCH_PVC: name } = settings;
  const claims = await listClaims(host, namespace, PATIENCE);
  const found = claims.find((claim) => claim.name === name);
  if (found === undefined) {
    const there = claims.map((claim) => claim.name).join(", ") || "none at all";
    return [
      fault(
        "scratch",
        `there is no volume claim ${name} in ${namespace} (there is: ${there}); a job with it would vanish from the list`,
        claims.length === 0
          ? `kubectl get pvc -n ${shellQuote(namespace)}`
          : edit(path, lines.get("SCRATCH_PVC")),
      ),
    ];
  }
  if (found.phase !== "Bound") {
    return [
      fault(
        "scratch",
        `the volume claim ${name} is ${found.phase}, not Bound: pods would wait for it`,
        `kubectl describe pvc ${shellQuote(name)} -n ${shellQuote(namespace)}`,
      ),
    ];
  }
  return [ok("scratch", `${name} at ${settings.SCRATCH_MOUNT_PATH}`)];
}

async function checkSecret(
  host: Host,
  settings: Settings,
  { variables, lines, path = "" }: Examined,
): Promise<Finding[]> {
  const { K8S_NAMESPACE: namespace, RUNAI_SECRET_NAME: name } = settings;
  const [live, keyFiles] = await Promise.all([
    readSecret(host, namespace, name, PATIENCE),
    readSshKey(host, settings, variables).catch(() => undefined),
  ]);
  if (live === undefined) {
    return [
      note(
        "secret",
        `${name} is not there yet: the first submit makes it`,
        "mlo secret sync",
      ),
    ];
  }
  const type = foreignType(live);
  if (type !== undefined) {
    return [
      fault(
        "secret",
        `${name} is of the type ${type}, so something else made it: no job can be submitted with it`,
        edit(path, lines.get("RUNAI_SECRET_NAME")),
      ),
    ];
  }
  const found = compareSecret(injectSshKey(variables, keyFiles ?? {}), live);
  const findings: Finding[] = [];
  if (found.annotationLeak) {
    findings.push(
      fault(
        "secret",
        `${name} carries every value a second time, in the annotation that csub left`,
        "mlo secret sync",
      ),
    );
  }
  const differing = [
    ...found.missing.map((key) => `${key} (missing)`),
    ...found.extra.map((key) => `${key} (only in the cluster)`),
    ...found.different,
  ];
  if (differing.length > 0 && keyFiles !== undefined) {
    findings.push(
      fault(
        "secret",
        `${name} differs from the settings file in ${differing.join(", ")}`,
        "mlo secret sync",
      ),
    );
  }
  return findings.length > 0 ? findings : [ok("secret", `${name} is in sync`)];
}

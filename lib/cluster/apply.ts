import { MloError } from "../error.ts";
import type { Call, Outcome } from "../host/host.ts";
import { ask } from "./ask.ts";
import { hold } from "./hold.ts";
import { changeCall, kubectl, type Machine, text } from "./kubectl.ts";
import { type Attempt, kubectlFailure } from "./failure.ts";
import {
  compareSecret,
  FIELD_MANAGER,
  type SecretComparison,
  type SecretManifest,
} from "./secret.ts";

/** An apply that was started but has no manifest yet: {@linkcode hold}. */
export interface HeldApply {
  /**
   * Gives the manifest and waits until the Secret is exactly that.
   *
   * @throws {MloError} with kubectl's own message if it is not.
   */
  feed(manifest: SecretManifest): Promise<void>;
  /** Ends the apply: without any effect unless it was fed, a no-op if it is done. */
  abandon(): void;
}

/**
 * The one apply of a Secret's manifest on stdin: server-side, under `mlo`'s
 * own field manager and with forced conflicts, so that keys of the last apply
 * that are no longer sent go away. Validation is left to the server, which
 * saves two requests. The answer (`-o json`) shows what the Secret became.
 */
export function applySecretCall(namespace: string): Call {
  return changeCall([
    ...["apply", "--server-side", `--field-manager=${FIELD_MANAGER}`],
    ...["--force-conflicts", "--validate=false", "-n", namespace],
    ...["-o", "json", "-f", "-"],
  ]);
}

/** Starts {@linkcode applySecretCall} with its standard input held open. */
export function startApply(machine: Machine, namespace: string): HeldApply {
  const held = hold(machine, applySecretCall(namespace));
  return {
    abandon: held.abandon,
    feed: async (manifest) => {
      const attempt = attemptOf(manifest, "apply");
      const applied = await held.feed(
        manifest.json,
        (outcome) => check(outcome, attempt),
      );
      await settle(machine, manifest, applied);
    },
  };
}

/**
 * Makes the Secret exactly what the manifest says.
 *
 * @throws {MloError} if that failed; within five seconds (69) if the cluster
 * does not answer, which is asked beside the apply's start-up.
 */
export async function applySecret(
  machine: Machine,
  namespace: string,
  manifest: SecretManifest,
): Promise<void> {
  const held = startApply(machine, namespace);
  try {
    const probe = kubectl(["get", "--raw", "/version"]);
    await ask(machine, probe, attemptOf(manifest, "apply"));
  } catch (error) {
    held.abandon();
    throw error;
  }
  await held.feed(manifest);
}

function attemptOf(
  { name, namespace, data }: SecretManifest,
  verb: string,
): Attempt {
  return {
    what: `${verb} the secret "${name}"`,
    namespace,
    // Not an iterator: they are to be hidden at every attempt.
    values: [...data.values()],
    names: [name],
  };
}

function check(outcome: Outcome, attempt: Attempt): void {
  if (outcome.code === 0 && !outcome.timedOut) return;
  throw kubectlFailure(outcome, attempt);
}

/**
 * Judges the Secret that an apply left. What another manager put there
 * (`kubectl create secret`, `kubectl patch`, a console) outlives an apply:
 * such keys, and annotations that copy values, are removed by a merge patch,
 * whose arguments hold names only.
 */
async function settle(
  machine: Machine,
  manifest: SecretManifest,
  applied: Outcome,
): Promise<void> {
  const found = compareSecret(manifest.data, text(applied.stdout));
  if (found.inSync) return;
  const { name, namespace } = manifest;
  const cleaned = await ask(
    machine,
    cleanCall(namespace, name, found),
    attemptOf(manifest, "clean"),
  );
  const left = compareSecret(manifest.data, text(cleaned.stdout));
  if (!left.inSync) throw notAsWanted(name, left);
}

/** Removes keys and annotations; one that is gone already is fine for a merge patch. */
function cleanCall(
  namespace: string,
  name: string,
  found: SecretComparison,
): Call {
  const patch = {
    data: nulls(found.extra),
    metadata: { annotations: nulls(found.leakingAnnotations) },
  };
  return changeCall([
    ...["patch", "secret", name, "-n", namespace, "--type=merge"],
    ...[`--field-manager=${FIELD_MANAGER}`, "-o", "json"],
    ...["-p", JSON.stringify(patch)],
  ]);
}

function nulls(names: readonly string[]): Record<string, null> {
  return Object.fromEntries(names.map((name) => [name, null]));
}

function notAsWanted(name: string, left: SecretComparison): MloError {
  const keys = [...left.missing, ...left.extra, ...left.different];
  return new MloError(
    `Cannot apply the secret "${name}": the cluster keeps it different in ${
      keys.length > 0 ? keys.join(", ") : left.leakingAnnotations.join(", ")
    }`,
    { hint: "Something else may be writing it: mlo secret rm, then try again" },
  );
}

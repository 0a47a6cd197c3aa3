import { ask } from "./ask.ts";
import { kubectlFailure } from "./failure.ts";
import { withRetries } from "./retry.ts";
import { changeCall, kubectl, type Machine, text } from "./kubectl.ts";

export type { Machine } from "./kubectl.ts";
export {
  applySecret,
  applySecretCall,
  type HeldApply,
  startApply,
} from "./apply.ts";

/**
 * The Secret's JSON, field managers included, or `undefined` if there is none.
 * It holds values: for {@linkcode compareSecret} only, never to be shown.
 *
 * @throws {MloError} within five seconds if the cluster does not answer (69),
 * or if the user is not logged in or not allowed (4).
 */
export async function readSecret(
  machine: Machine,
  namespace: string,
  name: string,
  patience?: Parameters<typeof kubectl>[1],
): Promise<string | undefined> {
  // As the server gives it: whether `-o json` shows the field managers, and by
  // which flag, differs between kubectl 1.20 and later ones.
  const path = `/api/v1/namespaces/${namespace}/secrets/${name}`;
  const call = kubectl(["get", "--raw", path], patience);
  return await withRetries(machine.clock, async () => {
    const outcome = await machine.programs.run(call);
    if (outcome.code === 0 && !outcome.timedOut) return text(outcome.stdout);
    if (/\(NotFound\)/.test(text(outcome.stderr))) return undefined;
    throw kubectlFailure(outcome, {
      what: `read the secret "${name}"`,
      namespace,
      names: [name],
    });
  });
}

/**
 * Deletes a Secret; does not wait until it is gone.
 *
 * @returns whether there was one.
 * @throws {MloError} as {@linkcode readSecret}.
 */
export async function deleteSecret(
  machine: Machine,
  namespace: string,
  name: string,
): Promise<boolean> {
  const outcome = await ask(
    machine,
    changeCall([
      ...["delete", "secret", name, "-n", namespace, "-o", "name"],
      ...["--wait=false", "--ignore-not-found"],
    ]),
    { what: `delete the secret "${name}"`, namespace, names: [name] },
  );
  return text(outcome.stdout).trim() !== "";
}

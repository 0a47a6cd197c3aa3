import { ask } from "./ask.ts";
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
  const outcome = await ask(
    machine,
    kubectl([
      ...["get", "secret", name, "-n", namespace, "-o", "json"],
      ...["--show-managed-fields", "--ignore-not-found"],
    ], patience),
    { what: `read the secret "${name}"`, namespace, names: [name] },
  );
  const json = text(outcome.stdout);
  return json.trim() === "" ? undefined : json;
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

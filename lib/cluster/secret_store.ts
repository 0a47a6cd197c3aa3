import { ask, podsCall } from "./ask.ts";
import { changeCall, kubectl, type Machine, text } from "./kubectl.ts";
import { decodePods, type NameHolder, nameHolder, type Pod } from "./pods.ts";

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
 * @throws {MloError} as {@linkcode listPods}.
 */
export async function readSecret(
  machine: Machine,
  namespace: string,
  name: string,
): Promise<string | undefined> {
  const outcome = await ask(
    machine,
    kubectl([
      ...["get", "secret", name, "-n", namespace, "-o", "json"],
      ...["--show-managed-fields", "--ignore-not-found"],
    ]),
    { what: `read the secret "${name}"`, namespace, names: [name] },
  );
  const json = text(outcome.stdout);
  return json.trim() === "" ? undefined : json;
}

/**
 * Deletes a Secret; does not wait until it is gone.
 *
 * @returns whether there was one.
 * @throws {MloError} as {@linkcode listPods}.
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

/**
 * Asks whether a job's name is free: one request per 500 pods.
 *
 * @returns what has the name, or `undefined` if it is free.
 * @throws {MloError} as {@linkcode listPods}.
 */
export async function whoHasName(
  machine: Machine,
  namespace: string,
  job: string,
): Promise<NameHolder | undefined> {
  return nameHolder(await listPods(machine, namespace), job);
}

/**
 * Every pod of a namespace. A namespace that does not exist has none.
 *
 * @throws {MloError} within five seconds if the cluster does not answer (69),
 * or if the user is not logged in or not allowed (4).
 */
export async function listPods(
  machine: Machine,
  namespace: string,
): Promise<Pod[]> {
  const pods: Pod[] = [];
  let next: string | undefined;
  do {
    const call = podsCall(namespace, next);
    const what = "list the pods of the project";
    const attempt = { what, namespace };
    const page = await ask(
      machine,
      call,
      attempt,
      ({ stdout }) => decodePods(text(stdout)),
    );
    pods.push(...page.pods);
    next = page.next;
  } while (next !== undefined);
  return pods;
}

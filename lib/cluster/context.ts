import { ask } from "./ask.ts";
import { kubectl, type Machine, text } from "./kubectl.ts";

/** The name of kubectl's current context. Throws an `MloError` if there is none. */
export async function currentContext(machine: Machine): Promise<string> {
  const outcome = await ask(
    machine,
    kubectl(["config", "current-context"]),
    { what: "find kubectl's current context", namespace: "" },
  );
  return text(outcome.stdout).trim();
}

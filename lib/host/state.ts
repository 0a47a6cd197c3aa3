import type { Host } from "./host.ts";

/**
 * Where things lie that outlive a run of the program and are no settings. A
 * relative directory in the environment is to be ignored:
 * https://specifications.freedesktop.org/basedir-spec/latest/
 */
export function stateDirectory({ env }: Pick<Host, "env">): string {
  const named = env.get("XDG_STATE_HOME");
  const root = named?.startsWith("/") ? named : `${env.home}/.local/state`;
  return `${root}/mlo`;
}

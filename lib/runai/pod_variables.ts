import type { Problem } from "../text/problems.ts";
import type { JobSettings, SecretVariable } from "./job_types.ts";

/**
 * The plain variables of a pod, in order: who the user is (`NB_*`, read by the
 * image's entrypoint), where things are, and where caches stay between pods.
 */
export function plainVariables(settings: JobSettings): [string, string][] {
  const { SCRATCH_HOME: scratchHome, LDAP_USERNAME: user } = settings;
  return [
    ["HOME", `/home/${user}`],
    ["NB_USER", user],
    ["NB_UID", settings.LDAP_UID],
    ["NB_GROUP", settings.LDAP_GROUPNAME],
    ["NB_GID", settings.LDAP_GID],
    ["WORKING_DIR", settings.WORKING_DIR],
    ["SCRATCH_HOME", scratchHome],
    ["SCRATCH_HOME_ROOT", settings.SCRATCH_HOME_ROOT],
    ["EPFML_LDAP", user],
    ["HF_HOME", settings.HF_HOME],
    ["UV_PYTHON_VERSION", settings.UV_PYTHON_VERSION],
    ["TZ", settings.TZ],
    ["GIT_CONFIG_GLOBAL", `${scratchHome}/.gitconfig`],
    ["UV_CACHE_DIR", `${scratchHome}/.cache/uv`],
    ["UV_PYTHON_INSTALL_DIR", `${scratchHome}/.uv`],
  ];
}

/** The variables that the pod reads from the secret, under the names of its keys. */
export function secretVariables(
  secret: string,
  keys: readonly string[],
  plain: readonly (readonly [string, string])[],
  problems: Problem[],
): SecretVariable[] {
  const taken = new Set(plain.map(([name]) => name));
  for (const key of keys.filter((key) => taken.has(key))) {
    problems.push({
      message:
        `EXTRA_SECRET_KEYS names ${key}, which every pod has as a plain variable`,
      hint: `take ${key} off the list`,
    });
  }
  return keys.map((key) => ({ variable: key, secret, key }));
}

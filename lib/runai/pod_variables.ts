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

/** Variables that the image or the pod's system sets: a user's value would be lost or break the start. */
const RESERVED = /^(?:MLO_\w*|SSH_PRIVATE_KEY_B64|KUBERNETES_\w*)$/;

/**
 * The user's own plain variables, each `KEY=VALUE`, in order. What mlo sets and
 * what comes from the secret is refused: one of two values would be lost.
 */
export function userVariables(
  texts: readonly string[],
  set: readonly (readonly [string, string])[],
  secretKeys: readonly string[],
  problems: Problem[],
): [string, string][] {
  const settable = new Set(set.map(([name]) => name));
  const variables = new Map<string, string>();
  for (const text of texts) {
    const at = text.indexOf("=");
    const name = at === -1 ? text : text.slice(0, at);
    // The value is not repeated: it may be a secret in the wrong place.
    const refuse = (message: string, hint: string) =>
      problems.push({ message: `--env ${message}`, hint });
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      refuse(
        "has a name that no variable can have",
        "write it as --env KEY=VALUE; letters, digits and underscores in KEY",
      );
    } else if (at === -1) {
      refuse(
        `${name} has no value`,
        `write it as --env ${name}=VALUE; nothing is taken from this machine's own environment`,
      );
    } else if (text.includes("\0")) {
      refuse(`${name} has a NUL byte`, "no variable can hold one");
    } else if (secretKeys.includes(name)) {
      refuse(
        `${name} comes from the secret`,
        `change ${name} in the settings file`,
      );
    } else if (settable.has(name) || RESERVED.test(name)) {
      refuse(
        `${name} is set by mlo`,
        "set it inside the command, or change the setting that it comes from",
      );
    } else if (variables.has(name)) {
      refuse(`${name} is given twice`, "keep one of them");
    } else variables.set(name, text.slice(at + 1));
  }
  return [...variables];
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

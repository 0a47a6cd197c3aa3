import type { SeededFault } from "../faults.ts";
import { REQUIRED } from "../../../../support/settings.ts";

function inFile(
  name: string,
  text: string,
  says: RegExp,
  line: number,
): SeededFault {
  return {
    name,
    seed: (bed) => bed.settings(text),
    check: "settings",
    says,
    fix: new RegExp(`EDITOR:-vi.* \\+${line} /`),
  };
}

export const SETTINGS_FAULTS: readonly SeededFault[] = [
  {
    name: "no settings file at all",
    seed: (bed) => Deno.remove(`${bed.home}/.config/mlo/.env`),
    check: "settings",
    says: /Cannot find a settings file/,
    fix: /^mlo init$/,
  },
  {
    name: "MLO_ENV_FILE names no file",
    seed: (bed) => {
      bed.env["MLO_ENV_FILE"] = "/nowhere/.env";
      return Promise.resolve();
    },
    check: "settings",
    says: /MLO_ENV_FILE/,
    fix: /^unset MLO_ENV_FILE$/,
  },
  inFile(
    "a placeholder",
    "LDAP_USERNAME=<you>\nLDAP_UID=1\n",
    /:1:15: .*placeholder/,
    1,
  ),
  inFile("the uid is missing", "LDAP_USERNAME=ada\n", /LDAP_UID is missing/, 1),
  inFile(
    "the uid is no number",
    "LDAP_USERNAME=ada\nLDAP_UID=ada\n",
    /LDAP_UID is not a whole number/,
    2,
  ),
  inFile("a key twice", `${REQUIRED}TZ=UTC\nTZ=UTC\n`, /given twice/, 4),
  inFile("a glued #", `${REQUIRED}HF_TOKEN=a#b\n`, /"#" is glued/, 3),
  inFile("an open quote", `${REQUIRED}HF_TOKEN='a\n`, /never closed/, 3),
  inFile(
    "a misspelt key",
    `${REQUIRED}HF_TOKN=a\n`,
    /did you mean HF_TOKEN/,
    3,
  ),
  inFile(
    "an extra key that is not there",
    `${REQUIRED}EXTRA_SECRET_KEYS=MY_KEY\n`,
    /MY_KEY/,
    1,
  ),
  inFile(
    "a path with a variable",
    `${REQUIRED}WORKING_DIR=/mloscratch/homes/$USER\n`,
    /nothing expands/,
    3,
  ),
  inFile(
    "a base64 that is none",
    `${REQUIRED}SSH_PRIVATE_KEY_B64=***\n`,
    /does not decode/,
    3,
  ),
  {
    name: "a file that is not text",
    seed: (bed) =>
      bed.write(".config/mlo/.env", new Uint8Array([0xff, 0xfe, 65, 0])),
    check: "settings",
    says: /UTF-16/,
    fix: /EDITOR/,
  },
  {
    name: "a file that others can read",
    seed: (bed) => Deno.chmod(`${bed.home}/.config/mlo/.env`, 0o644),
    check: "settings",
    says: /can be read by other users/,
    fix: /^chmod 600 \/.*\.env$/,
  },
  {
    name: "more than a secret holds",
    seed: (bed) => bed.settings(`${REQUIRED}BIG=${"x".repeat(1_100_000)}\n`),
    check: "settings",
    says: /at most 1,048,576/,
    fix: /^mlo secret sync/,
  },
  {
    name: "a file that git tracks",
    seed: async (bed) => {
      await bed.write(".env", REQUIRED);
      await bed.real("git", "init", "-q");
      await bed.real("git", "add", "-f", ".env");
    },
    check: "git",
    says: /git tracks/,
    fix: /^git -C \S+ rm --cached -- \.env$/,
  },
  {
    name: "a file that git would take in",
    seed: async (bed) => {
      await bed.write(".env", REQUIRED);
      await bed.real("git", "init", "-q");
    },
    check: "git",
    says: /does not ignore/,
    fix: /^echo \/\.env >> \S+\/\.gitignore$/,
  },
];

import { REQUIRED } from "../../support/settings.ts";
import { type Row, submit } from "./row.ts";

/** Settings files that cannot be right. */
export const FILES: readonly Row[] = ([
  ["no user name", "LDAP_UID=1\n", /LDAP_USERNAME/],
  ["no user id", "LDAP_USERNAME=ada\n", /LDAP_UID/],
  [
    "a user id that is no number",
    "LDAP_USERNAME=ada\nLDAP_UID=ada\n",
    /LDAP_UID/,
  ],
  ["a placeholder", "LDAP_USERNAME=<you>\nLDAP_UID=1\n", /placeholder/],
  ["a glued #", `${REQUIRED}HF_TOKEN=abc#def\n`, /:3:13: /],
  ["an open quote", `${REQUIRED}HF_TOKEN="abc\n`, /:3:10: .*never closed/],
  ["text after a quote", `${REQUIRED}HF_TOKEN="abc"def\n`, /:3:15: .*follows/],
  ["a line without =", `${REQUIRED}HF_TOKEN\n`, /:3:1: /],
  ["a bad key", `${REQUIRED}HF-TOKEN=x\n`, /:3:3: /],
  ["a key given twice", `${REQUIRED}HF_TOKEN=x\nHF_TOKEN=y\n`, /twice/],
  ["a NUL byte", `${REQUIRED}HF_TOKEN=a\0b\n`, /NUL/],
  ["a project in capitals", `${REQUIRED}RUNAI_PROJECT=MLO\n`, /RUNAI_PROJECT/],
  ["a namespace with a dot", `${REQUIRED}K8S_NAMESPACE=a.b\n`, /K8S_NAMESPACE/],
  ["a relative path", `${REQUIRED}WORKING_DIR=homes/ada\n`, /WORKING_DIR/],
  ["an unknown generation of runai", `${REQUIRED}RUNAI_CLI=v3\n`, /RUNAI_CLI/],
  [
    "an extra key that is missing",
    `${REQUIRED}EXTRA_SECRET_KEYS=MINE\n`,
    /MINE/,
  ],
  [
    "a key file that is missing",
    `${REQUIRED}GITHUB_SSH_KEY_PATH=~/none\n`,
    /none/,
  ],
  [
    "a private key that does not decode",
    `${REQUIRED}SSH_PRIVATE_KEY_B64=!!!\n`,
    /SSH_PRIVATE_KEY_B64/,
  ],
  [
    "more than a secret holds",
    `${REQUIRED}BIG=${"x".repeat(1_048_577)}\n`,
    /BIG/,
  ],
] as const).map(([what, settings, message]) => ({
  what: `a settings file with ${what}`,
  settings,
  message,
  args: submit("-n", "exp"),
}));

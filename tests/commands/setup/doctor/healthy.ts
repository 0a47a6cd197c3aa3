import { type Bed, contexts, RUNAI_V2 } from "../../../support/doctor_bed.ts";
import { SETTINGS } from "../../../../lib/config/settings/settings.ts";
import { renderSettings } from "../../../../lib/commands/setup/init/write.ts";
import { REQUIRED } from "../../../support/settings.ts";

/** A set-up with which nothing is wrong. */
interface Healthy {
  readonly name: string;
  readonly seed: (bed: Bed) => Promise<void>;
  readonly flags?: string[];
}

/** Set-ups that people have, all of them fine. */
export const HEALTHY: readonly Healthy[] = [
  { name: "two lines and no SSH key", seed: async () => {} },
  {
    name: "a file of this directory",
    seed: async (bed) => {
      await Deno.remove(`${bed.home}/.config`, { recursive: true });
      await bed.write(".env", REQUIRED);
    },
  },
  {
    name: "a file that git ignores",
    seed: async (bed) => {
      await bed.real("git", "init", "-q");
      await bed.write(".gitignore", "*.env\n.env\n");
      await bed.write(".env", REQUIRED);
    },
  },
  {
    name: "a file with CRLF and a byte order mark",
    seed: (bed) => bed.settings(`\ufeff${REQUIRED.replaceAll("\n", "\r\n")}`),
  },
  {
    name: "quotes, comments and export",
    seed: (bed) =>
      bed.settings(
        `export LDAP_USERNAME='ada' # me\nLDAP_UID="123456"\nHF_TOKEN='a#b'\n`,
      ),
  },
  {
    name: "every setting written out",
    seed: (bed) => {
      const values = new Map([["LDAP_USERNAME", "ada"], [
        "LDAP_UID",
        "123456",
      ]]);
      for (const { key, default: value } of SETTINGS) {
        if (values.has(key) || value === "" || key.startsWith("GITHUB_SSH")) {
          continue;
        }
        values.set(
          key,
          value.replace(/\{(\w+)\}/g, (_, name) => values.get(name) ?? ""),
        );
      }
      return bed.settings(renderSettings(values));
    },
  },
  {
    name: "a key file without its .pub",
    seed: async (bed) => {
      await makeKey(bed);
      await Deno.remove(`${bed.home}/.ssh/github.pub`);
    },
  },
  {
    name: "a key in the settings file",
    seed: async (bed) => {
      await makeKey(bed);
      const key = await Deno.readFile(`${bed.home}/.ssh/github`);
      await Deno.remove(`${bed.home}/.ssh`, { recursive: true });
      await bed.settings(`${REQUIRED}SSH_PRIVATE_KEY_B64=${key.toBase64()}\n`);
    },
  },
  {
    name: "a secret in sync",
    seed: async (bed) => {
      await makeKey(bed);
      await bed.settings(
        `${REQUIRED}HF_TOKEN=hf\nMY_OWN=1\nEXTRA_SECRET_KEYS=MY_OWN\n`,
      );
      const { code, stderr } = await bed.mlo("secret", "sync");
      if (code !== 0) throw new Error(stderr);
    },
  },
  {
    name: "the second generation of runai",
    seed: async (bed) => {
      await bed.program("runai", RUNAI_V2);
      await bed.settings(`${REQUIRED}RUNAI_CLI=v2\n`);
    },
  },
  {
    name: "a file named by a flag, with a space in its path",
    seed: (bed) => bed.write("my settings/.env", REQUIRED),
    flags: ["--env-file", "my settings/.env"],
  },
  {
    name: "several contexts, the lab's chosen",
    seed: (bed) =>
      contexts(bed, ["rcp-caas-prod", "minikube"], "rcp-caas-prod"),
  },
  {
    name: "a namespace that may be used but not read",
    seed: (bed) => {
      bed.cluster.failNext("GET", /namespaces\/runai-mlo-ada$/, {
        status: 403,
        message:
          'namespaces "runai-mlo-ada" is forbidden: User "ada" cannot get',
      });
      return Promise.resolve();
    },
  },
  {
    name: "a key that GitHub knows",
    seed: async (bed) => {
      await makeKey(bed);
      await bed.program(
        "ssh",
        `case "$*" in *github.com*) echo "Hi ada! You've successfully authenticated" >&2; exit 1;; esac
exit 0`,
      );
    },
    flags: ["--online"],
  },
];

async function makeKey(bed: Bed): Promise<void> {
  await Deno.mkdir(`${bed.home}/.ssh`, { mode: 0o700 });
  const file = `${bed.home}/.ssh/github`;
  await bed.real("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file);
}

import type { Bed } from "../../../../support/doctor_bed.ts";
import type { SeededFault } from "../faults.ts";
import { REQUIRED } from "../../../../support/settings.ts";

async function key(
  bed: Bed,
  passphrase = "",
  name = "github",
): Promise<string> {
  const file = `${bed.home}/.ssh/${name}`;
  await Deno.mkdir(`${bed.home}/.ssh`, { recursive: true, mode: 0o700 });
  await bed.real(
    "ssh-keygen",
    "-q",
    "-t",
    "ed25519",
    "-N",
    passphrase,
    "-f",
    file,
  );
  return file;
}

export const KEY_FAULTS: readonly SeededFault[] = [
  {
    name: "a key with a passphrase",
    seed: async (bed) => void await key(bed, "secret words"),
    check: "SSH key",
    says: /passphrase/,
    fix: /^ssh-keygen -p -N "" -f /,
  },
  {
    name: "a key file that is no key",
    seed: (bed) => bed.write(".ssh/github", "hello\n"),
    check: "SSH key",
    says: /not a private key/,
    fix: /^mv .* && ssh-keygen -t ed25519/,
  },
  {
    name: "the public key in the private one's place",
    seed: async (bed) => {
      const file = await key(bed);
      await Deno.copyFile(`${file}.pub`, file);
    },
    check: "SSH key",
    says: /public key, not a private/,
    fix:
      /^ssh-keygen -t ed25519 -N "" -f \S+\/github-pods && mlo init --set GITHUB_SSH_KEY_PATH=/,
  },
  {
    name: "a key with CRLF",
    seed: async (bed) => {
      const file = await key(bed);
      const text = await Deno.readTextFile(file);
      await bed.write(file, text.replaceAll("\n", "\r\n"));
    },
    check: "SSH key",
    says: /CRLF/,
    fix: /^perl -0777 -i\.before .*\/\.ssh\/github$/,
  },
  {
    name: "a public key that the settings name for the private one",
    seed: async (bed) => {
      const file = await key(bed);
      await bed.settings(`${REQUIRED}GITHUB_SSH_KEY_PATH=${file}.pub\n`);
    },
    check: "SSH key",
    says: /public key, not a private/,
    fix: /^mlo init --set GITHUB_SSH_KEY_PATH=\S+\/github$/,
  },
  {
    name: "a key that others can read",
    seed: async (bed) => await Deno.chmod(await key(bed), 0o644),
    check: "SSH key",
    says: /read by other users/,
    fix: /^chmod 600 .*\/\.ssh\/github$/,
  },
  {
    name: "a public key of another pair",
    seed: async (bed) => {
      const file = await key(bed);
      const other = await key(bed, "", "other");
      await Deno.rename(`${other}.pub`, `${file}.pub`);
    },
    check: "SSH key",
    says: /does not belong to/,
    fix: /^ssh-keygen -y -f \S+ > \S+\.pub$/,
  },
  {
    name: "a named key that is not there",
    seed: (bed) => bed.settings(`${REQUIRED}GITHUB_SSH_KEY_PATH=~/.ssh/none\n`),
    check: "SSH key",
    says: /does not exist/,
    fix: /EDITOR.* \+3 /,
  },
  {
    name: "a key that GitHub does not know",
    seed: async (bed) => void await key(bed),
    check: "GitHub",
    says: /does not know/,
    fix: /^cat \S+\/\.ssh\/github\.pub$/,
    flags: ["--online"],
  },
];

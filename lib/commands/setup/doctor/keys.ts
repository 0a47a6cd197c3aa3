import {
  besideKey,
  checkKeyPair,
  checkPrivateKey,
  checkPublicKey,
  injectSshKey,
  type KeyProblem,
  newKeyLine,
} from "../../../config/ssh/key.ts";
import type { Host } from "../../../host/host.ts";
import { brokenLink } from "../../../settings/broken_link.ts";
import { shellQuote } from "../../../text/shell_quote.ts";
import type { Examined } from "./settings.ts";
import { edit, fault, type Finding, note, ok } from "./finding.ts";

const NAME = "SSH key";

/** Whether pods get an SSH key that works. */
export async function checkKeys(
  host: Host,
  { settings, variables, lines, path = "" }: Examined,
): Promise<Finding[]> {
  if (settings === undefined) return [];
  const keyFile = settings.GITHUB_SSH_KEY_PATH;
  const publicFile = settings.GITHUB_SSH_PUBLIC_KEY_PATH;
  const wantsFile = !variables.get("SSH_PRIVATE_KEY_B64");
  const [content, facts, publicContent] = await Promise.all([
    wantsFile ? host.files.read(keyFile) : undefined,
    host.files.facts(keyFile),
    variables.get("SSH_PUBLIC_KEY") ? undefined : host.files.read(publicFile),
  ]);
  if (wantsFile && content === undefined) {
    const broken = await brokenLink(host.files, keyFile);
    if (broken !== undefined) {
      const look = `ls -l ${shellQuote(keyFile)}`;
      return [fault(NAME, `${keyFile} ${broken}`, look)];
    }
    const named = variables.get("GITHUB_SSH_KEY_PATH");
    return named
      ? [
        fault(
          NAME,
          `${keyFile}, which GITHUB_SSH_KEY_PATH names, does not exist`,
          edit(path, lines.get("GITHUB_SSH_KEY_PATH")),
        ),
      ]
      : [
        note(
          NAME,
          `there is none at ${keyFile}: git over ssh will not work in pods`,
          newKeyLine(keyFile),
        ),
      ];
  }
  const problem = content && checkPrivateKey(content, keyFile);
  if (problem) {
    return [
      fault(NAME, `${keyFile}: ${problem.message}`, mend(problem, keyFile)),
    ];
  }
  const publicKey = publicContent && new TextDecoder().decode(publicContent);
  const wrongPublic = publicKey === undefined
    ? undefined
    : checkPublicKey(publicKey);
  const all = injectSshKey(variables, content ? { privateKey: content } : {});
  if (publicKey && !all.get("SSH_PUBLIC_KEY")) {
    all.set("SSH_PUBLIC_KEY", publicKey.trim());
  }
  const pair = wrongPublic ? undefined : checkKeyPair(all);
  const derive = `ssh-keygen -y -f ${shellQuote(keyFile)} > ${
    shellQuote(publicFile)
  }`;
  const findings: Finding[] = [];
  if (wrongPublic) {
    findings.push(
      fault(NAME, `${publicFile}: ${wrongPublic.message}`, derive),
    );
  }
  if (pair) {
    findings.push(
      variables.get("SSH_PUBLIC_KEY")
        ? fault(NAME, pair.message, edit(path, lines.get("SSH_PUBLIC_KEY")))
        : fault(NAME, `${publicFile} does not belong to ${keyFile}`, derive),
    );
  }
  if (wantsFile && ((facts?.mode ?? 0) & 0o077) !== 0) {
    findings.push(
      fault(
        NAME,
        `${keyFile} can be read by other users, so that ssh refuses it`,
        `chmod 600 ${shellQuote(keyFile)}`,
      ),
    );
  }
  if (findings.length > 0) return findings;
  return [ok(NAME, wantsFile ? keyFile : "in the settings file")];
}

/** The line that mends a key file, or makes another key and names it. */
function mend({ mend }: KeyProblem, file: string): string {
  if (mend !== undefined) return mend;
  const name = (path: string) =>
    `mlo init --set ${shellQuote(`GITHUB_SSH_KEY_PATH=${path}`)}`;
  // A public key is not overwritten: the private one is most likely beside it.
  if (file.endsWith(".pub")) return name(file.replace(/\.pub$/, ""));
  const beside = besideKey(file);
  return `${newKeyLine(beside)} && ${name(beside)}`;
}

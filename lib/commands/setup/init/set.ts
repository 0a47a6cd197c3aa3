import { isEnvKey, parseEnvFile } from "../../../config/env/file.ts";
import { formatEnvFile } from "../../../config/env/writer.ts";
import {
  resolveSettings,
  SETTINGS,
} from "../../../config/settings/settings.ts";
import { usageError } from "../../../error.ts";
import type { Host } from "../../../host/host.ts";
import { styleOf } from "../../style.ts";
import {
  findSettingsFile,
  type SettingsFlags,
} from "../../../settings/read_settings.ts";

/**
 * Gives one key of the settings file in use another value; every other byte
 * of the file stays. A value that is secret is asked for, or read from
 * standard input: a command line is seen by everyone.
 *
 * @throws {MloError} if the value cannot be right; then nothing is written.
 */
export async function setOne(
  host: Host,
  assignment: string,
  flags: SettingsFlags,
): Promise<void> {
  const equals = assignment.indexOf("=");
  const key = equals === -1 ? assignment : assignment.slice(0, equals);
  if (!isEnvKey(key)) {
    throw usageError(
      `Cannot set ${JSON.stringify(key)}: it is no key`,
      "mlo init --set KEY=VALUE",
    );
  }
  const isOpen = SETTINGS.some((one) => one.key === key && !one.secret);
  if (equals !== -1 && !isOpen) {
    throw usageError(
      `Cannot take the value of ${key} from the command line: it may be a secret`,
      `mlo init --set ${key}, which asks for it`,
    );
  }
  const { path, content } = await findSettingsFile(host, flags);
  const value = equals === -1
    ? await askValue(host, key, isOpen)
    : assignment.slice(equals + 1);
  const text = withValue(content, key, value);
  const { variables } = parseEnvFile(new TextEncoder().encode(text));
  const problem = resolveSettings(variables, host.env.home).problems
    .find((one) => one.key === key);
  if (problem) throw usageError(problem.message, problem.hint);
  const mode = (await host.files.facts(path))?.mode ?? 0o600;
  await host.files.write(await host.files.leadsTo(path), text, mode);
  host.terminal.out(`Set ${key} in ${path}\n`);
}

async function askValue(
  host: Host,
  key: string,
  isOpen: boolean,
): Promise<string> {
  const { terminal } = host;
  const questions = await terminal.ask?.(styleOf(host));
  if (questions === undefined) {
    const line = await terminal.readLine("");
    if (line !== undefined) return line.trim();
    throw usageError(
      `Cannot set ${key}: there is no terminal to ask on, and nothing on standard input`,
      `mlo init --set ${key} < FILE`,
    );
  }
  const message = `The new value of ${key}`;
  const answer = isOpen
    ? await questions.line({ message })
    : await questions.hidden({ message });
  return answer.trim();
}

/** The file's text with one value in the place of the old one, of its commented line, or at the end. */
export function withValue(
  content: Uint8Array,
  key: string,
  value: string,
): string {
  const { lines, lastLines } = parseEnvFile(content);
  const text = new TextDecoder().decode(content);
  const all = text.split("\n");
  const commented = all.findIndex((line) => line.startsWith(`# ${key}=`));
  const first = (lines.get(key) ?? commented + 1) - 1;
  const line = formatEnvFile([[key, value]]).trimEnd();
  if (first < 0) {
    const newline = text === "" || text.endsWith("\n") ? "" : "\n";
    return `${text}${newline}${line}\n`;
  }
  const last = (lastLines.get(key) ?? first + 1) - 1;
  const end = all[last]?.endsWith("\r") ? "\r" : "";
  all.splice(first, last - first + 1, `${line}${end}`);
  return all.join("\n");
}

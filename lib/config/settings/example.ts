import { formatEnvFile } from "../env/file.ts";
import { type Setting, SETTINGS } from "./settings.ts";

const HEAD = `# Settings of mlo. Copy this file to .env, or run: mlo init
#
# A line is KEY=VALUE, with single quotes around a value that has a "#" or a quote.
# Nothing is expanded: a $ is a $. Everything here that is not empty goes into your
# Kubernetes secret, so keep the file to yourself: chmod 600 .env
`;

/**
 * The settings file with one commented block per setting: `.env.example`, or
 * with `values` in their places a complete file. A setting without a value
 * stands as a comment with its default; required ones as placeholders, which
 * the reader refuses.
 */
export function renderExample(
  values: ReadonlyMap<string, string> = new Map(),
): string {
  const blocks = SETTINGS.map((setting) =>
    `\n# ${setting.doc}\n${lineOf(setting, values.get(setting.key))}`
  );
  return HEAD + blocks.join("");
}

function lineOf(setting: Setting, value: string | undefined): string {
  const { key, required, secret } = setting;
  if (value !== undefined) return formatEnvFile([[key, value]]);
  if (required) return `${key}=${setting.default}\n`;
  if (secret || setting.default === "") return `${key}=\n`;
  // In the form of a placeholder: should it lose only its "#", the reader refuses it.
  const shown = setting.default.replaceAll(/\{(\w+)\}/g, "<$1>");
  return `# ${key}=${shown}\n`;
}

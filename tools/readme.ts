/**
 * Writes the parts of the documents that come from the program itself:
 *
 *     deno run -A tools/readme.ts
 *
 * Each stands between `<!-- NAME -->` and `<!-- /NAME -->`. A test compares.
 */
import { commandTree } from "../lib/cli.ts";
import { defaultText, SETTINGS } from "../lib/config/settings/settings.ts";
import { denoHost } from "../lib/host/deno_host.ts";
import { helpOf } from "./manual.ts";

/** The documents with such parts, and which. */
export const GENERATED: Readonly<Record<string, readonly string[]>> = {
  "docs/settings.md": ["settings"],
  "docs/reference.md": ["verbs", "flags"],
};

/** A document with its generated parts made anew. */
export async function freshPage(
  page: string,
  names: readonly string[],
): Promise<string> {
  const parts: Record<string, string> = {
    verbs: fenced(helpOf(await commandTree(denoHost(), undefined)).trim()),
    settings: settingsTable(),
    flags: await submitFlags(),
  };
  let text = page;
  for (const name of names) {
    const part = parts[name] ?? "";
    const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const from = text.indexOf(begin);
    const to = text.indexOf(end);
    if (from === -1 || to === -1) throw new Error(`a page lacks ${begin}`);
    text = `${text.slice(0, from + begin.length)}\n\n${part}\n\n${
      text.slice(to)
    }`;
  }
  return text;
}

function settingsTable(): string {
  const rows = SETTINGS.map((setting) => {
    const value = setting.required ? "required" : defaultText(setting);
    const where = setting.secret ? " (from the secret)" : "";
    return [
      `\`${setting.key}\``,
      value === "" ? "" : `\`${value}\``,
      setting.doc + where,
    ];
  });
  const lines = [
    ["key", "default", "what it is"],
    ["---", "---", "---"],
    ...rows,
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

async function submitFlags(): Promise<string> {
  const tree = await commandTree(denoHost(), undefined);
  const submit = tree.commands.find((command) => command.name() === "submit");
  if (submit === undefined) throw new Error("there is no verb submit");
  return fenced(helpOf(submit).trim());
}

function fenced(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}

if (import.meta.main) {
  for (const [path, names] of Object.entries(GENERATED)) {
    const page = new URL(`../${path}`, import.meta.url);
    await Deno.writeTextFile(
      page,
      await freshPage(await Deno.readTextFile(page), names),
    );
  }
}

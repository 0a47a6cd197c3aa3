/**
 * Writes the parts of README.md that come from the program itself:
 *
 *     deno run -A tools/readme.ts
 *
 * Each stands between `<!-- NAME -->` and `<!-- /NAME -->`. A test compares.
 */
import { commandTree } from "../lib/cli.ts";
import { defaultText, SETTINGS } from "../lib/config/settings/settings.ts";
import { denoHost } from "../lib/host/deno_host.ts";
import { everyDayPage } from "../tests/support/every_day.ts";
import { helpOf } from "./manual.ts";

const README = new URL("../README.md", import.meta.url);

/** README.md with its generated parts made anew. */
export async function freshReadme(readme: string): Promise<string> {
  const parts = {
    transcript: await transcript(),
    "every day": await everyDay(),
    verbs: fenced(helpOf(await commandTree(denoHost(), undefined)).trim()),
    settings: settingsTable(),
    flags: await submitFlags(),
  };
  let text = readme;
  for (const [name, part] of Object.entries(parts)) {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const from = text.indexOf(begin);
    const to = text.indexOf(end);
    if (from === -1 || to === -1) throw new Error(`README.md lacks ${begin}`);
    text = `${text.slice(0, from + begin.length)}\n\n${part}\n\n${
      text.slice(to)
    }`;
  }
  return text;
}

/** Submit, list, logs: thirty seconds. */
function transcript(): Promise<string> {
  return transcripts("submit", "list", "logs exp");
}

/** The other verbs of a day. */
function everyDay(): Promise<string> {
  return transcripts(
    ...["status exp", "exec", "code", "port-forward", "clean"],
    "delete",
  );
}

/** The transcripts of verbs out of the page about every day, which the program makes, as one. */
async function transcripts(...verbs: string[]): Promise<string> {
  const blocks = (await everyDayPage()).match(/```console\n[\s\S]*?```/g) ?? [];
  const shown = verbs.map((verb) => {
    const block = blocks.find((one) => one.includes(`$ mlo ${verb}`));
    if (block === undefined) throw new Error(`no transcript of ${verb}`);
    return block.replace(/^```console\n|```$/g, "");
  });
  return `\`\`\`console\n${[...new Set(shown)].join("\n")}\`\`\``;
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
  await Deno.writeTextFile(
    README,
    await freshReadme(await Deno.readTextFile(README)),
  );
}

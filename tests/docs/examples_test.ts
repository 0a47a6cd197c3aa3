import assert from "node:assert/strict";
import { commandTree } from "../../lib/cli.ts";
import type { AnyCommand } from "../../lib/commands/command.ts";
import { VERBS } from "../../lib/commands/verbs.ts";
import { denoHost } from "../../lib/host/deno_host.ts";
import { helpOf } from "../../tools/manual.ts";
import { missingForArchive, withArchiveHost } from "../support/archive/bed.ts";
import {
  commandsIn,
  runArchiveExample,
  runExample,
} from "../support/examples.ts";

const ROOT = new URL("../../", import.meta.url);

/** Every document with commands, by its path. */
async function documents(): Promise<[string, string][]> {
  const paths = ["README.md"];
  for await (const { name } of Deno.readDir(new URL("docs", ROOT))) {
    if (name.endsWith(".md")) paths.push(`docs/${name}`);
  }
  return await Promise.all(
    paths.map(async (path): Promise<[string, string]> => [
      path,
      await Deno.readTextFile(new URL(path, ROOT)),
    ]),
  );
}

function* verbsBelow(command: AnyCommand): Generator<AnyCommand> {
  for (const child of command.commands) {
    if (VERBS.some(({ name, hidden }) => hidden && name === child.name())) {
      continue;
    }
    yield child;
    yield* verbsBelow(child);
  }
}

const texts = await documents();
const tree = await commandTree(denoHost(), undefined);
const verbs = [...verbsBelow(tree)];
const shown = [
  ...verbs.flatMap((verb) => commandsIn(helpOf(verb))),
  ...texts.flatMap(([, text]) => commandsIn(text)),
];
const examples = [...new Set(shown)];
const isArchive = (line: string) => line.startsWith("mlo archive");

Deno.test("every verb's help has an example", () => {
  assert.ok(verbs.length >= 20);
  for (const verb of verbs.filter(({ commands }) => commands.length === 0)) {
    const help = helpOf(verb);
    const family = helpOf(verb.parent ?? verb);
    assert.ok(
      commandsIn(help).length > 0 || commandsIn(family).length > 0,
      `mlo ${verb.name()}`,
    );
  }
});

Deno.test("every example of help and documents is one that mlo carries out", async (test) => {
  const usual = examples.filter((line) => !isArchive(line));
  assert.ok(usual.length >= 50, `only ${usual.length} examples were found`);
  for (const line of usual) {
    await test.step(line, async () => {
      const { code, stdout, stderr } = await runExample(line);
      if (code === 2) {
        // Only what has to ask somebody may refuse to run in a test.
        assert.match(stderr, /no terminal|on a terminal/);
      } else assert.equal(code, 0, `${stdout}${stderr}`);
    });
  }
});

Deno.test("every example of mlo archive is one that mlo carries out", async (test) => {
  const missing = missingForArchive();
  if (missing.length > 0) {
    assert.ok(!Deno.env.get("CI"), `needs ${missing.join(", ")}`);
    return;
  }
  await withArchiveHost(async (bed) => {
    for (const name of ["exp", "exp/run1", "exp/cache"]) {
      const path = `${bed.scratch}/${name}`;
      await Deno.mkdir(path, { recursive: true });
      await Deno.writeTextFile(`${path}/result.txt`, name);
      await Deno.chown(path, bed.uid, bed.uid);
      await Deno.chown(`${path}/result.txt`, bed.uid, bed.uid);
    }
    const archive = examples.filter(isArchive);
    assert.ok(archive.length >= 5);
    for (const line of archive) {
      await test.step(line, async () => {
        const { code, stdout, stderr } = await runArchiveExample(bed, line);
        if (code === 2) assert.match(stderr, /Cannot ask|terminal/);
        else assert.equal(code, 0, `${stdout}${stderr}`);
      });
    }
  });
});

Deno.test("every entry of the troubleshooting page ends in a command", async () => {
  const text = await Deno.readTextFile(
    new URL("docs/troubleshooting.md", ROOT),
  );
  const entries = text.split(/^## /m).slice(1);
  assert.ok(entries.length >= 15);
  for (const entry of entries) {
    const title = entry.split("\n")[0];
    assert.match(entry.trimEnd(), /\$ mlo .*\n```$/, title);
  }
});

Deno.test("links between documents lead somewhere", async () => {
  let links = 0;
  for (const [path, text] of texts) {
    for (const [, target = ""] of text.matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
      if (/^https?:/.test(target)) continue;
      links++;
      const file = new URL(target, new URL(path, ROOT));
      assert.ok(
        await Deno.stat(file).catch(() => undefined),
        `${path}: ${target}`,
      );
    }
  }
  assert.ok(links >= 8);
});

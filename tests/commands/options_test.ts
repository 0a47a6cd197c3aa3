import assert from "node:assert/strict";
import { commandTree } from "../../lib/cli.ts";
import type { AnyCommand } from "../../lib/commands/command.ts";
import { hostInMemory } from "../support/laptop.ts";

function* leaves(command: AnyCommand): Generator<AnyCommand> {
  yield command;
  for (const child of command.commands) yield* leaves(child);
}

Deno.test("help tells the flags about the settings file apart, behind a verb's own", async () => {
  const { host } = hostInMemory({}, "/home/ada");
  const tree = await commandTree(host, undefined);
  const helps = [...leaves(tree)].map((command) => command.helpInformation());
  const shared = helps.filter((help) => /^Settings:$/m.test(help));
  assert.ok(shared.length >= 20, `only ${shared.length} verbs read settings`);
  for (const help of shared) {
    const [own = "", settings = ""] = help.split(/^Settings:$/m);
    assert.match(own, /^Options:$/m);
    assert.doesNotMatch(own, /--env-file/);
    assert.match(settings, /--env-file <file>\s+settings file/);
    assert.doesNotMatch(settings, /^Options:$/m);
  }
});

Deno.test("a short flag means one thing, whatever the verb", async () => {
  const { host } = hostInMemory({}, "/home/ada");
  const tree = await commandTree(host, undefined);
  const meanings = new Map<string, Set<string>>();
  for (const { options } of leaves(tree)) {
    for (const { short, long } of options) {
      if (!short) continue;
      const known = meanings.get(short) ?? new Set();
      meanings.set(short, known.add(long ?? ""));
    }
  }
  assert.ok(meanings.size >= 10, `only ${meanings.size} short flags`);
  for (const [short, flags] of meanings) {
    assert.equal(flags.size, 1, `${short}: ${[...flags].join(", ")}`);
  }
});

Deno.test("who says ls or list, rm or delete or cancel, is understood by every verb with one of them", async () => {
  const { host } = hostInMemory({}, "/home/ada");
  const tree = await commandTree(host, undefined);
  const words = [...leaves(tree)].map((command) => [
    command.name(),
    ...command.aliases(),
  ]);
  for (const pair of [["list", "ls"], ["delete", "rm"], ["cancel", "rm"]]) {
    const verbs = words.filter((all) => all.includes(pair[0] ?? ""));
    assert.notEqual(verbs.length, 0);
    for (const all of verbs) assert.ok(all.includes(pair[1] ?? ""), `${all}`);
  }
  for (const noun of ["", "archive ", "secret "]) {
    const parent = noun === ""
      ? tree
      : tree.commands.find((one) => one.name() === noun.trim());
    for (const removing of ["delete", "rm"]) {
      assert.ok(
        parent?.commands.some((one) =>
          [one.name(), ...one.aliases()].includes(removing)
        ),
        `mlo ${noun}${removing}`,
      );
    }
  }
});

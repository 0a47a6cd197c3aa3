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

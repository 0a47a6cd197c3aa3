import assert from "node:assert/strict";
import { commandTree } from "../../lib/cli.ts";
import { VERBS } from "../../lib/commands/verbs.ts";
import { hostInMemory } from "../support/laptop.ts";

Deno.test("every verb is what the table of verbs says it is", async () => {
  const { host } = hostInMemory({ HOME: "/nowhere" }, "/");
  const tree = await commandTree(host, undefined);
  assert.deepEqual(
    tree.commands.map((command) => [command.name(), command.description()]),
    VERBS.map(({ name, summary }) => [name, summary]),
  );
});

Deno.test("a command tree without its verbs lists the same verbs", async () => {
  const { host } = hostInMemory({ HOME: "/nowhere" }, "/");
  const whole = await commandTree(host, undefined);
  const names = await commandTree(host, undefined, []);
  assert.equal(names.helpInformation(), whole.helpInformation());
});

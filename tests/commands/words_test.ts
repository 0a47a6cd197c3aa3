import assert from "node:assert/strict";
import { commandTree } from "../../lib/cli.ts";
import { VERBS } from "../../lib/commands/verbs.ts";
import { splitAtCommand } from "../../lib/commands/words.ts";
import { hostInMemory } from "../support/laptop.ts";

/** A command line, the words of mlo in it, and the command's. */
const LINES: readonly [string, string, string | undefined][] = [
  ["exec exp -it -- ls -l -- x", "exec exp -it", "ls -l -- x"],
  ["exec exp ls", "exec exp ls", undefined],
  ["list", "list", undefined],
  ["ssh exp", "ssh exp", undefined],
  ["ssh exp ls -l", "ssh exp", "ls -l"],
  ["ssh exp git log -- file", "ssh exp", "git log -- file"],
  ["ssh exp -- -x y", "ssh exp", "-x y"],
  ["ssh -L 1:h:1 exp -A ls --setup", "ssh -L 1:h:1 exp -A", "ls --setup"],
  ["ssh exp --pod worker-1 ls", "ssh exp --pod worker-1", "ls"],
  ["ssh --pod=worker-1 exp -o A=b ls", "ssh --pod=worker-1 exp -o A=b", "ls"],
  ["--profile x ssh exp ssh exp", "--profile x ssh exp", "ssh exp"],
  ["complete -- ssh exp ls", "complete", "ssh exp ls"],
];

for (const [line, own, command] of LINES) {
  Deno.test(`mlo ${line}: the command is ${command ?? "none"}`, () => {
    assert.deepEqual(splitAtCommand(line.split(" ")), {
      words: own.split(" "),
      rest: command?.split(" "),
    });
  });
}

Deno.test("a verb's flags that take the next word are those that it declares so", async () => {
  const { host } = hostInMemory({}, "/home/ada");
  const tree = await commandTree(host, undefined);
  for (const { name, command } of VERBS) {
    if (command === undefined) continue;
    const shared = tree.options.map(({ long }) => long);
    const verb = tree.commands.find((one) => one.name() === name);
    const takeNext = verb?.options
      .filter(({ required, long }) => required && !shared.includes(long))
      .flatMap(({ short, long }) => [short, long])
      .filter((flag) => flag !== undefined);
    assert.deepEqual(takeNext?.toSorted(), command.takeNext.toSorted());
  }
});

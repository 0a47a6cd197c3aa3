import assert from "node:assert/strict";
import { commandTree } from "../../lib/cli.ts";
import type { AnyCommand } from "../../lib/commands/command.ts";
import {
  type FlagTable,
  lineOf,
  listOf,
  readCommandLine,
} from "../support/command_line.ts";
import { hostInMemory } from "../support/laptop.ts";
import { ARCHIVE_FLAGS } from "./archive/flags.ts";
import { COMPLETE_FLAGS } from "./complete/flags.ts";
import { IMAGE_FLAGS } from "./image/flags.ts";
import { JOBS_FLAGS } from "./jobs/flags.ts";
import { SECRET_FLAGS } from "./secret/flags.ts";
import { SETUP_FLAGS } from "./setup/flags.ts";
import { SUBMIT_FLAGS } from "./submit/flags.ts";

const TABLES: readonly FlagTable[] = [
  ...SUBMIT_FLAGS,
  ...JOBS_FLAGS,
  ...SECRET_FLAGS,
  ...ARCHIVE_FLAGS,
  ...IMAGE_FLAGS,
  ...SETUP_FLAGS,
  ...COMPLETE_FLAGS,
];

for (const table of TABLES) {
  Deno.test(`mlo ${table.verb}: every flag comes to its option, every conflict is refused`, async () => {
    const plain = await readCommandLine(lineOf(table));
    assert.deepEqual(plain.options, table.options, plain.stderr);
    for (const [words, change] of table.rows) {
      const line = lineOf(table, words);
      const { options, code, stderr } = await readCommandLine(line);
      const said = `mlo ${line.join(" ")}: ${stderr}`;
      if (change instanceof RegExp) {
        assert.match(stderr, change, said);
        assert.deepEqual([code, options], [2, undefined], said);
      } else {
        assert.deepEqual(options, { ...table.options, ...change }, said);
      }
    }
  });
}

Deno.test("every flag of every verb, synonyms included, stands in a table", async () => {
  const { host } = hostInMemory({}, "/home/ada");
  const tree = await commandTree(host, undefined);
  const missing = [...verbs(tree)].flatMap(([verb, command]) => {
    const given = new Set(
      TABLES.filter((table) => table.verb === verb).flatMap((table) => [
        ...listOf(table.words),
        ...table.rows.filter(([, change]) => !(change instanceof RegExp))
          .flatMap(([words]) => listOf(words)),
      ]).map((word) => word.replace(/=.*/s, "")),
    );
    return command.options.flatMap(({ long, short }) => [long, short])
      .filter((flag) => flag !== undefined && !given.has(flag))
      .map((flag) => `mlo ${verb} ${flag}`);
  });
  assert.deepEqual(missing, []);
});

Deno.test("every verb stands in a table, and every table is of a verb", async () => {
  const { host } = hostInMemory({}, "/home/ada");
  const tree = await commandTree(host, undefined);
  const acting = [...verbs(tree)]
    // Of those with verbs below, only archive does something itself.
    .filter(([verb, { commands }]) =>
      commands.length === 0 || verb === "archive"
    )
    .map(([verb]) => verb);
  assert.deepEqual(
    [...new Set(TABLES.map(({ verb }) => verb))].sort(),
    acting.sort(),
  );
});

function* verbs(
  command: AnyCommand,
  above = "",
): Generator<[verb: string, command: AnyCommand]> {
  for (const child of command.commands) {
    const verb = `${above} ${child.name()}`.trim();
    yield [verb, child];
    yield* verbs(child, verb);
  }
}

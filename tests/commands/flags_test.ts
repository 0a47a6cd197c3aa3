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
import { RUNS_FLAGS } from "./runs/flags.ts";
import { SECRET_FLAGS } from "./secret/flags.ts";
import { SETUP_FLAGS } from "./setup/flags.ts";
import { SUBMIT_FLAGS } from "./submit/flags.ts";

const TABLES: readonly FlagTable[] = [
  ...SUBMIT_FLAGS,
  ...JOBS_FLAGS,
  ...RUNS_FLAGS,
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

/** The flags about the settings, which stand before a verb or behind it. */
const SHARED = [
  ["--env-file", "envFile"],
  ["--profile", "profile"],
  ["--context", "context"],
  ["--project", "project"],
] as const;

Deno.test("the flags about the settings stand before or behind every verb that has them", async () => {
  const { host } = hostInMemory({}, "/home/ada");
  const known = new Map(verbs(await commandTree(host, undefined)));
  let seen = 0;
  for (const table of TABLES) {
    for (const [flag, option] of SHARED) {
      const has = known.get(table.verb)?.options
        .some(({ long }) => long === flag);
      const lines = [
        [flag, "two", ...lineOf(table)],
        lineOf(table, [flag, "two"]),
        lineOf(table, `${flag}=two`),
      ];
      for (const line of lines) {
        const { options, code, stderr } = await readCommandLine(line);
        const said = `mlo ${line.join(" ")}: ${stderr}`;
        if (has) {
          assert.equal(Object(options)[option], "two", said);
          seen++;
        } else {
          assert.deepEqual([code, options], [2, undefined], said);
        }
      }
      const twice = [flag, "a", ...lineOf(table, [flag, "b"])];
      assert.match((await readCommandLine(twice)).stderr, /is given twice/);
    }
  }
  assert.ok(seen > 150, `${seen}`);
});

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
    // These have a test of their own, for all verbs at once.
    for (const [flag] of SHARED) given.add(flag);
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

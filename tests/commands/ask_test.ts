import assert from "node:assert/strict";
import { agree, confirm, confirmByName } from "../../lib/commands/ask.ts";
import { MloError } from "../../lib/error.ts";
import { programUnderTest, withLaptop } from "../support/laptop.ts";
import { startOnTerminal } from "../support/pseudo_terminal.ts";

/** The exit code of a question that is answered so; `undefined` is ^D. */
async function codeOf(
  ask: (host: Parameters<typeof confirm>[0]) => Promise<void>,
  answer: string | undefined,
  stdinIsTerminal = true,
): Promise<number> {
  const readLine = () => Promise.resolve(answer);
  try {
    await ask({ terminal: { stdinIsTerminal, readLine } });
    return 0;
  } catch (error) {
    assert.ok(error instanceof MloError);
    if (!stdinIsTerminal) assert.match(error.hint ?? "", /--yes/);
    return error.exitCode;
  }
}

Deno.test("confirm() takes y or yes alone; Enter, n and rubbish are no", async () => {
  const ask = (host: Parameters<typeof confirm>[0]) => confirm(host, "Sure?");
  for (const yes of ["y", "Y", "yes", " YES "]) {
    assert.equal(await codeOf(ask, yes), 0, yes);
  }
  for (const no of ["", "n", "no", "yesterday", "ja", "ny"]) {
    assert.equal(await codeOf(ask, no), 1, no);
  }
  assert.equal(await codeOf(ask, undefined), 130);
  assert.equal(await codeOf(ask, "y", false), 2);
});

Deno.test("agree() takes Enter for yes, and n for no", async () => {
  const ask = (host: Parameters<typeof confirm>[0]) =>
    agree(host, "Install?", "Nothing was installed");
  for (const yes of ["", " ", "y", "Yes"]) {
    assert.equal(await codeOf(ask, yes), 0, yes);
  }
  for (const no of ["n", "no", "nope", "yn"]) {
    assert.equal(await codeOf(ask, no), 1, no);
  }
  assert.equal(await codeOf(ask, undefined), 130);
  assert.equal(await codeOf(ask, "", false), 2);
});

Deno.test("confirmByName() takes the name alone, to the letter", async () => {
  const ask = (host: Parameters<typeof confirm>[0]) =>
    confirmByName(host, "exp 1", "Its name:");
  assert.equal(await codeOf(ask, "exp 1"), 0);
  for (const no of ["", "y", "exp", "exp 1 ", "EXP 1"]) {
    assert.equal(await codeOf(ask, no), 1, no);
  }
  assert.equal(await codeOf(ask, undefined), 130);
  assert.equal(await codeOf(ask, "exp 1", false), 2);
});

Deno.test("a question on a terminal: n ends with 1, Enter alone deletes nothing, ^C ends with 130", () =>
  withLaptop(async ({ mlo, env, home }) => {
    await mlo("secret", "sync");
    const [program, first] = programUnderTest();
    const answers = [["n\r", 1], ["\r", 1], ["\x03", 130], [
      "\x04",
      130,
    ]] as const;
    for (const [keys, code] of answers) {
      const terminal = startOnTerminal(
        program,
        [...first, "secret", "rm"],
        { env, cwd: home },
      );
      await terminal.see("[y/N] ");
      await terminal.type(keys);
      assert.equal((await terminal.end()).code, code, JSON.stringify(keys));
      assert.equal((await mlo("secret", "status")).code, 0);
    }
    const terminal = startOnTerminal(
      program,
      [...first, "secret", "rm"],
      { env, cwd: home },
    );
    await terminal.see("[y/N] ");
    await terminal.type("y\r");
    assert.equal((await terminal.end()).code, 0);
    assert.equal((await mlo("secret", "status")).code, 1);
  }));

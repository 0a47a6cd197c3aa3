import assert from "node:assert/strict";
import { ExitCode, MloError } from "../../lib/error.ts";
import { plainQuestions } from "../../lib/host/plain_questions.ts";

/** Somebody who types these lines, then ^D; and all that was said. */
function typing(...lines: string[]) {
  const said: string[] = [];
  const read = (how: string) => (prompt: string) => {
    said.push(`${how}${prompt}`);
    return Promise.resolve(lines.shift());
  };
  const questions = plainQuestions({
    say: (text) => said.push(text),
    readLine: read(""),
    readHidden: read("hidden: "),
  });
  return { questions, said };
}

const isCancelled = (error: unknown) =>
  error instanceof MloError && error.exitCode === ExitCode.interrupted &&
  error.message === "Cancelled: nothing was written";

Deno.test("a plain line is asked until it is right, and Enter alone means what stands in brackets", async () => {
  const check = (text: string) => text === "bad" ? "not that" : undefined;
  const { questions, said } = typing("bad", " good ", "", "  ", "");
  const question = { message: "Name?", initial: "ada", check };
  assert.equal(await questions.line(question), " good ");
  assert.deepEqual(said, ["Name? [ada] ", "not that\n", "Name? [ada] "]);
  assert.equal(await questions.line(question), "ada");
  assert.equal(await questions.line(question), "ada");
  assert.equal(await questions.line({ message: "Else?" }), "");
  assert.equal(said.at(-1), "Else? ");
  await assert.rejects(questions.line(question), isCancelled);
});

Deno.test("a hidden line is read without being shown", async () => {
  const { questions, said } = typing("secret");
  assert.equal(await questions.hidden({ message: "Key?" }), "secret");
  assert.deepEqual(said, ["hidden: Key? "]);
  await assert.rejects(questions.hidden({ message: "Key?" }), isCancelled);
});

Deno.test("y or n is asked until it is one of them", async () => {
  const table: [line: string, initial: boolean, is: boolean][] = [
    ...[["y", false, true], ["YES", false, true], [" yes ", false, true]],
    ...[["n", true, false], ["No", true, false], ["", true, true]],
    ...[["", false, false], ["  ", true, true]],
  ] as [string, boolean, boolean][];
  for (const [line, initial, is] of table) {
    const { questions, said } = typing(line);
    assert.equal(await questions.confirm("Go?", initial), is, line);
    assert.deepEqual(said, [`Go? ${initial ? "[Y/n]" : "[y/N]"} `]);
  }
  const { questions, said } = typing("yess", "nope", "any", "in", "n");
  assert.equal(await questions.confirm("Go?", true), false);
  assert.equal(said.filter((text) => text === "y or n\n").length, 4);
  await assert.rejects(questions.confirm("Go?", true), isCancelled);
});

Deno.test("one of several is chosen by its number", async () => {
  const choices = [["a", "The first"], ["b", "The second"]] as const;
  const { questions, said } = typing("0", "3", "", "1.5", "b", "2", "1");
  assert.equal(await questions.choose("Where?", choices), "b");
  assert.deepEqual(said.slice(0, 2), [
    ...["Where?\n  1  The first\n  2  The second\n", "Which? "],
  ]);
  const refused = said.filter((text) => text === "a number from 1 to 2\n");
  assert.equal(refused.length, 5);
  assert.equal(await questions.choose("Where?", choices), "a");
  await assert.rejects(questions.choose("Where?", choices), isCancelled);
});

Deno.test("what opens, goes between and closes is a line each", () => {
  const { questions, said } = typing();
  questions.open("one");
  questions.say("two");
  questions.close("three");
  assert.deepEqual(said, ["one\n", "two\n", "three\n"]);
});

import assert from "node:assert/strict";
import { again, settingsWords } from "../../lib/commands/again.ts";
import { withLaptop } from "../support/laptop.ts";

Deno.test("settingsWords() takes the flags about the settings as they were given", () => {
  const table: [words: string[], found: string[]][] = [
    [["list"], []],
    [["--env-file", "a b", "list"], ["--env-file", "a b"]],
    [["list", "--env-file=x", "--json"], ["--env-file=x"]],
    [["submit", "-n", "x", "--profile", "p", "--context", "c"], [
      ...["--profile", "p", "--context", "c"],
    ]],
    [["list", "--env-file"], []],
    [["list", "--env-file", "--profile"], ["--env-file", "--profile"]],
  ];
  for (const [words, found] of table) {
    assert.deepEqual(settingsWords(words), found, words.join(" "));
  }
});

Deno.test("again() puts them behind mlo where a verb takes them", () => {
  const given = ["--env-file", "my file", "--project", "p"];
  const table: [string, string][] = [
    ["mlo list", "mlo --env-file 'my file' --project p list"],
    ["Run: mlo init", "Run: mlo --env-file 'my file' init"],
    ["mlo setup --replace", "mlo setup --replace"],
    ["mlo upgrade", "mlo upgrade"],
    ["did you mean list?", "did you mean list?"],
    [
      "x && mlo secret sync; mlo status a",
      "x && mlo --env-file 'my file' --project p secret sync; " +
      "mlo --env-file 'my file' --project p status a",
    ],
  ];
  for (const [text, wanted] of table) assert.equal(again(text, given), wanted);
  assert.equal(again("mlo list", []), "mlo list");
});

Deno.test("follow-ups, hints and doctor's lines act on the file that was named, when pasted", () =>
  withLaptop(async (laptop) => {
    const file = `${laptop.home}/my other settings`;
    await Deno.rename(`${laptop.home}/.config/mlo/.env`, file);
    const flags = ["--env-file", file];
    const submit = await laptop.mlo(
      ...["submit", ...flags, "-n", "exp", "-g", "1", "--train", "--", "true"],
    );
    assert.equal(submit.code, 0, submit.stderr);
    const next = [...submit.stderr.matchAll(/^ {2}(mlo .*?) +# /gm)]
      .map(([, line = ""]) => line);
    assert.equal(next.length, 4);
    const missing = await laptop.mlo("status", "ex", ...flags);
    const doctor = await laptop.mlo("doctor", "--json", ...flags);
    const fixes = (JSON.parse(doctor.stdout).findings as { fix?: string }[])
      .flatMap(({ fix }) => fix?.startsWith("mlo ") ? [fix] : []);
    for (const line of [...next, ...fixes]) {
      assert.ok(line.includes(`--env-file '${file}'`), line);
    }
    assert.doesNotMatch(missing.stderr, /hint: mlo (?!--env-file)/);
    const secret = await laptop.mlo("secret", "status", ...flags);
    assert.equal(secret.code, 0, secret.stderr);
    await Deno.writeTextFile(file, "MORE=1\n", { append: true });
    const differs = await laptop.mlo("secret", "status", ...flags);
    const hint = /^hint: (.*)$/m.exec(differs.stderr)?.[1] ?? "";
    assert.equal(hint, `mlo --env-file '${file}' secret sync`);
    // Pasted, as a shell splits it.
    const pasted = await laptop.mlo("--env-file", file, "secret", "sync");
    assert.equal(pasted.code, 0, pasted.stderr);
    assert.match(pasted.stdout, /settings ~\/my other settings\)/);
  }));

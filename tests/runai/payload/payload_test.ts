import assert from "node:assert/strict";
import { ExitCode, MloError } from "../../../lib/error.ts";
import {
  payload,
  type PayloadRequest,
} from "../../../lib/runai/payload/payload.ts";
import { shellJoin } from "../../../lib/text/shell_quote.ts";
import { decodeScript, payloadBed } from "./bed.ts";

/** Each way to run a command: alone, as a line of several, under a limit. */
const FORMS: readonly [string, (line: string) => PayloadRequest][] = [
  ["words", (line) => ({ argv: ["sh", "-c", line] })],
  ["words with a limit", (line) => ({ argv: ["sh", "-c", line], time: 600 })],
  ["a simple line", (line) => ({ command: shellJoin(["sh", "-c", line]) })],
  ["a list", (line) => ({
    command: `true; ${shellJoin(["sh", "-c", line])}`,
  })],
];

/** What shells and signals give a meaning to: tried in every form. The others are dealt out to the forms. */
const TELLING = [0, 1, 2, 3, 126, 127, 128, 129, 130, 137, 143, 254, 255];

for (const [index, [form, request]] of FORMS.entries()) {
  Deno.test(`payload() gives back exit statuses of ${form}, all of 0 to 255 in one form or another`, async () => {
    const statuses = Array.from({ length: 256 }, (_, status) => status)
      .filter((status) =>
        TELLING.includes(status) || status % FORMS.length === index
      );
    await using bed = await payloadBed("[[ 1 == 2 ]]");
    const one = shellJoin(payload(request("exit $CODE")));
    const { stdout, code } = await bed.run([
      "sh",
      "-c",
      `export CODE
       for CODE in ${statuses.join(" ")}; do ${one}; echo $?; done`,
    ]);
    assert.equal(code, 0);
    assert.equal(stdout, statuses.map((status) => `${status}\n`).join(""));
  });
}

const ZSHRCS: Readonly<Record<string, string>> = {
  "is empty": "",
  "ends in a false test": "export OK=1\n[[ 1 == 2 ]]",
  "sets err_exit": "setopt err_exit\nfalse",
  "sets err_return": "setopt err_return",
  "sets no_unset and reads an unset variable": "setopt no_unset\n: $nothing",
  "has a pattern without a match": "setopt nomatch\n: *.nothing",
  "cannot be parsed": "if then ((( fi",
  "returns early": "return 3",
  "splits and globs every expansion": "setopt sh_word_split glob_subst",
  "counts arrays from zero": "setopt ksh_arrays",
  "quotes as rc does": "setopt rc_quotes",
  "replaces builtins":
    "cd() { echo own cd }\nsource() { echo own source }\nalias exec='echo own exec' eval='echo own eval' case='echo' trap=echo",
  "sets a trap of its own": "trap 'echo own trap' TERM\nTRAPEXIT() { : }",
};

for (const [what, zshrc] of Object.entries(ZSHRCS)) {
  Deno.test(`payload() runs the command when .zshrc ${what}`, async () => {
    await using bed = await payloadBed(`${zshrc}\n`);
    await Deno.mkdir(`${bed.directory}/f/v/bin`, { recursive: true });
    await Deno.writeTextFile(`${bed.directory}/f/v/bin/activate`, "V=on");
    const where = { expFolder: "f", venv: "v" };
    const requests: PayloadRequest[] = [
      { command: "pwd | grep -o '/f$'; print $V; builtin exit 4", ...where },
      {
        command: "/bin/sh -c 'pwd | grep -o /f$; echo on; exit 4'",
        ...where,
      },
      { argv: ["sh", "-c", "pwd | grep -o '/f$'; echo on; exit 4"], ...where },
      {
        argv: ["sh", "-c", "pwd | grep -o '/f$'; echo on; exit 4"],
        ...where,
        time: 60,
      },
    ];
    for (const request of requests) {
      const { code, stdout } = await bed.run(request);
      assert.deepEqual([code, stdout], [4, "/f\non\n"]);
    }
  });
}

Deno.test("payload() survives a .zshenv that splits and globs", async () => {
  await using bed = await payloadBed();
  await Deno.writeTextFile(
    `${bed.directory}/.zshenv`,
    "setopt sh_word_split glob_subst no_unset",
  );
  const { stdout } = await bed.run({ argv: ["printf", "%s|", "a  b", "*"] });
  assert.equal(stdout, "a  b|*|");
});

Deno.test("payload() loads .zshrc from ZDOTDIR where it is set", async () => {
  await using bed = await payloadBed("echo home");
  await Deno.mkdir(`${bed.directory}/z`);
  await Deno.writeTextFile(`${bed.directory}/z/.zshrc`, "export FROM=zdotdir");
  const line = shellJoin(payload({ argv: ["sh", "-c", "echo $FROM"] }));
  const { stdout } = await bed.run(["sh", "-c", `ZDOTDIR=$PWD/z ${line}`]);
  assert.equal(stdout, "zdotdir\n");
});

Deno.test("payload() lets a line use aliases and functions of .zshrc", async () => {
  await using bed = await payloadBed(
    "alias ll='echo alias'\nfn() { echo function $1; return 5 }\nalias -g L='| tr a-z A-Z'",
  );
  const ended = [];
  for (const command of ["ll x", "fn 3", "fn 3 && ll", "/bin/echo x L"]) {
    const { code, stdout } = await bed.run({ command });
    ended.push([code, stdout]);
  }
  assert.deepEqual(ended, [
    [0, "alias x\n"],
    [5, "function 3\n"],
    [5, "function 3\n"],
    [0, "X\n"],
  ]);
});

const NAMES = [
  "plain",
  "two words",
  "it's",
  'say "hi"',
  "line\nbreak",
  "$(touch made)",
  "`touch made`",
  "-",
  "-P",
  "+1",
  "~",
  "*",
  "é漢",
];

Deno.test("payload() enters folders and environments of any name", async () => {
  await using bed = await payloadBed();
  for (const name of NAMES) {
    const bin = `${bed.directory}/${name}/${name}/bin`;
    await Deno.mkdir(bin, { recursive: true });
    await Deno.writeTextFile(`${bin}/activate`, "export VENV=active");
    for (const expFolder of [name, `${bed.directory}/${name}`]) {
      const { code, stdout, stderr } = await bed.run({
        argv: ["sh", "-c", 'printf "%s|%s" "$PWD" "$VENV"'],
        expFolder,
        venv: name,
      });
      assert.equal(stdout, `${bed.directory}/${name}|active`);
      assert.deepEqual([code, stderr], [0, ""]);
    }
  }
  await assert.rejects(Deno.stat(`${bed.directory}/made`));
});

Deno.test("payload() says what is missing and does not run the command", async () => {
  await using bed = await payloadBed();
  await Deno.writeTextFile(`${bed.directory}/file`, "");
  for (
    const [key, message] of [["expFolder", "folder"], ["venv", "activate"]]
  ) {
    for (const name of ["it's not\nhere $(touch made)", "file"]) {
      for (
        const form of [{ command: "touch made" }, { argv: ["touch", "made"] }]
      ) {
        const ended = await bed.run({ ...form, [key ?? ""]: name });
        assert.equal(ended.code, 1);
        assert.match(ended.stderr, new RegExp(`^mlo: .*${message}`));
        assert(ended.stderr.includes(name), ended.stderr);
        assert.equal(ended.stdout, "");
      }
    }
  }
  await assert.rejects(Deno.stat(`${bed.directory}/made`));
});

Deno.test("payload() delivers every word of the command intact", async () => {
  await using bed = await payloadBed("setopt sh_word_split glob_subst");
  const words = ["", " ", "'", '"', "\\n", "$HOME", "$(touch made)", "*", "~"]
    .concat(["a\n\nb\n", "-n", "--", "!x", "=ls", "A=1", "漢", "\u0001\t"]);
  for (const time of [undefined, 60]) {
    const argv = ["printf", "%s\\0", ...words];
    const { stdout, stderr } = await bed.run({ argv, time });
    assert.deepEqual(stdout.split("\0").slice(0, -1), words);
    assert.equal(stderr, "");
  }
  await assert.rejects(Deno.stat(`${bed.directory}/made`));
});

Deno.test("payload() runs programs, not the builtins of zsh that read words differently", async () => {
  await using bed = await payloadBed("echo() { print own }");
  assert.equal(
    (await bed.run({ argv: ["echo", "a\\nb"] })).stdout,
    "a\\nb\n",
  );
});

Deno.test("payload() ends with 127 for a program that is not there", async () => {
  await using bed = await payloadBed();
  for (const request of [{ argv: ["no-such"] }, { command: "no-such x" }]) {
    const { code, stderr } = await bed.run(request);
    assert.equal(code, 127);
    assert.match(stderr, /no-such/);
  }
});

Deno.test("payload() writes nothing of its own into the log", async () => {
  await using bed = await payloadBed();
  for (
    const request of [
      { argv: ["true"] },
      { command: "true" },
      { command: "true; true | true; (true); true & wait" },
      { command: "true; true", time: 60 },
    ]
  ) {
    assert.deepEqual(await bed.run(request), {
      code: 0,
      stdout: "",
      stderr: "",
    });
  }
});

Deno.test("payload() passes standard input on", async () => {
  await using bed = await payloadBed();
  for (const request of [{ argv: ["cat"] }, { command: "cat; cat" }]) {
    const line = shellJoin(payload(request));
    const { stdout } = await bed.run(["sh", "-c", `echo in | ${line}`]);
    assert.equal(stdout, "in\n");
  }
});

Deno.test("payload() runs commands of 100 KB and more", async () => {
  await using bed = await payloadBed();
  const long = "é".repeat(65_000);
  const asWord = await bed.run({ argv: ["printf", "%s", long] });
  assert.equal(asWord.stdout, long);
  const asLine = await bed.run({ command: `print -rn ${long}; exit 3` });
  assert.deepEqual([asLine.code, asLine.stdout], [3, long]);
  const asLines = await bed.run({ command: ":\n".repeat(60_000) + "exit 5" });
  assert.equal(asLines.code, 5);
});

Deno.test("payload() refuses what no command line can hold", () => {
  const word = "x".repeat(131_072);
  for (
    const request of [
      { command: word },
      { argv: ["echo", word] },
      { argv: ["echo", "é".repeat(65_536)] },
      { argv: Array.from({ length: 5 }, () => word.slice(1)) },
      { command: "x", expFolder: word },
      { command: "x", venv: word },
    ]
  ) {
    assert.throws(
      () => payload(request),
      (error) =>
        error instanceof MloError && error.exitCode === ExitCode.usage &&
        /too long/.test(error.message) && /file/.test(error.hint ?? ""),
    );
  }
  assert.throws(
    () => payload({ command: word }),
    /A word of the command is too long: 131072 bytes, more than \d{4,6}$/,
  );
});

Deno.test("payload() has no quotes or backslashes in any word", () => {
  for (
    const request of [
      {},
      { time: 60 },
      { command: `a 'b' "c" \`d\` \\` },
      { argv: ["'", '"', "\\"], expFolder: "'", venv: '"', time: 1 },
    ]
  ) {
    for (const word of payload(request)) {
      assert.doesNotMatch(word, /['"`\\\n]/);
      assert(word.length < 131_072);
    }
  }
});

Deno.test("payload() gives the place of the shell to a single program", () => {
  assert.match(decodeScript(payload({ argv: ["a"] })), /\nexec \S+ -- a$/);
  assert.match(decodeScript(payload({ command: "a b" })), /eval '\\exec a b'/);
});

Deno.test("payload() keeps an idle pod for 12 hours or as long as asked", () => {
  assert.match(payload({}).join(" "), /sleep 43200 /);
  assert.match(payload({ time: 90 }).join(" "), /sleep 90 /);
});

import assert from "node:assert/strict";
import { run } from "../lib/cli.ts";
import { ChildExit } from "../lib/commands/child_exit.ts";
import { ExitCode, MloError, usageError } from "../lib/error.ts";
import { hostInMemory } from "./support/laptop.ts";

/** Runs a command line up to where its work begins; there `work` is done instead. */
async function at(
  words: readonly string[],
  { columns = 80, work = () => {} }: {
    readonly columns?: number;
    readonly work?: () => void;
  } = {},
) {
  const { host, printed } = hostInMemory({ HOME: "/home/ada" }, "/home/ada");
  const terminal = { ...host.terminal, columns };
  let acted = 0;
  const code = await run(words, { ...host, terminal }, () => {
    acted++;
    return work();
  });
  return { code, acted, ...printed() };
}

/** How `mlo list` ends whose work fails so. */
const failing = (error: unknown, ...before: string[]) =>
  at([...before, "list"], {
    work: () => {
      throw error;
    },
  });

Deno.test("a failure is told once: the program's own words, what failed, what to do", async () => {
  const error = new MloError("Cannot do it", {
    hint: "Try: mlo doctor",
    exitCode: ExitCode.unreachable,
    childMessage: "kubectl: no\n\n",
  });
  assert.deepEqual(await failing(error), {
    ...{ code: 69, acted: 1, stdout: "" },
    stderr: "kubectl: no\nmlo: Cannot do it\nhint: try: mlo doctor\n",
  });
  const { stderr } = await failing(error, "--profile", "two");
  assert.match(stderr, /^hint: try: mlo --profile two doctor$/m);
  assert.deepEqual(await failing(new MloError("Cannot")), {
    ...{ code: 1, acted: 1, stdout: "", stderr: "mlo: Cannot\n" },
  });
  const usage = await failing(usageError("Cannot"));
  assert.deepEqual([usage.code, usage.stderr], [2, "mlo: Cannot\n"]);
  const hinted = await failing(usageError("Cannot", "Do"));
  assert.deepEqual(hinted.stderr, "mlo: Cannot\nhint: do\n");
});

Deno.test("the exit codes are those of the documents", () =>
  assert.deepEqual(ExitCode, {
    ...{ done: 0, failed: 1, usage: 2, auth: 4 },
    ...{ unreachable: 69, interrupted: 130 },
  }));

Deno.test("an error says whether trying again may help, and is named in a trace", () => {
  assert.equal(new MloError("x").isPassing, false);
  assert.equal(new MloError("x", { isPassing: true }).isPassing, true);
  assert.equal(String(new MloError("x")), "MloError: x");
});

Deno.test("the exit status of a program on the user's terminal is mlo's, without a word", async () =>
  assert.deepEqual(await failing(new ChildExit(7)), {
    ...{ code: 7, acted: 1, stdout: "", stderr: "" },
  }));

Deno.test("a defect is told as one, with where it is, and ends with 1", async () => {
  const defect = await failing(new TypeError("x is no function"));
  assert.equal(defect.code, 1);
  assert.match(defect.stderr, /^mlo: TypeError: x is no function\n {4}at /);
  assert.match(defect.stderr, /\nhint: this is a defect of mlo itself: .*\n$/);
  const bare = new Error("x");
  delete bare.stack;
  assert.match((await failing(bare)).stderr, /^mlo: x\nhint: this is a defect/);
  assert.match((await failing("words")).stderr, /^mlo: words\nhint: /);
});

Deno.test("work that is done ends with 0 and is done once", async () => {
  for (const words of [["list"], ["ls"], ["--profile", "help", "list"]]) {
    const { code, acted, stderr } = await at(words);
    assert.deepEqual([code, acted, stderr], [0, 1, ""], words.join(" "));
  }
});

Deno.test("a flag about the settings that stands before the verb is the verb's", async () => {
  const { host } = hostInMemory({ HOME: "/home/ada" }, "/home/ada");
  const line = ["--profile", "two", "--project=p", "list"];
  const taken: unknown[] = [];
  await run(line, host, (options) => void taken.push(options));
  const [{ profile, project, context }] = taken as [Record<string, unknown>];
  assert.deepEqual([profile, project, context], ["two", "p", undefined]);
});

Deno.test("the settings file in use is named with --verbose and --debug, and with them alone", async () => {
  const home = await Deno.makeTempDir({ prefix: "mlo-cli-" });
  try {
    const file = `${home}/mine.env`;
    const settings = "LDAP_USERNAME=ada\nLDAP_UID=1\n";
    await Deno.writeTextFile(file, settings, { mode: 0o600 });
    const named: boolean[] = [];
    for (const flags of [[], ["--verbose"], ["--debug"]]) {
      // Without a kubectl the work ends after the settings.
      const { host, printed } = hostInMemory({ HOME: home, PATH: "" }, home);
      const line = [...flags, "--env-file", file, "list"];
      assert.equal(await run(line, host), 1);
      const { stderr } = printed();
      assert.match(stderr, /^mlo: Cannot run kubectl: it is not installed/m);
      assert.equal(/^debug: /m.test(stderr), flags[0] === "--debug", stderr);
      named.push(stderr.includes(`Using the settings in ${file}\n`));
    }
    assert.deepEqual(named, [false, true, true]);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("a shell is told the flags of the verb that it completes, whatever stands around it", async () => {
  for (
    const line of [
      "status --js",
      "--profile list status --js",
      "--verbose status --js",
      "status list --js",
    ]
  ) {
    const { host, printed } = hostInMemory({ HOME: "/home/ada" }, "/home/ada");
    assert.equal(await run(["complete", "--", ...line.split(" ")], host), 0);
    assert.match(printed().stdout, /^--json\tprint one JSON object; a list/);
  }
});

/** What a refused line says, word for word, whatever it is that was mistaken. */
const REFUSED: readonly [line: string, message: string, hint: string][] = [
  ["listt", "Unknown command 'listt'", "did you mean list?"],
  ["xyzzy", "Unknown command 'xyzzy'", "mlo --help"],
  ["secret sinc", "Unknown command 'sinc'", "did you mean sync?"],
  ["secret xyzzy", "Unknown command 'xyzzy'", "mlo secret --help"],
  ["list --foo", "Unknown option '--foo'", "mlo list --help"],
  ["list --jsn", "Unknown option '--jsn'", "did you mean --json?"],
  ["submit --gpu 1", "Unknown option '--gpu'", "--gpus"],
  ["submit --gpuss 1", "Unknown option '--gpuss'", "did you mean --gpus?"],
  ["submit -z", "Unknown option '-z'", "mlo submit --help"],
  ["logs -p exp", "Unknown option '-p'", "--previous"],
  ["exec -it exp", "Unknown option '-it'", "--tty, or a shell: mlo shell JOB"],
  [
    "list x",
    "Too many arguments for 'list'. Expected 0 arguments but got 1: x.",
    "mlo list --help",
  ],
  [
    "list --env-file",
    "Option '--env-file <file>' argument missing",
    "mlo --help",
  ],
  [
    "list --env-file a --env-file b",
    "--env-file is given twice",
    "it takes one value: mlo --help",
  ],
  [
    "submit --name a -n b",
    "--name is given twice",
    "it takes one value: mlo submit --help",
  ],
  [
    "setup --env-file x",
    "mlo setup takes no --env-file",
    "mlo setup --help",
  ],
  [
    "secret",
    "mlo secret needs a word more: sync, status, rm",
    "mlo secret --help",
  ],
  ["help xyzzy", "There is no such command to help with", "mlo --help"],
];

for (const [line, message, hint] of REFUSED) {
  Deno.test(`mlo ${line}: ${message}`, async () =>
    assert.deepEqual(await at(line.split(" ")), {
      ...{ code: 2, acted: 0, stdout: "" },
      stderr: `mlo: ${message}\nhint: ${hint}\n`,
    }));
}

Deno.test("mlo submit says of a flag that it does not know how one of runai's own is given", async () => {
  const { code, stderr } = await at(["submit", "--xyzzy=1"]);
  assert.equal(code, 2);
  assert.match(stderr, /\nhint: a flag of runai's own .*--runai-arg=--xyzzy=1/);
});

Deno.test("a flag that may be repeated is, and no flag hides what comes after it", async () => {
  const line = ["submit", "-e", "A=1", "-e", "B=2", "--", "ls", "--gpu", "1"];
  const { code, acted, stderr } = await at(line);
  assert.deepEqual([code, acted, stderr], [0, 1, ""]);
});

Deno.test("help of the whole names every verb but the hidden ones, asked for in any way", async () => {
  const { stdout } = await at([]);
  assert.match(stdout, /^Usage: mlo /);
  assert.match(stdout, /^From a laptop to GPUs and back$/m);
  assert.match(stdout, /^ {2}list(?:\|ls)? +List the project's jobs$/m);
  assert.match(stdout, /^ {2}upgrade +Replace mlo/m);
  assert.doesNotMatch(stdout, /ssh-proxy/);
  for (
    const [flag, says] of [
      ["-V, --version", "print the version"],
      ["--verbose", "name the settings file in use"],
      ["--debug", "show every program that is run"],
      ["--no-color", "no colours, as with NO_COLOR=1"],
    ] as const
  ) assert.match(stdout, new RegExp(`^ {2}${flag} +${says}$`, "m"));
  for (const words of [["--help"], ["-h"], ["help"]]) {
    const asked = await at(words);
    assert.deepEqual(asked, { code: 0, acted: 0, stdout, stderr: "" });
  }
});

Deno.test("help of a verb has its flags, asked for in any way", async () => {
  const { stdout } = await at(["status", "--help"]);
  assert.match(stdout, /^Usage: mlo status /);
  assert.match(stdout, /^ {2}--json /m);
  const ways = ["help status", "status -h", "--profile status status --help"];
  for (const way of ways) {
    const asked = await at(way.split(" "));
    assert.deepEqual(asked, { code: 0, acted: 0, stdout, stderr: "" }, way);
  }
});

Deno.test("help is as wide as the terminal, and never wider than can be read", async () => {
  const widest = async (columns: number) => {
    const { stdout } = await at(["submit", "--help"], { columns });
    return Math.max(
      ...stdout.split("\n").filter((line) => line.startsWith("  -"))
        .map((line) => line.length),
    );
  };
  assert.ok(await widest(80) <= 80);
  assert.ok(await widest(100) > 85);
  assert.equal(await widest(300), await widest(100));
});

Deno.test("the version is printed by either flag, and nothing is done", async () => {
  for (const flag of ["--version", "-V"]) {
    const { code, acted, stdout, stderr } = await at([flag]);
    assert.deepEqual([code, acted, stderr], [0, 0, ""]);
    assert.match(stdout, /^mlo \d+\.\d+\.\d+\S*\n$/);
  }
});

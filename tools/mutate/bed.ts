/** A copy of the project in which faults are put and tests run, one at a time. */
export interface Bed {
  readonly root: string;
  /** Writes a file of the copy. */
  write(file: string, text: string): Promise<void>;
  /** Runs test files until the first failure; what they leave behind is ended and removed. */
  test(files: readonly string[], seconds: number): Promise<Verdict>;
  /** Runs one test file and gives the lines of lib/ that it reached, with what it took. */
  reach(file: string): Promise<Reach>;
  remove(): Promise<void>;
}

export type Verdict = "passed" | "failed" | "timed out";

/** What a test file is and does when nothing is wrong. */
export interface Reach {
  readonly file: string;
  readonly verdict: Verdict;
  /** Wall clock seconds. */
  readonly seconds: number;
  /** For each file of the project, the lines that were run, from 1. */
  readonly lines: ReadonlyMap<string, ReadonlySet<number>>;
}

/** Seconds that a test may take when nobody knows better. */
const FIRST_LIMIT = 240;

/** Copies the files of the project, those that are not in git yet included. */
export async function makeBed(project: string): Promise<Bed> {
  // Short: sockets have paths of a hundred bytes at most.
  const root = await Deno.makeTempDir({ prefix: "mut-" });
  const tree = `${root}/tree`;
  const list = await output("git", [
    "-C",
    project,
    "ls-files",
    "-z",
    "--cached",
    "--others",
    "--exclude-standard",
  ]);
  for (const file of list.split("\0").filter((file) => file !== "")) {
    if (!await isThere(`${project}/${file}`)) continue;
    const target = `${tree}/${file}`;
    await Deno.mkdir(target.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.copyFile(`${project}/${file}`, target);
  }
  // Tests ask git about the project.
  await output("git", ["-C", tree, "init", "--quiet"]);
  return {
    root: tree,
    write: (file, text) => Deno.writeTextFile(`${tree}/${file}`, text),
    test: (files, seconds) =>
      runTests(root, ["--fail-fast", ...files], seconds),
    reach: (file) => reach(root, file),
    remove: () => Deno.remove(root, { recursive: true }),
  };
}

async function runTests(
  root: string,
  args: readonly string[],
  seconds: number,
): Promise<Verdict> {
  const temporary = `${root}/t`;
  await Deno.mkdir(temporary);
  try {
    const { code } = await new Deno.Command("timeout", {
      args: [
        "--kill-after=5",
        String(Math.ceil(seconds)),
        Deno.execPath(),
        "test",
        "-A",
        "--no-check",
        "--quiet",
        ...args,
      ],
      cwd: `${root}/tree`,
      env: { TMPDIR: temporary },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    if (code === 124 || code === 137) return "timed out";
    return code === 0 ? "passed" : "failed";
  } finally {
    await endLeftovers(root);
    await removeAll(temporary);
  }
}

async function reach(root: string, file: string): Promise<Reach> {
  const directory = `${root}/c`;
  const begun = performance.now();
  const verdict = await runTests(root, [
    `--coverage=${directory}`,
    "--coverage-raw-data-only",
    file,
  ], FIRST_LIMIT);
  const seconds = (performance.now() - begun) / 1000;
  const lcov = await output(Deno.execPath(), ["coverage", "--lcov", directory])
    .catch(() => "");
  await removeAll(directory);
  return { file, verdict, seconds, lines: linesRun(lcov, `${root}/tree/`) };
}

function linesRun(
  lcov: string,
  root: string,
): Map<string, ReadonlySet<number>> {
  const files = new Map<string, ReadonlySet<number>>();
  for (const record of lcov.split("end_of_record")) {
    const path = /^SF:(.*)$/m.exec(record)?.[1] ?? "";
    if (!path.startsWith(root)) continue;
    const lines = [...record.matchAll(/^DA:(\d+),[1-9]/gm)]
      .map(([, line]) => Number(line));
    files.set(path.slice(root.length), new Set(lines));
  }
  return files;
}

/** Ends what a run of tests left behind: every process that names the copy in its words, directory or environment. */
async function endLeftovers(root: string) {
  for (const pid of await processes()) {
    if (pid !== Deno.pid && await mentions(`/proc/${pid}`, root)) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
  }
}

async function processes(): Promise<number[]> {
  if (!await isThere("/proc/self")) return [];
  const entries = await Array.fromAsync(Deno.readDir("/proc"));
  return entries.map(({ name }) => Number(name)).filter((pid) => pid > 0);
}

async function mentions(directory: string, root: string): Promise<boolean> {
  const texts = await Promise.all([
    Deno.readTextFile(`${directory}/cmdline`).catch(() => ""),
    Deno.readTextFile(`${directory}/environ`).catch(() => ""),
    Deno.readLink(`${directory}/cwd`).catch(() => ""),
  ]);
  return texts.some((text) => text.includes(root));
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

async function removeAll(path: string) {
  await Deno.remove(path, { recursive: true }).catch(() => {});
}

async function output(program: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args })
    .output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

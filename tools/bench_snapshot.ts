// deno-lint-ignore-file no-console -- a tool speaks by printing
/** What `--snapshot` costs: on the laptop against `git status`, in the pod against a bare clone. */
import { scanFor } from "../lib/snapshot/secrets.ts";
import { makeWork, type Work } from "../tests/snapshot/bed.ts";
import { makePod } from "../tests/snapshot/pod.ts";
import {
  type GitServer,
  startGitServer,
} from "../tests/support/git/git_server.ts";
import { withLaptop } from "../tests/support/laptop.ts";
import { GIT_ENV } from "../tests/snapshot/bed.ts";
import { median, printTimings, runQuietly, timeInTurn } from "./measure.ts";

const FILES = 2_000;
const [SUBMIT, CLONE, SECOND] = [2.5, 1.3, 0.5];
const SCAN = { megabytes: 100, seconds: 3 };

/** Prints the ratios that have targets, and how long the search for secrets takes. */
export async function benchSnapshot(rounds: number): Promise<void> {
  await using server = await startGitServer();
  await using work = await makeRepository(server);
  await benchSubmission(server, work, rounds);
  await benchPod(server, work, rounds);
  benchScan();
}

/** A repository of {@linkcode FILES} files, pushed, with a small change. */
async function makeRepository(server: GitServer): Promise<Work> {
  const work = await makeWork(server.env);
  for (let file = 0; file < FILES; file++) {
    const line = `value_${file} = ${file} * 3  # line of module ${file}\n`;
    await work.write(`src/p${file % 40}/m${file}.py`, line.repeat(40));
  }
  await work.git("add", "-A");
  await work.git("commit", "-qm", "one");
  await work.git("remote", "add", "origin", await server.repository("r"));
  await work.git("push", "-q", "-u", "origin", "main");
  await work.write("src/p0/m0.py", "changed = True\n");
  await work.write("train.py", "print('new')\n");
  return work;
}

async function benchSubmission(
  server: GitServer,
  work: Work,
  rounds: number,
): Promise<void> {
  await withLaptop(async ({ env, home }) => {
    const options = {
      env: {
        ...env,
        ...GIT_ENV,
        ...server.env,
        MLO_DOUBLE_RUNAI_DELAY_MS: "300",
      },
      cwd: home,
    };
    const mlo = new URL("../dist/mlo", import.meta.url).pathname;
    let jobs = 0;
    const submit = (...flags: string[]) =>
      runQuietly(mlo, [
        ...["submit", "-n", `exp-${++jobs}`, "-g", "1", "--train", ...flags],
        ...["--", "python", "train.py"],
      ], options);
    const timings = await timeInTurn([
      {
        name: "git status",
        run: () => runQuietly("git", ["-C", work.directory, "status"], options),
      },
      { name: "mlo submit", run: () => submit() },
      {
        name: "mlo submit --snapshot",
        run: () => submit("--snapshot", work.directory),
      },
    ], rounds);
    const [status = NaN, plain = NaN, snapshot = NaN] = timings
      .map(({ milliseconds }) => median(milliseconds));
    console.log(`\nA snapshot of ${FILES} files with two changes:`);
    printTimings(timings, plain, {});
    verdict(
      "more than mlo submit, in git status",
      (snapshot - plain) / status,
      SUBMIT,
    );
  });
}

/** A pod's start with an empty scratch, then with one that has the base, against a clone. */
async function benchPod(
  server: GitServer,
  work: Work,
  rounds: number,
): Promise<void> {
  const snapshot = await work.take();
  await using pod = await makePod(server.env);
  const top = await Deno.makeTempDir({ prefix: "mlo-bench-" });
  const options = { env: { ...GIT_ENV, ...server.env }, cwd: top };
  let runs = 0;
  const start = async () => {
    const id = `r${++runs}`;
    const ran = await pod.run(snapshot, { id, argv: ["true"] });
    if (ran.code !== 0) throw new Error(ran.stderr);
    return id;
  };
  const url = snapshot.remote?.url ?? "";
  const timings = await timeInTurn([
    {
      name: "git clone --depth 1",
      run: () =>
        runQuietly(
          "git",
          ["clone", "-q", "--depth=1", url, `c${++runs}`],
          options,
        ),
    },
    {
      name: "the first snapshot",
      run: async () => {
        await Deno.remove(`${pod.scratch}/.mlo`, { recursive: true })
          .catch(() => {});
        await start();
      },
    },
    { name: "the second", run: async () => void await start() },
  ], rounds);
  const [clone = NaN, first = NaN, second = NaN] = timings
    .map(({ milliseconds }) => median(milliseconds));
  console.log("\nIn the pod (ratio to the clone):");
  printTimings(timings, clone, { "the first snapshot": CLONE });
  verdict("the second, of the first", second / first, SECOND);
  await Deno.remove(top, { recursive: true });
}

/** Bytes that look like nothing, and a file of text, searched for twenty values. */
function benchScan(): void {
  const values = new Map(
    Array.from({ length: 20 }, (_, at) => [
      `KEY_${at}`,
      crypto.getRandomValues(new Uint8Array(24)).toHex(),
    ]),
  );
  const scan = scanFor(values);
  const text = new TextEncoder().encode(
    "def forward(self, hidden_states, attention_mask=None):\n".repeat(19_000),
  );
  const begin = performance.now();
  for (let megabyte = 0; megabyte < SCAN.megabytes; megabyte++) {
    if (scan(text).length > 0) throw new Error("something was found");
  }
  const seconds = (performance.now() - begin) / 1000;
  verdict(`seconds to search ${SCAN.megabytes} MB`, seconds, SCAN.seconds);
}

function verdict(what: string, value: number, target: number): void {
  const judged = value <= target ? "met" : "MISSED";
  console.log(`  ${what}: ${value.toFixed(2)}  target ≤ ${target}: ${judged}`);
}

// deno-lint-ignore-file no-console -- a tool speaks by printing
/**
 * Mutation testing: puts small faults into the code, one at a time, and sees
 * whether the tests notice.
 *
 *     deno task mutate [--seed N] [--count N] [ROOM | PATH]…
 *
 * Each fault is put into a copy of the project; the tests that reach its line
 * are run, the mirror of its file first, until one fails. Printed are killed
 * and survived per room, and each survivor as the line it changes. The same
 * seed picks the same faults as long as the code they are put into is the same.
 */
import { parseArgs } from "node:util";
import { type Bed, makeBed, type Reach, testsFor } from "./mutate/bed.ts";
import { isEquivalent } from "./mutate/equivalent.ts";
import { applied, lineOf } from "./mutate/mutant.ts";
import {
  type Candidate,
  described,
  inPickingOrder,
  shares,
} from "./mutate/pick.ts";
import { type Room, roomOf, ROOMS } from "./mutate/rooms.ts";
import { shellMutants } from "./mutate/shell.ts";
import { typescriptMutants } from "./mutate/typescript.ts";

/** Copies of the project in which tests run at the same time. */
const BEDS = 2;

/** No room's figure rests on fewer faults. */
const LEAST = 20;

/** What became of a fault. */
interface Trial extends Candidate {
  readonly room: string;
  readonly line: number;
  readonly fate: "killed" | "timed out" | "survived" | "not reached";
}

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    options: {
      seed: { type: "string", default: "1" },
      count: { type: "string", default: "400" },
    },
    allowPositionals: true,
  });
  const project = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
  const files = await filesOf(project);
  const picked = await pick(project, files, positionals, {
    seed: Number(values.seed),
    count: Number(values.count),
  });
  if (picked.length === 0) {
    console.error(`mutate: nothing in ${positionals.join(", ")}`);
    return 2;
  }
  const beds = await Promise.all(
    Array.from({ length: BEDS }, () => makeBed(project)),
  );
  try {
    const trials = await tryAll(beds, files, picked);
    if (trials === undefined) return 1;
    printReport(trials);
    return 0;
  } finally {
    await Promise.all(beds.map((bed) => bed.remove()));
  }
}

/** The files of the project, by path relative to it. */
async function filesOf(project: string): Promise<string[]> {
  const files: string[] = [];
  const walk = async (directory: string) => {
    for await (
      const { name, isDirectory } of Deno.readDir(
        `${project}/${directory}`,
      )
    ) {
      const path = `${directory}/${name}`;
      if (isDirectory) await walk(path);
      else files.push(path);
    }
  };
  for (const top of ["lib", "docker", "tests"]) await walk(top);
  return files.sort();
}

/** The faults to try: each room's share, or all of `count` in the paths that were named. */
async function pick(
  project: string,
  files: readonly string[],
  wanted: readonly string[],
  { seed, count }: { seed: number; count: number },
): Promise<Candidate[]> {
  const rooms = new Map<Room, Candidate[]>();
  for (const file of files) {
    const room = roomOf(file);
    if (room === undefined) continue;
    const source = await Deno.readTextFile(`${project}/${file}`);
    const find = file.endsWith(".sh") ? shellMutants : typescriptMutants;
    const found = described(source, find(file, source))
      .filter((candidate) => !isEquivalent(candidate));
    rooms.set(room, [...rooms.get(room) ?? [], ...found]);
  }
  const sizes = new Map(
    [...rooms].map(([{ name }, found]) => [name, found.length]),
  );
  const share = shares(sizes, count, LEAST);
  const isWanted = (room: Room, file: string) =>
    wanted.length === 0 || wanted.includes(room.name) ||
    wanted.some((path) => file.startsWith(path));
  const picked: Candidate[] = [];
  for (const [room, found] of rooms) {
    const here = found.filter(({ file }) => isWanted(room, file));
    const isWhole = here.length === found.length;
    picked.push(
      ...await take(
        project,
        inPickingOrder(here, seed),
        isWhole ? share.get(room.name) ?? LEAST : count,
      ),
    );
  }
  return picked;
}

/** The first faults that leave the file one that can be read. */
async function take(
  project: string,
  ordered: readonly Candidate[],
  count: number,
): Promise<Candidate[]> {
  const taken: Candidate[] = [];
  for (const candidate of ordered) {
    if (taken.length === count) break;
    if (!candidate.file.endsWith(".sh") || await isShell(project, candidate)) {
      taken.push(candidate);
    }
  }
  return taken;
}

async function isShell(project: string, candidate: Candidate) {
  const source = await Deno.readTextFile(`${project}/${candidate.file}`);
  const { success } = await new Deno.Command("bash", {
    args: ["-n", "-c", applied(source, candidate)],
    stderr: "null",
  }).output();
  return success;
}

/** Tries every fault; `undefined` if a test fails without any. */
async function tryAll(
  beds: readonly Bed[],
  files: readonly string[],
  picked: readonly Candidate[],
): Promise<Trial[] | undefined> {
  const rooms = ROOMS.filter((room) =>
    picked.some(({ file }) => roomOf(file) === room)
  );
  const tests = files.filter((file) =>
    rooms.some((room) => room.tests.test(file))
  );
  console.error(`mutate: ${picked.length} faults, ${tests.length} test files`);
  const reaches = await inTurn(beds, tests, (bed, test) => bed.reach(test));
  const broken = reaches.filter(({ verdict }) => verdict !== "passed");
  for (const { file, verdict } of broken) {
    console.error(`mutate: without any fault ${file} ${verdict}`);
  }
  if (broken.length > 0) return undefined;
  let done = 0;
  return await inTurn(beds, picked, async (bed, candidate) => {
    const trial = await tryOne(bed, reaches, candidate);
    const { fate, file, line, kind } = trial;
    console.error(
      `${++done}/${picked.length} ${fate} ${file}:${line} (${kind})`,
    );
    return trial;
  });
}

async function tryOne(
  bed: Bed,
  reaches: readonly Reach[],
  candidate: Candidate,
): Promise<Trial> {
  const { file } = candidate;
  const room = roomOf(file)!;
  const source = await Deno.readTextFile(`${bed.root}/${file}`);
  const line = lineOf(source, candidate);
  const own = reaches.filter((reach) => room.tests.test(reach.file));
  const tests = testsFor(own, file, line);
  const limit = tests.reduce((sum, { seconds }) => sum + 4 * seconds, 30);
  await bed.write(file, applied(source, candidate));
  const verdict = tests.length === 0
    ? undefined
    : await bed.test(tests.map((test) => test.file), limit);
  await bed.write(file, source);
  const fate = verdict === undefined
    ? "not reached"
    : verdict === "passed"
    ? "survived"
    : verdict === "failed"
    ? "killed"
    : "timed out";
  return { ...candidate, room: room.name, line, fate };
}

/** Does something to every item, one at a time in each bed; the answers in the items' order. */
async function inTurn<Item, Answer>(
  beds: readonly Bed[],
  items: readonly Item[],
  work: (bed: Bed, item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const queue = items.entries();
  await Promise.all(beds.map(async (bed) => {
    for (const [at, item] of queue) answers[at] = await work(bed, item);
  }));
  return answers;
}

function printReport(trials: readonly Trial[]) {
  const survived = (trial: Trial) =>
    trial.fate === "survived" || trial.fate === "not reached";
  for (const trial of trials.filter(survived)) {
    const { file, line, kind, before, after, fate } = trial;
    console.log(`${file}:${line} (${kind}, ${fate})`);
    console.log(`- ${before}\n+ ${after}\n`);
  }
  console.log("room           faults  killed  survived      %");
  for (const { name } of ROOMS) {
    const here = trials.filter(({ room }) => room === name);
    if (here.length > 0) printRoom(name, here.length, here.filter(survived));
  }
  printRoom("all", trials.length, trials.filter(survived));
}

function printRoom(name: string, all: number, survivors: readonly Trial[]) {
  const killed = all - survivors.length;
  console.log(
    name.padEnd(13) + String(all).padStart(8) + String(killed).padStart(8) +
      String(survivors.length).padStart(10) +
      (100 * killed / all).toFixed(1).padStart(7),
  );
}

// deno-lint-ignore-file no-console -- a tool speaks by printing
/**
 * Mutation testing: puts small faults into the code, one at a time, and sees
 * whether the tests notice.
 *
 *     deno task mutate [--seed N] [--count N] [--near] [ROOM | PATH]…
 *
 * Each fault is put into a copy of the project; the tests that reach its line
 * are run, the mirror of its file first, until one fails. Printed are killed
 * and survived per room, and each survivor as the line it changes. With --near
 * the tests of other rooms are left out: quicker, and more survive. --count is
 * for all rooms together, or for each of the rooms and paths that are named. The same
 * seed picks the same faults as long as the code they are put into is the same.
 */
import { parseArgs } from "node:util";
import { type Bed, makeBed } from "./mutate/bed.ts";
import { isEquivalent } from "./mutate/equivalent.ts";
import { applied } from "./mutate/mutant.ts";
import {
  type Candidate,
  described,
  inPickingOrder,
  shares,
} from "./mutate/pick.ts";
import { type Room, roomOf, ROOMS } from "./mutate/rooms.ts";
import { shellMutants } from "./mutate/shell.ts";
import { Reaches, type Trial, tryFault } from "./mutate/trial.ts";
import { typescriptMutants } from "./mutate/typescript.ts";

/** Copies of the project in which tests run at the same time. */
const BEDS = 2;

/** No room's figure rests on fewer faults. */
const LEAST = 20;

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    options: {
      seed: { type: "string", default: "1" },
      count: { type: "string", default: "400" },
      near: { type: "boolean", default: false },
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
    const tests = files.filter((file) => file.endsWith("_test.ts"));
    printReport(await tryAll(beds, tests, picked, values.near));
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

/** The faults to try: each room's share of `count`, or `count` of each room that was named. */
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
    const size = wanted.length > 0 ? count : share.get(room.name) ?? LEAST;
    picked.push(...await take(project, inPickingOrder(here, seed), size));
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

/** Tries every fault, with as many tests at a time as there are beds. */
async function tryAll(
  beds: readonly Bed[],
  tests: readonly string[],
  picked: readonly Candidate[],
  isNear: boolean,
): Promise<Trial[]> {
  const reaches = new Reaches(({ file, verdict, seconds }) => {
    if (verdict !== "passed") {
      console.error(
        `mutate: ${file} ${verdict} without any fault: it is left out`,
      );
    } else console.error(`mutate: ${file} takes ${seconds.toFixed(1)} s`);
  });
  let done = 0;
  return await inTurn(beds, picked, async (bed, candidate) => {
    const room = roomOf(candidate.file)!;
    const asked = isNear ? tests.filter((file) => room.own.test(file)) : tests;
    const trial = await tryFault(bed, candidate, room, asked, reaches);
    const { fate, file, line, kind } = trial;
    console.error(
      `${++done}/${picked.length} ${fate} ${file}:${line} (${kind})`,
    );
    return trial;
  });
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

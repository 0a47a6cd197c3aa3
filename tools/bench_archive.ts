// deno-lint-ignore-file no-console -- a report for whoever runs it
/**
 * Measures `mlo archive` against one rsync on the same machine, each ratio
 * within one run. Needs root, openssh-server, rsync, and for the far file
 * server fuse3, libfuse3-dev and gcc. Prints one line per figure, with the bed
 * it comes from: the compiled `mlo`, sshd on loopback, an account of its own,
 * both programs' times taken from the outside, `mlo`'s with its start and its
 * way to the host, rsync's without unless it is said.
 */
import {
  type ArchiveBed,
  must,
  withArchiveHost,
} from "../tests/support/archive/bed.ts";
import { ended } from "../tests/support/laptop.ts";
import { farMount } from "../tests/support/archive/far_mount.ts";
import { median } from "./measure.ts";

const SMALL_TREE = `
for d in $(seq 1 30); do
  mkdir -p "$1/d$d" && cd "$1/d$d" && head -c 409600 /dev/urandom | split -b 4096 -a 3 - f || exit 1
done`;

const figures: Record<string, () => Promise<void>> = {
  small: smallFiles,
  big: bigFile,
  again: nothingToDo,
};

if (import.meta.main) await benchArchive(Deno.args);

/** Prints the figures that are named, all of them by default. */
export async function benchArchive(chosen: readonly string[] = []) {
  const program = new URL("../dist/mlo", import.meta.url).pathname;
  Deno.env.set("MLO_TEST_PROGRAM", program);
  for (const [name, measure] of Object.entries(figures)) {
    if (chosen.length === 0 || chosen.includes(name)) await measure();
  }
}

/** (a) 3,000 files of 4 KiB in 30 directories onto a file system that takes a millisecond longer for everything. */
async function smallFiles() {
  for (const microseconds of [1000, 0]) {
    await inMemory(async (bed) => {
      const tree = `${bed.scratch}/small`;
      await must(["sh", "-c", SMALL_TREE, "sh", tree]);
      await must(["chown", "-R", `${bed.user}:`, tree]);
      const far = microseconds === 0
        ? undefined
        : await farMount(bed.archive, microseconds);
      try {
        const mlo = await archived(bed, "small", "--jobs", "8");
        const [copying, comparing] = mlo.phases;
        const plain = await rsync(bed, `${tree}/`, `${bed.archive}/plain/`);
        const where = far ? "FUSE with 1 ms on every operation" : "memory";
        console.log(
          `(a) 3000 files of 4 KiB onto ${where}: mlo ${mlo.seconds} s` +
            ` (copying ${copying} s, comparing ${comparing} s), rsync -a ${plain} s,` +
            ` ratio ${ratio(mlo.seconds, plain)}${far ? " (wanted: 0.3)" : ""}`,
        );
      } finally {
        await far?.end();
      }
    });
  }
}

/** (b) One file of 2 GiB on the disk. */
async function bigFile() {
  await withArchiveHost(async (bed) => {
    const file = `${bed.scratch}/big`;
    await bed.bigFile("big", 2048);
    const plain = [];
    const mlo = [];
    for (let turn = 0; turn < 3; turn++) {
      plain.push(await rsync(bed, file, `${bed.archive}/plain`));
      await must(["rm", `${bed.archive}/plain`]);
      mlo.push(await archived(bed, "big", "--to", `t${turn}`));
      await must(["rm", "-r", `${bed.archive}/t${turn}`]);
    }
    const middle = median(plain);
    const seconds = median(
      mlo.map(({ seconds, phases }) => seconds - (phases[1] ?? 0)),
    );
    const copying = median(mlo.map(({ phases }) => phases[0] ?? 0));
    const comparing = median(mlo.map(({ phases }) => phases[1] ?? 0));
    console.log(
      `(b) one file of 2 GiB on ext4 or what /tmp is: mlo ${
        seconds.toFixed(2)
      } s without the comparison` +
        ` (which takes ${
          comparing.toFixed(2)
        } s; copying alone ${copying} s), rsync -a ${middle} s, ratio ${
          ratio(seconds, middle)
        } (wanted: 1.15)`,
    );
  }, { under: "/tmp" });
}

/** (c) A second run with nothing to do: in memory, and with the copy on the far file system. */
async function nothingToDo() {
  await inMemory(async (bed) => {
    await bed.tree("many", 50_000, 1);
    await must(["cp", "-a", `${bed.scratch}/many`, `${bed.archive}/plain`]);
    await archived(bed, "many");
    const [shared, alone, plain, overSsh] = await inTurn(5, [
      () => again(bed),
      () => again(bed, true),
      () => plainAgain(bed),
      () => sshRsync(bed, `${bed.scratch}/many/`, `${bed.archive}/plain/`),
    ]);
    console.log(
      `(c) nothing to do over 50000 files in memory: mlo ${shared} s over the login of the command before,` +
        ` rsync -a on the host ${plain} s, ratio ${
          ratio(shared, plain)
        } (wanted: 1.2); with a login of its own mlo ${alone} s,` +
        ` ssh HOST rsync -a ${overSsh} s, ratio ${ratio(alone, overSsh)}`,
    );
  });
  await inMemory(async (bed) => {
    await bed.tree("many", 10_000, 1);
    await must(["cp", "-a", `${bed.scratch}/many`, `${bed.archive}/plain`]);
    await archived(bed, "many");
    const far = await farMount(bed.archive, 1000);
    try {
      const [shared, plain] = await inTurn(1, [
        () => again(bed),
        () => plainAgain(bed),
      ]);
      console.log(
        `(c) nothing to do over 10000 files, their copy on FUSE with 1 ms on every operation:` +
          ` mlo ${shared} s, rsync -a on the host ${plain} s, ratio ${
            ratio(shared, plain)
          }`,
      );
    } finally {
      await far.end();
    }
  });
}

/** Seconds of a further `mlo archive`; with a login of its own if `alone`. */
async function again(bed: ArchiveBed, alone = false): Promise<number> {
  const sockets = `${bed.top}/laptop/.ssh`;
  if (alone) await must(["find", sockets, "-type", "s", "-delete"]);
  return (await archived(bed, "many")).seconds;
}

function plainAgain(bed: ArchiveBed): Promise<number> {
  return rsync(bed, `${bed.scratch}/many/`, `${bed.archive}/plain/`);
}

/** Median seconds of each of `work`, done in turn so many times. */
async function inTurn<T extends readonly (() => Promise<number>)[]>(
  rounds: number,
  work: readonly [...T],
): Promise<{ [key in keyof T]: number }> {
  const times: number[][] = work.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, each] of work.entries()) times[at]?.push(await each());
  }
  return times.map(median) as { [key in keyof T]: number };
}

/** A bed in memory, at a place where a compiled program may read its settings: of `/dev` it may not. */
export async function inMemory(body: (bed: ArchiveBed) => Promise<void>) {
  // A short path, as a home is: a login is shared through a socket in it.
  const under = (await must(["mktemp", "-d", "/tmp/mlo.XXXXXX"])).trim();
  await must(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", under]);
  try {
    await withArchiveHost(body, { under });
  } finally {
    await must(["umount", under]);
    await Deno.remove(under);
  }
}

/** Runs `mlo archive` as a program of its own; seconds in all, and of the phases copying and comparing. */
async function archived(bed: ArchiveBed, ...args: string[]) {
  const begin = performance.now();
  const child = bed.spawn([...args, "--json"]);
  const ran = await ended(child);
  const seconds = since(begin);
  if (ran.code !== 0) throw new Error(ran.stdout + ran.stderr);
  const { id } = JSON.parse(ran.stdout.trim().split("\n").at(-1) ?? "");
  return { seconds, phases: await phaseTimes(bed, id) };
}

/** Seconds that a transfer spent copying and comparing, from the log it keeps. */
async function phaseTimes(bed: ArchiveBed, id: string): Promise<number[]> {
  const log = await Deno.readTextFile(
    `${bed.archive}/.mlo/transfers/${id}/times`,
  );
  const moments = log.trim().split("\n").map((line) => line.split(" "));
  const spent = new Map<string, number>();
  moments.forEach(([time, phase = ""], at) => {
    const next = moments[at + 1]?.[0];
    if (next === undefined) return;
    spent.set(phase, (spent.get(phase) ?? 0) + Number(next) - Number(time));
  });
  return ["copying", "comparing"].map((phase) =>
    Math.round((spent.get(phase) ?? 0) * 100) / 100
  );
}

/** The words that run a program as the account. */
export function asUser(bed: ArchiveBed): string[] {
  return [
    "setpriv",
    "--reuid",
    `${bed.uid}`,
    "--regid",
    `${bed.uid}`,
    "--clear-groups",
  ];
}

async function rsync(
  bed: ArchiveBed,
  from: string,
  to: string,
  ...more: string[]
) {
  const begin = performance.now();
  await must([...asUser(bed), "/usr/bin/rsync", "-a", ...more, from, to]);
  return since(begin);
}

async function sshRsync(bed: ArchiveBed, from: string, to: string) {
  const begin = performance.now();
  await must([
    `${bed.top}/laptop/bin/ssh`,
    "-l",
    bed.user,
    "127.0.0.1",
    "rsync",
    "-a",
    from,
    to,
  ]);
  return since(begin);
}

function since(begin: number): number {
  return Math.round(performance.now() - begin) / 1000;
}

function ratio(one: number, other: number): string {
  return (one / other).toFixed(3);
}

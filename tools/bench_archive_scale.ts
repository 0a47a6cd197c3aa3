// deno-lint-ignore-file no-console -- a report for whoever runs it
/**
 * Measures what many files cost `mlo archive` on the archive host, against one
 * rsync there: processor seconds of everything that the login starts (copying,
 * comparing both sides, manifest), room for its lists, and the client's memory.
 * Needs what the other benchmark of the archive needs, and cgroups that count
 * processor time.
 */
import { type ArchiveBed, must, sleep } from "../tests/support/archive/bed.ts";
import { ended } from "../tests/support/laptop.ts";
import { asUser, inMemory } from "./bench_archive.ts";

/** Directories of a thousand files of a KiB each. */
const TREE = `
for d in $(seq 1 "$2"); do
  mkdir -p "$1/d$d" && cd "$1/d$d" && head -c 1024000 /dev/urandom | split -b 1024 -a 3 - f || exit 1
done`;

/** What one size of tree cost. */
interface Cost {
  readonly files: number;
  /** Processor seconds on the host. */
  readonly mlo: number;
  readonly rsync: number;
  /** Bytes that the lists took at most. */
  readonly lists: number;
  /** Bytes of the client's memory at most. */
  readonly memory: number;
}

/** Prints the cost of each number of files (thousands, rounded up), and how it grows from the first to the last. */
export async function benchScale(sizes: readonly number[]): Promise<void> {
  Deno.env.set(
    "MLO_TEST_PROGRAM",
    new URL("../dist/mlo", import.meta.url).pathname,
  );
  const costs: Cost[] = [];
  for (const files of sizes) {
    const cost = await costOf(Math.ceil(files / 1000));
    costs.push(cost);
    console.log(
      `${cost.files} files of 1 KiB in memory: mlo ${
        cost.mlo.toFixed(1)
      } s of the host's processor, rsync -a ${cost.rsync.toFixed(1)} s, ratio ${
        (cost.mlo / cost.rsync).toFixed(2)
      } (wanted at 300000: 2.2); lists at most ${
        Math.round(cost.lists / cost.files)
      } bytes a file (wanted: 600); client at most ${
        Math.round(cost.memory / 2 ** 20)
      } MiB`,
    );
  }
  const [first, last] = [costs[0], costs.at(-1)];
  if (first && last && first !== last) {
    const growth = (last.mlo / last.files) / (first.mlo / first.files);
    console.log(
      `processor time a file from ${first.files} to ${last.files} files: ${
        growth.toFixed(2)
      } (wanted: 1.25); client's memory: ${
        (last.memory / first.memory).toFixed(2)
      }`,
    );
  }
}

async function costOf(thousands: number): Promise<Cost> {
  let cost: Cost | undefined;
  await inMemory(async (bed) => {
    const tree = `${bed.scratch}/many`;
    await must(["sh", "-c", TREE, "sh", tree, `${thousands}`]);
    await must(["chown", "-R", `${bed.user}:`, tree]);
    const group = await countedGroup();
    try {
      const copy = [...asUser(bed), `${bed.top}/rsync`, "-a"];
      const inGroup = ["sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"'];
      await must([
        ...[...inGroup, group.path, ...copy],
        ...[`${tree}/`, `${bed.archive}/plain/`],
      ]);
      const rsync = await group.seconds();
      await must(["rm", "-r", `${bed.archive}/plain`]);
      const daemon = await Deno.readTextFile(`${bed.top}/ssh/pid`);
      await Deno.writeTextFile(`${group.path}/cgroup.procs`, daemon.trim());
      const { lists, memory } = await archived(bed);
      const mlo = await group.seconds() - rsync;
      cost = { files: thousands * 1000, mlo, rsync, lists, memory };
    } finally {
      await group.end(bed);
    }
  });
  if (cost === undefined) throw new Error("nothing was measured");
  return cost;
}

/** A control group that counts its processes' time, those that have ended included. */
async function countedGroup() {
  const name = `mlo-bench-${crypto.randomUUID().slice(0, 8)}`;
  const old = "/sys/fs/cgroup/cpuacct";
  const isOld = await Deno.stat(old).then(() => true, () => false);
  const top = isOld ? old : "/sys/fs/cgroup";
  const path = `${top}/${name}`;
  await Deno.mkdir(path);
  return {
    path,
    seconds: async () => {
      if (isOld) {
        return Number(await Deno.readTextFile(`${path}/cpuacct.usage`)) / 1e9;
      }
      const told = await Deno.readTextFile(`${path}/cpu.stat`);
      return Number(/^usage_usec (\d+)/m.exec(told)?.[1]) / 1e6;
    },
    end: async (bed: ArchiveBed) => {
      const daemon = await Deno.readTextFile(`${bed.top}/ssh/pid`);
      for (
        const pid of [daemon, await Deno.readTextFile(`${path}/cgroup.procs`)]
          .join("\n").split("\n")
      ) {
        if (pid.trim() === "") continue;
        await Deno.writeTextFile(`${top}/cgroup.procs`, pid.trim())
          .catch(() => {});
      }
      await Deno.remove(path).catch(() => {});
    },
  };
}

/** Archives the tree; what its lists and the client took at most, looked at five times a second. */
async function archived(bed: ArchiveBed) {
  const child = bed.spawn(["many", "--json"]);
  let [lists, memory, over] = [0, 0, false];
  const watch = async () => {
    while (!over) {
      const status = await Deno.readTextFile(`/proc/${child.pid}/status`)
        .catch(() => "");
      const peak = Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1] ?? 0) * 1024;
      memory = Math.max(memory, peak);
      const size = [
        "sh",
        "-c",
        'du -sb "$0"/.mlo/transfers/*/lists 2>/dev/null | cut -f 1',
      ];
      lists = Math.max(lists, Number(await must([...size, bed.archive])) || 0);
      await sleep(200);
    }
  };
  const watching = watch();
  const ran = await ended(child);
  over = true;
  await watching;
  if (ran.code !== 0) throw new Error(ran.stdout + ran.stderr);
  return { lists, memory };
}

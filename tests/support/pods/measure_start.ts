import { DisposableRoot } from "./disposable_root.ts";
import { makeScratch, type Mode, type PodStart, removeScratch } from "./pod.ts";

/** What the start of one pod costs, on scratch that is already set up. */
export interface StartCost {
  /** Programs started from the entrypoint on, itself included, without the command: watch.sh comes after it. */
  readonly launches: readonly string[];
  /** Milliseconds from the entrypoint's start to the command's, one per start. */
  readonly milliseconds: readonly number[];
  /** Milliseconds of one `sudo -n true` in the same pods. */
  readonly sudo: readonly number[];
}

/** Everything that costs something is set. */
const ENV = {
  GIT_USER_NAME: "Ann",
  GIT_USER_EMAIL: "ann@example.org",
  SSH_PRIVATE_KEY_B64: btoa("not a key\n".repeat(40)),
  SSH_PUBLIC_KEY: "ssh-ed25519 AAAA",
  SSH_KNOWN_HOSTS: "github.com ssh-ed25519 AAAA",
  MLO_RUN_ID: "k7m2p9qx",
  MLO_RUN_DIR: "/mloscratch/homes/ann/runs/exp-k7m2p9qx",
};

/** The clock is read just before the entrypoint and by the command. */
const BEFORE = 'echo "begin $EPOCHREALTIME"';
const COMMAND = `end=$EPOCHREALTIME
for i in {1..5}; do sudo -n true; done
echo "times $end $(((\${EPOCHREALTIME/./} - \${end/./}) / 5))"`;

/** Starts `count` pods of both kinds in turn, and counts the launches of one more. */
export async function measureStart(
  layers: readonly string[],
  mode: Mode,
  count: number,
): Promise<StartCost> {
  const scratch = await makeScratch();
  const root = new DisposableRoot(layers);
  const pod = { mode, scratch, env: ENV };
  const set = await root.start({ ...pod, command: ["true"] });
  if (set.code !== 0) throw new Error(`No pod to measure: ${set.stderr}`);
  const launches = await launchesOf(layers, { ...pod, command: ["true"] });
  const milliseconds: number[] = [];
  const sudo: number[] = [];
  for (let left = count; left > 0; left--) {
    const { stdout, stderr } = await root.start({
      ...pod,
      prepare: BEFORE,
      command: ["bash", "-c", COMMAND],
    });
    const begin = /begin (\S+)/.exec(stderr)?.[1];
    const [, end, five] = /times (\S+) (\S+)/.exec(stdout) ?? [];
    milliseconds.push((Number(end) - Number(begin)) * 1000);
    sudo.push(Number(five) / 1000);
  }
  await removeScratch();
  return { launches, milliseconds, sudo };
}

/** Starts as process 1 with a run directory and without, in turn; each tells the time before it and the command's. */
const INITS = `install -d /run/mlo; export MLO_RUN_ID=k7m2p9qx
for ((left = $COUNT; left > 0; left--)); do
  for run in /mloscratch/runs/exp-k7m2p9qx ''; do
    if [[ $run ]]; then export MLO_RUN_DIR=$run; else unset MLO_RUN_DIR; fi
    echo "begin $EPOCHREALTIME"
    unshare --pid --fork /docker/init bash -c 'echo "end $EPOCHREALTIME"'
  done
done`;

/**
 * Milliseconds from init's start to its command's, which is the part of a
 * pod's start that the count of attempts and watch.sh make longer: what is
 * before it does not know of them, and varies by more than they cost.
 */
export async function measureInit(
  layers: readonly string[],
  count: number,
): Promise<{ watched: number[]; unwatched: number[] }> {
  const scratch = await makeScratch();
  const { code, stderr } = await new DisposableRoot(layers).start({
    mode: "root",
    scratch,
    prepare: `COUNT=${count + 1}; ${INITS}`,
    command: ["true"],
  });
  await removeScratch();
  const times = [...stderr.matchAll(/^begin (\S+)\nend (\S+)$/gm)]
    .map(([, begin, end]) => (Number(end) - Number(begin)) * 1000);
  if (code !== 0 || times.length !== 2 * (count + 1)) {
    throw new Error(`No init to measure: ${stderr}`);
  }
  // The first of each kind is not counted.
  return {
    watched: times.filter((_, index) => index > 1 && index % 2 === 0),
    unwatched: times.filter((_, index) => index > 1 && index % 2 === 1),
  };
}

/** What watch.sh costs beside a command. */
export interface WatchCost {
  /** Milliseconds of processor time for one sample, what it starts included. */
  readonly sample: number;
  /** MiB of memory at most, what it starts not included. */
  readonly memory: number;
}

/** A hundred processes to look at; ticks are hundredths of a second. */
const WATCHED = `for i in {1..100}; do sleep 100 & done; sleep 30
for process in /proc/[0-9]*; do
  [[ $(<$process/comm) == watch.sh ]] || continue
  read -ra stat <$process/stat
  ((stat[3] == 1)) || continue
  echo "ticks $((stat[13] + stat[14] + stat[15] + stat[16]))"
  grep VmHWM $process/status
done; mapfile -t lines </run/mlo/usage.csv; echo "samples \${#lines[@]}"`;

/** Lets watch.sh take a sample a second for half a minute. */
export async function measureWatch(
  layers: readonly string[],
): Promise<WatchCost> {
  const scratch = await makeScratch();
  const env = { ...ENV, MLO_WATCH_PERIOD: "1" };
  const command = ["bash", "-c", WATCHED];
  const pod = { mode: "direct", scratch, env, command } as const;
  const { stdout, stderr } = await new DisposableRoot(layers).start(pod);
  await removeScratch();
  const number = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1]);
  const samples = number(/samples (\d+)/);
  if (!(samples > 0)) throw new Error(`No samples: ${stdout}${stderr}`);
  return {
    sample: number(/ticks (\d+)/) * 10 / samples,
    memory: number(/VmHWM:\s*(\d+)/) / 1024,
  };
}

/** The programs that a pod starts successfully beside its command `true`, which is not among them. */
export async function launchesOf(
  layers: readonly string[],
  pod: PodStart,
): Promise<string[]> {
  const log = await Deno.makeTempFile({ prefix: "mlo-trace-" });
  // Successful calls only: a failed one that another process interrupts is
  // written in two pieces, of which the first looks like a success.
  const strace = ["strace", "-f", "-z", "-qq", "-e", "trace=execve", "-o", log];
  const { code, stderr } = await new DisposableRoot(layers, strace).start(pod);
  if (code !== 0) throw new Error(`The traced pod failed: ${stderr}`);
  const programs = (await Deno.readTextFile(log)).split("\n")
    .flatMap((line) => /execve\("([^"]+)"/.exec(line)?.[1] ?? []);
  await Deno.remove(log);
  const begin = programs.indexOf("/docker/entrypoint.sh");
  const end = programs.findLastIndex((program) => program.endsWith("/true"));
  return programs.slice(begin).toSpliced(end - begin, 1);
}

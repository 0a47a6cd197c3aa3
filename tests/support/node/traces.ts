import { must, run } from "../pods/programs.ts";

/** What a node may leave on a machine: each thing on a line of its own. */
export type Traces = readonly string[];

/** Directories that the runtime, its network plugins and the kubelet use whatever they are told. */
const DIRECTORIES = [
  "/run/containerd",
  "/run/netns",
  "/var/lib/cni",
  "/var/lib/kubelet",
  "/var/log/containers",
  "/var/log/pods",
];

const SYSCTLS = [
  ..."vm.overcommit_memory vm.panic_on_oom kernel.panic".split(" "),
  ..."kernel.panic_on_oops kernel.keys.root_maxkeys".split(" "),
  ..."kernel.keys.root_maxbytes net.ipv4.ip_forward".split(" "),
];

/** Looks at processes and mounts of `directory`, and at all network devices, addresses, rules, settings and groups. */
export async function tracesOf(directory: string): Promise<Traces> {
  const parts = await Promise.all([
    lines(
      "process",
      ["ps", "-eo", "pid=,args="],
      (line) => line.includes(directory),
    ),
    lines(
      "mount",
      ["cat", "/proc/mounts"],
      (line) => line.includes(directory) || /netns\/cni-/.test(line),
    ),
    lines("device", ["ip", "-o", "link"], () => true),
    lines("address", ["ip", "-o", "-4", "address"], () => true),
    lines("route", ["ip", "route"], () => true),
    lines("rule", ["iptables-save"], (line) => /^-A|^:/.test(line)),
    lines("setting", ["sysctl", ...SYSCTLS], () => true),
    lines(
      "group",
      ["find", "/sys/fs/cgroup", "-type", "d"],
      (line) => /k8s\.io|kubepods/.test(line),
    ),
    ...DIRECTORIES.map((path) => lines("file", ["find", path], () => true)),
  ]);
  const foreign = await socketsOfOthers(directory);
  return parts.flat().filter((line) => !foreign.has(line));
}

/** Every containerd of a machine, Docker's own as well, has its sockets in one directory. */
async function socketsOfOthers(directory: string): Promise<Set<string>> {
  const words = "ss --no-header --listening --unix --processes".split(" ");
  const found = new Set<string>();
  for (const line of (await must(words)).split("\n")) {
    const [, path] = /(\/run\/containerd\/s\/\w+)/.exec(line) ?? [];
    const [, pid] = /pid=(\d+)/.exec(line) ?? [];
    if (path === undefined || pid === undefined) continue;
    const command = await Deno.readTextFile(`/proc/${pid}/cmdline`)
      .catch(() => "");
    if (!command.includes(directory)) found.add(`file ${path}`);
  }
  return found;
}

async function lines(
  kind: string,
  words: readonly string[],
  counts: (line: string) => boolean,
): Promise<string[]> {
  const path = `${Deno.env.get("PATH")}:/usr/sbin:/sbin`;
  const { stdout } = await run(words, { env: { PATH: path } });
  return stdout.split("\n")
    .filter((line) => line.trim() !== "" && counts(line))
    // Counters and times of life change by themselves.
    .map((line) => `${kind} ${line.replace(/\[\d+:\d+\]|valid_lft.*/g, "")}`)
    .filter((line) => !line.includes("ps -eo"));
}

/** What is there that was not there before, and what is gone. */
export function difference(before: Traces, after: Traces): string[] {
  return [
    ...after.filter((line) => !before.includes(line)).map((l) => `left: ${l}`),
    ...before.filter((line) => !after.includes(line)).map((l) => `gone: ${l}`),
  ];
}

/** Waits until nothing differs, since the kernel takes devices away in its own time; gives what still does. */
export async function leftBehind(
  directory: string,
  before: Traces,
): Promise<string[]> {
  for (let look = 0;; look++) {
    const left = difference(before, await tracesOf(directory));
    if (left.length === 0 || look === 20) return left;
    await must(["sleep", "0.5"]);
  }
}

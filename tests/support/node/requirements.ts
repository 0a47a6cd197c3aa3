import { isInstalled } from "../pods/requirements.ts";
import { run } from "../pods/programs.ts";

/** Program or file → Debian package of what a node is made of. */
export const NODE_PACKAGES: Readonly<Record<string, string>> = {
  containerd: "containerd",
  ctr: "containerd",
  runc: "runc",
  "/usr/lib/cni/ptp": "containernetworking-plugins",
  etcd: "etcd-server",
  iptables: "iptables",
  conntrack: "conntrack",
  socat: "socat",
  ip: "iproute2",
  openssl: "openssl",
  curl: "curl",
  gcc: "gcc",
  "/usr/lib/go-1.19/bin/go": "golang-1.19-go",
  "/usr/share/gocode/src/github.com/modern-go/reflect2/reflect2.go":
    "golang-github-modern-go-reflect2-dev",
};

/** Whether this is a system whose package sources have what a node is made of. */
export function canHaveNode(): boolean {
  return Deno.build.os === "linux" && Deno.uid() === 0 && isBookworm();
}

function isBookworm(): boolean {
  try {
    const release = Deno.readTextFileSync("/etc/os-release");
    return /^VERSION_CODENAME=bookworm$/m.test(release);
  } catch {
    return false;
  }
}

/** What a machine cannot be given by installing packages; empty if it can have a node. */
export async function whyNoNode(): Promise<string[]> {
  if (Deno.build.os !== "linux") return ["it needs Linux"];
  const reasons = Deno.uid() === 0 ? [] : ["it needs the root account"];
  if (!isBookworm()) {
    reasons.push("it is built from the sources of Debian 12");
  }
  if (reasons.length === 0) {
    reasons.push(...await whyNoCgroups(), ...await whyNoMounts());
  }
  return reasons;
}

/** Packages that are missing for a node. */
export function missingPackages(): string[] {
  const missing = Object.entries(NODE_PACKAGES)
    .filter(([what]) => !isInstalled(what))
    .map(([, name]) => name);
  return [...new Set(missing)];
}

/** Containers are held in groups of processes: runc makes one for each. */
async function whyNoCgroups(): Promise<string[]> {
  // The two kinds of hierarchy.
  for (const root of ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"]) {
    if (await makesGroups(root)) return [];
  }
  return ["it needs cgroups that can be written"];
}

/** A directory that is made in a hierarchy is a group at once; in another file system it stays empty. */
async function makesGroups(root: string): Promise<boolean> {
  const probe = `${root}/mlo-test-probe-${Deno.pid}`;
  try {
    await Deno.mkdir(probe);
  } catch {
    return false;
  }
  const isGroup = await Deno.stat(`${probe}/cgroup.procs`)
    .then(() => true, () => false);
  await Deno.remove(probe);
  return isGroup;
}

async function whyNoMounts(): Promise<string[]> {
  const probe = "unshare --mount --net mount -t tmpfs probe /mnt".split(" ");
  const { code, stderr } = await run(probe);
  return code === 0
    ? []
    : [`it needs mounts and network namespaces (${stderr.trim()})`];
}

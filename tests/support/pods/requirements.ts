import { type Mode, MODES } from "./pod.ts";

/** Program → Debian package of everything that tests of pods start on this machine. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  dockerd: "docker.io",
  docker: "docker.io",
  "docker-registry": "docker-registry",
  mmdebstrap: "mmdebstrap",
  gcc: "gcc",
  "git-lfs": "git-lfs",
  "pkg-config": "pkg-config",
  fusermount3: "fuse3",
  setsid: "util-linux",
  unshare: "util-linux",
  strace: "strace",
  shellcheck: "shellcheck",
  shfmt: "shfmt",
};

/** What keeps pods from running on this machine; empty if nothing does. */
export function missingForPods(): string[] {
  if (Deno.build.os !== "linux") return ["Linux"];
  const missing = Deno.uid() === 0 ? [] : ["the root account"];
  for (const [program, debian] of Object.entries(PROGRAMS)) {
    if (!isInstalled(program)) missing.push(`${program} (package ${debian})`);
  }
  if (!exists("/usr/include/fuse3/fuse.h")) {
    missing.push("fuse.h (package libfuse3-dev)");
  }
  return missing;
}

/** Adds a test that runs pods. Where they cannot run it fails in CI and is shown as ignored elsewhere, with the reason. */
export function podTest(name: string, body: () => Promise<void> | void) {
  const missing = missingForPods();
  if (missing.length === 0) return Deno.test(name, body);
  const reason = `needs ${missing.join(", ")}`;
  if ((Deno.env.get("CI") ?? "") === "") {
    return Deno.test.ignore(`${name} [${reason}]`, () => {});
  }
  Deno.test(name, () => {
    throw new Error(`Cannot run pods: ${reason}`);
  });
}

/** Adds a {@linkcode podTest} for each way of starting a pod. */
export function inBothModes(name: string, body: (mode: Mode) => Promise<void>) {
  for (const mode of MODES) podTest(`${name} (${mode})`, () => body(mode));
}

/** Whether a program is on the PATH or in an sbin directory, or a path is there. */
export function isInstalled(program: string): boolean {
  if (program.startsWith("/")) return exists(program);
  const directories = (Deno.env.get("PATH") ?? "").split(":");
  return [...directories, "/usr/sbin", "/sbin"]
    .some((directory) => exists(`${directory}/${program}`));
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

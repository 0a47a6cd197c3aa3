import type { Daemon } from "./daemon.ts";
import { IMAGE_FILES } from "../../../lib/image/files.ts";
import { sha256 } from "../../../lib/text/sha256.ts";
import { must, run } from "./programs.ts";

/** The directory of the project's own image. */
export const DOCKER_DIRECTORY =
  new URL("../../../docker", import.meta.url).pathname;

/** Build arguments with which the Dockerfile builds from what this machine has. */
export interface TestBuild {
  readonly base: string;
  readonly args: Readonly<Record<string, string>>;
}

/** Already in the base, so that the image's own step has little left to fetch. */
const PACKAGES = [
  ..."build-essential ca-certificates curl git jq less libssl-dev locales"
    .split(" "),
  ..."nano openssh-client procps python3-minimal python3-pip rsync strace sudo"
    .split(" "),
  ..."python3-setuptools python3-wheel tmux vim zsh".split(" "),
];

/** A git repository in the base takes oh-my-zsh's place; fixed dates give it a fixed hash. */
const OH_MY_ZSH = `mkdir -p /opt/oh-my-zsh; cd /opt/oh-my-zsh
git init -q -b main; mkdir -p themes plugins/git
echo OH_MY_ZSH_LOADED=1 >oh-my-zsh.sh; echo : >plugins/git/git.plugin.zsh; git add -A
GIT_AUTHOR_DATE=2026-01-01T00:00:00Z GIT_COMMITTER_DATE=2026-01-01T00:00:00Z \\
  git -c user.name=test -c user.email=test@localhost commit -qm test`;

/** Makes what the Dockerfile builds from, or finds it made: a Debian base and a stand-in for uv's image. */
export async function prepareBuild(daemon: Daemon): Promise<TestBuild> {
  const key = (await sha256(JSON.stringify([PACKAGES, OH_MY_ZSH]))).slice(
    0,
    12,
  );
  const base = `localhost/mlo-test-base:${key}`;
  const uv = "localhost/mlo-test-uv:1";
  await daemon.alone(async () => {
    if (!await isThere(daemon, base)) await makeBase(daemon, base);
    if (!await isThere(daemon, uv)) await makeUv(daemon, uv);
  });
  const inBase = ["git", "-C", "/opt/oh-my-zsh", "rev-parse", "HEAD"];
  const commit = await must(
    ["docker", "run", "--rm", "--network", "none", base, ...inBase],
    daemon,
  );
  return {
    base,
    args: {
      BASE_IMAGE: base,
      UV_IMAGE: uv,
      GPU_PACKAGES: "",
      OH_MY_ZSH_REPOSITORY: "file:///opt/oh-my-zsh",
      OH_MY_ZSH_COMMIT: commit,
    },
  };
}

/** Builds the project's image, or finds it built, and gives its name. */
export async function buildImage(
  daemon: Daemon,
  build: TestBuild,
): Promise<string> {
  const texts = IMAGE_FILES.filter(({ name }) => name !== "publish.sh")
    .map(({ content }) => content);
  const key = await sha256(JSON.stringify([build, texts]));
  const image = `localhost/mlo-test-pod:${key.slice(0, 12)}`;
  await daemon.alone(async () => {
    if (await isThere(daemon, image)) return;
    const args = Object.entries(build.args)
      .flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
    await must(
      [
        "docker",
        "build",
        "--network",
        "host",
        ...args,
        "-t",
        image,
        DOCKER_DIRECTORY,
      ],
      daemon,
    );
  });
  return image;
}

async function isThere(daemon: Daemon, image: string): Promise<boolean> {
  return (await run(["docker", "image", "inspect", image], daemon)).code === 0;
}

/** Debian of this machine's release, from the mirror that this machine uses. */
async function makeBase(daemon: Daemon, image: string) {
  const directory = await Deno.makeTempDir({ prefix: "mlo-base-" });
  try {
    const options = (await proxies()).map((line) => `--aptopt=${line}`);
    await must([
      "mmdebstrap",
      "--variant=minbase",
      `--include=${PACKAGES.join(",")}`,
      `--customize-hook=chroot "$1" sh -ec '${OH_MY_ZSH}'`,
      ...options,
      await release(),
      `${directory}/base.tar`,
      "-",
    ], { input: await sources() });
    await must(["docker", "import", `${directory}/base.tar`, image], daemon);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function release(): Promise<string> {
  const system = await Deno.readTextFile("/etc/os-release");
  return /^VERSION_CODENAME=(\w+)$/m.exec(system)?.[1] ?? "bookworm";
}

async function sources(): Promise<string> {
  const format = "$(ORIGIN) deb $(REPO_URI) $(RELEASE) $(COMPONENT)";
  const targets = await must(
    ["apt-get", "indextargets", "--format", format, "Created-By: Packages"],
  );
  const lines = targets.split("\n").filter((line) =>
    line.startsWith("Debian ")
  );
  return lines.map((line) => line.slice("Debian ".length)).join("\n") + "\n";
}

async function proxies(): Promise<string[]> {
  const settings = await must(["apt-config", "dump"]);
  return settings.split("\n")
    .filter((line) => /^Acquire::https?::proxy /i.test(line));
}

async function makeUv(daemon: Daemon, image: string) {
  const directory = await Deno.makeTempDir({ prefix: "mlo-uv-" });
  const script = '#!/bin/sh\necho "uv 0.0.0 (stand-in)"\n';
  for (const name of ["uv", "uvx"]) {
    await Deno.writeTextFile(`${directory}/${name}`, script, { mode: 0o755 });
    await Deno.chmod(`${directory}/${name}`, 0o755);
  }
  await must([
    "sh",
    "-c",
    'tar -C "$0" -c uv uvx | docker import - "$1"',
    directory,
    image,
  ], daemon);
  await Deno.remove(directory, { recursive: true });
}

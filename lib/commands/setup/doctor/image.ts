import type { Host, Outcome } from "../../../host/host.ts";
import { isOnPath } from "../../../host/on_path.ts";
import { fault, type Finding, note, ok } from "./finding.ts";

/** Milliseconds for one call of `docker`. */
const PATIENCE = 4_000;

/** What mends what on a Mac, and elsewhere. */
const FIXES = {
  install: [
    "brew install --cask docker",
    "sudo apt-get install docker.io docker-buildx",
  ],
  start: ["open -a Docker", "sudo systemctl start docker"],
} as const;

/** Whether an image can be built here: `docker`, its daemon, and the version of its builder. */
export async function checkImage(host: Host): Promise<Finding[]> {
  if (!await isOnPath(host, "docker")) {
    return [fault("docker", "docker is not installed", fixOf(host, "install"))];
  }
  const [server, buildx] = await Promise.all([
    docker(host, "version", "--format", "{{.Server.Version}}"),
    docker(host, "buildx", "version"),
  ]);
  return [daemon(host, server), builder(buildx)];
}

function daemon(host: Host, server: Outcome): Finding {
  if (server.code === 0 && !server.timedOut) {
    return ok("docker", `its daemon answers, version ${saidBy(server)}`);
  }
  if (/permission denied/i.test(saidBy(server))) {
    return fault(
      "docker",
      "your account may not use docker; log in again after this",
      'sudo usermod -aG docker "$(id -un)"',
    );
  }
  return fault("docker", "its daemon does not answer", fixOf(host, "start"));
}

/** @param buildx what `docker buildx version` said: "github.com/docker/buildx v0.12.1 30feaa1" */
function builder(buildx: Outcome): Finding {
  const [, version, major, minor] = /\bv?((\d+)\.(\d+)\.\d\S*)/
    .exec(saidBy(buildx)) ?? [];
  if (buildx.code !== 0 || version === undefined) {
    return note("buildx", "not there: docker builds with its older builder");
  }
  if (Number(major) === 0 && Number(minor) < 13) {
    // Such a builder, in a container of its own, has no way to allow it: github.com/docker/buildx/issues/2255
    return note(
      "buildx",
      `${version}: before 0.13 a builder of its own refuses BUILD_NETWORK=host`,
      "docker buildx use default",
    );
  }
  return ok("buildx", version);
}

async function docker(host: Host, ...args: string[]): Promise<Outcome> {
  return await host.programs.run({
    program: "docker",
    args,
    timeout: PATIENCE,
  });
}

function saidBy({ stdout, stderr }: Outcome): string {
  const decoder = new TextDecoder();
  return (decoder.decode(stdout) + decoder.decode(stderr)).trim();
}

function fixOf({ env }: Host, what: keyof typeof FIXES): string {
  return FIXES[what][env.platform.os === "darwin" ? 0 : 1];
}

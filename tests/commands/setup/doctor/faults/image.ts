import type { SeededFault } from "../faults.ts";

/** A `docker` that answers `version` and `buildx version` by these shell commands. */
function dockerFault(
  name: string,
  says: RegExp,
  fix: RegExp,
  version?: string,
): SeededFault {
  return {
    name,
    seed: (bed) =>
      version === undefined
        ? bed.without("docker")
        : bed.program("docker", version),
    check: "docker",
    says,
    fix,
    flags: ["--image"],
  };
}

export const IMAGE_FAULTS: readonly SeededFault[] = [
  dockerFault(
    "no docker",
    /not installed/,
    /apt-get install docker\.io|brew install/,
  ),
  // What Debian's client 20.10 says without a daemon, and without the right to ask it.
  dockerFault(
    "no daemon of docker",
    /daemon does not answer/,
    /systemctl start docker|open -a Docker/,
    "echo 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?' >&2; exit 1",
  ),
  dockerFault(
    "an account that may not use docker",
    /may not use docker/,
    /usermod -aG docker/,
    "echo 'Got permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: dial unix /var/run/docker.sock: connect: permission denied' >&2; exit 1",
  ),
];

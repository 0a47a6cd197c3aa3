import type { DockerBed } from "./docker_bed.ts";
import { run, until } from "./programs.ts";

/** A start that stands still until somebody writes a line into `go` on scratch. */
export interface StandStill {
  /** What stands still. */
  readonly name: string;
  /** See PodStart. */
  readonly prepare: string;
  /** Whether it stands, for a shell in the container. */
  readonly standing: string;
}

/** git, which is the last that the entrypoint runs on a first start. */
export const GIT: StandStill = {
  name: "the entrypoint",
  prepare: `mv /usr/bin/git /usr/bin/git.real; cat >/usr/bin/git <<'END'
#!/bin/sh
[ -e /tmp/gone ] || read x </mloscratch/go; : >/tmp/gone; exec git.real "$@"
END
chmod 755 /usr/bin/git`,
  standing: "grep -qs '/usr/bin/[g]it' /proc/[0-9]*/cmdline",
};

/** init, before it says that all is set up. */
export const INIT: StandStill = {
  name: "init",
  prepare: `mv /docker/init /docker/init.real; cat >/docker/init <<'END'
#!/bin/bash
exec -a /docker/init bash -c 'read x </mloscratch/go; exec -a /docker/init /docker/init.real "$@"' "$0" "$@"
END
chmod 755 /docker/init`,
  standing: "grep -qsaz '^/docker/[i]nit$' /proc/1/cmdline",
};

/** Waits until a container's start stands still. */
export async function untilItStands(
  bed: DockerBed,
  container: string,
  { name, standing }: StandStill,
): Promise<void> {
  const look = ["docker", "exec", container, "sh", "-c", standing];
  await until(
    `${name} to stand still`,
    async () => (await run(look, bed.daemon)).code === 0,
    120,
  );
}

import { type Bed, environmentOf, idsOf, type PodStart } from "./pod.ts";
import { type Ended, until } from "./programs.ts";

/** A pod that runs in a root file system of its own. */
export interface RunningPod {
  /** Process id, on this machine, of the pod's process 1. */
  first(): Promise<number>;
  /** Lines of its standard output as they come. */
  readonly lines: ReadableStream<string>;
  /** Its exit status and what it wrote to stderr. */
  readonly ended: Promise<{ code: number; stderr: string }>;
}

/**
 * Starts pods without Docker, in a tenth of a container's time: an overlay
 * over the image's layers, new namespaces, chroot. The command line's first
 * process there has number 1, and when it ends all is gone.
 */
export class DisposableRoot implements Bed {
  /** @param layers directories of the root file system, top first; @param wrapper a program that runs the whole, such as strace. */
  constructor(
    readonly layers: readonly string[],
    readonly wrapper: readonly string[] = [],
  ) {}

  /** Runs a pod to its end. */
  async start(pod: PodStart): Promise<Ended> {
    const { code, stdout, stderr } = await this.#spawn(pod).output();
    const text = new TextDecoder();
    return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
  }

  /** Starts a pod and does not wait. */
  launch(pod: PodStart): RunningPod {
    const child = this.#spawn(pod);
    const stderr = new Response(child.stderr).text();
    return {
      first: () => firstChild(child.pid),
      lines: child.stdout.pipeThrough(new TextDecoderStream()),
      ended: (async () => ({
        code: (await child.status).code,
        stderr: await stderr,
      }))(),
    };
  }

  #spawn(pod: PodStart): Deno.ChildProcess {
    const variables = environmentOf(pod)
      .map(([name, value]) => `${name}=${value}`);
    const path =
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    const [program = "", ...args] = [
      ...this.wrapper,
      ..."unshare --mount --pid --uts --ipc --fork --kill-child --propagation private"
        .split(" "),
      ...["bash", "-euc", SCRIPT, "pod"],
      ...[
        this.layers.join(":"),
        pod.scratch ?? "",
        pod.prepare ?? "",
        pod.hostname ?? "pod",
      ],
      pod.mode === "direct" ? idsOf(pod) : "0:0",
      path,
      ...variables,
      "/docker/entrypoint.sh",
      ...pod.command,
    ];
    return new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }
}

/** Arguments: layers, scratch, preparation, host name, uid:gid, variables, command. */
const SCRIPT = `
layers=$1 scratch=$2 prepare=$3 name=$4 ids=$5; shift 5
mount -t tmpfs pod /mnt; mkdir /mnt/u /mnt/w /mnt/r; cd /mnt
mount -t overlay pod -o "lowerdir=$layers,upperdir=/mnt/u,workdir=/mnt/w" /mnt/r
cd /mnt/r; mkdir -p mloscratch
mount -t proc proc proc; mount --rbind /dev dev; mount -t tmpfs tmp tmp -o mode=1777; mount -t tmpfs run run
if [ -n "$scratch" ]; then mount --bind "$scratch" mloscratch; fi
hostname "$name"; printf '127.0.0.1 localhost %s\\n' "$name" >etc/hosts
if [ -n "$prepare" ]; then chroot . /bin/bash -ec "$prepare" >&2; fi
exec chroot --userspec="$ids" --groups= . /usr/bin/env -i "$@"
`;

/** `unshare` ignores signals; its only child is the pod's process 1. */
async function firstChild(parent: number): Promise<number> {
  let child = 0;
  await until("process 1 of the pod", async () => {
    const children = `/proc/${parent}/task/${parent}/children`;
    child = Number((await Deno.readTextFile(children)).trim());
    return child > 0;
  });
  return child;
}

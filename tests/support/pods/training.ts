import type { PodStart } from "./pod.ts";

/**
 * A training script: its handler of SIGTERM takes `SECONDS`, writes a
 * checkpoint and ends it with status 3. With `CHILDREN` it has that many
 * processes below it, which say so if they get a signal.
 */
const SCRIPT = `
import os, signal, sys, time
def say(text): os.write(1, text.encode() + b"\\n") # print() cannot be interrupted by itself
children = []
for _ in range(int(os.environ.get("CHILDREN", "0"))):
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGTERM, lambda *_: say("child hit"))
        while True: time.sleep(0.05)
    children.append(pid)
def save(*_):
    say("asked")
    time.sleep(float(os.environ.get("SECONDS_TO_SAVE", "0")))
    open("checkpoint", "w").write("saved")
    say("saved")
    for pid in children: os.kill(pid, signal.SIGKILL)
    os._exit(3)
signal.signal(signal.SIGTERM, save)
time.sleep(0.05)
say("ready")
while True: time.sleep(0.05)
`;

/** Puts the script into the container. */
export const PREPARE = `cat >/usr/local/bin/train <<'END'
#!/usr/bin/python3 -S
${SCRIPT}
END
chmod 755 /usr/local/bin/train`;

/** How users call it, and the exit status after a SIGTERM: the script's own unless a shell stays above it. */
export const SHAPES: readonly {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: PodStart["env"];
  readonly status: number;
}[] = [
  { name: "python", command: ["train"], status: 3 },
  { name: "bash -c", command: ["bash", "-c", "train"], status: 3 },
  { name: "zsh -c", command: ["zsh", "-c", "train"], status: 3 },
  {
    name: "four processes",
    command: ["train"],
    env: { CHILDREN: "3" },
    status: 3,
  },
  {
    name: "a shell that stays",
    command: ["bash", "-c", "train; echo next"],
    status: 143,
  },
  {
    name: "three shells that stay",
    command: [
      "bash",
      "-c",
      "zsh -c 'sh -c \"train; echo next\"; echo next'; echo next",
    ],
    status: 143,
  },
];

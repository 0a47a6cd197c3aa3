import { run } from "../../lib/cli.ts";
import { throughRelay } from "./flaky_cluster.ts";
import { hostInMemory, type Laptop, textOf, withLaptop } from "./laptop.ts";

const NOW = new Date("2026-03-03T12:00:00Z");

/**
 * The page about every day, its transcripts made by the program itself: on a
 * terminal, the real kubectl, the doubles of the cluster and of `runai`.
 */
export async function everyDayPage(): Promise<string> {
  let page = "";
  await withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    furnishPod(laptop);
    cluster.jobs.create({
      name: "dev",
      namespace,
      kind: "interactive",
      gpus: 1,
      image: "ic-registry.epfl.ch/mlo/mlo-base:uv1",
      createdAt: "2026-03-03T09:12:00Z",
    });
    cluster.jobs.create({
      name: "big",
      namespace,
      kind: "distributed",
      workers: 1,
      gpus: 8,
      image: "ic-registry.epfl.ch/mlo/mlo-base:uv1",
      createdAt: "2026-03-01T16:00:00Z",
    });
    page = INTRODUCTION;
    page += await submitted(laptop);
    page += await waiting(laptop);
    page += await logs(laptop);
    page += await inside(laptop);
    page += await ended(laptop);
  });
  return page;
}

const INTRODUCTION = `# Every day

The life of a job, verb by verb. The words and what they print are the same
whichever generation of \`runai\` is installed. The transcripts on this page are
made by the program; \`tools/every_day.ts\` writes them anew.

In a pipe, tables have tabs between cells, times in ISO 8601 and no header;
every verb that reads has \`--json\`: see [JSON](json.md).
`;

async function submitted(laptop: Laptop): Promise<string> {
  laptop.cluster.jobs.setDefaults({
    createdAt: "2026-03-03T11:59:20Z",
    phase: "Pending",
    gpus: 2,
    unscheduled: "0/24 nodes are available: 24 Insufficient nvidia.com/gpu.",
  });
  return `
## Submit, and see what there is

${await transcript(
    laptop,
    "submit -n exp -g 2 --train -- python train.py --lr 3e-4",
    "list",
  )}
With \`--wait\` the command stays until the job runs, and says why it does not
yet; \`--follow\` then shows what it prints, \`--shell\` opens a shell in its pod.
^C leaves the job as it is.
`;
}

async function waiting(laptop: Laptop): Promise<string> {
  laptop.cluster.events.add(laptop.namespace, { name: "exp-0-0" }, {
    reason: "FailedScheduling",
    message: "0/24 nodes are available: 24 Insufficient nvidia.com/gpu.",
    type: "Warning",
    count: 4,
    at: "2026-03-03T11:59:30Z",
  });
  return `
## Why does it wait?

${await transcript(laptop, "status exp")}`;
}

async function logs(laptop: Laptop): Promise<string> {
  const { cluster, namespace } = laptop;
  cluster.jobs.update(namespace, "exp", { phase: "Running" });
  const uid = `${namespace}/exp-0-0/0`;
  const line = (second: number, text: string) => ({
    time: `2026-03-03T12:00:0${second}.000000000Z`,
    text: `${text}\n`,
  });
  const relay = await throughRelay(laptop);
  cluster.logs.append(uid, [line(1, "epoch 1  loss 3.91")]);
  let text = "";
  const shown = onTerminal(laptop, ["logs", "exp", "-f"], {
    seen: (printed) => {
      if (printed.endsWith("3.91\n")) relay.cut();
      if (printed.endsWith("back\n")) {
        cluster.logs.append(uid, [line(2, "epoch 2  loss 3.47")]);
        cluster.jobs.update(namespace, "exp", { phase: "Succeeded" });
        cluster.logs.end(uid);
      }
    },
  });
  text = await shown;
  cluster.jobs.update(namespace, "exp", { phase: "Running" });
  await relay.stop();
  Object.assign(laptop.env, cluster.env());
  return `
## What it prints

\`-f\` stays until the job ends, and fails if the job did. When the link breaks (the
VPN, a lid that closes) it is taken up where it broke, without a line shown twice;
so is the log of a preempted job, in its next pod. A node keeps the last part of a
log only: where lines came and went while nobody could read them, it says so. Of a
distributed job, \`--pod\` chooses; \`--previous\` gives the run before a restart.
Several jobs, or a pattern, give each line behind its job's name:

${
    block(`$ mlo logs exp -f\n${text}`) +
    block("$ mlo logs big --pod worker-0 --tail 100")
  }`;
}

async function inside(laptop: Laptop): Promise<string> {
  return `
## Inside the pod

${await transcript(
    laptop,
    "exec dev -- nvidia-smi -L",
    "code dev --print",
  )}
\`mlo shell dev\` opens a zsh in your scratch directory, \`mlo code dev\` VS Code on
it (\`--editor cursor\` Cursor). Both hand over the exit status of what ran, and
work in a pipe:

${
    block(
      "$ tar c src | mlo exec dev --stdin -- tar x -C /mloscratch/homes/you\n$ echo 'uv sync' | mlo shell dev",
    )
  }
Once \`mlo ssh --setup\` was run, ssh knows your jobs, and with it rsync, scp, git
and every editor that speaks it: see [Editors and ssh](editors.md).

${
    block(
      "$ mlo ssh --setup\n$ rsync -a --filter=':- .gitignore' ./ exp.mlo:proj/",
    )
  }
A port of the pod becomes one of your machine and stays the same one over lost
links and new pods; ^C ends it:

${
    block(
      "$ mlo port-forward dev 8888\nhttp://127.0.0.1:8888 leads to port 8888 of dev-0-0",
    )
  }`;
}

async function ended(laptop: Laptop): Promise<string> {
  const { cluster, namespace } = laptop;
  cluster.jobs.update(namespace, "exp", {
    phase: "Failed",
    exitCode: 137,
    endReason: "OOMKilled",
  });
  return `
## When it is over

\`mlo wait\` stays until jobs have ended, says how, and fails if one did:

${await transcript(laptop, "wait exp")}
${await transcript(laptop, "status exp", "clean", "delete dev --yes")}
What is on scratch stays. A preempted job is not over: it comes back when there
is room. Notices, attempts, \`mlo top\` and what stops an idle pod: [A job that
looks after itself](looking-after.md).
`;
}

/** The pod's programs, as far as this page uses them. */
function furnishPod(laptop: Laptop): void {
  const bin = `${laptop.home}/pod-bin`;
  Deno.mkdirSync(bin);
  Deno.writeTextFileSync(
    `${bin}/nvidia-smi`,
    "#!/bin/sh\necho 'GPU 0: NVIDIA H100 80GB HBM3'\n",
    { mode: 0o755 },
  );
  const { pod } = laptop.cluster;
  laptop.cluster.pod = {
    ...pod,
    env: { PATH: `${bin}:${Deno.env.get("PATH") ?? ""}` },
  };
}

/** Runs command lines of plain words and gives them with what they print. */
async function transcript(
  laptop: Laptop,
  ...lines: string[]
): Promise<string> {
  const blocks: string[] = [];
  for (const line of lines) {
    const printed = await onTerminal(laptop, line.split(" "));
    blocks.push(block(`$ mlo ${line}\n${printed}`));
  }
  return blocks.join("\n");
}

function block(text: string): string {
  return `\`\`\`console\n${text.trimEnd()}\n\`\`\`\n`;
}

/** What one command shows on a terminal, whose user answers yes. */
async function onTerminal(
  { env, home }: Laptop,
  words: readonly string[],
  { seen = () => {} }: { seen?: (printed: string) => void } = {},
): Promise<string> {
  let printed = "";
  const show = (text: string) => {
    printed += text;
    seen(printed);
  };
  const { host } = hostInMemory(env, home);
  const terminal = {
    ...host.terminal,
    columns: 100,
    stdinIsTerminal: true,
    stdoutIsTerminal: true,
    stderrIsTerminal: true,
    out: (text: string | Uint8Array) => show(textOf(text)),
    err: show,
    readLine: (prompt: string) => {
      show(`${prompt}y\n`);
      return Promise.resolve("y");
    },
  };
  // A program that would get the terminal itself is heard instead.
  async function attach(
    call: Parameters<typeof host.programs.attach>[0],
    input?: string,
  ) {
    const outcome = await host.programs.run({
      ...call,
      args: call.args.filter((word) => word !== "-t"),
    }, input);
    show(new TextDecoder().decode(outcome.stdout));
    return outcome.code;
  }
  const programs = {
    ...host.programs,
    attach,
    attachHeard: async (
      ...[call, , , input]: Parameters<typeof host.programs.attachHeard>
    ) => ({ code: await attach(call, await input), isKilled: false }),
  };
  const clock = { ...host.clock, now: () => NOW };
  // The same page each time it is made.
  const chance = {
    bytes: (count: number) =>
      new Uint8Array(count).map((_, at) => 37 * at + 11),
  };
  await run(words, { ...host, terminal, programs, clock, chance });
  return printed;
}

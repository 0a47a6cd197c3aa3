import assert from "node:assert/strict";
import { programUnderTest } from "../laptop.ts";
import { until } from "../pods/programs.ts";
import { startOnTerminal, type TerminalSession } from "../pseudo_terminal.ts";
import { askPort, greeter, hear, type Heard } from "./heard.ts";
import type { NodeLaptop } from "./laptop.ts";
import { checkNumbered, numbered } from "./numbered.ts";

/** Everything that a laptop can have open to a cluster at a time. */
export interface OpenEnds {
  readonly exec: Heard;
  readonly shell: TerminalSession;
  /** `logs -f` of a job that prints a thousand lines a second. */
  readonly logs: Heard;
  /** How many that are. */
  readonly lines: number;
  readonly forward: Heard;
  /** What the forwarded port says now. */
  asks(): Promise<string>;
  /** `submit --wait` of a job that waits for the GPUs of another one. */
  readonly waiting: Heard;
}

/** A lost node's pods stay, however long it takes. */
const STAY = {
  tolerations: ["not-ready", "unreachable"].map((what) => ({
    key: `node.kubernetes.io/${what}`,
    operator: "Exists",
    effect: "NoExecute",
  })),
};

/**
 * Makes the jobs `sleeps`, `prints` (so many lines), `holds` and `waits`, and
 * opens everything.
 */
export async function openEnds(
  laptop: NodeLaptop,
  lines: number,
): Promise<OpenEnds> {
  await makeRunning(laptop, "sleeps", greeter(80, "hello"));
  await makeRunning(laptop, "prints", numbered(lines));
  await makeRunning(laptop, "holds", ["sleep", "infinity"], {
    resources: { limits: { "nvidia.com/gpu": 2 } },
  });
  laptop.runai.setting = { spec: STAY };
  const submit = "submit -n waits --train -g 1 --wait -- sleep infinity";
  const waiting = hear(laptop.spawn(submit.split(" ")));
  const exec = hear(
    laptop.spawn(["exec", "sleeps", "--", "sh", "-c", "echo up; sleep 300"]),
  );
  const forward = hear(laptop.spawn(["port-forward", "sleeps", ":80"]));
  const logs = hear(laptop.spawn(["logs", "-f", "prints"]));
  const [mlo, first] = programUnderTest();
  const shell = startOnTerminal(mlo, [...first, "shell", "sleeps"], {
    env: laptop.env,
    cwd: laptop.home,
  });
  await shell.type("echo $((6 * 7))\r");
  await shell.see(/^42/m);
  await exec.sees(/^up$/m);
  await logs.sees(/^line 0000100 /m);
  await waiting.says(/^mlo: waits waits: no node has a GPU free$/m);
  const port = Number((await forward.sees(/:(\d+) leads/))[1]);
  const asks = () => askPort(port);
  assert.equal(await asks(), "hello");
  return { exec, shell, logs, lines, forward, asks, waiting };
}

async function makeRunning(
  laptop: NodeLaptop,
  job: string,
  command: readonly string[],
  container = {},
) {
  const pod = await laptop.makePod(job, { command, container, ...STAY });
  await laptop.untilPod(
    pod,
    "to run",
    ({ status }) => status.phase === "Running",
  );
}

/** A program in a pod whose connection is gone has not ended well. */
export async function checkProgramsWereNotSeen({ exec, shell }: OpenEnds) {
  const unseen =
    /mlo: The end of the program in the pod sleeps-0-0 was not seen/;
  const ended = await exec.end();
  assert.notEqual(ended.code, 0, "an exec whose end was not seen");
  assert.match(ended.stderr, unseen);
  const { code, printed } = await shell.end();
  assert.notEqual(code, 0, printed);
  assert.match(printed, unseen);
}

/** What stays open is open again: the log to its end, the port, the wait. */
export async function checkRestIsBack(laptop: NodeLaptop, open: OpenEnds) {
  const back = await laptop.mlo("exec", "sleeps", "--", "echo", "back");
  assert.deepEqual([back.code, back.stdout], [0, "back\n"], back.stderr);

  await until("the port", async () => await open.asks() === "hello");
  assertOnce(open.forward.err(), /the link to the pod is gone/g);
  await until("the port's word", () => /is back/.test(open.forward.err()));
  assertOnce(open.forward.err(), /the link is back/g);

  const deleted = await laptop.mlo("delete", "holds", "--yes");
  assert.equal(deleted.code, 0, deleted.stderr);
  const waited = await open.waiting.end();
  assert.equal(waited.code, 0, waited.stderr);
  assert.match(waited.stderr, /^mlo: waits runs$/m);

  const { code, stdout, stderr } = await open.logs.end();
  assert.equal(code, 0, stderr);
  assert.equal(checkNumbered(stdout, stderr).at(-1), open.lines - 1);
  assertOnce(stderr, /; the job goes on$/gm);
  assertOnce(stderr, /the link is back$/gm);

  open.forward.child.kill("SIGINT");
  assert.equal((await open.forward.end()).code, 130);
}

function assertOnce(text: string, what: RegExp) {
  assert.equal(text.match(what)?.length ?? 0, 1, `${what} in:\n${text}`);
}

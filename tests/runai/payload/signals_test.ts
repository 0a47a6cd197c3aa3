import assert from "node:assert/strict";
import {
  payload,
  type PayloadRequest,
} from "../../../lib/runai/payload/payload.ts";
import { shellJoin, shellQuote } from "../../../lib/text/shell_quote.ts";
import { until } from "../../support/pods/programs.ts";
import { type Bed, payloadBed, withScript } from "./bed.ts";
import { PYTHON } from "../../support/python.ts";

/**
 * A program as a training script is: at SIGTERM its handler takes a second, is
 * counted, and ends it with status 7. Its own child, like a data loader, says
 * so if it is signalled.
 */
const CHILD = `
import os, signal, subprocess, sys, time
name = sys.argv[1] if len(sys.argv) > 1 else "main"
loop = "while kill -0 $PPID; do sleep 0.05; done"
loader = subprocess.Popen(["sh", "-c", "trap 'echo loader hit; exit' TERM; echo loading;" + loop])
calls = 0
def say(text):
    os.write(1, f"{name} {text}\\n".encode())
def handler(*_):
    global calls
    calls += 1
    say(f"handler {calls}")
    time.sleep(1)
    say("saved")
    loader.kill()
    os._exit(7)
assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
assert name != "main" or signal.getsignal(signal.SIGINT) == signal.default_int_handler
signal.signal(signal.SIGTERM, handler)
time.sleep(0.2)
say("ready")
while True:
    time.sleep(0.05)
`;

const TRAIN = `${shellQuote(PYTHON)} train.py`;

async function bedWithTraining(): Promise<Bed> {
  const bed = await payloadBed(`train() { ${TRAIN} "$@" }`);
  await Deno.writeTextFile(`${bed.directory}/train.py`, CHILD);
  return bed;
}

/** Requests whose running program is asked to end, and the status that comes of it. */
const SHAPES: readonly [string, PayloadRequest, number][] = [
  ["words", { argv: [PYTHON, "train.py"] }, 7],
  ["words under a limit", { argv: [PYTHON, "train.py"], time: 600 }, 7],
  ["a simple line", { command: TRAIN }, 7],
  ["a line with an assignment and a redirection", {
    command: `A=1 ${TRAIN} 2>&1`,
  }, 7],
  ["a simple line under a limit", { command: TRAIN, time: 600 }, 7],
  ["a list", { command: `cd . && ${TRAIN}; echo NEXT` }, 7],
  ["several lines", { command: `export A=1\n${TRAIN}\necho NEXT` }, 7],
  ["a condition", { command: `${TRAIN} && echo NEXT || echo NEXT` }, 7],
  ["a loop", { command: `for i in 1 2; do ${TRAIN}; done; echo NEXT` }, 7],
  ["a function", { command: "train; echo NEXT" }, 7],
  ["a function alone", { command: "train" }, 7],
  ["an exec in a list", { command: `true; exec ${TRAIN}` }, 7],
  ["a pipeline into tee", {
    command: `setopt pipe_fail; ${TRAIN} | tee log; echo NEXT`,
  }, 7],
  ["a loop in a pipeline", {
    command: `setopt pipe_fail; while true; do ${TRAIN}; done | tee log`,
  }, 7],
  // What holds the program is a shell of its own, which is told to end like any.
  ["a subshell", { command: `(${TRAIN}; echo NEXT); echo NEXT` }, 143],
  ["a list under a limit", {
    command: `true; ${TRAIN}; echo NEXT`,
    time: 600,
  }, 7],
];

Deno.test("payload() brings SIGTERM once to the running program and lets it finish", async () => {
  await Promise.all(SHAPES.map(async ([shape, request, status]) => {
    await using bed = await bedWithTraining();
    const running = bed.start(request);
    await running.until("main ready");
    // The data loader is a process of its own, which begins when it can.
    await running.until("loading");
    running.signal("SIGTERM");
    const { stdout, ...end } = await running.ended;
    assert.deepEqual(end, { code: status, stderr: "" }, shape);
    assert.deepEqual(
      stdout.split("\n").filter((line) => line !== "loading"),
      ["main ready", "main handler 1", "main saved", ""],
      shape,
    );
  }));
});

Deno.test("payload() lets all programs finish that run side by side", async () => {
  await using bed = await bedWithTraining();
  const running = bed.start({
    command: `${TRAIN} a & ${TRAIN} b & wait; echo NEXT`,
  });
  await running.until("a ready");
  await running.until("b ready");
  running.signal("SIGTERM");
  const { code, stdout } = await running.ended;
  assert.equal(code, 143);
  for (const name of ["a", "b"]) {
    assert.equal(stdout.split(`${name} handler`).length, 2);
    assert.match(stdout, new RegExp(`${name} saved`));
  }
  assert.doesNotMatch(stdout, /NEXT|loader hit/);
});

Deno.test("payload() signals nothing twice when an init signals the whole group", async () => {
  await using bed = await bedWithTraining();
  const line = shellJoin(payload({ command: `true; ${TRAIN}; echo NEXT` }));
  // The shell leads a new group, as the child of an init does.
  const running = bed.start([
    PYTHON,
    "-c",
    `import os, sys; os.setpgid(0, 0); os.execvp("sh", ["sh", "-c", "exec " + sys.argv[1]])`,
    line,
  ]);
  await running.until("main ready");
  await new Deno.Command("kill", { args: ["-TERM", "--", `-${running.pid}`] })
    .output();
  const { code, stdout } = await running.ended;
  assert.equal(stdout.split("main handler").length, 2);
  assert.match(stdout, /main saved/);
  assert.doesNotMatch(stdout, /NEXT/);
  assert.equal(code, 7);
});

Deno.test("payload() answers SIGTERM while .zshrc is still loading", async () => {
  await using bed = await payloadBed("echo loading; sleep 0.5");
  const running = bed.start({ argv: ["touch", "made"] });
  await running.until("loading");
  running.signal("SIGTERM");
  assert.equal((await running.ended).code, 143);
  await assert.rejects(Deno.stat(`${bed.directory}/made`));
});

Deno.test("payload() leaves a line that traps SIGTERM itself its own way out", async () => {
  await using bed = await payloadBed();
  const running = bed.start({
    command: "trap 'echo own; exit 9' TERM; echo ready; sleep 30; echo NEXT",
  });
  await running.until("ready");
  running.signal("SIGTERM");
  const { code, stdout } = await running.ended;
  assert.deepEqual([code, stdout], [9, "ready\nown\n"]);
});

const ENDLESS: readonly [string, PayloadRequest][] = [
  ["words", { argv: ["sleep", "600"], time: 2 }],
  ["a simple line", { command: "sleep 600", time: 2 }],
  ["a list", { command: "sleep 600; sleep 600", time: 2 }],
  ["a subshell in a pipeline", { command: "(sleep 600) | tee x", time: 2 }],
  ["builtins alone", { command: "while true; do :; done", time: 2 }],
];

Deno.test("payload() ends every command after -t with status 124", async () => {
  await Promise.all(ENDLESS.map(async ([shape, request]) => {
    await using bed = await payloadBed();
    const expected = { code: 124, stdout: "", stderr: "" };
    assert.deepEqual(await bed.run(request), expected, shape);
  }));
});

Deno.test("payload() does not call a job done that was ended while builtins ran", async () => {
  await using bed = await payloadBed();
  const running = bed.start({ command: "echo go; while true; do :; done" });
  await running.until("go");
  running.signal("SIGTERM");
  assert.equal((await running.ended).code, 143);
});

Deno.test("payload() lets the program finish after -t", async () => {
  await using bed = await bedWithTraining();
  const { code, stdout } = await bed.run({
    argv: [PYTHON, "train.py"],
    time: 1,
  });
  assert.equal(code, 124);
  assert.match(stdout, /main handler 1\nmain saved\n$/);
});

for (
  const [shape, request] of [
    ["words", { argv: ["sh", "-c", "trap '' TERM; echo go; exec sleep 600"] }],
    ["a list", { command: "trap '' TERM; echo go; sleep 600; sleep 600" }],
  ] satisfies [string, PayloadRequest][]
) {
  Deno.test(`payload() kills ${shape} that will not end a minute after -t`, async () => {
    await using bed = await payloadBed();
    const argv = payload({ ...request, time: 1 });
    const quick = withScript(argv, (script) => {
      assert.match(script, /^mlo_grace=60$/m);
      return script.replace("mlo_grace=60", "mlo_grace=1");
    });
    const { code, stdout } = await bed.run(quick);
    assert.deepEqual([code, stdout], [124, "go\n"]);
  });
}

/** Runs a payload as process 1 of its own namespace; SIGTERM is sent from outside, as a kubelet does. */
async function asFirstProcess(bed: Bed, argv: readonly string[], sign: string) {
  const running = bed.start([
    "unshare",
    ...(Deno.uid() === 0 ? [] : ["--user", "--map-root-user"]),
    "--pid",
    "--fork",
    "--mount-proc",
    "--kill-child",
    ...argv,
  ]);
  if (sign !== "") await running.until(sign);
  const task = `/proc/${running.pid}/task/${running.pid}/children`;
  let first = "";
  await until("its first child", async () => {
    first = (await Deno.readTextFile(task)).trim();
    return first !== "";
  });
  Deno.kill(Number(first), "SIGTERM");
  return await running.ended;
}

for (
  const [shape, request] of [
    ["words", { argv: [PYTHON, "train.py"] }],
    ["a list", { command: `true; ${TRAIN}; echo NEXT` }],
    ["words under a limit", { argv: [PYTHON, "train.py"], time: 600 }],
  ] satisfies [string, PayloadRequest][]
) {
  Deno.test(`payload() as process 1 brings SIGTERM to the program in ${shape}`, async () => {
    await using bed = await bedWithTraining();
    const ended = await asFirstProcess(bed, payload(request), "main ready");
    assert.equal(
      ended.stdout,
      "loading\nmain ready\nmain handler 1\nmain saved\n",
    );
    assert.equal(ended.code, 7);
  });
}

Deno.test("payload() as process 1 ends an idle pod at SIGTERM", async () => {
  await using bed = await payloadBed();
  const [shell = "", flag = "", script = ""] = payload({});
  const argv = [shell, flag, script.replace("sleep", "echo up; sleep")];
  assert.equal((await asFirstProcess(bed, argv, "up")).code, 143);
});

Deno.test("payload() ends an idle pod when its time is over, and at SIGTERM", async () => {
  await using bed = await payloadBed();
  assert.equal((await bed.run({ time: 1 })).code, 0);
  const running = bed.start({});
  await new Promise((wake) => setTimeout(wake, 200));
  running.signal("SIGTERM");
  assert.equal((await running.ended).code, 143);
});

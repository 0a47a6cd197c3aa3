import assert from "node:assert/strict";
import { hear } from "../support/node/heard.ts";
import { withNodeLaptop } from "../support/node/laptop.ts";

const bash = (script: string) => ["bash", "-c", script];

Deno.test("logs on a real node gives what the job wrote byte for byte", () =>
  withNodeLaptop(async (laptop) => {
    const script = String.raw`printf 'bytes \377\376\200 end\n\n  indented\t\n'
      head -c 50000 /dev/zero | tr '\0' A; echo
      head -c 16384 /dev/zero | tr '\0' B; echo
      for i in $(seq 4000); do printf '\r%4d/4000 [loss=0.1]' $i; done; echo
      printf 'no newline'`;
    const expected = await new Deno.Command("bash", { args: ["-c", script] })
      .output();
    const pod = await laptop.makePod("exp", { command: bash(script) });
    await laptop.untilPod(
      pod,
      "to be over",
      ({ status }) => status.phase === "Succeeded",
    );
    for (const flags of [[], ["-f"]]) {
      const { code, stdout } = await laptop.spawn(["logs", "exp", ...flags])
        .output();
      assert.equal(code, 0);
      assert.equal(stdout.toHex(), expected.stdout.toHex());
    }
  }));

Deno.test("logs -f on a real node repeats nothing over rotations, and says where lines may be missing", () =>
  withNodeLaptop(async (laptop) => {
    const lines = 25_000;
    await laptop.makePod("exp", {
      command: bash(
        `for ((i = 0; i < ${lines}; i++)); do printf 'line %07d %0100d\\n' $i 0; ((i % 100)) || sleep 0.1; done`,
      ),
    });
    const { code, stdout, stderr } = await hear(
      laptop.spawn(["logs", "-f", "exp"]),
    ).end();
    assert.equal(code, 0, stderr);
    const numbers = stdout.trim().split("\n").map((line) => {
      const [, number] = /^line (\d{7}) 0{100}$/.exec(line) ?? [];
      return Number(number);
    });
    const gaps = numbers.filter((number, at) =>
      number !== (numbers[at - 1] ?? -1) + 1
    );
    assert.ok(numbers.every((number, at) => number > (numbers[at - 1] ?? -1)));
    const told = stderr.match(/may be missing/g)?.length ?? 0;
    assert.ok(gaps.length <= told, `${gaps.length} gaps, told: ${stderr}`);
    assert.ok(numbers.length >= lines * 0.9, `${numbers.length}: ${stderr}`);
    assert.equal(numbers.at(-1), lines - 1, stderr);
  }));

Deno.test("logs -f on a real node stays over a container's restart", () =>
  withNodeLaptop(async (laptop) => {
    await laptop.makePod("exp", {
      command: bash(
        "if [ -e /state/x ]; then echo second; exit 0; fi; touch /state/x; echo first; sleep 4; echo last words; exit 3",
      ),
      restartPolicy: "OnFailure",
      volumes: [{ name: "state", emptyDir: {} }],
      container: { volumeMounts: [{ name: "state", mountPath: "/state" }] },
    });
    const { code, stdout, stderr } = await hear(
      laptop.spawn(["logs", "-f", "exp"]),
    ).end();
    assert.equal(code, 0, stderr);
    assert.equal(stdout, "first\nlast words\nsecond\n", stderr);
  }));

Deno.test("logs -f on a real node ends with a job that ran too long, and says so", () =>
  withNodeLaptop(async (laptop) => {
    await laptop.makePod("exp", {
      command: bash("echo one; sleep 100"),
      activeDeadlineSeconds: 4,
    });
    const { code, stdout, stderr } = await hear(
      laptop.spawn(["logs", "-f", "exp"]),
    ).end();
    assert.equal(code, 1, stderr);
    assert.equal(stdout, "one\n");
    assert.match(stderr, /The job exp failed: .*DeadlineExceeded/);
  }));

Deno.test("logs -f on a real node ends with a job that is deleted, and shows its lines alone", () =>
  withNodeLaptop(async (laptop) => {
    await laptop.makePod("exp", {
      command: bash("for i in $(seq 1000); do echo line $i; sleep 0.1; done"),
    });
    const logs = hear(laptop.spawn(["logs", "-f", "exp"]));
    await logs.sees(/^line 20$/m);
    await laptop.node.ask(
      "DELETE",
      `/api/v1/namespaces/${laptop.namespace}/pods/exp-0-0`,
    );
    laptop.runai.forget("exp");
    const { code, stdout, stderr } = await logs.end();
    assert.equal(code, 1, stderr);
    assert.match(stdout, /^(?:line \d+\n)+$/);
    assert.match(stderr, /The job exp is gone: its end was not seen/);
  }));

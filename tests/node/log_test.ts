import assert from "node:assert/strict";
import { hear } from "../support/node/heard.ts";
import { type NodeLaptop, withNodeLaptop } from "../support/node/laptop.ts";
import { checkNumbered, numbered } from "../support/node/numbered.ts";

const bash = (script: string) => ["bash", "-c", script];

/** Fails in its first run, after four seconds; `$1` is where it notes that. */
const TWICE =
  'if [ -e "$1" ]; then echo second; exit 0; fi; touch "$1"; echo first; sleep 4; echo last words; exit 3';

Deno.test("logs on a real node gives what the job wrote byte for byte", () =>
  withNodeLaptop(async (laptop) => {
    const script = String.raw`printf 'bytes \377\376\200 end\n\n  indented\t\n'
      head -c 50000 /dev/zero | tr '\0' A; echo
      head -c 16384 /dev/zero | tr '\0' B; echo
      head -c 100000 /dev/zero | tr '\0' '\377'; echo
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
      const { code, stdout, stderr } = await laptop
        .spawn(["logs", "exp", ...flags]).output();
      assert.equal(code, 0);
      assert.equal(stdout.toHex(), expected.stdout.toHex());
      assert.equal(new TextDecoder().decode(stderr), "");
    }
  }));

Deno.test("logs -f on a real node repeats nothing over rotations, and says where lines may be missing", () =>
  withNodeLaptop(async (laptop) => {
    const lines = 25_000;
    const pod = await laptop.makePod("exp", { command: numbered(lines) });
    const { code, stdout, stderr } = await hear(
      laptop.spawn(["logs", "-f", "exp"]),
    ).end();
    assert.equal(code, 0, stderr);
    const numbers = checkNumbered(stdout, stderr);
    assert.equal(numbers.at(-1), lines - 1, stderr);
    assert.ok(await hasRotated(laptop, pod), "the node began no new file");

    const plain = await laptop.mlo("logs", "exp");
    assert.equal(plain.code, 0, plain.stderr);
    assert.match(plain.stderr, /^mlo: this log begins at .* is not kept/);
    assert.match(plain.stdout, /^line (?!0000000)\d{7} /);
  }));

/** Whether the node has begun a new file for a pod's log. */
async function hasRotated(
  { namespace, pod }: NodeLaptop,
  name: string,
): Promise<boolean> {
  const { uid } = (await pod(name)).metadata;
  const directory = `/var/log/pods/${namespace}_${name}_${uid}/exp`;
  const files = await Array.fromAsync(Deno.readDir(directory));
  return files.length > 1;
}

Deno.test("logs -f on a real node stays over a container's restart", () =>
  withNodeLaptop(async (laptop) => {
    await laptop.makePod("exp", {
      command: [...bash(TWICE), "-", "/state/ran"],
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

Deno.test("submit --follow on a real node stays over a container's restart", () =>
  withNodeLaptop(async (laptop) => {
    laptop.runai.setting = { spec: { restartPolicy: "OnFailure" } };
    const { code, stdout, stderr } = await laptop.mlo(
      ..."submit -n exp --train --follow --".split(" "),
      ...bash(TWICE),
      "-",
      "/mloscratch/homes/ada/ran",
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^first\nlast words\nsecond\n$/m, stderr);
  }));

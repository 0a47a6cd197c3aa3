import assert from "node:assert/strict";
import { SETTINGS, withLaptop } from "../support/laptop.ts";
import { COMMAND_LINES } from "./bad_input/command_lines.ts";
import { FILES } from "./bad_input/files.ts";
import { submit } from "./bad_input/row.ts";

Deno.test("bad input gets one clear message, a hint and its exit code, and changes nothing", async (test) => {
  assert.ok(COMMAND_LINES.length + FILES.length >= 60);
  await withLaptop(async (laptop) => {
    for (const row of [...COMMAND_LINES, ...FILES]) {
      await test.step(row.what, async () => {
        await laptop.writeSettings(row.settings ?? SETTINGS);
        const { code, stdout, stderr } = await laptop.mlo(...row.args);
        assert.equal(stdout, "", "something was printed as a result");
        assert.match(stderr, row.message);
        assert.equal(code, row.code ?? 2, stderr);
        assert.ok(
          row.code === 1 || /^hint: ./m.test(stderr) || /\n {4}\S/.test(stderr),
          `no hint in: ${stderr}`,
        );
        assert.equal((stderr.match(/^mlo: /gm) ?? []).length, 1, stderr);
        assert.doesNotMatch(stderr, /\n\s+at /, "a stack trace");
        const asked = laptop.cluster.requests
          // A dispatcher in kubectl's place asks for its own sake, whatever it is to do.
          .filter(({ path }) => !path.startsWith("/version"));
        assert.deepEqual(asked, [], "the cluster was asked");
      });
    }
  });
});

Deno.test("a name that is taken is refused before anything is written", async () => {
  await withLaptop(async (laptop) => {
    laptop.cluster.jobs.create({
      name: "exp",
      namespace: laptop.namespace,
      kind: "train",
      image: "other:v1",
    });
    const { code, stderr } = await laptop.mlo(...submit("-n", "exp"));
    assert.equal(code, 1);
    assert.match(
      stderr,
      /"exp": the name is taken by a job whose pod exp-0-0 is Running \(image other:v1/,
    );
    assert.match(stderr, /^hint: /m);
    assert.deepEqual(
      laptop.cluster.requests.filter(({ method }) => method !== "GET"),
      [],
    );
  });
});

Deno.test("all that is wrong on one command line is told at once", async () => {
  await withLaptop(async (laptop) => {
    const { stderr } = await laptop.mlo(
      ...submit("-n", "Exp", "-g", "-1", "-t", "soon", "--node-type", "x!"),
    );
    for (const flag of ["--name", "--gpus", "--time", "--node-type"]) {
      assert.ok(stderr.includes(flag), `${flag} is missing in: ${stderr}`);
    }
  });
});

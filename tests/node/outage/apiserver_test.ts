import assert from "node:assert/strict";
import { withNodeLaptop } from "../../support/node/laptop.ts";
import {
  checkProgramsWereNotSeen,
  checkRestIsBack,
  openEnds,
} from "../../support/node/open_ends.ts";

const VERBS = [
  "logs prints",
  "exec sleeps -- true",
  "shell sleeps",
  "port-forward sleeps :80",
  "code sleeps --print",
  "status sleeps",
  "list",
  "secret sync",
  "secret status",
  "submit -n another",
];

Deno.test("an API server that is killed and started again", (test) =>
  withNodeLaptop(async (laptop) => {
    const synced = await laptop.mlo("secret", "sync");
    assert.equal(synced.code, 0, synced.stderr);
    const open = await openEnds(laptop, 25_000);
    await laptop.node.kill("apiserver", "KILL");
    try {
      await test.step("exec and shell: the program's end was not seen", () =>
        checkProgramsWereNotSeen(open));
      await test.step("every verb ends with 69 and says so", async () => {
        await Promise.all(VERBS.map(async (verb) => {
          const { code, stdout, stderr } = await laptop.mlo(...verb.split(" "));
          assert.equal(code, 69, `${verb}: ${stdout}${stderr}`);
          assert.match(stderr, /^mlo: Cannot /m, verb);
        }));
      });
    } finally {
      await laptop.node.start("apiserver");
    }
    await test.step("logs -f, port-forward and --wait go on, exec works", () =>
      checkRestIsBack(laptop, open));
    await test.step("nothing was made in between", async () => {
      const { stdout } = await laptop.mlo("list");
      assert.doesNotMatch(stdout, /another/);
      const { code, stderr } = await laptop.mlo("secret", "status");
      assert.equal(code, 0, stderr);
    });
  }));

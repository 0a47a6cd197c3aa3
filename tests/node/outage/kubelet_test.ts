import assert from "node:assert/strict";
import { until } from "../../support/pods/programs.ts";
import { withNodeLaptop } from "../../support/node/laptop.ts";
import {
  checkProgramsWereNotSeen,
  checkRestIsBack,
  openEnds,
} from "../../support/node/open_ends.ts";

Deno.test("a kubelet that is killed while the API answers, and started again", (test) =>
  withNodeLaptop(async (laptop) => {
    const open = await openEnds(laptop, 40_000);
    const reasonOf = async (job: string) => {
      const { code, stdout, stderr } = await laptop.mlo(
        "status",
        job,
        "--json",
      );
      assert.equal(code, 0, stderr);
      return JSON.parse(stdout).reason?.text as string | undefined;
    };
    await laptop.node.kill("kubelet", "KILL");
    try {
      await test.step("exec and shell: the program's end was not seen", () =>
        checkProgramsWereNotSeen(open));
      await test.step("logs ends with 69 and names the node", async () => {
        const { code, stderr } = await laptop.mlo("logs", "prints");
        assert.equal(code, 69, stderr);
        assert.match(stderr, /the pod's node does not answer/);
      });
      await test.step("exec ends with 69 and names the node", async () => {
        const ran = await laptop.mlo("exec", "sleeps", "--", "true");
        assert.equal(ran.code, 69, ran.stderr);
        assert.match(ran.stderr, /the pod's node does not answer/);
      });
      await test.step("list shows the jobs", async () => {
        const { code, stdout } = await laptop.mlo("list");
        assert.equal(code, 0);
        assert.match(stdout, /^sleeps\tRunning\t/m);
      });
      await test.step("code gives the pod's address, which is known", async () => {
        const { code } = await laptop.mlo("code", "sleeps", "--print");
        assert.equal(code, 0);
      });
      await test.step("status tells the node's loss", () =>
        until("the reason", async () => {
          const told = await reasonOf("sleeps");
          return /its node node-1 does not answer/.test(told ?? "");
        }));
      await test.step("logs -f says once that the node is gone", async () => {
        await open.logs.says(/the pod's node does not answer; the job goes on/);
        assert.equal(open.logs.err().match(/goes on/g)?.length, 1);
        assert.doesNotMatch(open.logs.err(), /is back/);
      });
    } finally {
      await laptop.node.start("kubelet");
    }
    await test.step("status does not tell it any more", () =>
      until("no reason", async () => await reasonOf("sleeps") === undefined));
    await test.step("logs -f, port-forward and --wait go on, exec works", () =>
      checkRestIsBack(laptop, open));
  }));

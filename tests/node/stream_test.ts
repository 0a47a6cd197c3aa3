import assert from "node:assert/strict";
import { until } from "../support/pods/programs.ts";
import {
  askPort,
  counted,
  counter,
  greeter,
  hear,
} from "../support/node/heard.ts";
import { type NodeLaptop, withNodeLaptop } from "../support/node/laptop.ts";

/** Makes the pod of `exp` anew under its name, once the old one is gone. */
async function makeAgain(laptop: NodeLaptop, command: readonly string[]) {
  const path = `/api/v1/namespaces/${laptop.namespace}/pods/exp-0-0`;
  await laptop.node.ask("DELETE", path);
  await until(
    "the pod to be gone",
    () => laptop.pod("exp-0-0").then(() => false, () => true),
    // A program that is process 1 and sets no handler ends with its grace, 30 s.
    120,
  );
  await laptop.makePod("exp", { command });
}

Deno.test("logs -f on a real node gives every line once over a link that is cut, and goes on with the next pod", () =>
  withNodeLaptop(async (laptop) => {
    await laptop.makePod("exp", { command: counter(400) });
    const logs = hear(laptop.spawn(["logs", "-f", "exp"]));
    for (const seen of [50, 150, 250]) {
      await logs.sees(new RegExp(`^line ${seen}$`, "m"));
      laptop.relay.cut();
    }
    await logs.sees(/^end$/m);
    assert.equal(logs.out(), counted(400));
    await makeAgain(laptop, ["bash", "-c", "echo second; exit 0"]);
    const { code, stdout, stderr } = await logs.end();
    assert.equal(code, 0, stderr);
    assert.ok(stdout.startsWith(counted(400)), stdout);
    assert.match(stdout, /second\n$/);
  }));

Deno.test("port-forward on a real node keeps its port over a cut link and a new pod", () =>
  withNodeLaptop(async (laptop) => {
    const pod = await laptop.makePod("exp", { command: greeter(80, "first") });
    await laptop.untilPod(
      pod,
      "to run",
      ({ status }) => status.phase === "Running",
    );
    const forward = hear(laptop.spawn(["port-forward", "exp", ":80"]));
    const port = Number((await forward.sees(/:(\d+) leads/))[1]);
    const says = (greeting: string) =>
      until(`"${greeting}"`, async () => await askPort(port) === greeting, 60);
    await says("first");
    laptop.relay.cut();
    await says("first");
    await makeAgain(laptop, greeter(80, "second"));
    await says("second");
    forward.child.kill("SIGINT");
    assert.equal((await forward.end()).code, 130);
  }));

Deno.test("code on a real node says that its pod is being deleted, and leads to the next one under its name", () =>
  withNodeLaptop(async (laptop) => {
    const runs = (pod: string) =>
      laptop.untilPod(
        pod,
        "to run",
        ({ status }) =>
          status.containerStatuses?.[0]?.state?.running !== undefined,
      );
    const stubborn = "trap '' TERM; sleep 100 & wait; wait";
    await runs(
      await laptop.makePod("exp", {
        command: ["bash", "-c", stubborn],
        terminationGracePeriodSeconds: 10,
      }),
    );
    const code = () => laptop.mlo("code", "exp", "--print");
    const first = await code();
    assert.deepEqual([first.code, first.stderr], [0, ""]);
    const path = `/api/v1/namespaces/${laptop.namespace}/pods/exp-0-0`;
    await laptop.node.ask("DELETE", path);
    const leaving = await code();
    assert.equal(leaving.code, 0);
    assert.equal(leaving.stderr, "mlo: the pod exp-0-0 is being deleted\n");
    await makeAgain(laptop, ["sleep", "infinity"]);
    await runs("exp-0-0");
    const next = await code();
    assert.deepEqual([next.code, next.stderr], [0, ""]);
    assert.equal(next.stdout, first.stdout);
  }));

Deno.test("submit --wait on a real node says why a job cannot start", () =>
  withNodeLaptop(async (laptop) => {
    const exp = ["submit", "-n", "exp", "--train"];
    const many = await laptop.mlo(...exp, "-g", "1", "--wait", "--json");
    assert.equal(many.code, 0, many.stderr);

    laptop.runai.setting = { container: { image: "Not/An Image" } };
    const stuck = await laptop.mlo("submit", "-n", "stuck", "--wait");
    assert.equal(stuck.code, 1, stuck.stderr);
    assert.match(
      stuck.stderr,
      /The job stuck cannot start: "Not\/An Image" is/,
    );
  }));

Deno.test("submit --wait on a real node under the name of a job that is being deleted waits until it is gone", () =>
  withNodeLaptop(async (laptop) => {
    const spec = { terminationGracePeriodSeconds: 8 };
    laptop.runai.setting = { spec };
    const stubborn = ["sh", "-c", "trap '' TERM; sleep 100 & wait; wait"];
    const first = ["submit", "-n", "exp", "--wait", "--", ...stubborn];
    assert.equal((await laptop.mlo(...first)).code, 0);
    const { uid } = (await laptop.pod("exp-0-0")).metadata;
    await laptop.node.ask(
      "DELETE",
      `/api/v1/namespaces/${laptop.namespace}/pods/exp-0-0`,
    );
    laptop.runai.forget("exp");
    const plain = await laptop.mlo("submit", "-n", "exp");
    assert.equal(plain.code, 1);
    assert.match(
      plain.stderr,
      /still being deleted, its pod exp-0-0 is Terminating/,
    );
    const waits = await laptop.mlo("submit", "-n", "exp", "--wait");
    assert.equal(waits.code, 0, waits.stderr);
    assert.notEqual((await laptop.pod("exp-0-0")).metadata.uid, uid);
  }));

import assert from "node:assert/strict";
import { hear } from "../support/node/heard.ts";
import { withNodeLaptop } from "../support/node/laptop.ts";
import { until } from "../support/pods/programs.ts";

/** After how many bytes the link is cut: in the greeting, in a request, in an answer. */
const PLACES = [200, 2_500, 6_000, 12_000];

Deno.test("what asks a real cluster over a link that is cut answers rightly or ends with 69, and nothing is done twice", (test) =>
  withNodeLaptop(async (laptop) => {
    const pod = await laptop.makePod("exp", {
      command: ["sh", "-c", "echo hello; exec sleep infinity"],
    });
    await laptop.untilPod(
      pod,
      "to run",
      ({ status }) => status.phase === "Running",
    );
    const verbs: readonly (readonly [string, RegExp])[] = [
      ["secret sync", /^(?:Synced \d+ keys|.*up to date)/m],
      ["secret status", /./],
      ["list", /^exp\tRunning\t/m],
      ["status exp", /Running/],
      ["logs exp", /^hello$/m],
      ["code exp --print", /^code --folder-uri /],
      ["exec exp -- echo there", /^there$/m],
    ];
    for (const [verb, right] of verbs) {
      await test.step(verb, async () => {
        for (const bytes of PLACES) {
          laptop.relay.cutAfter(bytes);
          const { code, stdout, stderr } = await laptop.mlo(...verb.split(" "));
          const what =
            `${verb}, cut after ${bytes}: ${code}\n${stdout}${stderr}`;
          if (code === 0) assert.match(stdout, right, what);
          else {
            assert.ok(code === 69 || code === 1, what);
            assert.match(
              stderr,
              /^mlo: .*(?:broke|cannot be reached|not seen)/m,
              what,
            );
          }
        }
        laptop.relay.cutAfter(Infinity);
        const { code, stdout, stderr } = await laptop.mlo(...verb.split(" "));
        assert.equal(code, 0, stderr);
        assert.match(stdout, right);
      });
    }
    for (const bytes of PLACES) {
      await test.step(`submit, cut after ${bytes}`, async () => {
        const submit = ["submit", "-n", `n${bytes}`, "--", "sleep", "infinity"];
        laptop.relay.cutAfter(bytes);
        const first = await laptop.mlo(...submit);
        laptop.relay.cutAfter(Infinity);
        if (first.code !== 0) {
          assert.equal(first.code, 69, first.stderr);
          const again = await laptop.mlo(...submit);
          assert.equal(again.code, 0, again.stderr);
        }
        const { stdout } = await laptop.mlo("list");
        assert.equal(stdout.match(new RegExp(`^n${bytes}\t`, "gm"))?.length, 1);
      });
    }
  }));

Deno.test("submit --wait and --follow on a real node go on over a link that is cut", () =>
  withNodeLaptop(async (laptop) => {
    const open = (gate: string | null) =>
      laptop.node.ask("PATCH", "/api/v1/nodes/node-1", {
        metadata: { labels: { [laptop.namespace]: gate } },
      });
    laptop.runai.setting = {
      spec: { nodeSelector: { [laptop.namespace]: "open" } },
    };
    const submit = ["submit", "--train", "-n"];
    const script = "echo begin; sleep 3; echo end";
    const waits = hear(laptop.spawn([...submit, "waits", "--wait"]));
    const follows = hear(
      laptop.spawn([
        ...submit,
        "follows",
        "--follow",
        "--",
        "sh",
        "-c",
        script,
      ]),
    );
    for (const { says } of [waits, follows]) {
      await says(/ waits: no node of the chosen type can take it$/m);
    }
    for (let cut = 0; cut < 3; cut++) {
      const before = laptop.relay.connections();
      laptop.relay.cut();
      await until(
        "new connections",
        () => laptop.relay.connections() > before + 2,
      );
    }
    await open("open");
    await follows.sees(/^begin$/m);
    laptop.relay.cut();
    const waited = await waits.end();
    assert.equal(waited.code, 0, waited.stderr);
    assert.match(waited.stderr, /^mlo: waits runs$/m);
    const followed = await follows.end();
    assert.equal(followed.code, 0, followed.stderr);
    assert.match(followed.stdout, /^begin\nend\n$/m);
    await open(null);
  }));

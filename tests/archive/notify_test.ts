import assert from "node:assert/strict";
import { type ArchiveBed, archiveTest, must } from "../support/archive/bed.ts";
import { slowDown } from "../support/archive/rsync.ts";
import { until } from "../support/pods/programs.ts";
import { notification } from "../../lib/archive/notification.ts";
import { done, makeFiles } from "./small_files.ts";

const WORD = "s3cr3t-topic-of-this-test";

/** A server that takes messages, and what it was told. */
function listener() {
  const told: { path: string; type: string; text: string }[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      const type = request.headers.get("content-type") ?? "";
      told.push({ path: pathname, type, text: await request.text() });
      return new Response(null, {
        status: pathname.endsWith("gone") ? 404 : 200,
      });
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}/${WORD}`;
  return { told, url, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** Where the address stands: arguments and environments of the account's processes, and files of the archive. */
async function seen(bed: ArchiveBed): Promise<string[]> {
  const found = [];
  for (const { pid, command } of await bed.processes()) {
    const environment = await Deno.readTextFile(`/proc/${pid}/environ`)
      .catch(() => "");
    if (`${command} ${environment}`.includes(WORD)) found.push(command);
  }
  const files = ["grep", "-rlsF", WORD, bed.archive, `${bed.top}/tmp`];
  const { stdout } = await new Deno.Command("env", { args: files }).output();
  return [...found, ...new TextDecoder().decode(stdout).split("\n")]
    .filter((line) => line !== "");
}

archiveTest(
  "--notify: the host tells NOTIFY_URL how it ended, and keeps the address nowhere",
  async (bed, step) => {
    await using server = listener();
    await makeFiles(bed, ["a"]);
    await step.step("without curl there it is said at once", async () => {
      await bed.settings(`NOTIFY_URL=${server.url}\n`);
      const { code, stderr } = await bed.archiveIt("exp", "--notify");
      assert.equal(code, 0, stderr);
      assert.match(
        stderr,
        /^warning: NOTIFY_URL will not be told: .* no curl/m,
      );
    });
    await Deno.symlink("/usr/bin/curl", `${bed.programs}/curl`);
    await step.step("done", async () => {
      await slowDown(bed, { delay: 1 });
      const running = bed.archiveIt("exp", "--to", "x", "--notify", "--json");
      const begun = ["find", bed.archive, "-name", "notifier"];
      const isBegun = async () => await must(begun) !== "";
      await until("somebody to wait", isBegun, 120);
      assert.deepEqual(await seen(bed), []);
      const { code, stdout } = await running;
      assert.equal(code, 0, stdout);
      assert.match(stdout, /"notified":"200"/);
      assert.deepEqual(server.told.splice(0), [{
        path: `/${WORD}`,
        type: "application/json; charset=utf-8",
        text: JSON.stringify({
          text: "mlo archive: archive exp: done",
          kind: "archive",
          paths: ["exp"],
          outcome: "done",
        }),
      }]);
      assert.deepEqual(await seen(bed), []);
    });
    await step.step("a driver that was killed", async () => {
      const running = bed.archiveIt("exp", "--to", "y", "--notify");
      const notifiers = ["find", bed.archive, "-name", "notifier"];
      await until(
        "another one to wait",
        async () => (await must(notifiers)).split("\n").length >= 3,
        120,
      );
      for (const { pid, command } of await bed.processes()) {
        if (/ drive /.test(command)) {
          Deno.kill(pid, "SIGKILL");
        }
      }
      assert.equal((await running).code, 1);
      const [told] = server.told.splice(0);
      assert.match(told?.text ?? "", /"mlo archive: archive exp: interrupted"/);
      assert.deepEqual(await bed.processes(), []);
    });
    await step.step("what did not take it is said", async () => {
      await bed.settings(`NOTIFY_URL=${server.url}/gone\n`);
      const { stderr } = await bed.archiveIt("exp", "--to", "z", "--notify");
      assert.match(stderr, /warning: NOTIFY_URL was not told: .* got 404/);
      assert.doesNotMatch(stderr, new RegExp(WORD));
    });
    await step.step("nobody to tell", async () => {
      await bed.settings("");
      const { code, stderr } = await bed.archiveIt("exp", "--notify");
      assert.equal(code, 2);
      assert.match(stderr, /NOTIFY_URL is not set/);
    });
    await done(bed, "exp");
  },
);

Deno.test("notification() speaks as the service wants that gave out the address, and quotes for curl", () => {
  const lines = (url: string, ...paths: string[]) =>
    Object.fromEntries(
      notification(url, "archive", paths).split("\n")
        .map((line) => line.split(" = ", 2)),
    );
  const text = "mlo archive: archive a: @OUTCOME@";
  const ntfy = lines("https://ntfy.sh/x", "a");
  assert.equal(ntfy["data-raw"], `"${text}"`);
  assert.equal(ntfy["header"], '"Content-Type: text/plain; charset=utf-8"');
  for (
    const [url, start] of [
      ["https://hooks.slack.com/services/x", `{"text":"${text}"}`],
      ["https://discord.com/api/webhooks/x", `{"content":"${text}"`],
      ["https://x.webhook.office.com/y", `{"type":"message","attachments"`],
      ["https://x.y.logic.azure.com:443/z", `{"type":"message","attachments"`],
      ["https://example.org/x", `{"text":"${text}","kind":"archive"`],
      // A host that only ends like one.
      ["https://notdiscord.com/x", `{"text":"${text}","kind"`],
    ] as const
  ) {
    const body = JSON.parse(lines(url, "a")["data-raw"] ?? "");
    assert.ok(body.startsWith(start), body);
    JSON.parse(body);
  }
  const odd = notification('https://a/"\\', "archive", ['q"\n']);
  assert.match(odd, /^url = "https:\/\/a\/\\"\\\\"$/m);
  assert.equal(odd.trim().split("\n").length, 10);
});

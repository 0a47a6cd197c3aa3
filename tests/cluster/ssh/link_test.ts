import assert from "node:assert/strict";
import { throughRelay } from "../../support/flaky_cluster.ts";
import { useDocker } from "../../support/pods/docker_bed.ts";
import { until } from "../../support/pods/programs.ts";
import { podTest } from "../../support/pods/requirements.ts";
import { nothingLeft, withSshPod } from "../../support/ssh_bed.ts";

const bed = useDocker();

for (const how of ["cut", "freeze"] as const) {
  const what = how === "cut" ? "is cut" : "goes dead";
  podTest(
    `a link that ${what} in the middle ends ssh with 255, nothing stays, and a new one works`,
    () =>
      withSshPod(bed(), async (laptop) => {
        const relay = await throughRelay(laptop);
        const child = laptop.spawn(["ssh", "exp", "echo up; sleep 100"]);
        const reader = child.stdout.pipeThrough(new TextDecoderStream())
          .getReader();
        assert.equal((await reader.read()).value, "up\n");
        relay[how]();
        // By its keep-alives: nothing else tells a client of a dead link.
        const stderr = new Response(child.stderr).text();
        assert.equal((await child.status).code, 255, await stderr);
        assert.match(
          await stderr,
          how === "cut"
            ? /^mlo: the link to the pod exp-0-0 is gone$/m
            : /not responding/,
        );
        await reader.cancel();
        if (how === "freeze") await proxiesGone(laptop.home);
        relay.thaw();
        const again = await laptop.program("ssh", "exp", "echo again");
        assert.equal(again.stdout, "again\n", again.stderr);
        await nothingLeft(laptop);
        await relay.stop();
      }),
  );
}

/** On the laptop, too, nothing waits on for the dead link. */
async function proxiesGone(home: string) {
  await until("the end of the laptop's kubectl", async () => {
    for await (const { name } of Deno.readDir("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const read = (file: string) =>
        Deno.readTextFile(`/proc/${name}/${file}`).catch(() => "");
      if (!(await read("environ")).includes(`HOME=${home}\0`)) continue;
      if ((await read("cmdline")).includes("mlo-ssh")) return false;
    }
    return true;
  });
}

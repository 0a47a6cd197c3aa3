import assert from "node:assert/strict";
import { makeScratch } from "./pod.ts";
import { podTest } from "./requirements.ts";
import { exportSquashed } from "./scratch_export.ts";

const MOMENTS = 10;

podTest(
  "who waits for a frozen share can be killed, whenever it froze",
  async () => {
    const scratch = await makeScratch();
    await Deno.chmod(scratch, 0o777);
    const share = await exportSquashed(scratch, 2_000);
    try {
      for (let moment = 0; moment < MOMENTS; moment++) {
        // In the middle of a request once it has said something.
        const script = 'while :; do echo; echo line >>"$0"; sleep 0.01; done';
        const busy = new Deno.Command("bash", {
          args: ["-c", script, `${share.mount}/file`],
          stdout: "piped",
          stderr: "null",
        }).spawn();
        const lines = busy.stdout.getReader();
        await lines.read();
        await share.freeze();
        busy.kill("SIGKILL");
        assert.equal((await busy.status).signal, "SIGKILL");
        await lines.cancel();
        share.thaw();
      }
    } finally {
      share.thaw();
      await share.end();
    }
  },
);

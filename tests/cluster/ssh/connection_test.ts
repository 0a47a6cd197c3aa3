// ssh into a pod, with a real client, a real server and a real container; only the API server is a double.
import assert from "node:assert/strict";
import { useDocker } from "../../support/pods/docker_bed.ts";
import { podTest } from "../../support/pods/requirements.ts";
import { nothingLeft, withSshPod } from "../../support/ssh_bed.ts";

const bed = useDocker();

podTest(
  "mlo ssh runs a command, gives its status and leaves nothing",
  () =>
    withSshPod(bed(), async (laptop) => {
      const ran = await laptop.program(
        "ssh",
        "exp",
        "echo out; echo err >&2; pwd; exit 7",
      );
      assert.deepEqual(ran, {
        code: 7,
        stdout: "out\n/mloscratch/homes/ada\n",
        stderr: "err\n",
      });
      await nothingLeft(laptop);
    }),
);

import assert from "node:assert/strict";
import { useDocker } from "../../support/pods/docker_bed.ts";
import { podTest } from "../../support/pods/requirements.ts";
import { nothingLeft, withSshPod } from "../../support/ssh_bed.ts";

const bed = useDocker();

/** Runtimes mount it so that the kernel gives each terminal its group; root may mount it otherwise. */
const WITHOUT_GROUP = "mount -o remount,gid=0,mode=600 /dev/pts";

podTest(
  "a pod of a distributed job has a name of its own, and a terminal also where only root may give it its group",
  () =>
    withSshPod(bed(), async (laptop) => {
      const { cluster, namespace, run } = laptop;
      await laptop.use("9.2");
      assert.equal((await laptop.program("ssh", "--setup")).code, 0);
      const job = { name: "big", namespace, image: "image", workers: 2 };
      cluster.jobs.create({ ...job, kind: "distributed" });
      const pods = () => {
        const paths = cluster.requests.map(({ path }) => path).join("\n");
        return [...new Set(paths.match(/(?<=\/pods\/)big[^/?]*(?=\/exec)/g))];
      };
      const worker = await run(["ssh", "big.worker-1.mlo", "id -un"]);
      assert.deepEqual(
        [worker.code, worker.stdout],
        [0, "ada\n"],
        worker.stderr,
      );
      assert.deepEqual(pods(), ["big-worker-1"]);
      const none = await run(["ssh", "big.worker-7.mlo", "id"]);
      assert.equal(none.code, 255);
      assert.match(none.stderr, /has no pod "worker-7"\nhint: it has big-/);

      const mount = await laptop.inPod("grep /dev/pts /proc/mounts");
      assert.doesNotMatch(mount, /gid=5/);
      const asked = "test -t 0 && stat -c '%U %G' $(tty); id -un";
      const terminal = await run(["ssh", "-tt", "exp.mlo", asked]);
      assert.equal(terminal.code, 0, terminal.stderr);
      assert.match(terminal.stdout, /^ada tty\r\nada\r\n/);
      await nothingLeft(laptop);
    }, { prepare: WITHOUT_GROUP, options: ["--cap-add=SYS_ADMIN"] }),
);

import assert from "node:assert/strict";
import { useDocker } from "../../support/pods/docker_bed.ts";
import { podTest } from "../../support/pods/requirements.ts";
import { nothingLeft, withSshPod } from "../../support/ssh_bed.ts";
import { SSHD_VERSIONS, withSshd } from "../../support/versions/sshd.ts";

const bed = useDocker();

for (const version of SSHD_VERSIONS) {
  podTest(
    `an image with OpenSSH ${version}'s server serves as ours does`,
    async () => {
      const server = await withSshd(version);
      await withSshPod(bed(), async (laptop) => {
        const { run, home, podHome } = laptop;
        await laptop.use("9.2");
        assert.equal((await laptop.program("ssh", "--setup")).code, 0);
        const told = await run([
          "ssh",
          "-v",
          "exp.mlo",
          "umask; pwd; exit 213",
        ]);
        assert.equal(told.code, 213, told.stderr);
        assert.equal(told.stdout, "007\n/mloscratch/homes/ada\n");
        assert.ok(
          told.stderr.includes(`remote software version OpenSSH_${version}`),
        );
        const terminal = await run([
          "ssh",
          "-tt",
          "exp.mlo",
          "test -t 0; echo $?",
        ]);
        assert.equal(terminal.stdout, "0\r\n", terminal.stderr);
        await Deno.writeTextFile(`${home}/a b`, "text\n");
        const copy = await run(["scp", "-q", "a b", "exp.mlo:"]);
        assert.equal(copy.code, 0, copy.stderr);
        assert.equal(await Deno.readTextFile(`${podHome}/a b`), "text\n");
        await nothingLeft(laptop);
      }, server);
    },
  );
}

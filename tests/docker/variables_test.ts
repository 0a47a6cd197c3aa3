// Step 1 of the entrypoint: what it needs, and what it refuses before anything runs.
import assert from "node:assert/strict";
import { useDocker } from "../support/pods/docker_bed.ts";
import {
  makeScratch,
  namesIn,
  type PodStart,
  SAMPLE,
} from "../support/pods/pod.ts";
import { inBothModes, podTest } from "../support/pods/requirements.ts";

const bed = useDocker();

podTest(
  "entrypoint.sh names every variable that is missing and runs the command as it is, as root",
  async () => {
    const none = Object.fromEntries(
      Object.keys(SAMPLE).map((name) => [name, undefined]),
    );
    const command = ["sh", "-c", "id -u; umask; exit 7"];
    const pod = await bed().start({ mode: "root", env: none, command });
    assert.deepEqual([pod.code, pod.stdout], [7, "0\n0022\n"]);
    assert.match(pod.stderr, /Warning: .* the command runs as it is\n$/);
    for (const name of Object.keys(SAMPLE)) {
      assert.ok(pod.stderr.includes(name));
    }
  },
);

podTest(
  "entrypoint.sh runs the command as it is when one variable is missing",
  async () => {
    for (const name of ["NB_USER", "WORKING_DIR"]) {
      const env = { [name]: undefined };
      const pod = await bed().start({
        mode: "root",
        env,
        command: ["id", "-u"],
      });
      assert.deepEqual([pod.code, pod.stdout], [0, "0\n"]);
      assert.match(pod.stderr, new RegExp(`Warning: ${name} not set`));
    }
  },
);

inBothModes(
  "entrypoint.sh leaves no way to root behind when variables are missing",
  async (mode) => {
    const script =
      "id -u; grep pam_permit /etc/pam.d/su; as_nobody=; [ $(id -u) != 0 ] || as_nobody='runuser -u nobody --'; $as_nobody su root -c id </dev/null 2>/dev/null; echo status $?";
    const env = { NB_USER: undefined };
    const pod = await bed().start({
      mode,
      env,
      command: ["sh", "-c", script],
    });
    const uid = mode === "root" ? "0" : "123456";
    assert.equal(pod.stdout, `${uid}\nstatus 1\n`);
  },
);

const REFUSED: readonly [name: string, value: string][] = [
  ["NB_USER", ""],
  ["NB_USER", "root"],
  ["NB_USER", "a b"],
  ["NB_USER", "$(touch /mloscratch/homes/x)"],
  ["NB_USER", "`id`"],
  ["NB_USER", "../x"],
  ["NB_USER", "x\ny"],
  ["NB_USER", "ann\n"],
  ["NB_USER", "-ann"],
  ["NB_USER", "ann:0"],
  ["NB_USER", "123"],
  ["NB_USER", "änn"],
  ["NB_USER", "a".repeat(33)],
  ["NB_GROUP", ""],
  ["NB_GROUP", "root"],
  ["NB_GROUP", "a,b"],
  ["NB_UID", ""],
  ["NB_UID", "0"],
  ["NB_UID", "-1"],
  ["NB_UID", "007"],
  ["NB_UID", "12a"],
  ["NB_UID", "a[$(touch /mloscratch/homes/x)]"],
  ["NB_UID", "4294967295"],
  ["NB_GID", "0"],
  ["NB_GID", "99999999999"],
  ["WORKING_DIR", "work"],
  ["SCRATCH_HOME_ROOT", ""],
  ["HF_HOME", "../hf"],
];

for (const [name, value] of REFUSED) {
  podTest(
    `entrypoint.sh refuses ${name}=${JSON.stringify(value)} and runs nothing`,
    async () => {
      await refuses({
        mode: "root",
        env: { [name]: value },
        command: ["echo", "ran"],
      }, name);
    },
  );
}

podTest(
  "entrypoint.sh refuses a hostile user name in a direct start too",
  async () => {
    for (const value of ["root", "a b", "$(id)"]) {
      await refuses({
        mode: "direct",
        env: { NB_USER: value },
        command: ["echo", "ran"],
      }, "NB_USER");
    }
  },
);

podTest(
  "entrypoint.sh refuses to run as a uid or gid that is not the user's",
  async () => {
    const prepare =
      "setpriv --reuid 5555 --regid 83070 --clear-groups /docker/entrypoint.sh echo ran || echo status $?";
    const pod = await bed().start({ mode: "root", prepare, command: ["true"] });
    assert.match(
      pod.stderr,
      /Cannot become ann: the pod runs as 5555:83070, start it as root or as 123456:83070\n/,
    );
    assert.match(pod.stderr, /status 77\n/);
  },
);

async function refuses(pod: PodStart, name: string) {
  const scratch = await makeScratch();
  const { code, stdout, stderr } = await bed().start({ ...pod, scratch });
  assert.deepEqual([code, stdout], [78, ""]);
  assert.match(stderr, new RegExp(`^entrypoint: ${name}=.* is not `));
  assert.equal(
    stderr.trim().split("\n").length,
    2,
    "the value cannot make lines",
  );
  assert.deepEqual(await namesIn(scratch), ["homes"]);
  assert.deepEqual(await namesIn(`${scratch}/homes`), []);
}

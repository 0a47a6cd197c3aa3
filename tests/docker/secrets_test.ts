// Steps 6 to 8 of the entrypoint: ssh, uv and git.
import assert from "node:assert/strict";
import { onHome, useDocker } from "../support/pods/docker_bed.ts";
import { factsOf, namesIn } from "../support/pods/pod.ts";
import { must } from "../support/pods/programs.ts";
import { inBothModes, podTest } from "../support/pods/requirements.ts";

const bed = useDocker();

/** Four lines of which no part may turn up where it does not belong. */
const KEY = `-----BEGIN OPENSSH PRIVATE KEY-----
CanaryOfThePrivateKey0123456789abcdefghijklmnopqrstuvwxyz+/CanaryEnd
-----END OPENSSH PRIVATE KEY-----
`;
const SECRETS = {
  SSH_PRIVATE_KEY_B64: btoa(KEY),
  SSH_PUBLIC_KEY: "ssh-ed25519 AAAA ann@laptop",
  SSH_KNOWN_HOSTS: "github.com ssh-ed25519 BBBB\ngithub.com ssh-rsa CCCC",
};
/** Pieces of the key, plain and in base64, and its variable's name. */
const PARTS = [
  "SSH_PRIVATE",
  "CanaryOf",
  btoa(KEY).slice(60, 90),
  KEY.slice(20, 30),
];

/** Looks for them, as the user, in all processes and all of the pod's own places. */
const SEARCH =
  "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline | tr '\\0' '\\n' | grep -f /mloscratch/patterns; ls -A /tmp; sudo grep -rlF -f /mloscratch/patterns /tmp /var /run /etc";

const HOME = "/mloscratch/homes/ann";

inBothModes(
  "step 6: ~/.ssh is made anew with the right modes and content",
  (mode) =>
    onHome(bed, async (_home, start) => {
      const prepare =
        "mkdir -p /home/ann/.ssh; touch /home/ann/.ssh/old; chown -R 123456 /home/ann";
      const script =
        'stat -c "%n %u:%g %a" ~/.ssh ~/.ssh/*; cat ~/.ssh/*; echo "[${SSH_PRIVATE_KEY_B64-unset}]"';
      const pod = await start({
        mode,
        prepare,
        env: SECRETS,
        command: ["bash", "-c", script],
      });
      assert.equal(pod.stderr, "");
      assert.equal(
        pod.stdout,
        "/home/ann/.ssh 123456:83070 700\n/home/ann/.ssh/id_rsa 123456:83070 600\n" +
          "/home/ann/.ssh/id_rsa.pub 123456:83070 644\n/home/ann/.ssh/known_hosts 123456:83070 644\n" +
          `${KEY}${SECRETS.SSH_PUBLIC_KEY}\n${SECRETS.SSH_KNOWN_HOSTS}\n[unset]\n`,
      );
    }),
);

inBothModes(
  "step 6: a ~/.ssh that links to scratch is replaced, what it led to is left alone",
  (mode) =>
    onHome(bed, async (home, start) => {
      await start({ mode, command: ["mkdir", ".ssh"] });
      await Deno.writeTextFile(`${home}/.ssh/config`, "Host x\n");
      const prepare = `mkdir -p /home/ann; ln -s ${HOME}/.ssh /home/ann/.ssh`;
      await start({ mode, prepare, env: SECRETS, command: ["true"] });
      assert.deepEqual(
        await namesIn(`${home}/.ssh`),
        ["config"],
      );
    }),
);

inBothModes(
  "step 6: a key that is not base64 is named, never shown, and stops nothing",
  (mode) =>
    onHome(bed, async (_home, start) => {
      const env = { SSH_PRIVATE_KEY_B64: "Canary*not*base64" };
      const pod = await start({
        mode,
        env,
        command: ["sh", "-c", "ls ~/.ssh; exit 3"],
      });
      assert.deepEqual([pod.code, pod.stdout], [3, ""]);
      assert.match(pod.stderr, /SSH_PRIVATE_KEY_B64 is not base64/);
      assert.doesNotMatch(pod.stderr, /Canary/);
    }),
);

inBothModes(
  "step 6: nothing of the key is on scratch, in a log, or in a process",
  (mode) =>
    onHome(bed, async (home, start) => {
      const patterns = home.replace("homes/ann", "patterns");
      await Deno.writeTextFile(patterns, PARTS.join("\n"));
      const pod = await start({
        mode,
        env: SECRETS,
        command: ["sh", "-c", SEARCH],
      });
      assert.deepEqual([pod.stdout, pod.stderr], ["", ""]);
      const search = [
        "sh",
        "-c",
        'grep -rlF -f "$0" "$1" || true',
        patterns,
        home,
      ];
      assert.equal(await must(search), "");
    }),
);

podTest(
  "the search for the key finds what is in an environment or on scratch",
  () =>
    onHome(bed, async (home, start) => {
      const env = { CONTROL: "CanaryOfControl" };
      const script = `echo CanaryOfControl >left; ${SEARCH}`;
      await Deno.writeTextFile(
        home.replace("homes/ann", "patterns"),
        PARTS.join("\n"),
      );
      const pod = await start({
        mode: "root",
        env,
        command: ["sh", "-c", script],
      });
      assert.match(pod.stdout, /^CONTROL=CanaryOfControl$/m);
      const found = await must(["grep", "-rlF", "CanaryOf", home]);
      assert.equal(found, `${home}/left`);
    }),
);

inBothModes(
  "step 7: uv's directories are the user's, on scratch",
  (mode) =>
    onHome(bed, async (home, start) => {
      const pod = await start({
        mode,
        command: [
          "sh",
          "-c",
          "echo $UV_CACHE_DIR $UV_PYTHON_INSTALL_DIR; uv --version",
        ],
      });
      assert.equal(
        pod.stdout,
        `${HOME}/.cache/uv ${HOME}/.uv\nuv 0.0.0 (stand-in)\n`,
      );
      assert.equal(
        await factsOf(`${home}/.cache/uv`),
        "123456:83070 700 directory",
      );
      assert.equal(await factsOf(`${home}/.uv`), "123456:83070 700 directory");
    }),
);

inBothModes(
  "step 8: git's identity is set once and the user's own is kept",
  (mode) =>
    onHome(bed, async (home, start) => {
      const env = {
        GIT_USER_NAME: 'Ann "A" Lee',
        GIT_USER_EMAIL: "ann@example.org",
      };
      const command = [
        "sh",
        "-c",
        "git config user.name; git config user.email; git init -q r && git -C r commit -q --allow-empty -m x && git -C r log --format=%ae",
      ];
      const first = await start({ mode, env, command });
      assert.equal(
        first.stdout,
        'Ann "A" Lee\nann@example.org\nann@example.org\n',
      );
      assert.equal(
        await factsOf(`${home}/.gitconfig`),
        "123456:83070 600 file",
      );

      await Deno.writeTextFile(
        `${home}/.gitconfig`,
        "[user]\n\tname = Somebody\n[alias]\n\tst = status\n",
      );
      const second = await start({
        mode,
        env,
        command: [
          "sh",
          "-c",
          "git config user.name; git config user.email; git config alias.st",
        ],
      });
      assert.equal(second.stdout, "Somebody\nann@example.org\nstatus\n");

      const before = await Deno.readTextFile(`${home}/.gitconfig`);
      await start({ mode, env, command: ["true"] });
      assert.equal(await Deno.readTextFile(`${home}/.gitconfig`), before);
    }),
);

// No password works in a pod, and sudo without one is the user's alone.
import assert from "node:assert/strict";
import { useDocker } from "../support/pods/docker_bed.ts";
import { makeScratch, MODES } from "../support/pods/pod.ts";
import { podTest } from "../support/pods/requirements.ts";

const bed = useDocker();

const PASSWORDS = ["root", "ann", "cluster", "mljaggi-admin", "password", ""];
const ACCOUNTS = ["root", "ann", "cluster", "mljaggi-admin"];

/** Tries every password for every account side by side (a refusal takes seconds), as an account without rights and as the user. */
const TRY = `
as_nobody() { sudo -n setpriv --reuid 65534 --regid 65534 --clear-groups -- "$@"; }
try() { # ACCOUNT PASSWORD
  printf '%s\\n' "$2" | as_nobody su "$1" -c 'echo in' >/dev/null 2>&1 && echo "su to $1 with '$2'"
  printf '%s\\n' "$2" | su "$1" -c 'echo in' >/dev/null 2>&1 && echo "su from the user to $1 with '$2'"
  printf '%s\\n' "$2" | sudo -n setpriv --reuid "$1" --clear-groups sudo -S -k id >/dev/null 2>&1 && echo "sudo as $1 with '$2'"
}
for account in ${ACCOUNTS.join(" ")}; do
  for password in ${
  PASSWORDS.map((one) => `'${one}'`).join(" ")
}; do try "$account" "$password" & done
done
wait
`;

/** root needs no sudo, the user's works without any password. */
const EXPECTED = PASSWORDS.flatMap((
  one,
) => [`sudo as root with '${one}'`, `sudo as ann with '${one}'`]).toSorted();

for (const mode of MODES) {
  podTest(`no password works in a pod (${mode})`, async () => {
    const scratch = await makeScratch();
    const command = ["bash", "-c", TRY];
    const pod = await bed().start({ mode, scratch, command });
    assert.deepEqual(pod.stdout.trim().split("\n").toSorted(), EXPECTED);
  });

  podTest(`sudo without a password is the user's alone (${mode})`, async () => {
    const scratch = await makeScratch();
    const script = `sudo -n id -u
for name in nobody cluster mljaggi-admin daemon; do
  sudo -n setpriv --reuid "$name" --regid 83070 --init-groups -- sudo -n id -u 2>/dev/null && echo "$name may"
done; true`;
    const pod = await bed().start({
      mode,
      scratch,
      command: ["bash", "-c", script],
    });
    assert.equal(pod.stdout, "0\n");
  });

  podTest(`no account has a password in a pod (${mode})`, async () => {
    const scratch = await makeScratch();
    const script =
      "sudo cut -d: -f2 /etc/shadow | grep -v '^[!*]'; grep pam_permit /etc/pam.d/su; true";
    const pod = await bed().start({
      mode,
      scratch,
      command: ["sh", "-c", script],
    });
    assert.equal(pod.stdout, "");
  });
}

podTest("the trial of passwords notices one that works", async () => {
  const scratch = await makeScratch();
  const script = `echo 'cluster:password' | sudo chpasswd; ${TRY}`;
  const pod = await bed().start({
    mode: "root",
    scratch,
    command: ["bash", "-c", script],
  });
  const found = pod.stdout.trim().split("\n").filter((line) =>
    !EXPECTED.includes(line)
  );
  assert.deepEqual(found.toSorted(), [
    "su from the user to cluster with 'password'",
    "su to cluster with 'password'",
  ]);
});

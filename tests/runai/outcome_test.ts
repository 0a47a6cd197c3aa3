import assert from "node:assert/strict";
import { ExitCode } from "../../lib/error.ts";
import {
  decodeSubmit,
  isNameTaken,
  runaiFailure,
} from "../../lib/runai/outcome.ts";

/** How a program ended that printed on its two streams. */
function endedWith(stdout: string, stderr = "", code = 0) {
  const bytes = (text: string) => new TextEncoder().encode(text);
  return {
    code,
    stdout: bytes(stdout),
    stderr: bytes(stderr),
    timedOut: false,
  };
}

Deno.test("decodeSubmit() does not believe a status of 0 beside an error", () => {
  for (
    const said of [
      "Error: workload exp could not be created\n",
      'time="2026-03-01" level=error msg="quota service is down"\n',
      "FATA[0001] something broke\n",
      "Creating workspace exp...\nERRO[0002] failed\n",
    ]
  ) {
    for (const ended of [endedWith(said), endedWith("", said)]) {
      const error = decodeSubmit("exp", ended);
      assert.match(
        error?.message ?? "",
        /Cannot submit "exp": runai said that/,
      );
      assert.equal(error?.childMessage, said.trim());
    }
  }
});

Deno.test("decodeSubmit() takes what both generations say of a success for one", () => {
  for (
    const said of [
      "The job 'exp' has been submitted successfully\nYou can run `runai describe job exp` to check the job status\n",
      "Creating workspace error-3...\nTo track the workload's status, run 'runai workspace describe error-3'\n",
      "",
    ]
  ) {
    assert.equal(decodeSubmit("exp", endedWith(said)), undefined);
  }
});

const { failed, auth, unreachable } = ExitCode;

/** What runai says, what is made of it, with which exit code, and whether trying again may help. */
const FAULTS: readonly [
  said: string,
  reason: RegExp,
  hint: RegExp,
  exitCode: number,
  isPassing: boolean,
][] = [
  [
    'workspaces.run.ai "exp" already exists',
    /the name is taken$/,
    /mlo delete exp$/,
    failed,
    false,
  ],
  [
    "Internal error occurred: failed calling webhook",
    /an admission webhook .* did not answer$/,
    /^Try again/,
    unreachable,
    true,
  ],
  [
    "429 Too Many Requests",
    /cannot do it just now$/,
    /^Try again/,
    unreachable,
    true,
  ],
  [
    "proxyconnect tcp: dial tcp: connection refused",
    /the proxy of HTTPS_PROXY cannot be reached$/,
    /HTTPS_PROXY/,
    unreachable,
    false,
  ],
  [
    "dial tcp: lookup x: no such host",
    /the cluster cannot be reached$/,
    /VPN/,
    unreachable,
    false,
  ],
  [
    "read: connection reset by peer",
    /the connection broke off$/,
    /^Try again$/,
    unreachable,
    true,
  ],
  ["Error: not logged in", /you are not logged in/, /^v1 login$/, auth, false],
  [
    'jobs is forbidden: User "ada"',
    /you have no permission for it$/,
    /RUNAI_PROJECT/,
    auth,
    false,
  ],
  [
    "unknown flag: --annotation",
    /is too old/,
    /^update v1$/,
    failed,
    false,
  ],
  [
    'unknown command "training"',
    /does not know the words/,
    /RUNAI_CLI/,
    failed,
    false,
  ],
];

for (const [said, reason, hint, exitCode, isPassing] of FAULTS) {
  Deno.test(`runaiFailure() of "${said}"`, () => {
    const ended = endedWith("", `${said}\n`, 1);
    const error = runaiFailure("stop it", "exp", ended, "v1");
    assert.match(error.message, /^Cannot stop it: /);
    assert.match(error.message, reason);
    assert.match(error.hint ?? "", hint);
    assert.deepEqual(
      [error.exitCode, error.isPassing, error.childMessage],
      [exitCode, isPassing, said],
    );
    assert.equal(isNameTaken(error), /already exists/.test(said));
  });
}

Deno.test("runaiFailure() of words that are not known, of none, and of no answer", () => {
  const odd = runaiFailure("do it", "exp", endedWith("out\n", "err\n", 3));
  assert.equal(odd.message, "Cannot do it: runai failed with exit status 3");
  assert.equal(odd.childMessage, "out\nerr");
  const none = runaiFailure("do it", "exp", endedWith("", "", 3));
  assert.deepEqual(
    [none.childMessage, none.hint, none.exitCode, isNameTaken(none)],
    [undefined, undefined, failed, false],
  );
  const late = { ...endedWith("", "", 0), timedOut: true };
  assert.equal(
    decodeSubmit("exp", late)?.message,
    'Cannot submit "exp": runai did not answer in time',
  );
  const old = endedWith("", "unknown flag: --x", 1);
  assert.match(runaiFailure("x", "exp", old).hint ?? "", /mlo setup --replace/);
  const long = endedWith("", "x".repeat(5_000), 1);
  assert.equal(runaiFailure("x", "exp", long).childMessage?.length, 4_000);
});

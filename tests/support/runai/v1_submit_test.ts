import assert from "node:assert/strict";
import { Refused } from "./pflag.ts";
import { decodeV1Submit } from "./v1_submit.ts";

const GOOD = ["submit", "--name", "exp", "-i", "image"];
const SPREAD_GOOD = ["submit-dist", "pytorch", ...GOOD.slice(1)];

/** What v1 refuses: its 2.1, 2.3, 2.5 of the flags' reference. */
const REFUSED: readonly [readonly string[], RegExp][] = [
  [[...GOOD, "--nonsense"], /unknown flag: --nonsense/],
  [[...GOOD, "--env", "A=b"], /unknown flag: --env/],
  [[...GOOD, "--existing"], /unknown flag/],
  [[...GOOD, "-n", "x"], /unknown shorthand flag: 'n'/],
  [[...GOOD, "--allow-privilege-escalation", "true"], /unexpected arguments/],
  [[...GOOD, "--interactive", "true"], /unexpected arguments/],
  [[...GOOD, "other"], /unexpected arguments/],
  [[...GOOD, "--large-shm=maybe"], /ParseBool/],
  [[...GOOD, "--gpu"], /flag needs an argument: --gpu/],
  [[...GOOD, "-g"], /flag needs an argument: 'g'/],
  [[...GOOD, "--gpu", "one"], /ParseFloat/],
  [[...GOOD, "--backoff-limit", "1.5"], /ParseInt/],
  [[...GOOD, "--run-as-uid", "ada"], /ParseInt/],
  [[...GOOD, "--image-pull-policy", "always"], /not valid/],
  [[...GOOD, "--pvc", "claim"], /--pvc/],
  [[...GOOD, "--node-pools", "a,,b"], /node pool/],
  [[...GOOD, "--node-pools", "a, b"], /node pool/],
  [[...GOOD, "--memory", "lots"], /quantities/],
  [[...GOOD, "--workers", "1"], /unknown flag: --workers/],
  [[...GOOD, "--env-secret", "A=s,key=k"], /unknown flag: --env-secret/],
  [[...GOOD, "--existing-pvc", "claimname=a,path=/b,ro"], /existing-pvc|'ro'/],
  [[...GOOD, "-e", "A"], /KEY=VALUE/],
  [[...GOOD, "--gpu", "1", "--gpu-memory", "1G"], /exclude/],
  [[...GOOD, "--gpu-memory", "much"], /quantities/],
  [[...GOOD, "--supplemental-groups", "a,b"], /Atoi/],
  [[...GOOD, "--label", "a"], /key=value/],
  [[...GOOD, "--pvc", "a:/b:rw"], /--pvc/],
  [["submit", "--name", "Exp", "-i", "image"], /Job names/],
  [["submit", "--name", "a_b", "-i", "image"], /Job names/],
  [["submit", "--name", "exp"], /--image/],
  [["submit", "-i", "image"], /name is required/],
  [[...SPREAD_GOOD, "--interactive"], /unknown flag: --interactive/],
  [[...SPREAD_GOOD, "--preemptible"], /unknown flag: --preemptible/],
  [[...SPREAD_GOOD, "--parallelism", "2"], /unknown flag/],
  [["submit-dist", "tf", ...GOOD.slice(1)], /unknown command/],
];

for (const [words, message] of REFUSED) {
  Deno.test(`the v1 double refuses ${words.join(" ")}`, () => {
    assert.throws(
      () => decodeV1Submit(words),
      (error) => error instanceof Refused && message.test(error.message),
    );
  });
}

import assert from "node:assert/strict";
import { onBareLaptop, USER, variablesOf } from "./bare_laptop.ts";

const CSUB = `# of csub
LDAP_USERNAME=<you> # TODO: your name
LDAP_UID=00000 # TODO
LDAP_GROUPNAME=MLO-unit
RUNAI_PROJECT=mlo-<you> # TODO
RUNAI_IMAGE=ic-registry.epfl.ch/mlo/mlo-base:uv1
WORKING_DIR=/mloscratch/homes/ada/work
export HF_TOKEN='zebra one'
WANDB_API_KEY=zebra#two
MY_VARIABLE="zebra # three"
EXTRA_SECRET_KEYS=MY_VARIABLE
`;

Deno.test("mlo init --from takes over csub's file and lists what it cannot, never a value", () =>
  onBareLaptop(async (bed) => {
    await bed.write("csub.env", CSUB);
    const { code, stdout, stderr } = await bed.mlo(
      "init",
      ...USER,
      "--from",
      "csub.env",
    );
    assert.equal(code, 0);
    assert.doesNotMatch(stdout + stderr, /zebra/);
    assert.deepEqual(stderr.trim().split("\n"), [
      "csub.env: RUNAI_PROJECT: the value of RUNAI_PROJECT is still a placeholder; left out",
      'csub.env: WANDB_API_KEY: a "#" is glued to the value of WANDB_API_KEY; left out',
      'csub.env: HF_TOKEN: csub takes "export" as part of the key, and kubectl refuses the file; taken as mlo reads it',
      'csub.env: MY_VARIABLE: csub cuts the value at the "#"; taken as mlo reads it',
    ]);
    const variables = await variablesOf(`${bed.home}/.config/mlo/.env`);
    const taken = [...variables].filter(([, value]) => value !== "");
    assert.deepEqual(taken, [
      ["LDAP_USERNAME", "ada"],
      ["LDAP_UID", "123456"],
      ["WORKING_DIR", "/mloscratch/homes/ada/work"],
      ["HF_TOKEN", "zebra one"],
      ["EXTRA_SECRET_KEYS", "MY_VARIABLE"],
      ["MY_VARIABLE", "zebra # three"],
    ]);
  }));

Deno.test("mlo init --from points out the placeholders of required keys", () =>
  onBareLaptop(async (bed) => {
    await bed.write("csub.env", CSUB);
    const { code, stderr } = await bed.mlo(
      "init",
      "--no-input",
      "--from",
      "csub.env",
    );
    assert.equal(code, 2);
    assert.match(stderr, /LDAP_USERNAME: the value .* placeholder; left out/);
    assert.match(stderr, /LDAP_UID: is not a whole number/);
    assert.match(stderr, /hint: add --user NAME and --uid UID/);
  }));

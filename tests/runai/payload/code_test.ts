import assert from "node:assert/strict";
import { enterCode, TAKE_CODE } from "../../../lib/runai/payload/code.ts";

const COMMIT = "c0".repeat(20);

/** The words that tell the script what to make. */
const told = (code: Parameters<typeof enterCode>[0]) =>
  enterCode(code).split("\n").slice(0, 8);

Deno.test("enterCode() tells the pod what to make: all of it in a bundle of the job's own", () =>
  assert.deepEqual(
    told({ commit: COMMIT, below: "", submodules: [], lfs: false }),
    [
      ...[`mlo_commit=${COMMIT}`, "mlo_base=", "mlo_url=''", 'mlo_store=""'],
      ...["mlo_sha256=", "mlo_file=''", "mlo_submodules=()", "mlo_lfs="],
    ],
  ));

Deno.test("enterCode() tells the pod what to make: what a remote lacks, with submodules and large files", () => {
  const code = {
    commit: COMMIT,
    remote: "https://git.example/a b.git",
    base: "ba5e",
    bundle: { sha256: "5a", file: "/scratch/a b" },
    below: "sub dir",
    submodules: ["lib", "it's"],
    lfs: true,
  };
  assert.deepEqual(told(code), [
    `mlo_commit=${COMMIT}`,
    "mlo_base=ba5e",
    "mlo_url='https://git.example/a b.git'",
    'mlo_store="$SCRATCH_HOME/.mlo/code/git-example-a-b/ba5e.git"',
    "mlo_sha256=5a",
    "mlo_file='/scratch/a b'",
    `mlo_submodules=(lib 'it'\\''s')`,
    "mlo_lfs=1",
  ]);
  assert.match(
    enterCode(code),
    /\nbuiltin cd -q -- "\$MLO_RUN_DIR\/code"'\/sub dir' \|\| mlo_fail 'cannot enter sub dir in the snapshot'\n$/,
  );
});

Deno.test("the store of a remote is named after it, however its address is spelled", () => {
  const store = (remote: string) =>
    told({
      ...{ commit: COMMIT, below: "", submodules: [], lfs: false },
      ...{ remote, base: "b" },
    })[3];
  for (
    const remote of [
      "git@github.com:epfml/mlo.git",
      "ssh://git@github.com/epfml/mlo.git",
      "SSH://git@github.com/epfml/mlo/",
    ]
  ) {
    assert.equal(
      store(remote),
      'mlo_store="$SCRATCH_HOME/.mlo/code/git-github-com-epfml-mlo/b.git"',
      remote,
    );
  }
});

Deno.test("TAKE_CODE puts the bundle together and leaves none of it in the environment", () =>
  assert.equal(
    TAKE_CODE,
    "mlo_bundle=${MLO_CODE_1-}${MLO_CODE_2-}\nunset MLO_CODE_1 MLO_CODE_2\n",
  ));

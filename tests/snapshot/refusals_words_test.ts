import assert from "node:assert/strict";
import { ExitCode } from "../../lib/error.ts";
import {
  LARGEST_FILE,
  noRepository,
  type Obstacles,
  refusal,
} from "../../lib/snapshot/refusals.ts";

const NONE: Obstacles = {
  ...{ large: [], nested: [], submodules: [], lfs: [], secret: [] },
};

/** Obstacles of one kind, what is said of them and what is to be done. */
const KINDS: readonly [Partial<Obstacles>, said: string, hint: string][] = [
  [
    { secret: [["a b/key", "is a file for keys"]] },
    "a b/key is a file for keys",
    "Take it out, or let git ignore it: echo '/a b/key' >> .gitignore",
  ],
  [
    { large: [["model", LARGEST_FILE + 1]] },
    "model has 50.0 MiB, more than 50 MiB, and is not in git",
    "Let git ignore it (echo /model >> .gitignore), and keep it on scratch",
  ],
  [
    { nested: ["vendor/x/"] },
    "vendor/x/ is a git repository of its own and no submodule",
    "Make it one (git submodule add URL vendor/x/), let git ignore it, or take its .git away",
  ],
  [
    { submodules: [{ path: "sub", why: "changed" }] },
    "The submodule sub has changes that are not committed",
    "Commit and push there: git -C sub status",
  ],
  [
    { submodules: [{ path: "sub", why: "not pushed" }] },
    "The commit of the submodule sub is not on its remote",
    "Push it: git -C sub push",
  ],
  [
    { lfs: ["data.bin"] },
    "The LFS content of data.bin is not on the remote",
    "Commit it and push: git push",
  ],
];

Deno.test("refusal() says of each kind of obstacle what it is and what to do", () => {
  assert.equal(LARGEST_FILE, 52_428_800);
  assert.equal(refusal(NONE), undefined);
  for (const [obstacles, said, hint] of KINDS) {
    const error = refusal({ ...NONE, ...obstacles });
    assert.equal(error?.exitCode, ExitCode.usage);
    assert.equal(error?.message, `Cannot take a snapshot: ${said}`);
    assert.equal(error?.hint?.toLowerCase(), hint.toLowerCase());
  }
});

Deno.test("refusal() names ten of a kind, and how many more there are", () => {
  const lfs = (count: number) =>
    refusal({
      ...NONE,
      lfs: Array.from({ length: count }, (_, at) => `file${at}`),
    })?.message ?? "";
  assert.match(lfs(10), /file9 is not/);
  assert.doesNotMatch(lfs(10), /more of the kind/);
  assert.match(lfs(12), /file9 is not/);
  assert.doesNotMatch(lfs(12), /file10/);
  assert.match(lfs(12), /… and 2 more of the kind/);
});

Deno.test("noRepository() says where, and how there can be one", () => {
  const error = noRepository("/a b");
  assert.equal(error.exitCode, ExitCode.usage);
  assert.match(error.message, /of \/a b: it is in no git repository$/);
  assert.match(error.hint ?? "", /--snapshot DIR.*git init$/);
});

import assert from "node:assert/strict";
import {
  archiveDirectory,
  archivePath,
  outermost,
  scratchPath,
  subdirectory,
} from "../../lib/archive/paths.ts";
import { MloError } from "../../lib/error.ts";

const STORES = {
  scratch: "/mnt/mlo/scratch/homes/ada",
  pod: "/mloscratch/homes/ada",
  archive: "/mnt/mlo/mlodata1/ada",
};

const GOOD: readonly (readonly [word: string, path: string])[] = [
  ["exp", "exp"],
  ["./exp/", "exp"],
  ["exp//run 1/./x", "exp/run 1/x"],
  ["/mloscratch/homes/ada/exp", "exp"],
  ["/mnt/mlo/scratch/homes/ada//exp/a", "exp/a"],
  ["-rf", "-rf"],
  ["$(touch x)", "$(touch x)"],
  ["new\nline", "new\nline"],
  ["a..b/...", "a..b/..."],
  ["~", "~"],
];

const BAD: readonly (readonly [word: string, says: RegExp])[] = [
  ["", /empty/],
  [".", /all of/],
  ["/mloscratch/homes/ada/", /all of/],
  ["..", /has \.\./],
  ["exp/../../eve", /has \.\./],
  ["/mloscratch/homes/adam/x", /not in/],
  ["/mloscratch/homes/eve/x", /not in/],
  ["/mnt/mlo/mlodata1/ada/x", /not in/],
  ["/", /not in/],
  [".mlo/transfers", /belongs to the program/],
  ["a\0b", /NUL/],
];

Deno.test("scratchPath() gives a path relative to the scratch home, however it is named", () => {
  for (const [word, path] of GOOD) {
    assert.equal(scratchPath(word, STORES), path, word);
  }
});

Deno.test("scratchPath() refuses what is not one in the scratch home, as wrong usage", () => {
  for (const [word, says] of BAD) {
    assert.throws(() => scratchPath(word, STORES), (error: MloError) => {
      assert.match(error.message, says, word);
      return error.exitCode === 2;
    });
  }
});

Deno.test("archivePath() and archiveDirectory() know all three names of a place", () => {
  for (
    const start of ["", "/mnt/mlo/mlodata1/ada/", "/mloscratch/homes/ada/"]
  ) {
    assert.equal(archivePath(`${start}exp/a`, STORES), "exp/a");
  }
  for (const whole of ["", ".", "/mnt/mlo/mlodata1/ada/"]) {
    assert.equal(archiveDirectory(whole, STORES), "");
  }
  assert.throws(() => archivePath("/mnt/mlo/mlodata1/eve/x", STORES));
});

Deno.test("subdirectory() ends in a slash and stays within the store", () => {
  assert.equal(subdirectory(undefined, [STORES.archive]), "");
  assert.equal(subdirectory("2026/a/", [STORES.archive]), "2026/a/");
  assert.throws(() => subdirectory("../eve", [STORES.archive]));
  assert.throws(() => subdirectory("/tmp", [STORES.archive]));
});

Deno.test("outermost() keeps each path once and none within another", () => {
  assert.deepEqual(outermost(["a/b", "a", "ab", "a", "c/d"]), [
    "a",
    "ab",
    "c/d",
  ]);
});

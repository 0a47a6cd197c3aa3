import assert from "node:assert/strict";
import {
  changesArgs,
  decodeChanges,
  decodeIndex,
  decodeWorkingTree,
  joined,
  type Path,
  shown,
  textOf,
} from "../../lib/snapshot/lists.ts";

const bytes = (text: string): Path => new TextEncoder().encode(text);

/** A list as git gives it with `-z`. */
const listing = (...entries: string[]) =>
  bytes(entries.map((entry) => `${entry}\0`).join(""));

const texts = (paths: readonly Path[]) => paths.map(textOf);

const A = "a".repeat(40);
const B = "b".repeat(40);

Deno.test("decodeWorkingTree() tells what has changed from what is new and from repositories inside", () => {
  const tree = decodeWorkingTree(listing(
    ...["? new", "? own/", "? ends in a line\nend", "? ?"],
    ...[`H 100644 ${A} 0\tsame`, `h 100644 ${A} 0\tassumed`],
    ...[`S 100644 ${A} 0\tskipped`, `M 100644 ${A} 2\tours`],
    ...[`H 100644 ${A} 0\tmode and content`],
    ...[`C 100644 ${A} 0\tmode and content`, `R 100644 ${A} 0\tgone`],
    ...[`C 100644 ${A} 0\tgone`, `c 100644 ${A} 0\té/x`],
  ));
  assert.deepEqual(texts(tree.changed), ["mode and content", "gone", "é/x"]);
  assert.deepEqual(texts(tree.untracked), ["new", "ends in a line\nend", "?"]);
  assert.deepEqual(texts(tree.nested), ["own/"]);
});

Deno.test("the lists of a tree without changes are empty, and one that was cut off ends with its last path", () => {
  const none = { changed: [], untracked: [], nested: [] };
  assert.deepEqual(decodeWorkingTree(listing()), none);
  const { untracked } = decodeWorkingTree(bytes("? a\0? b"));
  assert.deepEqual(texts(untracked), ["a", "b"]);
  assert.deepEqual(decodeChanges(listing()), []);
});

Deno.test("decodeIndex() finds commits of other repositories, what git is told to overlook, and attributes", () => {
  const index = decodeIndex(listing(
    `H 100644 ${A} 0\tfile`,
    `H 100755 ${A} 0\tprogram`,
    `H 120000 ${A} 0\tlink`,
    `H 160000 ${B} 0\ta sub\tmodule`,
    `h 100644 ${A} 0\tassumed`,
    `S 100644 ${A} 0\tskipped`,
    `s 100644 ${A} 0\tboth`,
    `H 100644 ${A} 0\tdeep/.gitattributes`,
    // What the working tree has otherwise is no part of it.
    ...[`C 160000 ${A} 0\tmoved`, `r 100644 ${A} 0\tgone`, "? new"],
  ));
  assert.deepEqual(
    index.gitlinks.map(({ path, commit }) => [textOf(path), commit]),
    [["a sub\tmodule", B]],
  );
  assert.deepEqual(texts(index.assumedUnchanged), ["assumed", "both"]);
  assert.deepEqual(texts(index.skipped), ["skipped", "both"]);
  assert.equal(index.hasAttributes, true);
  const plain = decodeIndex(listing(`H 100644 ${A} 0\tfile`));
  assert.deepEqual(plain, {
    ...{ gitlinks: [], assumedUnchanged: [], skipped: [] },
    hasAttributes: false,
  });
});

Deno.test("decodeChanges() gives each path with its kind, and the object where there is one", () => {
  const changes = decodeChanges(listing(
    ...[`:100644 100755 ${A} ${B} M`, "changed"],
    ...[`:000000 100644 ${"0".repeat(40)} ${B} A`, "added"],
    ...[`:100644 000000 ${A} ${"0".repeat(40)} D`, "gone"],
    ...[`:100644 120000 ${A} ${B} T`, "now a link"],
    ...[`:160000 160000 ${A} ${B} M`, "a submodule"],
  ));
  assert.deepEqual(
    changes.map(({ path, kind, blob }) => [textOf(path), kind, blob]),
    [
      ["changed", "modified", B],
      ["added", "added", B],
      ["gone", "deleted", undefined],
      ["now a link", "modified", B],
      ["a submodule", "modified", undefined],
    ],
  );
});

Deno.test("changesArgs() compares with the base, or with the tree that has no entries", () => {
  const options = [
    ...["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev"],
    "--ignore-submodules=none",
  ];
  assert.deepEqual(changesArgs("base", "tree"), [...options, "base", "tree"]);
  assert.deepEqual(changesArgs(undefined, "tree"), [
    ...options,
    ...["4b825dc642cb6eb9a060e54bf8d69288fbee4904", "tree"],
  ]);
});

Deno.test("joined() ends each path, of whatever bytes, with a NUL", () => {
  const odd = new Uint8Array([0xff, 0x0a]);
  assert.deepEqual(
    [...joined([bytes("a"), odd, bytes("bc")])],
    [0x61, 0, 0xff, 0x0a, 0, 0x62, 0x63, 0],
  );
  assert.equal(joined([]).length, 0);
});

Deno.test("a path is shown on one line, and what does not print is escaped", () => {
  const table: [path: Path, text: string | undefined, shown: string][] = [
    [bytes("dir/a b"), "dir/a b", "dir/a b"],
    [bytes("é 🧮"), "é 🧮", "é 🧮"],
    [bytes("a\nb"), "a\nb", '"a\\nb"'],
    [bytes("a\u007f"), "a\u007f", '"a\u007f"'],
    [bytes('"a"'), '"a"', '"\\"a\\""'],
    [new Uint8Array([0x61, 0xff]), undefined, '"a\ufffd"'],
  ];
  for (const [path, text, line] of table) {
    assert.equal(textOf(path), text);
    assert.equal(shown(path), line);
  }
  assert.equal(textOf(bytes("\ufeffa")), "\ufeffa");
});

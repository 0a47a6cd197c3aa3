import assert from "node:assert/strict";
import { MloError } from "../../lib/error.ts";
import { denoHost } from "../../lib/host/deno_host.ts";

async function inDirectory(
  work: (
    directory: string,
    files: ReturnType<typeof denoHost>["files"],
  ) => Promise<void>,
) {
  const directory = await Deno.makeTempDir({ prefix: "mlo-files-" });
  try {
    await work(directory, denoHost({ directory }).files);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function namesIn(directory: string): Promise<string[]> {
  const names = [];
  for await (const { name } of Deno.readDir(directory)) names.push(name);
  return names;
}

Deno.test("read() and facts() give undefined for what is not there", () =>
  inDirectory(async (_, files) => {
    await files.write("file", "x");
    for (const path of ["none", "none/below", "file/below"]) {
      assert.equal(await files.read(path), undefined);
      assert.equal(await files.facts(path), undefined);
    }
  }));

Deno.test("write() sets the mode and leaves nothing beside the file", () =>
  inDirectory(async (directory, files) => {
    await files.write("a", "old", 0o600);
    await files.write("a", "new", 0o600);
    assert.equal(await Deno.readTextFile(`${directory}/a`), "new");
    assert.equal((await files.facts("a"))?.mode, 0o600);
    assert.deepEqual(await namesIn(directory), [
      "a",
    ]);
  }));

Deno.test("write() that fails leaves the old content and names the path", () =>
  inDirectory(async (directory, files) => {
    await Deno.mkdir(`${directory}/a/below`, { recursive: true });
    await assert.rejects(files.write("a", "new"), (error: MloError) => {
      assert.ok(error instanceof MloError);
      assert.match(error.message, /^Cannot write .*\/a: /);
      return true;
    });
    assert.deepEqual(await namesIn(directory), [
      "a",
    ]);
  }));

Deno.test("read() of a directory is an error that names it", () =>
  inDirectory(async (_, files) => {
    await files.makeDirectory("d/e", 0o700);
    assert.equal((await files.facts("d/e"))?.kind, "directory");
    await assert.rejects(files.read("d"), /Cannot read d: /);
  }));

Deno.test("copy() keeps the time of the last change, never a later one", () =>
  inDirectory(async (directory, files) => {
    await files.write("a", "x");
    await Deno.utime(`${directory}/a`, 1000, 1_700_000_000.1239);
    await files.copy("a", "b");
    const [from, to] = await Promise.all(
      ["a", "b"].map((name) => files.facts(name)),
    );
    assert.equal(await Deno.readTextFile(`${directory}/b`), "x");
    assert.equal(to?.modified, from?.modified);
    assert.ok(1_700_000_000_124 > (to?.modified ?? 0));
  }));

Deno.test("linkFacts() tells a link from what it leads to, and list() what is in a directory", () =>
  inDirectory(async (directory, files) => {
    await files.write("a", "content");
    await Deno.symlink("a", `${directory}/link`);
    await Deno.symlink("nowhere", `${directory}/dangling`);
    assert.equal((await files.linkFacts("a"))?.kind, "file");
    assert.equal((await files.linkFacts("link"))?.kind, "other");
    assert.equal((await files.linkFacts("dangling"))?.kind, "other");
    assert.equal(await files.linkFacts("none"), undefined);
    assert.deepEqual(await files.list("."), ["a", "dangling", "link"]);
    assert.equal(await files.list("none"), undefined);
    await files.makeDirectory("x/y");
    await files.removeDirectory("x");
    await files.removeDirectory("x");
    assert.equal(await files.facts("x"), undefined);
  }));

Deno.test("leadsTo() follows links, also to a file that is not there yet, and writing replaces a link", async () => {
  const directory = await Deno.makeTempDir({ prefix: "mlo-files-" });
  try {
    const { files } = denoHost({ directory });
    await Deno.mkdir(`${directory}/there`);
    await Deno.symlink("there/b", `${directory}/a`);
    await Deno.symlink("c", `${directory}/there/b`);
    const end = `${directory}/there/c`;
    assert.equal(await files.leadsTo("a"), end);
    assert.equal(await files.leadsTo("none"), `${directory}/none`);
    await files.write(await files.leadsTo("a"), "kept");
    assert.equal((await Deno.lstat(`${directory}/a`)).isSymlink, true);
    assert.equal(await Deno.readTextFile(end), "kept");
    await files.write("a", "new");
    assert.equal((await Deno.lstat(`${directory}/a`)).isSymlink, false);
    assert.equal(await Deno.readTextFile(end), "kept");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a link to nothing, and one to itself, lead to no file", () =>
  inDirectory(async (directory, files) => {
    await Deno.symlink("gone", `${directory}/dangling`);
    await Deno.symlink("loop", `${directory}/loop`);
    for (const name of ["dangling", "loop"]) {
      assert.equal(await files.read(`${directory}/${name}`), undefined);
      assert.equal(await files.facts(`${directory}/${name}`), undefined);
      const itself = await files.linkFacts(`${directory}/${name}`);
      assert.equal(itself?.kind, "other", name);
    }
  }));

Deno.test("link() gives a file a second name unless something has it, and says what it cannot name", () =>
  inDirectory(async (directory, files) => {
    await files.write("a", "x");
    await files.write("taken", "y");
    assert.equal(await files.link("a", "b"), true);
    assert.equal(await files.link("a", "taken"), false);
    assert.equal(await Deno.readTextFile(`${directory}/b`), "x");
    assert.equal(await Deno.readTextFile(`${directory}/taken`), "y");
    await assert.rejects(
      files.link("a", "none/c"),
      /^MloError: Cannot name none\/c: /,
    );
    await assert.rejects(files.link("none", "c"), /^MloError: Cannot name c: /);
  }));

Deno.test("remove() and removeDirectory() take away what is there, and say what they cannot", () =>
  inDirectory(async (directory, files) => {
    await files.write("a", "x");
    await files.makeDirectory("d/e", 0o700);
    await files.write("d/e/f", "x");
    await assert.rejects(files.remove("d"), /^MloError: Cannot remove d: /);
    await files.remove("a");
    await files.removeDirectory("d");
    assert.deepEqual(await namesIn(directory), []);
    for (const path of ["a", "d", "d/e"]) {
      await files.remove(path);
      await files.removeDirectory(path);
    }
    assert.equal(await files.list("d"), undefined);
  }));

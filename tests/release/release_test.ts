import assert from "node:assert/strict";
import { TARGETS } from "../../tools/compile.ts";
import { manual } from "../../tools/manual.ts";
import { fileOf, sumsOf, tagProblem } from "../../tools/release.ts";
import { VERBS } from "../../lib/commands/verbs.ts";
import { releaseFile } from "../../lib/setup/addresses.ts";

Deno.test("fileOf() names each target as mlo upgrade asks for it", () => {
  const asked = (["linux", "darwin"] as const).flatMap((os) =>
    (["amd64", "arm64"] as const).map((arch) => releaseFile({ os, arch }))
  );
  assert.deepEqual(TARGETS.map(fileOf).sort(), asked.sort());
});

Deno.test("tagProblem() takes the tag of the version only", () => {
  assert.equal(tagProblem("v1.2.3", "1.2.3"), undefined);
  assert.match(tagProblem("v1.2.4", "1.2.3") ?? "", /the tag is v1\.2\.4/);
  assert.match(tagProblem("1.2.3", "1.2.3") ?? "", /the tag is 1\.2\.3/);
  assert.match(tagProblem(undefined, "1.2.3") ?? "", /has no tag/);
  assert.match(tagProblem("v", "") ?? "", /no version/);
});

Deno.test("sumsOf() writes what sha256sum checks", async () => {
  const directory = await Deno.makeTempDir({ prefix: "mlo-sums-" });
  try {
    await Deno.writeTextFile(`${directory}/b`, "two");
    await Deno.writeTextFile(`${directory}/a`, "one");
    await Deno.writeTextFile(
      `${directory}/SHA256SUMS`,
      await sumsOf(directory, ["b", "a"]),
    );
    const { success, stdout } = await new Deno.Command("sha256sum", {
      args: ["--check", "--strict", "SHA256SUMS"],
      cwd: directory,
    }).output();
    assert.ok(success);
    assert.equal(new TextDecoder().decode(stdout), "a: OK\nb: OK\n");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a release is refused under a tag that is not its version's", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "tools/release.ts", "--tag", "v99.0.0"],
    cwd: new URL("../..", import.meta.url),
  }).output();
  assert.equal(code, 1);
  assert.match(new TextDecoder().decode(stderr), /the tag is v99\.0\.0/);
});

Deno.test("the manual page has every verb and flag, and nothing that man refuses", async () => {
  const page = await manual();
  for (const { name, aliases, hidden } of VERBS) {
    if (hidden) continue;
    const title = `.SS mlo ${name.replaceAll("-", "\\-")}`;
    const word = aliases === undefined ? "" : `|${aliases[0]}`;
    assert.ok(page.includes(`${title}${word} `), name);
  }
  assert.match(page, /\\-\\-node\\-type/);
  assert.match(page, /\.B LDAP_USERNAME/);
  const lint = new Deno.Command("mandoc", {
    args: ["-T", "lint", "-W", "error"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = lint.stdin.getWriter();
  await writer.write(new TextEncoder().encode(page));
  await writer.close();
  const { stdout, stderr } = await lint.output();
  const decoder = new TextDecoder();
  assert.equal(decoder.decode(stdout) + decoder.decode(stderr), "");
});

import assert from "node:assert/strict";
import fc from "#properties";
import { LastWords } from "../../../lib/cluster/exec/last_words.ts";
import {
  askForNote,
  interrupting,
  reporting,
  reportOf,
} from "../../../lib/cluster/exec/report.ts";

const ID = "0123abcd";

/** Runs words as a pod would, with a shell in the place of its sh. */
async function run(
  words: readonly string[],
  { input = "", shell = ["/bin/sh"] }: { input?: string; shell?: string[] } =
    {},
) {
  const [, ...rest] = words;
  const [program = "", ...first] = shell;
  const child = new Deno.Command(program, {
    args: [...first, ...rest],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input)).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

for (const shell of [["/bin/dash"], ["/bin/bash", "--posix"]]) {
  Deno.test(`every status from 0 to 255 comes back as it was, by ${shell[0]}`, async () => {
    const seen: number[] = [];
    for (let status = 0; status <= 255; status++) {
      const id = `${ID}${crypto.randomUUID()}`;
      const words = reporting(["/bin/sh", "-c", `exit ${status}`], id);
      const { code, stdout, stderr } = await run(words, { shell });
      assert.deepEqual([stdout, stderr], ["", ""]);
      const report = reportOf(code);
      if (report.is === "ended") seen.push(report.status);
      else if (report.is === "noted") {
        seen.push(Number((await run(askForNote(id))).stdout));
        assert.notEqual((await run(askForNote(id))).code, 0, "the note stays");
      } else assert.fail(`status ${status} was told as ${report.is}`);
    }
    assert.deepEqual(seen, Array.from({ length: 256 }, (_, status) => status));
  });

  Deno.test(`a program gets its words, its input and both outputs as they are, by ${shell[0]}`, async () => {
    const words = ["a b", "", "$x", "`id`", "*", "--", "it's", "\n", "é"];
    const told = await run(
      reporting(["printf", "<%s>", ...words], ID),
      { shell },
    );
    assert.equal(told.stdout, words.map((word) => `<${word}>`).join(""));
    const both = await run(
      reporting(["sh", "-c", "cat; echo b >&2"], ID),
      { input: "in", shell },
    );
    assert.deepEqual([both.stdout, both.stderr], ["in", "b\n"]);
  });

  Deno.test(`a program is one of the PATH, never the shell's own, by ${shell[0]}`, async () => {
    const missing = await run(reporting(["no-such-program"], ID), { shell });
    assert.equal(missing.code, 127);
    assert.match(missing.stderr, /no-such-program.*not found/);
    const builtin = await run(reporting(["exit", "3"], ID), { shell });
    assert.equal(builtin.code, 127);
  });

  Deno.test(`a program that a signal ends is told by its number, without a word, by ${shell[0]}`, async () => {
    for (const [signal, status] of [["KILL", 137], ["SEGV", 139]]) {
      const { code, stderr } = await run(
        reporting(["sh", "-c", `kill -${signal} $$`], ID),
        { shell },
      );
      assert.deepEqual([code, stderr], [status, ""]);
    }
  });
}

Deno.test("kubectl's own 0 and 1 are never a program's", () => {
  assert.deepEqual(reportOf(0), { is: "unseen" });
  assert.deepEqual(reportOf(1), { is: "failed" });
});

Deno.test("interrupting a program reaches it and what it started, and nothing else", async () => {
  const ids = ["aaaa", "bbbb"].map((id) => id + crypto.randomUUID());
  const script = 'trap "echo told; exit 7" INT; echo up; sleep 30 & wait';
  const children = ids.map((id) => {
    const [, ...words] = reporting(["bash", "-c", script], id);
    return new Deno.Command("setsid", {
      args: ["--wait", "/bin/sh", ...words],
      stdin: "null",
      stdout: "piped",
    }).spawn();
  });
  const readers = children.map((child) =>
    child.stdout.pipeThrough(new TextDecoderStream()).getReader()
  );
  for (const reader of readers) {
    assert.equal((await reader.read()).value, "up\n");
  }
  assert.equal((await run(interrupting(ids[0] ?? ""))).code, 0);
  assert.equal((await readers[0]?.read())?.value, "told\n");
  assert.equal((await children[0]?.status)?.code, 7);
  // The other one has heard nothing, and ends when it is its turn.
  assert.equal((await run(interrupting(ids[1] ?? ""))).code, 0);
  assert.equal((await readers[1]?.read())?.value, "told\n");
  assert.equal((await children[1]?.status)?.code, 7);
  for (const reader of readers) await reader.cancel();
});

Deno.test("interrupting a program that has ended finds nothing to do", async () => {
  assert.equal((await run(interrupting("gone"))).code, 0);
});

/** What is passed on of a stream that comes in these chunks, and whether kubectl told a status. */
function passed(chunks: readonly Uint8Array[]) {
  const out: number[] = [];
  const words = new LastWords((bytes) => void out.push(...bytes));
  for (const chunk of chunks) words.feed(chunk);
  const told = words.end();
  return { out: new Uint8Array(out), told };
}

const LINE = "command terminated with exit code 213\n";
const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("kubectl's line about the status is taken out of any stream, however it is cut", () => {
  const text = fc.array(fc.oneof(
    fc.string(),
    fc.constantFrom("command ", "command terminated", LINE, "\n", "c", "12"),
  )).map((parts) => parts.join(""));
  fc.assert(fc.property(
    text,
    fc.boolean(),
    fc.array(fc.nat(400), { maxLength: 8 }),
    (text, isTold, cuts) => {
      const own = bytes(text);
      const all = bytes(text + (isTold ? LINE : ""));
      const places = [0, ...cuts.toSorted((a, b) => a - b), all.length];
      const chunks = places.slice(1).map((end, at) =>
        all.slice(Math.min(places[at] ?? 0, all.length), end)
      );
      const { out, told } = passed(chunks);
      if (isTold) assert.deepEqual([out, told], [own, true]);
      // A program may say these words last itself; kubectl's follow them.
      else if (!told) assert.deepEqual(out, own);
    },
  ));
});

Deno.test("what a program says is not held back until it ends", () => {
  const out: string[] = [];
  const words = new LastWords((part) =>
    void out.push(new TextDecoder().decode(part))
  );
  words.feed(bytes("Continue? [y/N] "));
  assert.deepEqual(out, ["Continue? [y/N] "]);
});

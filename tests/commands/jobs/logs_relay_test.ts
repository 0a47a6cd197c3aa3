import assert from "node:assert/strict";
import { type Laptop, withLaptop } from "../../support/laptop.ts";
import { throughRelay } from "../../support/flaky_cluster.ts";

const LINES = 200_000;
const CUTS = 100;

/** The line of a number, and its time: three lines share each millisecond, as those of a fast program do. */
function line(number: number): { time: string; text: string } {
  const at = new Date(Date.UTC(2026, 0, 1) + Math.floor(number / 3));
  return {
    time: at.toISOString().replace("Z", "000000Z"),
    text: `line ${number} ${"x".repeat(number % 90)}\n`,
  };
}

Deno.test(`mlo logs -f loses and repeats none of ${LINES} lines while the link is cut ${CUTS} times`, () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    const relay = await throughRelay(laptop);
    cluster.jobs.create({
      name: "exp",
      namespace,
      kind: "train",
      image: "image",
    });
    const uid = `${namespace}/exp-0-0/0`;
    const child = laptop.spawn(["logs", "-f", "exp"]);
    const reading = readAll(child);

    let written = 0;
    for (let cut = 1; cut <= CUTS; cut++) {
      const until = Math.floor(LINES * cut / CUTS);
      const half = Math.floor((written + until) / 2);
      written = write(laptop, uid, written, half);
      await reading.atLeast(until - LINES / CUTS + 1);
      // In the middle of what comes now, seldom between two lines.
      relay.cutAfter(1 + cut * 7919 % 40_000);
      written = write(laptop, uid, written, until);
    }
    cluster.jobs.update(namespace, "exp", { phase: "Succeeded" });
    cluster.logs.end(uid);
    const { code, lines, stderr } = await reading.all();
    await relay.stop();

    assert.equal(code, 0, stderr.slice(-2000));
    assert.equal(lines.length, LINES);
    const wrong = lines.findIndex((text, at) => text !== line(at).text.trim());
    assert.equal(wrong, -1, `line ${wrong}: ${lines[wrong]}`);
    const lost = stderr.match(/the link to the cluster is gone/g)?.length ?? 0;
    const back = stderr.match(/the link is back/g)?.length ?? 0;
    assert.equal(lost, back);
    assert.equal(lost, CUTS, "one break was told for each cut");
  }));

function write(
  { cluster }: Laptop,
  uid: string,
  from: number,
  until: number,
): number {
  const numbers = Array.from({ length: until - from }, (_, at) => from + at);
  cluster.logs.append(uid, numbers.map(line));
  return until;
}

/** Reads what a child prints, and can wait for so many lines. */
function readAll(child: Deno.ChildProcess) {
  const lines: string[] = [];
  let partial = "";
  let changed = Promise.withResolvers<void>();
  let hasEnded = false;
  const stdout = (async () => {
    for await (
      const text of child.stdout.pipeThrough(new TextDecoderStream())
    ) {
      const parts = (partial + text).split("\n");
      partial = parts.pop() ?? "";
      for (const part of parts) lines.push(part.trim());
      changed.resolve();
      changed = Promise.withResolvers();
    }
    hasEnded = true;
    changed.resolve();
  })();
  const stderr = new Response(child.stderr).text();
  return {
    atLeast: async (wanted: number) => {
      while (lines.length < wanted && !hasEnded) await changed.promise;
      if (lines.length < wanted) throw new Error(await stderr);
    },
    all: async () => {
      await stdout;
      const { code } = await child.status;
      return { code, lines, stderr: await stderr };
    },
  };
}

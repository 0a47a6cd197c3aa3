import assert from "node:assert/strict";
import { run } from "../../lib/cli.ts";
import { type Desk, hostInMemory, patient } from "./laptop.ts";

/** `mlo` as a program, whose output can be waited for. */
export function started(laptop: Desk, ...args: string[]) {
  const child = laptop.spawn(args);
  const said = { stdout: "", stderr: "" };
  const bytes: number[] = [];
  const gather = async (stream: "stdout" | "stderr") => {
    const decoder = new TextDecoder();
    for await (const chunk of child[stream]) {
      said[stream] += decoder.decode(chunk, { stream: true });
      if (stream === "stdout") bytes.push(...chunk);
    }
  };
  let hasEnded = false;
  child.status.then(() => hasEnded = true);
  const gathering = [gather("stdout"), gather("stderr")];
  return {
    said,
    bytes,
    child,
    until: async (what: () => boolean) => {
      for (let look = 0; !what(); look++) {
        if (hasEnded) await Promise.all(gathering);
        if (hasEnded && what()) return;
        assert.ok(!hasEnded && look < 1_200, JSON.stringify(said));
        await new Promise((done) => setTimeout(done, 50));
      }
    },
    end: async () => {
      const { code } = await child.status;
      await Promise.all(gathering);
      return code;
    },
  };
}

/**
 * `mlo` inside the test, which can be waited for and interrupted; its questions
 * have time on a machine however busy.
 */
export function begun({ env, home }: Desk, ...args: string[]) {
  const { host, printed } = hostInMemory(env, home);
  let interrupt = () => {};
  let code: number | undefined;
  const ending = run(
    args,
    patient({
      ...host,
      terminal: {
        ...host.terminal,
        onInterrupt: (handler) => {
          interrupt = handler;
          return () => {};
        },
      },
    }),
  ).then((ended) => code = ended);
  return {
    printed,
    until: async (what: () => boolean) => {
      for (let look = 0; !what(); look++) {
        const isWaiting = code === undefined && look < 1_200;
        assert.ok(isWaiting, JSON.stringify({ code, ...printed() }));
        await new Promise((done) => setTimeout(done, 50));
      }
    },
    interrupt: () => interrupt(),
    end: () => ending,
  };
}

import assert from "node:assert/strict";
import type { Desk } from "./laptop.ts";

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
  const gathering = [gather("stdout"), gather("stderr")];
  return {
    said,
    bytes,
    child,
    until: async (what: () => boolean) => {
      for (let look = 0; !what(); look++) {
        assert.ok(look < 1_200, JSON.stringify(said));
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

/** Counts the `kubectl` and `runai` that `mlo` starts. */
import type { Desk } from "./laptop.ts";

/** How many of each were started. */
export interface Started {
  readonly kubectl: number;
  readonly runai: number;
}

/** See {@linkcode countPrograms}. */
export interface ProgramCount {
  /** The laptop's environment, in which each start is noted. */
  readonly env: Record<string, string>;
  /** Does something and gives what was started meanwhile. */
  of(what: () => Promise<unknown>): Promise<Started>;
}

/** Puts programs before the real ones that note each start and become them. */
export async function countPrograms(
  { home, env }: Pick<Desk, "home" | "env">,
): Promise<ProgramCount> {
  const bin = `${home}/counted`;
  const notes = `${home}/started`;
  await Deno.mkdir(bin);
  const path = env["PATH"] ?? "";
  for (const name of ["kubectl", "runai"]) {
    // What the program itself starts by its name is not `mlo`'s doing.
    await Deno.writeTextFile(
      `${bin}/${name}`,
      `#!/bin/sh\necho ${name} >>'${notes}'\nPATH='${path}'\nexec ${name} "$@"\n`,
      { mode: 0o755 },
    );
  }
  return {
    env: { ...env, PATH: `${bin}:${path}` },
    of: async (what) => {
      await Deno.writeTextFile(notes, "");
      await what();
      const started = (await Deno.readTextFile(notes)).split("\n");
      const count = (name: string) =>
        started.filter((line) => line === name).length;
      return { kubectl: count("kubectl"), runai: count("runai") };
    },
  };
}

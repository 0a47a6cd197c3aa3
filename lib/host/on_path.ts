import type { Host } from "./host.ts";

/** Whether a program can be found on the PATH. */
export async function isOnPath(
  host: Host,
  program: string,
): Promise<boolean> {
  return await findOnPath(host, program) !== undefined;
}

/** The file that a program's name leads to on the PATH; a path leads to itself. */
export async function findOnPath(
  { env, files }: Host,
  program: string,
): Promise<string | undefined> {
  const directories = (env.get("PATH") ?? "").split(":").filter((one) =>
    one !== ""
  );
  const paths = program.includes("/")
    ? [program]
    : directories.map((one) => `${one}/${program}`);
  const facts = await Promise.all(
    paths.map((path) => files.facts(path).catch(() => undefined)),
  );
  return paths[
    facts.findIndex((one) =>
      one?.kind === "file" && ((one.mode ?? 0o111) & 0o111) !== 0
    )
  ];
}

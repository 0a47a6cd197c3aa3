import type { FileFacts } from "../host/host.ts";
import { type Git, type Machine } from "./git.ts";
import { type Path, shown, textOf, type WorkingTree } from "./lists.ts";
import { LARGEST_FILE, type Obstacles } from "./refusals.ts";
import { isKeyFile, type Scan } from "./secrets.ts";

/** What a look at the files themselves finds. */
export type Inspection = Pick<Obstacles, "large" | "secret">;

/** How many files are read at a time. */
const AT_ONCE = 16;

/**
 * Looks at the files that git would have to copy, before it does: large ones
 * that it does not have yet, keys, values of secrets.
 */
export async function inspectFiles(
  machine: Machine,
  top: string,
  git: Git,
  { changed, untracked }: WorkingTree,
  scan: Scan,
): Promise<Inspection> {
  const large: [path: Path, bytes: number][] = [];
  const secret: [string, string][] = [];
  await eachOf([...changed, ...untracked], async (path) => {
    const text = textOf(path);
    // Whatever has no name here is looked at as an object of git.
    if (text === undefined) return;
    const facts = await regularFile(machine, `${top}/${text}`);
    if (facts === undefined) return;
    if (isKeyFile(text)) secret.push([shown(path), "is a file for keys"]);
    if (facts.size > LARGEST_FILE) large.push([path, facts.size]);
    else await scanFile(machine, top, text, scan, secret);
  });
  return {
    large: await unknownToGit(git, large),
    secret: secret.sort(([a], [b]) => a < b ? -1 : 1),
  };
}

async function regularFile(
  { files }: Machine,
  path: string,
): Promise<FileFacts | undefined> {
  const facts = await files.linkFacts(path);
  return facts?.kind === "file" ? facts : undefined;
}

async function scanFile(
  { files }: Machine,
  top: string,
  path: string,
  scan: Scan,
  secret: [string, string][],
) {
  const content = await files.read(`${top}/${path}`);
  if (content === undefined) return;
  for (const what of scan(content)) secret.push([path, `holds ${what}`]);
}

/** Of large files those whose content, filters applied, git does not have. */
async function unknownToGit(
  git: Git,
  large: readonly (readonly [path: Path, bytes: number])[],
): Promise<[string, number][]> {
  if (large.length === 0) return [];
  const found = await Promise.all(large.map(async ([path, bytes]) => {
    const text = textOf(path) ?? "";
    const object = await git.line(["hash-object", "--", text]);
    const answer = await git.line(
      ["cat-file", "--batch-check"],
      `${object}\n`,
    );
    return answer.endsWith(" missing") ? [[shown(path), bytes] as const] : [];
  }));
  return found.flat().map(([path, bytes]) => [path, bytes]);
}

async function eachOf<T>(all: readonly T[], work: (one: T) => Promise<void>) {
  const left = [...all];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let one = left.shift(); one !== undefined; one = left.shift()) {
        await work(one);
      }
    }),
  );
}

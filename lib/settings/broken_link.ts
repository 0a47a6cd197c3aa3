import type { Files } from "../host/host.ts";

/**
 * What is wrong with a path where nothing can be read: a link whose target is
 * gone is told apart from no file at all. `undefined` unless it is one.
 */
export async function brokenLink(
  files: Pick<Files, "facts" | "linkFacts" | "leadsTo">,
  path: string,
): Promise<string | undefined> {
  const itself = await files.linkFacts(path).catch(() => undefined);
  if (itself === undefined) return undefined;
  const target = await files.facts(path).catch(() => undefined);
  if (target !== undefined) return undefined;
  return `is a link to ${await files.leadsTo(path)}, which does not exist`;
}

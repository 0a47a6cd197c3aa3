import { decode, gitCall, type Machine } from "./git.ts";
import { MloError } from "../error.ts";

/**
 * Gives the content of each blob in turn, without holding more than one of
 * them: the answer of `git cat-file --batch` cut at its headers.
 */
export async function readBlobs(
  { programs }: Pick<Machine, "programs">,
  directory: string,
  env: Readonly<Record<string, string>>,
  blobs: readonly string[],
  onBlob: (blob: string, content: Uint8Array) => void,
): Promise<void> {
  if (blobs.length === 0) return;
  const reader = batchReader(onBlob);
  const started = programs.start(
    gitCall(directory, ["cat-file", "--batch"], env),
    reader.take,
  );
  await started.feed(blobs.map((blob) => `${blob}\n`).join(""));
  const { code, stderr } = await started.outcome;
  if (code !== 0 || reader.count() !== blobs.length) {
    throw new MloError("Cannot take a snapshot: git cat-file failed", {
      childMessage: decode(stderr).trim(),
    });
  }
}

/** Cuts a stream of `OBJECT TYPE SIZE\n`, so many bytes, and a newline. */
export function batchReader(
  onBlob: (blob: string, content: Uint8Array) => void,
) {
  let head: number[] = [];
  let blob = "";
  let content: Uint8Array | undefined;
  let filled = 0;
  let count = 0;
  function take(chunk: Uint8Array) {
    for (let at = 0; at < chunk.length;) {
      if (content === undefined) {
        const byte = chunk[at++]!;
        if (byte !== NEWLINE) head.push(byte);
        else open();
        continue;
      }
      const part = chunk.subarray(at, at + content.length - filled);
      content.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled === content.length) close();
    }
  }
  function open() {
    const [name = "", type, size] = String.fromCharCode(...head).split(" ");
    head = [];
    // The newline after a content leaves an empty head.
    if (name === "") return;
    if (type !== "blob") throw new MloError(`git has no blob ${name}`);
    [blob, content, filled] = [name, new Uint8Array(Number(size)), 0];
    if (content.length === 0) close();
  }
  function close() {
    onBlob(blob, content ?? new Uint8Array());
    content = undefined;
    count++;
  }
  return { take, count: () => count };
}

const NEWLINE = 10;

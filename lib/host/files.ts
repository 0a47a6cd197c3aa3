import { MloError } from "../error.ts";
import type { FileFacts, Files } from "./host.ts";

/** The machine's files; relative paths start at `directory()`. */
export function denoFiles(directory: () => string): Files {
  const absolute = (path: string) =>
    path.startsWith("/") ? path : `${directory()}/${path}`;

  return {
    read: (path) => unlessMissing("read", path, Deno.readFile(absolute(path))),
    facts: async (path) => {
      const info = await unlessMissing(
        "look at",
        path,
        Deno.stat(absolute(path)),
      );
      return info && toFacts(info);
    },
    linkFacts: async (path) => {
      const info = await unlessMissing(
        "look at",
        path,
        Deno.lstat(absolute(path)),
      );
      return info && toFacts(info);
    },
    list: (path) => unlessMissing("list", path, namesIn(absolute(path))),
    copy: (from, to) => named("copy", from, copy(absolute(from), absolute(to))),
    removeDirectory: async (path) => {
      await unlessMissing(
        "remove",
        path,
        Deno.remove(absolute(path), { recursive: true }),
      );
    },
    write: (path, content, mode) => replaceFile(absolute(path), content, mode),
    leadsTo: (path) => linkTarget(absolute(path)),
    makeDirectory: (path, mode) =>
      named(
        "make the directory",
        path,
        Deno.mkdir(absolute(path), {
          recursive: true,
          ...(mode === undefined ? {} : { mode }),
        }),
      ),
    link: (path, name) =>
      named("name", name, Deno.link(absolute(path), absolute(name)))
        .then(() => true, (error) => {
          if (isThere(error)) return false;
          throw error;
        }),
    remove: async (path) => {
      await unlessMissing("remove", path, Deno.remove(absolute(path)));
    },
  };
}

async function namesIn(path: string): Promise<string[]> {
  const names = [];
  for await (const { name } of Deno.readDir(path)) names.push(name);
  return names.sort();
}

/** Looks at the time first, and cuts it to milliseconds: both err on the early side. */
async function copy(from: string, to: string): Promise<void> {
  const { mtime } = await Deno.stat(from);
  await Deno.copyFile(from, to);
  if (mtime) await Deno.utime(to, mtime, mtime);
}

function toFacts(info: Deno.FileInfo): FileFacts {
  const kind = info.isFile ? "file" : info.isDirectory ? "directory" : "other";
  return {
    kind,
    size: info.size,
    mode: info.mode === null ? undefined : info.mode & 0o777,
    modified: info.mtime?.getTime(),
  };
}

/**
 * A new file beside the old one takes its place in one rename, so that a full
 * disk or a kill leaves either the old content or the new.
 */
async function replaceFile(
  path: string,
  content: Uint8Array | string,
  mode = 0o666,
): Promise<void> {
  const bytes = typeof content === "string"
    ? new TextEncoder().encode(content)
    : content;
  const beside = `${path}.${crypto.randomUUID().slice(0, 8)}.new`;
  try {
    await named(
      "write",
      path,
      Deno.writeFile(beside, bytes, { createNew: true, mode }),
    );
    await named("write", path, Deno.rename(beside, path));
  } catch (error) {
    await Deno.remove(beside).catch(() => {});
    throw error;
  }
}

/** The file that a path leads to: a link that a user made stays one, also to a file that is not there yet. */
async function linkTarget(path: string): Promise<string> {
  let file = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const next = await Deno.readLink(file).catch(() => undefined);
    if (next === undefined) return file;
    file = next.startsWith("/")
      ? next
      : `${file.slice(0, file.lastIndexOf("/"))}/${next}`;
  }
  return path;
}

/** As many links as Linux follows in one path (path_resolution(7)). */
const MOST_LINKS = 40;

async function unlessMissing<T>(
  action: string,
  path: string,
  work: Promise<T>,
): Promise<T | undefined> {
  try {
    return await named(action, path, work);
  } catch (error) {
    if (error instanceof MloError && isMissing(error.cause)) return undefined;
    throw error;
  }
}

function isThere(error: unknown): boolean {
  return error instanceof MloError &&
    error.cause instanceof Deno.errors.AlreadyExists;
}

/**
 * A path through a file (`ENOTDIR`) leads nowhere just as a missing one does.
 * So does a link whose target is gone: the compiled program, which is not
 * allowed everything, is told of it as a loop, since the runtime then opens
 * what it could not resolve without following links (`ELOOP`).
 */
function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.FilesystemLoop;
}

/** Turns a failure of the system into an error that names the action and the path. */
async function named<T>(
  action: string,
  path: string,
  work: Promise<T>,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const reason = error instanceof Deno.errors.NotCapable
      ? "it is no file of the user's, but the system's own"
      : error instanceof Error
      ? error.message
      : String(error);
    const failure = new MloError(
      `Cannot ${action} ${path}: ${reason.replace(/:? ?\(os error.*$/s, "")}`,
    );
    failure.cause = error;
    throw failure;
  }
}

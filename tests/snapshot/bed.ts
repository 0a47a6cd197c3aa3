import { denoHost } from "../../lib/host/deno_host.ts";
import type { Snapshot } from "../../lib/snapshot/snapshot.ts";
import { takeSnapshot } from "../../lib/snapshot/take.ts";
import type { GitServer } from "../support/git/git_server.ts";
import { must, run } from "../support/pods/programs.ts";
import { PYTHON } from "../support/python.ts";

/** A repository of a researcher, and what may be asked of it. */
export interface Work extends AsyncDisposable {
  readonly directory: string;
  /** Runs git in it; it has to succeed. */
  git(...args: string[]): Promise<string>;
  write(path: string, text: string | Uint8Array): Promise<void>;
  /** Takes a snapshot of a directory in it. */
  take(
    options?: { below?: string; secrets?: Record<string, string> },
  ): Promise<Snapshot>;
  /** Every file of the repository: name, mode, content, and time but where git itself renews it for objects it meets again. */
  state(): Promise<string>;
}

/** An identity, and nothing of this machine's configuration. */
export const GIT_ENV = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@localhost",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@localhost",
};

/** Makes an empty repository, or opens what was cloned at `directory`. */
export async function makeWork(
  more?: Readonly<Record<string, string>>,
  directory?: string,
): Promise<Work> {
  const top = await Deno.makeTempDir({ prefix: "mlo-work-" });
  const at = directory ?? `${top}/repo`;
  const env = {
    PATH: Deno.env.get("PATH") ?? "",
    HOME: top,
    ...GIT_ENV,
    ...more,
  };
  const git = (...args: string[]) =>
    must(["git", "-C", at, ...args], { env, clearEnv: true });
  if (directory === undefined) {
    await must(["git", "init", "-q", "-b", "main", at], {
      env,
      clearEnv: true,
    });
  }
  const host = denoHost({ env, directory: at });
  let count = 0;
  return {
    directory: at,
    git,
    write: async (path, text) => {
      const file = `${at}/${path}`;
      await Deno.mkdir(file.replace(/\/[^/]*$/, ""), { recursive: true });
      await (typeof text === "string"
        ? Deno.writeTextFile(file, text)
        : Deno.writeFile(file, text));
    },
    take: async ({ below, secrets } = {}) => {
      const temporary = `${top}/snapshot-${++count}`;
      await Deno.mkdir(temporary);
      try {
        return await takeSnapshot(host, {
          directory: below === undefined ? at : `${at}/${below}`,
          secrets: new Map(Object.entries(secrets ?? {})),
          temporary,
        });
      } finally {
        await Deno.remove(temporary, { recursive: true });
      }
    },
    state: () => must([PYTHON, "-c", STATE, `${at}/.git`]),
    [Symbol.asyncDispose]: () => Deno.remove(top, { recursive: true }),
  };
}

/**
 * What a pod makes of a snapshot: the base from the remote, depth 1, and the
 * bundle. Gives the directory in which the commit is checked out.
 */
export async function unpack(
  snapshot: Snapshot,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const directory = await Deno.makeTempDir({ prefix: "mlo-pod-" });
  const all = {
    PATH: Deno.env.get("PATH") ?? "",
    HOME: directory,
    ...GIT_ENV,
    ...env,
  };
  const git = (...args: string[]) =>
    must(["git", "-C", directory, ...args], { env: all, clearEnv: true });
  await git("init", "-q");
  if (snapshot.base !== undefined) {
    await git("fetch", "-q", "--depth=1", snapshot.remote!.url, snapshot.base);
    await git("update-ref", "refs/mlo/base", snapshot.base);
  }
  if (snapshot.bundle !== undefined) {
    const file = `${directory}/.git/bundle`;
    await Deno.writeFile(file, snapshot.bundle.bytes);
    await git("fetch", "-q", file, "refs/mlo/snapshot");
  }
  await git("checkout", "-q", "--detach", snapshot.commit);
  return directory;
}

/** A working tree with a commit that its remote has, too. */
export async function pushed(
  server: GitServer,
): Promise<Work> {
  const work = await makeWork(server.env);
  await work.write("train.py", "print('first')\n");
  for (let file = 0; file < 120; file++) {
    await work.write(`src/m${file}.py`, `x = ${file}\n`.repeat(40));
  }
  await work.git("add", "-A");
  await work.git("commit", "-qm", "one");
  await work.git("remote", "add", "origin", await server.repository("r"));
  await work.git("push", "-q", "-u", "origin", "main");
  return work;
}

/** All files below a directory but git's own: names, modes, links, contents. */
export async function filesBelow(directory: string): Promise<string> {
  const { stdout, code, stderr } = await run([
    PYTHON,
    "-c",
    LIST,
    directory,
  ]);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

const LIST = `
import hashlib, os, sys
top = os.fsencode(sys.argv[1])
for directory, names, files in os.walk(top):
    names[:] = sorted(name for name in names if name != b".git")
    for name in sorted(files + [name for name in names if os.path.islink(os.path.join(directory, name))]):
        if name == b".git": continue
        path = os.path.join(directory, name)
        said = os.path.relpath(path, top)
        if os.path.islink(path):
            print(said, "->", os.readlink(path))
        else:
            executable = bool(os.stat(path).st_mode & 0o100)
            print(said, executable, hashlib.sha256(open(path, "rb").read()).hexdigest())
`;

const STATE = `
import hashlib, os, sys
for directory, names, files in os.walk(os.fsencode(sys.argv[1])):
    names.sort()
    for name in sorted(files):
        path = os.path.join(directory, name)
        renewed = b"/objects/" in path or name.startswith(b"sharedindex.")
        stat = os.lstat(path)
        print(path, stat.st_mode, 0 if renewed else stat.st_mtime_ns, hashlib.sha256(open(path, "rb").read()).hexdigest())
`;

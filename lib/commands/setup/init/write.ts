import { isSettingKey } from "../../../config/settings/settings.ts";
import { formatEnvFile } from "../../../config/env/file.ts";
import { renderExample } from "../../../config/settings/example.ts";
import { gitTrackedArgs, isTracked } from "../../../settings/locate.ts";
import { resolveSettings } from "../../../config/settings/settings.ts";
import { ExitCode, MloError, usageError } from "../../../error.ts";
import type { Host, Questions } from "../../../host/host.ts";
import { keyPath } from "./questions.ts";

/** What is to be written. */
export interface InitPlan {
  readonly path: string;
  /** The file that the path leads to; the path itself unless given. */
  readonly file?: string;
  readonly values: ReadonlyMap<string, string>;
  readonly makeKey: boolean;
  readonly force: boolean;
}

/** The values, once every setting is known to be right; all that is wrong at once otherwise. */
export function checkValues(
  values: ReadonlyMap<string, string>,
  home: string,
  questions: Questions | undefined,
): ReadonlyMap<string, string> {
  const { problems } = resolveSettings(values, home);
  if (problems.length === 0) return values;
  const listed = problems.map(({ message }) => message).join("; ");
  const missing = [
    ...(values.get("LDAP_USERNAME") ? [] : ["--user NAME"]),
    ...(values.get("LDAP_UID") ? [] : ["--uid UID (or --lookup)"]),
  ];
  throw usageError(
    `Cannot write the settings: ${listed}`,
    missing.length > 0 && questions === undefined
      ? `add ${missing.join(" and ")}, or run it on a terminal`
      : undefined,
  );
}

/** The settings file: every key of the table with its explanation, then the user's further ones. */
export function renderSettings(values: ReadonlyMap<string, string>): string {
  const further = [...values].filter(([key]) => !isSettingKey(key));
  const text = renderExample(values)
    .replace(/^# Settings of mlo\.[^\n]*/, "# Settings of mlo.");
  if (further.length === 0) return text;
  return `${text}\n# Further variables; EXTRA_SECRET_KEYS names those that jobs get.\n${
    formatEnvFile(further)
  }`;
}

/**
 * Makes the key, writes the file (0600) and lets git ignore it. Gives what
 * was done, one line each. Interrupted or failed, nothing of it is left.
 */
export async function writeSettings(
  host: Host,
  plan: InitPlan,
): Promise<string[]> {
  const undo: (() => Promise<void>)[] = [];
  let interrupted = false;
  const stopListening = host.terminal.onInterrupt(() => {
    interrupted = true;
  });
  const done: string[] = [];
  try {
    for (const step of [makeKey, writeFile, ignoreFile]) {
      done.push(...await step(host, plan, undo));
      if (interrupted) {
        throw new MloError("Interrupted: nothing was written", {
          exitCode: ExitCode.interrupted,
        });
      }
    }
  } catch (error) {
    for (const back of undo.toReversed()) await back().catch(() => {});
    throw error;
  } finally {
    stopListening();
  }
  return done;
}

type Undo = (() => Promise<void>)[];

async function makeKey(
  host: Host,
  { values, makeKey }: InitPlan,
  undo: Undo,
): Promise<string[]> {
  const path = keyPath(host, values);
  if (!makeKey || await host.files.facts(path) !== undefined) return [];
  await host.files.makeDirectory(directoryOf(path), 0o700);
  undo.push(async () => {
    await host.files.remove(path);
    await host.files.remove(`${path}.pub`);
  });
  const { code, stderr } = await host.programs.run({
    program: "ssh-keygen",
    args: [
      ...["-q", "-t", "ed25519", "-N", "", "-f", path],
      ...["-C", `mlo ${values.get("LDAP_USERNAME") ?? ""}`],
    ],
    timeout: 30_000,
  });
  if (code !== 0) {
    throw new MloError(`Cannot make the SSH key ${path}`, {
      childMessage: new TextDecoder().decode(stderr),
    });
  }
  const line = await host.files.read(`${path}.pub`);
  return [
    `Made the SSH key ${path}. Add it at https://github.com/settings/ssh/new:\n${
      new TextDecoder().decode(line).trim()
    }`,
  ];
}

async function writeFile(
  host: Host,
  { path, file = path, values, force }: InitPlan,
  undo: Undo,
): Promise<string[]> {
  await host.files.makeDirectory(directoryOf(path), 0o700);
  const before = await host.files.read(path);
  if (before !== undefined && !force) {
    throw usageError(`Cannot write ${path}: it exists`);
  }
  const backup = before === undefined
    ? undefined
    : await backUp(host, path, before);
  const mode = (await host.files.facts(path))?.mode;
  await host.files.write(file, renderSettings(values), 0o600);
  undo.push(() =>
    before === undefined
      ? host.files.remove(file)
      : host.files.write(file, before, mode)
  );
  return [`Wrote ${path}${backup === undefined ? "" : ` (before: ${backup})`}`];
}

/** Keeps what a file held beside it, for the user alone; gives the backup's path. */
export async function backUp(
  host: Host,
  path: string,
  before: Uint8Array,
): Promise<string> {
  const now = host.clock.now().toISOString();
  const backup = `${path}.backup-${now.replace(/\D/g, "").slice(0, 14)}`;
  await host.files.write(backup, before, 0o600);
  return backup;
}

/** In a git repository the file must never be committed. */
async function ignoreFile(
  host: Host,
  { path }: InitPlan,
  undo: Undo,
): Promise<string[]> {
  const directory = directoryOf(path);
  const name = path.slice(path.lastIndexOf("/") + 1);
  const git = (args: readonly string[]) =>
    host.programs.run({ program: "git", args, timeout: 5_000 })
      .catch(() => undefined);
  // The backups hold the same secrets.
  const wanted = [[name, name], [`${name}.backup-0`, `${name}.backup-*`]];
  const answers = await Promise.all(wanted.map(([file = ""]) =>
    git([
      ...["-C", directory, "check-ignore", "-q", "--no-index", "--", file],
    ])
  ));
  // 0: ignored already; 1: not ignored; 128: no repository.
  const added = wanted.filter((_, index) => answers[index]?.code === 1)
    .map(([, pattern = ""]) => pattern);
  if (added.length > 0) {
    const list = `${directory}/.gitignore`;
    const before = await host.files.read(list);
    const text = new TextDecoder().decode(before);
    const newline = text === "" || text.endsWith("\n") ? "" : "\n";
    const mode = (await host.files.facts(list))?.mode ?? 0o644;
    const lines = added.map((pattern) => `/${pattern}\n`).join("");
    await host.files.write(list, `${text}${newline}${lines}`, mode);
    undo.push(() =>
      before === undefined
        ? host.files.remove(list)
        : host.files.write(list, before, mode)
    );
  }
  const tracked = isTracked(await git(gitTrackedArgs(path)));
  return [
    ...(added.length > 0
      ? [`Added ${added.join(" and ")} to ${directory}/.gitignore`]
      : []),
    ...(tracked
      ? [`git tracks ${path} still: mlo doctor says what to do`]
      : []),
  ];
}

function directoryOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash === -1 ? "." : path.slice(0, slash) || "/";
}

/** A room of the project: its code, and the tests that may notice a fault in it. */
export interface Room {
  readonly name: string;
  /** The files faults are put into. */
  readonly code: RegExp;
  /** The tests of the room itself. */
  readonly own: RegExp;
  /** Tests of others, who use the room as a user would; asked last. */
  readonly wider: RegExp;
}

/** What goes through the command line uses most rooms. */
const VERBS = "commands|docs";

/** The rooms, in the order of the report. */
export const ROOMS: readonly Room[] = [
  {
    ...room("top", "^lib/[^/]+\\.ts$", VERBS),
    own: /^tests\/(?:commands\/)?[^/]+_test\.ts$/,
  },
  room("commands", "^lib/commands/", VERBS),
  room("settings", "^lib/settings/", `config|${VERBS}`),
  room("config", "^lib/config/", `settings|${VERBS}`),
  room("runai", "^lib/runai/", VERBS),
  room("cluster", "^lib/cluster/", VERBS),
  room("snapshot", "^lib/snapshot/", VERBS),
  room("runs", "^lib/runs/", VERBS),
  room("archive", "^lib/archive/.*\\.ts$", "archive|commands"),
  room("archive-shell", "^lib/archive/remote/.*\\.sh$", "archive", "archive"),
  room("image", "^lib/image/", VERBS, "image|commands/image"),
  room("setup", "^lib/setup/", `release|${VERBS}`, "setup|commands/setup"),
  room("watch", "^lib/watch/", `docker|${VERBS}`),
  room("text", "^lib/text/", VERBS, "text|watch"),
  room("host", "^lib/host/", `archive|${VERBS}`),
  room("docker", "^docker/.*\\.sh$", "docker"),
];

function room(name: string, code: string, wider: string, own = name): Room {
  const tests = (folders: string) =>
    new RegExp(`^tests/(?:${folders})/.*_test\\.ts$`);
  return { name, code: new RegExp(code), own: tests(own), wider: tests(wider) };
}

/** The room a file's faults are counted in. */
export function roomOf(file: string): Room | undefined {
  return ROOMS.find(({ code }) => code.test(file));
}

/**
 * Whether a test file is the mirror of a code file: the same folder below
 * tests/, and a name that begins with the file's.
 */
export function isMirror(test: string, file: string): boolean {
  const [, folder, stem] = /^(?:lib\/)?(.*?)([^/]+)\.\w+$/.exec(file) ?? [];
  return test === `tests/${folder}${stem}_test.ts` ||
    test.startsWith(`tests/${folder}${stem}_`);
}

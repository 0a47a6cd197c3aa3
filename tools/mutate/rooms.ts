/** A room of the project, its code and the tests that may notice a fault in it. */
export interface Room {
  readonly name: string;
  /** The files faults are put into. */
  readonly code: RegExp;
  /** The tests of the room itself, and those of others that use it as a user would. */
  readonly tests: RegExp;
}

/** What goes through the command line uses most rooms. */
const VERBS = "commands|docs";

/** The rooms, in the order of the report. A file belongs to the first that takes it. */
export const ROOMS: readonly Room[] = [
  room("top", /^lib\/[^/]+\.ts$/, VERBS),
  room("commands", /^lib\/commands\/.*\.ts$/, VERBS),
  room("settings", /^lib\/settings\/.*\.ts$/, `settings|config|${VERBS}`),
  room("config", /^lib\/config\/.*\.ts$/, `config|settings|${VERBS}`),
  room("runai", /^lib\/runai\/.*\.ts$/, `runai|${VERBS}`),
  room("cluster", /^lib\/cluster\/.*\.ts$/, `cluster|${VERBS}`),
  room("snapshot", /^lib\/snapshot\/.*\.ts$/, `snapshot|${VERBS}`),
  room("runs", /^lib\/runs\/.*\.ts$/, `runs|${VERBS}`),
  room("archive", /^lib\/archive\/.*\.ts$/, "archive"),
  room("archive-shell", /^lib\/archive\/remote\/.*\.sh$/, "archive"),
  room("image", /^lib\/image\/.*\.ts$/, `image|${VERBS}`),
  room("setup", /^lib\/setup\/.*\.ts$/, `setup|${VERBS}`),
  room("text", /^lib\/text\/.*\.ts$/, `text|${VERBS}`),
  room("host", /^lib\/host\/.*\.ts$/, `host|${VERBS}|archive`),
  room("docker", /^docker\/.*\.sh$/, "docker"),
];

function room(name: string, code: RegExp, tests: string): Room {
  return { name, code, tests: new RegExp(`^tests/(?:${tests})/.*_test\\.ts$`) };
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

/**
 * Wrappers that stand before programs on the PATH: each start is written
 * down, and the program that started it can be killed (SIGKILL) at a chosen
 * start, in one of several ways.
 */

/** When the parent is killed: as the child starts, as it starts and the child with it, after the child's work but before its end, or once the parent has seen the end. */
export const MOMENTS = ["start", "both", "done", "reaped"] as const;

/** One of {@linkcode MOMENTS}. */
export type Moment = typeof MOMENTS[number];

/**
 * `TAP_DIR` holds one file per start with its pid, named `program:verb:number`,
 * written only where none is, which is atomic where several start at once (and
 * starts no program). `TAP_KILL` is `NAME@MOMENT`. `NAME.ended` says that the
 * wrapper is done.
 */
const WRAPPER = `#!/bin/sh
PROGRAM_AND_REAL
verb=$1 number=1
set -C
while ! echo $$ 2>/dev/null >"$TAP_DIR/$program:$verb:$number"; do
  number=$((number + 1))
  [ "$number" -lt 100 ] || exit 99
done
set +C
me=$program:$verb:$number parent=$PPID
case $TAP_KILL in
  "$me@start") kill -9 "$parent" ;;
  "$me@both") kill -9 "$parent"; : >"$TAP_DIR/$me.ended"; exit 137 ;;
esac
"$real" "$@"
status=$?
case $TAP_KILL in
  "$me@done") kill -9 "$parent" ;;
  "$me@reaped")
    (while [ -d "/proc/$$" ]; do :; done
     kill -9 "$parent") >/dev/null 2>&1 </dev/null &
    ;;
esac
: >"$TAP_DIR/$me.ended"
exit $status
`;

/** Puts a wrapper for each program, found on `path`, into a new directory; gives that directory. */
export async function tapPrograms(
  programs: readonly string[],
  path: string,
  directory: string,
): Promise<string> {
  const bin = `${directory}/tapped`;
  await Deno.mkdir(bin);
  for (const program of programs) {
    const real = whichOn(path, program);
    if (real === undefined) throw new Error(`${program} is not on the PATH`);
    await Deno.writeTextFile(
      `${bin}/${program}`,
      WRAPPER.replace(
        "PROGRAM_AND_REAL",
        `program='${program}' real='${real}'`,
      ),
      { mode: 0o755 },
    );
  }
  return bin;
}

/** Where a program is on a PATH. */
export function whichOn(path: string, program: string): string | undefined {
  return path.split(":").map((directory) => `${directory}/${program}`)
    .find((candidate) => {
      try {
        return Deno.statSync(candidate).isFile;
      } catch {
        return false;
      }
    });
}

/** The starts that were written down, in the order of their names. */
export function tappedStarts(tapDirectory: string): string[] {
  return [...Deno.readDirSync(tapDirectory)].map((entry) => entry.name)
    .filter((name) => !name.endsWith(".ended")).sort();
}

/** Waits until every wrapper that started has ended, or was killed itself. */
export async function untilAllEnded(tapDirectory: string): Promise<void> {
  const isOpen = (start: string) => {
    const at = `${tapDirectory}/${start}`;
    if (isThere(`${at}.ended`)) return false;
    const pid = Deno.readTextFileSync(at);
    return pid === "" || isThere(`/proc/${pid.trim()}`);
  };
  for (let tries = 0; tappedStarts(tapDirectory).some(isOpen); tries++) {
    if (tries > 2_000) {
      throw new Error("A program that was started does not end");
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

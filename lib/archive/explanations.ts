/** What rsync and the file system said, for the paths that it concerns. */
export interface Explanations {
  /**
   * Why something is wrong with this path: what was said of it, or of a
   * directory above it; `name` is the path within what was given.
   */
  of(path: Uint8Array, name?: Uint8Array): string | undefined;
  /** What was said of nothing that was asked for. */
  rest(): string[];
}

/** Takes the lines of rsync's and others' standard error as they came. */
export function explanations(lines: readonly string[]): Explanations {
  const open = new Set(lines);
  const about = new Map<string, string>();
  for (const line of lines) {
    const path = quotedPath(line);
    if (path !== undefined && !about.has(path)) about.set(path, line);
  }
  return {
    of: (path, name) => {
      const find = (
        whole: Uint8Array,
        isIt: (said: string, at: string) => boolean,
      ) => {
        let at = oneByteEach(whole);
        while (at !== "") {
          for (const [said, line] of about) {
            if (!isIt(said, at)) continue;
            open.delete(line);
            return withoutPath(line);
          }
          at = at.slice(0, Math.max(0, at.lastIndexOf("/")));
        }
        return undefined;
      };
      return find(path, (said, at) => said === at || said.endsWith(`/${at}`)) ??
        (name && find(name, (said, at) => said === at));
    },
    // Its summing up says nothing that the paths do not.
    rest: () => [...open].filter((line) => !/^rsync error: |^$/.test(line)),
  };
}

/** The path in quotes, one character a byte; of rsync's temporary file `.NAME.XXXXXX` the file's own. */
function quotedPath(line: string): string | undefined {
  const quoted = /"([^"]*)"/.exec(line)?.[1] ??
    /^\w+: [a-z ]+ '(.*)': /.exec(line)?.[1] ??
    /: '?(\/?[^:']+)'?: /.exec(line)?.[1];
  if (quoted === undefined) return undefined;
  // Rsync prints what is not printable as \#ooo (rsync(1), --8-bit-output).
  const bytes = oneByteEach(new TextEncoder().encode(quoted))
    .replace(
      /\\#(\d{3})/g,
      (_, octal) => String.fromCharCode(parseInt(octal, 8)),
    );
  return bytes.replace(/(^|\/)\.([^/]+)\.\w{6}$/, "$1$2").replace(/^\.\//, "")
    .replace(/\/\.$/, "");
}

/** The line as a reason beside the path it is about. */
function withoutPath(line: string): string {
  return line.replace(/ ?"[^"]*"|(?<=^\w+: [a-z ]+) '.*'(?=: )/, "").replace(
    /^rsync: (\[\w+\] )?/,
    "",
  );
}

function oneByteEach(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

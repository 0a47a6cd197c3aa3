/** Small steps that the test beds of the archive are made of. */

/** Processes of an account that have a command line. */
export async function processesOf(
  uid: number,
): Promise<{ pid: number; command: string }[]> {
  const found = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if ((await Deno.stat(`/proc/${name}`)).uid !== uid) continue;
      const bytes = await Deno.readFile(`/proc/${name}/cmdline`);
      const command = new TextDecoder().decode(bytes).replaceAll("\0", " ");
      if (command !== "") found.push({ pid: Number(name), command });
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

/** Runs a program and gives what it printed; fails if it does. */
export async function must(argv: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await output(argv);
  if (!success) throw new Error(`${argv.join(" ")}: ${stderr}`);
  return stdout;
}

/** Runs a program and gives how it ended. */
export async function output([program = "", ...args]: readonly string[]) {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return {
    success,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

/** Resolves after so many milliseconds. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

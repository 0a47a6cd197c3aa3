/** How a program ended, its output as text. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a program is given besides its arguments. */
export interface Given {
  /** Added to the inherited environment; all of it with `clearEnv`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly clearEnv?: boolean;
  readonly input?: string;
  readonly directory?: string;
}

/** Runs a program to its end, whatever its exit status. */
export async function run(
  words: readonly string[],
  given: Given = {},
): Promise<Ended> {
  const [program = "", ...args] = words;
  const child = new Deno.Command(program, {
    args,
    ...(given.env === undefined ? {} : { env: given.env }),
    ...(given.directory === undefined ? {} : { cwd: given.directory }),
    clearEnv: given.clearEnv ?? false,
    stdin: given.input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const fed = given.input === undefined ? undefined : feed(child, given.input);
  const { code, stdout, stderr } = await child.output();
  await fed;
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

async function feed(child: Deno.ChildProcess, input: string) {
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
}

/** Runs a program that has to succeed and gives its standard output, trimmed. */
export async function must(
  words: readonly string[],
  given: Given = {},
): Promise<string> {
  const { code, stdout, stderr } = await run(words, given);
  if (code !== 0) {
    throw new Error(
      `${words.join(" ")} exited with ${code}:\n${stdout}${stderr}`,
    );
  }
  return stdout.trim();
}

/** Waits until `check` gives true, asking every 20 ms. */
export async function until(
  what: string,
  check: () => Promise<boolean> | boolean,
  seconds = 30,
) {
  for (let left = seconds * 50; left > 0; left--) {
    if (await check()) return;
    await new Promise((wake) => setTimeout(wake, 20));
  }
  throw new Error(`Waited ${seconds} s in vain: ${what}`);
}

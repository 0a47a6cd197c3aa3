/**
 * What `mlo` may ask of the machine it runs on. The rooms take this interface
 * (or the part of it they need); only `main.ts` and tests build one.
 */
export interface Host {
  readonly env: Environment;
  readonly files: Files;
  readonly programs: Programs;
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly chance: Chance;
}

/** Chance. */
export interface Chance {
  /** So many random bytes. */
  bytes(count: number): Uint8Array;
}

/** The environment the program was started in. */
export interface Environment {
  /** A variable's value; an empty variable counts as absent. */
  get(name: string): string | undefined;
  /** The user's home directory, absolute. */
  readonly home: string;
  /** The directory the program was started in, absolute. */
  readonly directory: string;
  /** What the machine is, by the names that downloads have. */
  readonly platform: Platform;
  /** The running program's own file, absolute. */
  readonly executable: string;
  /** The words that start this program again, its own arguments apart. */
  readonly self: readonly string[];
}

/** Operating system and processor, as `kubectl` and Go name them. */
export interface Platform {
  readonly os: "linux" | "darwin" | "other";
  readonly arch: "amd64" | "arm64" | "other";
}

/** What is known of a file without reading it. */
export interface FileFacts {
  readonly kind: "file" | "directory" | "other";
  /** Length in bytes. */
  readonly size: number;
  /** Permission bits (0o777), or `undefined` where the system has none. */
  readonly mode: number | undefined;
  /** When the content was last changed, in milliseconds since 1970. */
  readonly modified?: number | undefined;
}

/** Files; a path is absolute or relative to {@linkcode Environment.directory}. */
export interface Files {
  /** The file's bytes, or `undefined` if there is no such file. Other failures throw an `MloError`. */
  read(path: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Facts of what the path leads to (links followed), or `undefined` if there is nothing. */
  facts(path: string): Promise<FileFacts | undefined>;
  /** Facts of the path itself: a link is `other`, its size that of the path it holds. */
  linkFacts(path: string): Promise<FileFacts | undefined>;
  /** The names in a directory, or `undefined` if there is none. */
  list(path: string): Promise<string[] | undefined>;
  /** Copies a file's bytes and the time of its last change, which the copy never has later. */
  copy(from: string, to: string): Promise<void>;
  /** Removes a directory with all that is in it; one that is not there is fine. */
  removeDirectory(path: string): Promise<void>;
  /** Writes the whole file or leaves the old one as it was, a link in its place replaced; `mode` is set before the content is there. */
  write(
    path: string,
    content: Uint8Array | string,
    mode?: number,
  ): Promise<void>;
  /** The file that a path leads to, links followed, also to a file that is not there yet. */
  leadsTo(path: string): Promise<string>;
  /** Makes a directory and its parents; one that is there already is fine. */
  makeDirectory(path: string, mode?: number): Promise<void>;
  /** Gives a file another name, unless something has that name already; says whether it does. */
  link(path: string, name: string): Promise<boolean>;
  /** Removes a file; one that is not there is fine. */
  remove(path: string): Promise<void>;
}

/** A program to run: always an argument array, never a shell string. */
export interface Call {
  /** A name looked up on the PATH, or a path. */
  readonly program: string;
  readonly args: readonly string[];
  /** Added to the inherited environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds after which the program is killed and the outcome says `timedOut`. */
  readonly timeout?: number;
  /** It may leave a process behind that keeps its stderr open, as ssh does: what that says later is not waited for. */
  readonly leavesProcess?: boolean;
}

/** How a program ended. */
export interface Outcome {
  /** Exit status; 128 + n when signal n ended it. */
  readonly code: number;
  readonly stdout: Uint8Array<ArrayBuffer>;
  readonly stderr: Uint8Array<ArrayBuffer>;
  readonly timedOut: boolean;
  /** Which cluster was asked, for messages; set by whoever chose it. */
  readonly cluster?: { readonly context: string; readonly server?: string };
}

/** How a program on the user's terminal ended. */
export interface AttachedEnd {
  /** As {@linkcode Outcome.code}. */
  readonly code: number;
  /** Whether a signal ended it. */
  readonly isKilled: boolean;
}

/** A program that was started and waits for its standard input. */
export interface Started {
  /** Gives the program a part of its standard input; one that has ended is no error. */
  write(input: Uint8Array | string): Promise<void>;
  /** Gives the program its whole standard input, or the rest of it, and closes it. */
  feed(input: Uint8Array | string): Promise<void>;
  /** Ends the program (SIGKILL); what was never fed can have had no effect. */
  kill(): void;
  /** Resolves when the program has ended. */
  readonly outcome: Promise<Outcome>;
}

/** The first words between this program and one that it is to be joined with. */
export interface Greeting {
  /** What the other program is given at once. */
  readonly say: string;
  /** How the line on its stderr begins with which it answers. */
  readonly mark: string;
  /** Is given that line; gives what is said next, with this one's standard input behind it. What it throws ends both. */
  hear(line: string): Promise<string>;
}

/** How a program that was joined with this one ended. */
export interface JoinedEnd extends AttachedEnd {
  /** Whether it ended without having answered. */
  readonly isSilent: boolean;
}

/** Programs of the machine. A program that is not installed throws an `MloError`. */
export interface Programs {
  /** Runs a program to its end with captured output; without `input` its stdin is empty. */
  run(call: Call, input?: Uint8Array | string): Promise<Outcome>;
  /**
   * Starts a program whose standard input is held open until {@linkcode Started.feed}.
   * With `onOutput` its standard output is given in chunks as they come.
   */
  start(call: Call, onOutput?: (chunk: Uint8Array) => void): Started;
  /** Runs a program on the user's own terminal (stdin, stdout and stderr inherited); resolves to its exit status. */
  attach(call: Call): Promise<number>;
  /**
   * {@linkcode Programs.attach}, but what the program writes to stderr is given
   * in chunks as they come. The signal ends it (SIGTERM). With `input` its
   * standard input is that, once it is there, and not the user's.
   */
  attachHeard(
    call: Call,
    onError: (chunk: Uint8Array) => void,
    signal?: AbortSignal,
    input?: Promise<string>,
  ): Promise<AttachedEnd>;
  /**
   * Runs a program between this one's standard input and output, byte for
   * byte, after a greeting; what else it writes to stderr is given in chunks.
   * Its output is this one's own: what it writes there before it has answered
   * is seen, too. Who closes this program's input or output, or hangs up, ends
   * it, even where it waits for a connection that is dead.
   */
  join(
    call: Call,
    greeting: Greeting,
    onError: (chunk: Uint8Array) => void,
  ): Promise<JoinedEnd>;
  /**
   * Runs a program and gives its standard output in chunks as they come;
   * stderr is captured, and given in chunks too if wanted. The signal ends it.
   */
  stream(
    call: Call,
    onOutput: (chunk: Uint8Array) => void,
    signal?: AbortSignal,
    onError?: (chunk: Uint8Array) => void,
  ): Promise<Outcome>;
}

/** The user's terminal, or the pipes in its place. stdout is the result, stderr the conversation. */
export interface Terminal {
  readonly stdinIsTerminal: boolean;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  /** Columns of the terminal; 80 where there is none. */
  readonly columns: number;
  /** Writes to stdout; a reader that has gone away is not an error. */
  out(text: string | Uint8Array): void;
  /** Writes to stderr. */
  err(text: string | Uint8Array): void;
  /** One line from standard input without its newline, or `undefined` at its end. */
  readLine(prompt: string): Promise<string | undefined>;
  /** Calls back at ^C or SIGTERM instead of ending the program; gives a function that stops listening. */
  onInterrupt(callback: () => void): () => void;
  /** Questions in the given style; absent where nobody can be asked. */
  readonly ask?: (style: Style) => Promise<Questions>;
}

/** How a terminal is drawn on: in colours, without them, or line by line. */
export type Style = "colored" | "drawn" | "plain";

/** Questions on the terminal. At ^C each rejects with an `MloError` (130). */
export interface Questions {
  /** Opens the conversation. */
  open(title: string): void;
  /** Says something between questions. */
  say(text: string): void;
  /** One line; `check` gives what is wrong with it. */
  line(question: Question): Promise<string>;
  /** One line that is not shown. */
  hidden(question: Question): Promise<string>;
  confirm(message: string, initial: boolean): Promise<boolean>;
  /** One of several, each a value with its label. */
  choose(
    message: string,
    choices: readonly (readonly [value: string, label: string])[],
  ): Promise<string>;
  /** Closes the conversation. */
  close(text: string): void;
}

/** What a line is asked with. */
export interface Question {
  readonly message: string;
  /** What Enter alone means. */
  readonly initial?: string | undefined;
  readonly check?: (text: string) => string | undefined;
}

/** Time. */
export interface Clock {
  now(): Date;
  /** Resolves after so many milliseconds. */
  sleep(milliseconds: number): Promise<void>;
}

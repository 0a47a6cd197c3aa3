/** Commands as help and documents show them, run on a laptop where they make sense. */
import { run } from "../../lib/cli.ts";
import { releaseFile } from "../../lib/setup/addresses.ts";
import { ED25519, makeKey, PLAIN } from "../config/ssh/ssh_keygen.ts";
import type { ArchiveBed } from "./archive/bed.ts";
import {
  calm,
  ended,
  hostInMemory,
  type Laptop,
  patient,
  type Ran,
  SETTINGS,
  unhurried,
  withLaptop,
} from "./laptop.ts";
import { startPublishers, sumsOf } from "./publishers.ts";

/** The `$ mlo …` lines of console blocks, comments and continued lines included. */
export function commandsIn(text: string): string[] {
  return [...text.matchAll(/^ *\$ (mlo\b.*(?:\\\n.*)*)$/gm)]
    .map(([, line]) => (line ?? "").trim());
}

/** The words that `mlo` gets from a line, as bash reads it; pipes and redirections are bash's. */
export async function wordsOf(line: string, home: string): Promise<string[]> {
  const { stdout, success } = await new Deno.Command("bash", {
    args: [
      "-c",
      `mlo() { printf '%s\\0' "$@" >&3; }; exec 3>&1 >/dev/null 2>&1 </dev/null
mkdir -p ~/.config/fish/completions; eval "$1"`,
      "bash",
      line,
    ],
    env: { HOME: home },
    cwd: home,
  }).output();
  if (!success) throw new Error(`bash cannot run ${line}`);
  return new TextDecoder().decode(stdout).split("\0").slice(0, -1);
}

/** Verbs that hold on to their terminal or their streams: they run as programs of their own. */
const APART = ["exec", "shell", "logs", "port-forward", "code"];

/** Runs one command on a laptop with the jobs that the pages name, and one that has ended. */
export async function runExample(line: string): Promise<Ran> {
  let ran: Ran | undefined;
  await withLaptop(async (busy) => {
    const laptop = calm(busy);
    const words = await wordsOf(line, laptop.home);
    const verb = words.find((word) => !word.startsWith("-")) ?? "";
    await prepare(laptop, verb);
    if (verb === "doctor") ran = await runPatiently(laptop, words);
    else if (verb === "upgrade") ran = await runUpgrade(laptop, words);
    else if (verb === "init" && !words.includes("--set")) {
      // A first run: there are no settings yet.
      await Deno.remove(`${laptop.home}/.config/mlo/.env`);
      ran = await laptop.mlo(...words);
    } else if (["wait", "notify", "keep"].includes(verb)) {
      ran = await runTelling(laptop, words);
    } else if (APART.includes(verb) || words.includes("--shell")) {
      ran = await runApart(laptop, verb, words);
    } else {
      if (verb === "submit") freeName(laptop, words);
      if (words.includes("--snapshot")) await makeRepository(laptop);
      if (verb === "rerun") await submitOnce(laptop, words[1] ?? "");
      ran = await laptop.mlo(...words);
    }
  });
  if (ran === undefined) throw new Error(`${line} was not run`);
  return ran;
}

/** With a server for notices, jobs that have ended but for `dev`, and pods that note what they are told. */
async function runTelling(
  laptop: Laptop,
  words: readonly string[],
): Promise<Ran> {
  for (const name of ["exp", "big"]) {
    laptop.cluster.jobs.update(laptop.namespace, name, { phase: "Succeeded" });
  }
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(""),
  );
  try {
    const url = `http://127.0.0.1:${server.addr.port}/topic`;
    await laptop.writeSettings(`${SETTINGS}NOTIFY_URL=${url}\n`);
    const { host: hurried, printed } = hostInMemory(laptop.env, laptop.home);
    const host = unhurried(hurried);
    const noted = new Uint8Array();
    const code = await run(words, {
      ...host,
      programs: {
        ...host.programs,
        run: (call, input) =>
          call.args.includes("exec")
            ? Promise.resolve({
              ...{ code: 0, stdout: noted, stderr: noted, timedOut: false },
            })
            : host.programs.run(call, input),
      },
    });
    return { code, ...printed() };
  } finally {
    await server.shutdown();
  }
}

/** Only a laptop that is slow, or a network, keeps doctor's checks from answering in time. */
async function runPatiently(
  laptop: Laptop,
  words: readonly string[],
): Promise<Ran> {
  const { host, printed } = hostInMemory(laptop.env, laptop.home);
  const code = await run(words, patient(host));
  return { code, ...printed() };
}

/** The run that an example repeats, with code. */
async function submitOnce(laptop: Laptop, name: string): Promise<void> {
  await makeRepository(laptop);
  freeName(laptop, ["-n", name]);
  const words = ["submit", "-n", name, "-g", "1", "--train", "--snapshot"];
  const { code, stderr } = await laptop.mlo(...words, "--", "true");
  if (code !== 0) throw new Error(stderr);
}

/** One file is tracked; nothing else of the home is. */
async function makeRepository({ home }: Laptop): Promise<void> {
  await Deno.writeTextFile(`${home}/.gitignore`, "*\n!train.py\n");
  await Deno.writeTextFile(`${home}/train.py`, "print(1)\n");
  const { success } = await new Deno.Command("git", {
    args: ["init", "-q", home],
  }).output();
  if (!success) throw new Error("git init failed");
}

async function prepare(laptop: Laptop, verb: string): Promise<void> {
  const { home, cluster, namespace } = laptop;
  const base = { namespace, image: "image", gpus: 1 };
  // Pages that tell one story call its job by one name.
  for (const name of ["exp", "first"]) {
    cluster.jobs.create({ ...base, name, kind: "train" });
  }
  for (const name of ["dev", "notebook", "board"]) {
    cluster.jobs.create({ ...base, name, kind: "interactive" });
  }
  cluster.jobs.create({
    ...base,
    name: "big",
    kind: "distributed",
    workers: 3,
  });
  cluster.jobs.create({ ...base, name: "sweep-1", kind: "train" });
  cluster.jobs.create({
    ...base,
    name: "old",
    kind: "train",
    phase: "Succeeded",
  });
  const script = async (name: string, body: string) => {
    await Deno.writeTextFile(`${home}/bin/${name}`, `#!/bin/sh\n${body}\n`);
    await Deno.chmod(`${home}/bin/${name}`, 0o755);
  };
  await script("ssh", 'echo "You\'ve successfully authenticated" >&2; exit 0');
  for (const name of ["code", "cursor", "docker"]) await script(name, "exit 0");
  await furnishPod(laptop);
  await Deno.mkdir(`${home}/getting-started`);
  await Deno.writeTextFile(
    `${home}/getting-started/.env`,
    "LDAP_USERNAME=ada\nLDAP_UID=123456\nexport HF_TOKEN='hf'\n",
  );
  await Deno.mkdir(`${home}/.ssh`);
  await makeKey(`${home}/.ssh/github`, ...ED25519, ...PLAIN);
  if (["secret", "doctor"].includes(verb)) await laptop.mlo("secret", "sync");
  if (verb === "image") await laptop.mlo("image", "init", "docker");
}

/** The programs of a pod, of which none does anything to this machine. */
async function furnishPod(laptop: Laptop): Promise<void> {
  const directory = `${laptop.home}/pod`;
  await Deno.mkdir(directory);
  for (const name of POD_PROGRAMS) {
    const file = `${directory}/${name}`;
    await Deno.writeTextFile(file, "#!/bin/sh\nexit 0\n");
    await Deno.chmod(file, 0o755);
  }
  const env = { PATH: directory };
  laptop.cluster.pod = { ...laptop.cluster.pod, directory, env };
}

const POD_PROGRAMS = ["chmod", "id", "ls", "nvidia-smi", "python", "uv", "zsh"];

/** A program of its own with an empty standard input; what does not end by itself gets ^C. */
async function runApart(
  laptop: Laptop,
  verb: string,
  words: readonly string[],
): Promise<Ran> {
  if (verb === "submit") freeName(laptop, words);
  const child = laptop.spawn(words);
  const forever = verb === "port-forward" || words.includes("-f");
  if (!forever) return await ended(child);
  // It has begun once it prints or has had a moment to fail in.
  const settled = Promise.withResolvers<void>();
  const moment = setTimeout(settled.resolve, 3_000);
  const stdout = readAll(child.stdout, settled.resolve);
  const stderr = readAll(child.stderr, settled.resolve);
  await Promise.race([settled.promise, child.status]);
  clearTimeout(moment);
  child.kill("SIGINT");
  const { code } = await child.status;
  const printed = { stdout: await stdout, stderr: await stderr };
  return { code: code === 130 ? 0 : code, ...printed };
}

async function readAll(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onOutput: () => void,
): Promise<string> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    onOutput();
  }
  return text;
}

/** A name that an example gives to a new job must be free. */
function freeName(laptop: Laptop, words: readonly string[]): void {
  const name = words[words.indexOf("-n") + 1] ?? "";
  try {
    // At once: the pods of another example's job would hold the name a while.
    laptop.cluster.jobs.update(laptop.namespace, name, { graceMs: 0 });
    laptop.cluster.jobs.delete(laptop.namespace, name);
  } catch {
    // It is free.
  }
}

async function runUpgrade(
  laptop: Laptop,
  words: readonly string[],
): Promise<Ran> {
  const publishers = startPublishers();
  try {
    const content = "#!/bin/sh\necho mlo 9.9.9\n";
    const own = `${laptop.home}/bin/mlo`;
    const { host, printed } = hostInMemory(
      { ...laptop.env, MLO_MIRROR: publishers.mirror },
      laptop.home,
    );
    const file = releaseFile(host.env.platform);
    const latest = "github.com/epfml/mlo/releases/latest/download";
    publishers.files.set(`${latest}/${file}`, content);
    const sums = await sumsOf({ [file]: content });
    publishers.files.set(`${latest}/SHA256SUMS`, sums);
    await Deno.writeTextFile(own, content, { mode: 0o755 });
    await Deno.writeTextFile(`${own}.old`, content, { mode: 0o755 });
    const env = Object.create(host.env, { executable: { value: own } });
    const code = await run(words, { ...host, env });
    return { code, ...printed() };
  } finally {
    await publishers.stop();
  }
}

/** Runs an example of `mlo archive` on an archive host that has the run it is about. */
export async function runArchiveExample(
  bed: ArchiveBed,
  line: string,
): Promise<Ran> {
  const [, ...words] = await wordsOf(line, `${bed.top}/laptop`);
  return await bed.archiveIt(...words);
}

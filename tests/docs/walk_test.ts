import assert from "node:assert/strict";
import { run } from "../../lib/cli.ts";
import type { Questions } from "../../lib/host/host.ts";
import { GIT_ENV } from "../snapshot/bed.ts";
import { startGitServer } from "../support/git/git_server.ts";
import {
  hostInMemory,
  type Laptop,
  unhurried,
  withLaptop,
} from "../support/laptop.ts";
import { must } from "../support/pods/programs.ts";
import { startPublishers, sumsOf } from "../support/publishers.ts";

/** One thing that the page has its reader do. */
interface Step {
  readonly title: string;
  /** The line to paste; none where it is done in a browser, or printed by the step before. */
  readonly line: string | undefined;
}

/** The numbered steps of the page. Whoever hides a second line in a step is found out. */
async function stepsOfPage(): Promise<{ page: string; steps: Step[] }> {
  const page = await Deno.readTextFile(
    new URL("../../docs/getting-started.md", import.meta.url),
  );
  const sections = page.split(/^## (?=\d+\. )/m).slice(1)
    .map((section) => section.split(/^## /m)[0] ?? "");
  const steps = sections.map((section, at) => {
    const [title = ""] = section.split("\n");
    assert.match(title, new RegExp(`^${at + 1}\\. `));
    const lines = [...section.matchAll(/^```\w+\n([^]*?)^```/gm)]
      .flatMap(([, block = ""]) => block.trim().split("\n"));
    assert.ok(lines.length <= 1, `${title} has ${lines.length} lines`);
    return { title, line: lines[0]?.replace(/^\$ /, "") };
  });
  return { page, steps };
}

/** The release that install.sh fetches: a program of the name that says its version. */
async function release() {
  const publishers = startPublishers();
  const program = "#!/bin/sh\necho mlo 9.9.9\n";
  const names = ["amd64", "arm64"].map((arch) => `mlo-linux-${arch}`);
  const latest = "github.com/epfml/mlo/releases/latest/download";
  for (const name of names) publishers.files.set(`${latest}/${name}`, program);
  publishers.files.set(
    `${latest}/SHA256SUMS`,
    await sumsOf(Object.fromEntries(names.map((name) => [name, program]))),
  );
  return publishers;
}

/** Somebody who types a name and a number, and says no to what needs the real cluster. */
function newcomer(said: string[]): Questions {
  const say = (text: string) => void said.push(text);
  return {
    open: say,
    say,
    close: say,
    line: ({ message, initial = "", check }) => {
      const answer = message.includes("numeric user id") ? "123456" : initial;
      assert.equal(check?.(answer), undefined, message);
      return Promise.resolve(answer);
    },
    hidden: () => Promise.resolve(""),
    confirm: (message) => Promise.resolve(message.startsWith("Make an SSH")),
    choose: (message) => Promise.reject(new Error(message)),
  };
}

/** `mlo` in a directory, with the newcomer at the terminal. */
async function mlo(laptop: Laptop, directory: string, words: string[]) {
  const { host, printed } = hostInMemory(laptop.env, directory);
  const said: string[] = [];
  const ask = () => Promise.resolve(newcomer(said));
  const terminal = { ...host.terminal, ask };
  const code = await run(words, unhurried({ ...host, terminal }));
  assert.equal(code, 0, `${words}: ${JSON.stringify(printed())}`);
  return { said: said.join("\n"), ...printed() };
}

/** A line in the reader's own shell, `mlo` apart; gives what it printed. */
async function paste({ env, home }: Laptop, line: string): Promise<string> {
  return await must(["bash", "-c", `set -o pipefail; ${line}`], {
    env,
    clearEnv: true,
    directory: home,
  });
}

Deno.test("getting started, step by step: seven at most, and then a job runs with the code", async () => {
  const { page, steps } = await stepsOfPage();
  assert.ok(steps.length <= 7, `${steps.length} steps`);
  const words = ["one", "two", "three", "four", "five", "six", "seven"];
  assert.match(page, new RegExp(`, in ${words[steps.length - 1]} steps\\.`));
  // The two that nobody can do for the reader.
  const lines = steps.filter(({ title }) => !/group|Connect/.test(title));
  assert.equal(lines.length, steps.length - 2);
  const [install, path, init, login, submit] = lines.map(({ line }) => line);

  const publishers = await release();
  await using server = await startGitServer();
  try {
    await withLaptop(async (laptop) => {
      const { home, env, cluster, namespace } = laptop;
      await Deno.remove(`${home}/.config`, { recursive: true });
      Object.assign(env, GIT_ENV, server.env, {
        GIT_CONFIG_GLOBAL: `${home}/.gitconfig`,
        USER: "ada",
        SHELL: "/bin/bash",
        MLO_MIRROR: publishers.mirror,
      });

      assert.match(install ?? "", /^curl -fsSL https:\S+\/install\.sh \| sh$/);
      const script = new URL("../../install.sh", import.meta.url).pathname;
      const said = await paste(laptop, `cat ${script} | sh`);
      assert.equal(path, undefined);
      const [, printed = ""] = /^Paste this line, here: (.+)$/m.exec(said) ??
        [];
      assert.equal(
        (await paste(laptop, `${printed} && command -v mlo`)).trim(),
        `${home}/.local/bin/mlo`,
      );
      assert.match(
        await paste(laptop, "bash --rcfile ~/.bashrc -ic 'command -v mlo'"),
        /\.local\/bin\/mlo/,
      );

      assert.equal(init, "mlo init");
      const written = await mlo(laptop, home, ["init"]);
      assert.match(written.said, /settings\/ssh\/new:\nssh-ed25519 /);

      assert.equal(login, "runai login");
      await paste(laptop, "runai whoami");

      const [clone = "", cd, last = ""] = submit?.split(" && ") ?? [];
      const url = /https:\S+/.exec(clone)?.[0] ?? "";
      await publish(laptop, url, await server.repository("project"));
      await paste(laptop, clone);
      assert.equal(cd, "cd project");
      await Deno.writeTextFile(`${home}/project/train.py`, "edited\n");
      const typed = last.split(" ").slice(1);
      const done = await mlo(laptop, `${home}/project`, typed);
      assert.match(done.stdout, /Submitted the job first\b/);
      const [job] = cluster.jobs.list(namespace);
      assert.equal(job?.name, "first");
      const held = cluster.secrets.list(namespace)
        .map(({ metadata }) => metadata.name).sort();
      assert.deepEqual(held, ["mlo-code-first", "runai-mlo-ada-env"]);

      // The rest of the page is about this job, under this name.
      const after = page.slice(page.indexOf("## Look after it"));
      const [block = ""] = /```console\n[^]*?```/.exec(after) ?? [];
      for (const [, line = ""] of block.matchAll(/^\$ mlo (.*)$/gm)) {
        if (/^(?:shell|logs|delete)/.test(line)) {
          assert.match(line, / first\b/);
        } else await mlo(laptop, home, line.split(" "));
      }
    });
  } finally {
    await publishers.stop();
  }
});

/** Puts a repository where the reader's is said to be. */
async function publish({ env, home }: Laptop, url: string, real: string) {
  const work = `${home}/elsewhere`;
  const git = (...args: string[]) =>
    must(["git", "-C", work, ...args], { env, clearEnv: true });
  await must(["git", "init", "-q", "-b", "main", work], {
    env,
    clearEnv: true,
  });
  await Deno.writeTextFile(`${work}/train.py`, "print(1)\n");
  await git("add", "-A");
  await git("commit", "-qm", "one");
  await git("push", "-q", real, "main");
  await Deno.remove(work, { recursive: true });
  await Deno.writeTextFile(
    `${home}/.gitconfig`,
    `[url "${real}"]\n\tinsteadOf = ${url}\n`,
  );
}

import type { AnyCommand } from "./command.ts";
import type { Context } from "./context.ts";
import { submitCommand } from "./submit/mod.ts";

/**
 * One verb of `mlo`. Only what was asked for is loaded, so that starting stays
 * quick however many verbs there are; related ones come together, since each
 * further module that is read out of the binary costs as much as its code.
 * The verb that is used most is always there.
 */
export interface Verb {
  readonly name: string;
  /** Other words for it, which people bring along from other programs. */
  readonly aliases?: readonly string[];
  /** What help says of it; a test holds it against the verb's own description. */
  readonly summary: string;
  /** Left out of help. */
  readonly hidden?: boolean;
  /** Where it is the last words' right to be a command with flags of its own, as with ssh. */
  readonly command?: {
    /** How many words of the verb's own come first. */
    readonly after: number;
    /** The verb's flags whose value is the next word. */
    readonly takeNext: readonly string[];
  };
  /** Loads the verb; `tree` gives the whole program once it is built. */
  load(context: Context, tree: () => AnyCommand): Promise<AnyCommand>;
}

/** Every verb, in the order of help. */
export const VERBS: readonly Verb[] = [
  {
    name: "submit",
    summary: "Submit a job with run:ai, after syncing its secret",
    load: (context) => Promise.resolve(submitCommand(context) as AnyCommand),
  },
  {
    name: "list",
    aliases: ["ls"],
    summary: "List the project's jobs",
    load: async (context) =>
      (await import("./jobs/mod.ts")).listCommand(context),
  },
  {
    name: "status",
    summary: "Say how a job is doing, and why it waits",
    load: async (context) =>
      (await import("./jobs/mod.ts")).statusCommand(context),
  },
  {
    name: "logs",
    summary: "Show what a job prints",
    load: async (context) =>
      (await import("./jobs/mod.ts")).logsCommand(context),
  },
  {
    name: "exec",
    summary: "Run a program in a job's pod",
    load: async (context) =>
      (await import("./jobs/mod.ts")).execCommand(context),
  },
  {
    name: "shell",
    summary: "Open a shell in a job's pod",
    load: async (context) =>
      (await import("./jobs/mod.ts")).shellCommand(context),
  },
  {
    name: "port-forward",
    summary: "Make ports of a job's pod ports of this machine",
    load: async (context) =>
      (await import("./jobs/mod.ts")).portForwardCommand(context),
  },
  {
    name: "code",
    summary: "Open VS Code or Cursor inside a job's pod",
    load: async (context) =>
      (await import("./jobs/mod.ts")).codeCommand(context),
  },
  {
    name: "ssh",
    summary: "Connect to a job's pod by ssh, for editors and tools",
    command: {
      after: 1,
      takeNext: [
        ...["--pod", "-L", "--local", "-R", "--remote"],
        ...["-D", "--dynamic", "-o", "--option"],
      ],
    },
    load: async (context) =>
      (await import("./jobs/mod.ts")).sshCommand(context),
  },
  {
    name: "ssh-proxy",
    summary: "Connect ssh to a job's pod",
    hidden: true,
    load: async (context) =>
      (await import("./jobs/mod.ts")).sshProxyCommand(context),
  },
  {
    name: "wait",
    summary: "Wait until jobs have ended, and say how",
    load: async (context) =>
      (await import("./jobs/mod.ts")).waitCommand(context),
  },
  {
    name: "top",
    summary: "Show the GPU, memory and CPU use of all running jobs",
    load: async (context) =>
      (await import("./jobs/mod.ts")).topCommand(context),
  },
  {
    name: "keep",
    summary:
      "Count a job's pod as busy for a while, so that it is not stopped as idle",
    load: async (context) =>
      (await import("./jobs/mod.ts")).keepCommand(context),
  },
  {
    name: "notify",
    summary: "Post a text to NOTIFY_URL, where jobs tell of their end",
    load: async (context) =>
      (await import("./jobs/mod.ts")).notifyCommand(context),
  },
  {
    name: "delete",
    aliases: ["rm", "cancel"],
    summary: "Delete jobs, running or not; what is on scratch stays",
    load: async (context) =>
      (await import("./jobs/mod.ts")).deleteCommand(context),
  },
  {
    name: "clean",
    summary: "Delete the finished jobs, after asking",
    load: async (context) =>
      (await import("./jobs/mod.ts")).cleanCommand(context),
  },
  {
    name: "runs",
    summary: "Show what was submitted, deleted jobs included",
    load: async (context) =>
      (await import("./runs/mod.ts")).runsCommand(context),
  },
  {
    name: "rerun",
    summary: "Submit a run again: the same code, command, image and flags",
    load: async (context) =>
      (await import("./runs/mod.ts")).rerunCommand(context) as AnyCommand,
  },
  {
    name: "secret",
    summary: "Look after the secret that mirrors the settings file",
    load: async (context) =>
      (await import("./secret/mod.ts")).secretCommand(context),
  },
  {
    name: "archive",
    summary: "Copy results from scratch to long-term storage",
    load: async (context) =>
      (await import("./archive/mod.ts")).archiveCommand(context),
  },
  {
    name: "image",
    summary: "Make and publish an image of your own for jobs",
    load: async (context) =>
      (await import("./image/mod.ts")).imageCommand(context),
  },
  {
    name: "init",
    summary: "Write the settings file, in a short conversation",
    load: async (context) =>
      (await import("./setup/mod.ts")).initCommand(context),
  },
  {
    name: "doctor",
    summary: "Check the set-up: settings, keys, programs, cluster",
    load: async (context) =>
      (await import("./setup/mod.ts")).doctorCommand(context),
  },
  {
    name: "setup",
    summary: "Install what is missing: kubectl, runai, the kubeconfig",
    load: async (context) =>
      (await import("./setup/mod.ts")).setupCommand(context),
  },
  {
    name: "upgrade",
    summary: "Replace mlo by its newest release, verified",
    load: async (context) =>
      (await import("./setup/mod.ts")).upgradeCommand(context),
  },
  {
    name: "completions",
    summary: "Print what your shell needs to complete mlo's words",
    load: async (context) =>
      (await import("./complete/mod.ts")).completionsCommand(context),
  },
  {
    name: "complete",
    summary: "Answer a shell that completes a command line",
    hidden: true,
    load: async (context, tree) =>
      (await import("./complete/mod.ts")).completeCommand(context, tree),
  },
];

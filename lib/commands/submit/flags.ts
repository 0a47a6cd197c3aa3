import { usageError } from "../../error.ts";
import { NODE_TYPES } from "../../runai/job_flags.ts";
import type { SubmitOptions } from "../../runai/job.ts";
import type { SettingsFlags } from "../../settings/read_settings.ts";
import type { WaitFlags } from "./afterwards.ts";
import { shellJoin } from "../../text/shell_quote.ts";
import { collectList, collectWords, Option } from "../command.ts";
import { allowTracked, settingsCommand } from "../options.ts";

const EXAMPLES = `
Examples:
  $ mlo submit -n exp -g 1 --train -- python train.py --lr 3e-4
  $ mlo submit -n exp -g 1 --train --snapshot -- uv run train.py   # the code here, as it is now
  $ mlo submit -n dev -g 1                        # an interactive pod, kept alive for 12 h
  $ mlo submit -n sweep -g 1 --train -t 6h --exp-folder /mloscratch/homes/you/exp -c "python a.py && python b.py"
  $ mlo submit -n exp -g 1 --train -e SEED=3 --label sweep=seeds -- python train.py
  $ mlo submit -n big -g 8 --workers 3 --node-type h100 -- torchrun train.py
  $ mlo submit -n dev -g 1 --shell                # a shell in it as soon as it runs
  $ mlo submit -n exp -g 1 --train --dry-run -- python train.py`;

/** `mlo submit` with its flags; what it does is for others to say. */
export function declareSubmit() {
  return declareJob("submit", "[words...]")
    .description("Submit a job with run:ai, after syncing its secret")
    .usage("[options] [-- COMMAND ARG…]")
    .addHelpText("after", EXAMPLES);
}

/**
 * A verb that submits, with the flags of a job in the order of its help. Bare
 * words are read to be understood or refused: see toRequest().
 */
export function declareJob<Words extends string>(name: string, words: Words) {
  return settingsCommand(name)
    .argument(words)
    .option("-n, --name <name>", "job name (default: user and time)")
    .option("-c, --command <command>", "command, as one line of zsh")
    .option(
      "-g, --gpus <number>",
      "GPUs per pod (0), whole or a share of one: 0.5",
    )
    .option("--gpu-memory <quantity>", "a share of one GPU by memory, e.g. 20G")
    .option(
      "-t, --time <duration>",
      "how long to keep an idle pod (12h), or a command's hard limit; 2d6h30m, 90m, 3600",
    )
    .option(
      "--idle-stop <duration>",
      "stop the pod once it has idled so long, after a warning at half of it: 2h; or never (IDLE_STOP, which training is spared)",
    )
    .option("--train", "a training job: preemptible, ends with its command")
    .option(
      "--workers <number>",
      "distributed training: this many pods beside the master",
    )
    .option("-i, --image <image>", "container image")
    .option(
      "-e, --env <KEY=VALUE>",
      "a plain variable of the pod; for secrets use the settings file (repeatable)",
      collectWords,
    )
    .option(
      "-p, --port <port>",
      "name a port that a program in the pod listens on; mlo port-forward needs none (repeatable)",
      collectList,
    )
    .option("--cpus <number>", "CPU cores to request")
    .option("--cpu-limit <number>", "CPU cores at most")
    .option("--memory <quantity>", "memory to request, e.g. 16Gi")
    .option(
      "--memory-limit <quantity>",
      "memory at most: a pod that takes more is ended",
    )
    .option(
      "--node-type <type>",
      `kinds of GPU (node pools) in order of preference: ${
        NODE_TYPES.join(", ")
      }, or another pool's name (repeatable)`,
      collectList,
    )
    .addOption(
      new Option("--node-pools <pools>").argParser(collectList).hideHelp(),
    )
    .option("--preemptible", "others may take its place (training always)")
    .option("--no-preemptible", "nobody may take its place, if quota allows")
    .option(
      "--backoff-limit <number>",
      "how often run:ai starts a failed training job again (0: not at all); a job that ends with another status than 0 when it is preempted may count as failed",
    )
    .addOption(new Option("--backofflimit <number>").hideHelp())
    .option("--large-shm", "a large /dev/shm")
    .option("--host-ipc", "share the node's IPC namespace")
    .option(
      "--label <KEY=VALUE>",
      "a label on the job's pods (repeatable)",
      collectWords,
    )
    .option("--exp-folder <path>", "directory to run the command in")
    .option(
      "--snapshot [directory]",
      "the code goes with the job: what the git repository of DIRECTORY (.) holds now, committed or not",
    )
    .option("--venv <path>", "virtual environment to activate")
    .option("--uid <uid>", "user id in the pod")
    .option("--gid <gid>", "group id in the pod")
    .option(
      "--supplemental-groups <gids>",
      "further group ids in the pod (repeatable)",
      collectList,
    )
    .option(
      "--pvc <claim>",
      "CLAIM: another volume for scratch; CLAIM:/PATH or CLAIM:/PATH:ro: one more (repeatable)",
      collectWords,
    )
    .option("--secret-name <name>", "name of the secret")
    .addOption(allowTracked())
    .option("--sync-secret-only", "sync the secret and stop")
    .option("--skip-secret-sync", "use the secret as the cluster holds it")
    .option(
      "--runai-arg <word>",
      "one word for runai, as it is: --runai-arg=--toleration (repeatable)",
      collectWords,
    )
    .option("--dry-run", "print the runai line; run nothing that writes")
    .addOption(new Option("--dry").hideHelp())
    .option("--json", "print the plan and the result as one JSON object")
    .option("--wait", "wait until the job runs, and say why it does not")
    .option("--shell", "wait, then open a shell in its pod")
    .option("--follow", "wait, then show what it prints until it ends");
}

/** The flags of `mlo submit` as the command line gives them. */
export type SubmitFlags = ReturnType<
  ReturnType<typeof declareSubmit>["opts"]
>;

/** What a submission is asked for: the job, where settings come from, how far to go and what to show. */
export interface SubmitRequest extends SubmitOptions, SettingsFlags, WaitFlags {
  /** The directory whose repository's files go with the job. */
  readonly snapshot?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly syncSecretOnly?: boolean | undefined;
  readonly skipSecretSync?: boolean | undefined;
}

/**
 * The flags in the submission's own words. `words` are those that belong to no
 * flag: node types behind the first one, as csub takes them.
 *
 * @throws {MloError} (usage) for any other word, for a flag given under two
 * names, and for flags that exclude each other.
 */
export function toRequest(
  flags: SubmitFlags,
  words: readonly string[],
  argv: readonly string[] | undefined,
): SubmitRequest {
  refuseBoth(flags);
  const {
    dry,
    port,
    nodeType: _nodeType,
    nodePools: _nodePools,
    label,
    pvc,
    runaiArg,
    backofflimit,
    snapshot,
    ...same
  } = flags;
  return {
    ...same,
    ...(snapshot === undefined
      ? {}
      : { snapshot: snapshot === true ? "." : snapshot }),
    argv,
    dryRun: flags.dryRun ?? dry,
    ports: port,
    nodeTypes: nodeTypes(flags, words),
    labels: label,
    pvc: scratchClaim(pvc),
    volumes: pvc?.filter((claim) => claim.includes(":")),
    runaiArgs: runaiArg,
    backoffLimit: oneOf(
      ["--backoff-limit", flags.backoffLimit],
      ["--backofflimit", backofflimit],
    ),
  };
}

/** Refuses flags that contradict each other. */
function refuseBoth(flags: SubmitFlags): void {
  const { shell, follow, wait, json, syncSecretOnly, skipSecretSync } = flags;
  if (shell && follow) {
    throw usageError(
      "Cannot submit: --shell and --follow both want the terminal",
      "keep one of them",
    );
  }
  if (json && (shell || follow)) {
    throw usageError(
      "Cannot submit: --json prints one object, --shell and --follow print more",
      "use --json --wait",
    );
  }
  if (syncSecretOnly && skipSecretSync) {
    throw usageError(
      "Cannot submit: --sync-secret-only and --skip-secret-sync leave nothing to do",
      "keep one of them",
    );
  }
  if (syncSecretOnly && (wait || shell || follow)) {
    throw usageError(
      "Cannot submit: --sync-secret-only submits no job that could be waited for",
      "leave out --wait, --shell and --follow",
    );
  }
}

/** The one claim among the volumes that stands in for the scratch storage's. */
function scratchClaim(
  volumes: readonly string[] | undefined,
): string | undefined {
  const [first, second] = volumes?.filter((volume) => !volume.includes(":")) ??
    [];
  if (second !== undefined) {
    throw usageError(
      `Cannot use the command line: --pvc ${first} and --pvc ${second} both name the volume for scratch`,
      `say where the pod sees the second one: --pvc ${second}:/PATH`,
    );
  }
  return first;
}

/** csub's form is `--node-type h200 h100`: the first is the flag's value, the others are bare words. */
function nodeTypes(
  flags: SubmitFlags,
  words: readonly string[],
): readonly string[] | undefined {
  const named = oneOf(
    ["--node-type", flags.nodeType],
    ["--node-pools", flags.nodePools],
  );
  if (words.length === 0) return named;
  const stray = words.find((word) => !NODE_TYPES.includes(word));
  if (stray !== undefined || named === undefined) {
    throw usageError(
      `Cannot submit: ${JSON.stringify(stray ?? words[0])} belongs to no flag`,
      `the program and its words stand behind --: mlo submit … -- ${
        shellJoin(words.slice(words.indexOf(stray ?? "")))
      }`,
    );
  }
  if (named.length > 1) {
    throw usageError(
      "Cannot submit: the order of the node types is not clear",
      `one list: --node-type ${[...named, ...words].join(",")}`,
    );
  }
  return [...named, ...words];
}

function oneOf<T>(
  [flag, value]: readonly [string, T | undefined],
  [synonym, other]: readonly [string, T | undefined],
): T | undefined {
  if (value !== undefined && other !== undefined) {
    throw usageError(
      `Cannot use the command line: ${flag} and ${synonym} are the same flag`,
      "give one of them",
    );
  }
  return value ?? other;
}

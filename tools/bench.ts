// deno-lint-ignore-file no-console -- a tool speaks by printing
/**
 * Prints how fast `mlo` is as ratios within one run:
 *
 *     deno task bench [--rounds N] [start] [submit] [verbs] [top] [snapshot] [pod] [archive] [ssh]
 *     deno task bench archive --scale [--files N,N…]
 *
 * The absolute times are this machine's; the ratios are what has targets.
 */
import { parseArgs } from "node:util";
import { secretManifest } from "../lib/cluster/secret.ts";
import { applySecretCall } from "../lib/cluster/secret_store.ts";
import { withLaptop } from "../tests/support/laptop.ts";
import { benchArchive } from "./bench_archive.ts";
import { benchScale } from "./bench_archive_scale.ts";
import { benchSsh } from "./bench_ssh.ts";
import { benchEntrypoint } from "./bench_entrypoint.ts";
import { benchSnapshot } from "./bench_snapshot.ts";
import { benchTop } from "./bench_top.ts";
import { benchVerbs } from "./bench_verbs.ts";
import { compile } from "./compile.ts";
import { median, printTimings, runQuietly, timeInTurn } from "./measure.ts";

/** A job of its own for each call: a taken name would be refused. */
let jobs = 0;
const submitWords = () => [
  "submit",
  "-n",
  `exp-${++jobs}`,
  "-g",
  "1",
  "--train",
  "--",
  "python",
  "train.py",
];

if (import.meta.main) await main();

async function main() {
  const { values, positionals } = parseArgs({
    options: {
      rounds: { type: "string", default: "15" },
      scale: { type: "boolean", default: false },
      files: { type: "string", default: "100000,300000,1000000" },
    },
    allowPositionals: true,
  });
  Deno.chdir(new URL("..", import.meta.url));
  const rounds = Number(values.rounds);
  const parts: Record<string, () => Promise<void>> = {
    start: () => benchStart(rounds),
    submit: () => benchSubmit(rounds),
    verbs: () => benchVerbs({ mlo: at("mlo"), empty: at("empty") }, rounds),
    top: () => benchTop(at("mlo"), rounds),
    snapshot: () => benchSnapshot(rounds),
    pod: async () => {
      console.log("\nStarting a pod on scratch that is set up:");
      await benchEntrypoint();
    },
    archive: async () => {
      console.log("\nArchiving, against rsync:");
      if (values.scale) await benchScale(values.files.split(",").map(Number));
      else await benchArchive();
    },
    ssh: async () => {
      console.log("\nssh into a pod, against the bare stream:");
      await benchSsh(at("mlo"));
    },
  };
  await compile("main.ts", "dist/mlo");
  await compile("tools/empty.ts", "dist/empty");
  for (const [name, measure] of Object.entries(parts)) {
    if (positionals.length === 0 || positionals.includes(name)) await measure();
  }
}

/** A compiled program. */
function at(name: string): string {
  return new URL(`../dist/${name}`, import.meta.url).pathname;
}

/** What starting costs, against a compiled program that does nothing. */
async function benchStart(rounds: number) {
  await withLaptop(async ({ env, home }) => {
    const options = { env, cwd: home };
    const timings = await timeInTurn([
      {
        name: "an empty compiled program",
        run: () => runQuietly(at("empty"), [], options),
      },
      {
        name: "mlo --version",
        run: () => runQuietly(at("mlo"), ["--version"], options),
      },
      {
        name: "mlo submit --dry-run",
        run: () =>
          runQuietly(
            at("mlo"),
            [...submitWords(), "--dry-run"].flatMap(dryRunFirst),
            options,
          ),
      },
    ], rounds * 2);
    console.log("\nStart-up (ratio to the empty program):");
    printTimings(timings, median(timings[0]?.milliseconds ?? []), {
      "mlo --version": 1.35,
      "mlo submit --dry-run": 1.6,
    });
  });
}

/** What follows `--` is the job's: the flag has to stand before it. */
function dryRunFirst(word: string): string[] {
  if (word === "--dry-run") return [];
  return word === "--" ? ["--dry-run", "--"] : [word];
}

/** A submission against the two programs it cannot do without, on the same doubles: 20 ms for each API answer, 300 ms for runai. */
async function benchSubmit(rounds: number) {
  await withLaptop(async ({ env, home, namespace, cluster }) => {
    const options = {
      env: { ...env, MLO_DOUBLE_RUNAI_DELAY_MS: "300" },
      cwd: home,
    };
    const mlo = at("mlo");
    // The same Secret that mlo makes, so that both send and get as many bytes.
    await runQuietly(mlo, ["secret", "sync"], options);
    const secret = await cluster.secret(namespace, "runai-mlo-ada-env");
    const manifest = secretManifest({
      name: "bare",
      namespace,
      data: new Map(
        Object.entries(secret?.data ?? {}).map(([key, value]) => [
          key,
          new TextDecoder().decode(Uint8Array.fromBase64(value)),
        ]),
      ),
    });
    const runaiArgs = () => [
      "submit",
      "--name",
      `exp-${++jobs}`,
      "--project",
      "mlo-ada",
      "--image",
      "x",
      "--gpu",
      "1",
    ];
    const timings = await timeInTurn([
      {
        name: "bare kubectl apply",
        run: () =>
          runQuietly("kubectl", applySecretCall(namespace).args, {
            ...options,
            input: manifest.json,
          }),
      },
      {
        name: "bare runai submit",
        run: () => runQuietly("runai", runaiArgs(), options),
      },
      {
        name: "mlo submit",
        run: () => runQuietly(mlo, submitWords(), options),
      },
    ], rounds);
    const [apply, runai] = timings.map(({ milliseconds }) =>
      median(milliseconds)
    );
    console.log("\nSubmitting (ratio to the sum of the two bare programs):");
    printTimings(timings, (apply ?? NaN) + (runai ?? NaN), {
      "mlo submit": 1.2,
    });
  }, { delayMs: 20 });
}

// deno-lint-ignore-file no-console -- a tool speaks by printing
/**
 * What `mlo top` takes for twenty jobs against one, on two laptops that are
 * alike else. Beside it a bare `kubectl exec` into as many pods at once: what
 * the programs cost that ask them, whoever starts them.
 */
import {
  encodeRecord,
  runDirectory,
  type RunRecord,
} from "../lib/runs/record.ts";
import { askWords } from "../lib/watch/ask.ts";
import { type Laptop, withLaptop } from "../tests/support/laptop.ts";
import { median, runQuietly, timeInTurn } from "./measure.ts";

const MANY = 20;

const RECORD: RunRecord = {
  version: 1,
  id: "22222222",
  name: "",
  submittedAt: "2026-11-27T10:00:00Z",
  mlo: "0.1.0",
  command: null,
  flags: {},
  image: "i",
  code: null,
};

/** The ratio of many jobs to one that `mlo top` may have. */
const MOST = 1.5;

/** Prints the ratios. `mlo` is a compiled program. */
export async function benchTop(mlo: string, rounds: number): Promise<void> {
  await withLaptop((few) =>
    withLaptop(async (many) => {
      await createJobs(few, 1);
      await createJobs(many, MANY);
      const contenders = [few, many].flatMap((laptop) => {
        const { env, home: cwd } = laptop;
        const pods = laptop === few ? 1 : MANY;
        return [
          {
            name: `mlo top, ${pods}`,
            run: () => runQuietly(mlo, ["top"], { env, cwd }),
          },
          {
            name: `kubectl exec at once, ${pods}`,
            run: async () => {
              await Promise.all(
                Array.from({ length: pods }, (_, index) =>
                  runQuietly("kubectl", [
                    ...["exec", `exp${index}-0-0`, "-n", laptop.namespace],
                    ...["--", ...askWords(1)],
                  ], { env, cwd })),
              );
            },
          },
        ];
      });
      const timings = await timeInTurn(contenders, rounds);
      const [top1, bare1, top20, bare20] = timings.map(({ milliseconds }) =>
        median(milliseconds)
      ) as [number, number, number, number];
      const ratio = top20 / top1;
      console.log(
        `\nmlo top, ${MANY} jobs against one, each answering at once (${navigator.hardwareConcurrency} cores):
  ${top20.toFixed(0)} ms / ${top1.toFixed(0)} ms = ${
          ratio.toFixed(2)
        }  target ≤ ${MOST}: ${ratio <= MOST ? "met" : "MISSED"}
  bare kubectl exec into as many at once: ${bare20.toFixed(0)} ms / ${
          bare1.toFixed(0)
        } ms = ${(bare20 / bare1).toFixed(2)}`,
      );
    })
  );
}

/** Jobs whose pods note their use on one scratch, as those of the lab's image do. */
async function createJobs(laptop: Laptop, count: number) {
  const { cluster, namespace, home } = laptop;
  const at = Math.floor(Date.now() / 1000);
  for (let index = 0; index < count; index++) {
    const record = { ...RECORD, name: `exp${index}` };
    cluster.jobs.create({
      ...{ name: record.name, namespace, image: record.image },
      ...{ kind: "train", phase: "Running" },
      variables: { MLO_RUN: encodeRecord(record) },
    });
    const directory = runDirectory(home, record);
    await Deno.mkdir(directory, { recursive: true });
    await Deno.writeTextFile(
      `${directory}/usage.csv`,
      `${at},97,1,1,1,1,,0,0,0\n`,
    );
    laptop.cluster.pod = {
      directory: home,
      env: { PATH: Deno.env.get("PATH") ?? "", MLO_RUN_DIR: directory },
      port: (port) => port,
    };
  }
}

// deno-lint-ignore-file no-console -- a tool speaks by printing
/**
 * What `mlo top` takes for twenty jobs against one, on two laptops that are
 * alike else. Beside it a bare `kubectl exec` into as many pods at once: what
 * the programs cost that ask them, whoever starts them.
 */
import { askWords } from "../lib/watch/ask.ts";
import { type Laptop, withLaptop } from "../tests/support/laptop.ts";
import { median, runQuietly, timeInTurn } from "./measure.ts";

const MANY = 20;

/** The ratio of many jobs to one that `mlo top` may have. */
const MOST = 1.5;

/** Prints the ratios. `mlo` is a compiled program. */
export async function benchTop(mlo: string, rounds: number): Promise<void> {
  await withLaptop((few) =>
    withLaptop(async (many) => {
      createJobs(few, 1);
      createJobs(many, MANY);
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

function createJobs({ cluster, namespace }: Laptop, count: number) {
  for (let index = 0; index < count; index++) {
    const job = { namespace, image: "i", kind: "train" } as const;
    cluster.jobs.create({ ...job, name: `exp${index}`, phase: "Running" });
  }
}

import { type Laptop, withLaptop } from "../laptop.ts";
import { installRunaiV2 } from "./double_v2.ts";

/** A generation of `runai`. */
export type Generation = "v1" | "v2";

/** Both, for tests that must hold on either. */
export const GENERATIONS: readonly Generation[] = ["v1", "v2"];

/** {@linkcode withLaptop} with the `runai` of a generation. */
export async function withGeneration(
  generation: Generation,
  test: (laptop: Laptop) => Promise<void>,
): Promise<void> {
  await withLaptop(async (laptop) => {
    if (generation === "v2") await installRunaiV2(`${laptop.home}/bin`);
    await test(laptop);
  });
}

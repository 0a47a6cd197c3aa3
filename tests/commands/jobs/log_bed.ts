import type { Laptop } from "../../support/laptop.ts";

/** A line written so many seconds after the log's start. */
export function at(seconds: number, text: string | Uint8Array) {
  const time = new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
  return { time: time.replace("Z", "000001Z"), text };
}

/** Makes the job `exp`. */
export function makeJob({ cluster, namespace }: Laptop, fields: object = {}) {
  const job = { name: "exp", namespace, kind: "train", image: "image" };
  cluster.jobs.create({ ...job, ...fields } as typeof job & { kind: "train" });
}

/** The key of the log of a run of the job's container. */
export const uid = ({ namespace }: Laptop, attempt = 0, restarts = 0) =>
  `${namespace}/exp-0-0/${attempt}` + (restarts === 0 ? "" : `/${restarts}`);

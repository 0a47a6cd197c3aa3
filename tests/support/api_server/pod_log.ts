import { type DoubleJob, logKey } from "./jobs.ts";
import type { Asked, Cluster } from "./routes.ts";
import { badRequest, noSuchPath, notFound } from "./status.ts";

/** A log as a kubelet gives it: not before the container has started. */
export function podLog(
  cluster: Cluster,
  { method, url }: Asked,
  namespace: string,
  name: string,
): Response {
  if (method !== "GET") throw noSuchPath();
  const job = cluster.jobs.withPods(namespace)
    .find((job) => cluster.jobs.podNames(job).includes(name));
  if (job === undefined) throw notFound("pods", name);
  const container = url.searchParams.get("container");
  if (container !== null && container !== job.name) {
    throw badRequest(`container ${container} is not valid for pod ${name}`);
  }
  if (job.phase === "Pending") {
    throw badRequest(
      `container "${job.name}" in pod "${name}" is waiting to start: ${
        job.waiting?.reason ?? "ContainerCreating"
      }`,
    );
  }
  const asPrevious: DoubleJob = url.searchParams.get("previous") === "true"
    ? { ...job, restarts: (job.restarts ?? 0) - 1 }
    : job;
  const query = new URLSearchParams(url.searchParams);
  // Nobody writes any more, so there is nothing to stay for.
  if (/Succeeded|Failed/.test(job.phase ?? "")) query.delete("follow");
  return cluster.logs.answer(logKey(asPrevious, name), query);
}

import type { Json } from "./fields.ts";
import type { JobStore } from "./jobs.ts";
import { badRequest, noSuchPath } from "./status.ts";

/**
 * The side door by which other doubles use the same cluster:
 *
 * - `GET /double/jobs[?namespace=NS]`: `{jobs: […]}`
 * - `POST /double/jobs` `{name, namespace, kind, image, …}`: 201, or 409 if
 *   the name is taken in the namespace
 * - `PATCH /double/jobs/NS/NAME` with fields to change (`{phase}`): 200
 * - `DELETE /double/jobs/NS/NAME`: 200, or 404
 */
export function control(
  jobs: JobStore,
  method: string,
  url: URL,
  body: string,
): Response {
  const path = url.pathname.split("/").slice(2).map(decodeURIComponent);
  const [resource, namespace, name] = path;
  if (resource !== "jobs") throw noSuchPath();
  if (namespace === undefined) {
    if (method === "GET") {
      const wanted = url.searchParams.get("namespace") ?? undefined;
      return Response.json({ jobs: jobs.list(wanted) });
    }
    if (method === "POST") {
      return Response.json(jobs.create(parse(body)), { status: 201 });
    }
    throw noSuchPath();
  }
  if (name === undefined) throw noSuchPath();
  if (method === "DELETE") return Response.json(jobs.delete(namespace, name));
  if (method === "PATCH") {
    return Response.json(jobs.update(namespace, name, parse(body)));
  }
  throw noSuchPath();
}

function parse(body: string): Json {
  try {
    return JSON.parse(body) as Json;
  } catch {
    throw badRequest("the body is not JSON");
  }
}

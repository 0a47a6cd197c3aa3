import type { ListedJob } from "./listed_job.ts";

/** A field of a JSON object by names that are compared without case and underscores. */
type Fields = ReadonlyMap<string, unknown>;

/**
 * The jobs in the JSON of `runai workload list --json` (second generation),
 * `undefined` if there is none. Its field names are not documented; those of
 * the vendor's REST schema are (api-docs.run.ai, Workload: `name`, `type`,
 * `phase`, `phaseMessage`, `createdAt`, `images[]`,
 * `workloadRequestedResources.gpu.request`), and the table's titles are known
 * (`Workload`, `Status`): both are taken, whatever their case, in a list or in
 * an object around one. No jobs may be an empty list, `null`, nothing at all or
 * a sentence.
 */
export function decodeWorkloads(text: string): ListedJob[] | undefined {
  if (/^\s*(?:null\s*)?$/.test(text)) return [];
  const list = listIn(parsePart(text));
  if (list === undefined && /no workloads? (?:were )?found/i.test(text)) {
    return [];
  }
  return list?.map(decodeWorkload)
    .filter((job) => job.name !== "");
}

/** A notice (of an update, say) may stand before the JSON, or behind it: each line that could begin or end it is tried. */
function parsePart(text: string): unknown {
  const lines = text.split("\n");
  const from = lines.findIndex((line) => /^\s*(?:[[{]|null\s*$)/.test(line));
  if (from === -1) return undefined;
  for (let to = lines.length; to > from; to--) {
    if (to < lines.length && !/[\]}l]\s*$/.test(lines[to - 1] ?? "")) continue;
    try {
      return JSON.parse(lines.slice(from, to).join("\n")) ?? [];
    } catch {
      // Not the end of it.
    }
  }
  return undefined;
}

function listIn(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (typeof value !== "object" || value === null) return undefined;
  for (const name of ["workloads", "items", "data", "entries"]) {
    const inner = fieldsOf(value).get(name);
    if (Array.isArray(inner)) return inner;
    // An empty list may be spelled null.
    if (inner === null) return [];
  }
  return undefined;
}

function decodeWorkload(value: unknown): ListedJob {
  const fields = fieldsOf(value);
  const status = textOf(fields, "phase", "status") ?? "Unknown";
  return {
    name: textOf(fields, "name", "workload", "workloadname") ?? "",
    status: /^completed$/i.test(status) ? "Succeeded" : status,
    type: typeOf(fields),
    gpus: numberOf(fields, "requestedgpu", "requestedgpus", "gpurequest") ??
      requestedGpus(fields),
    node: textOf(fields, "node", "nodename"),
    image: textOf(fields, "image") ?? firstOf(fields.get("images")),
    ...messageOf(fields),
    createdAt: timeOf(textOf(fields, "createdat", "creationtime", "created")),
    age: undefined,
  };
}

function messageOf(fields: Fields): Pick<ListedJob, "message"> {
  const message = textOf(fields, "phasemessage", "statusmessage");
  return message === undefined ? {} : { message };
}

/** All pods together: `workloadRequestedResources.gpu.request`. */
function requestedGpus(fields: Fields): number | undefined {
  const resources = fieldsOf(fields.get("workloadrequestedresources"));
  return numberOf(fieldsOf(resources.get("gpu")), "request");
}

function firstOf(list: unknown): string | undefined {
  const [first] = Array.isArray(list) ? list : [];
  return typeof first === "string" && first !== "" ? first : undefined;
}

function fieldsOf(value: unknown): Fields {
  return new Map(
    Object.entries(Object(value)).map((
      [name, inner],
    ) => [name.toLowerCase().replace(/[_\s.]/g, ""), inner]),
  );
}

function textOf(fields: Fields, ...names: string[]): string | undefined {
  for (const name of names) {
    const value = fields.get(name);
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}

function numberOf(fields: Fields, ...names: string[]): number | undefined {
  for (const name of names) {
    const value = fields.get(name);
    if (typeof value === "number") return value;
    if (typeof value === "string" && /^\d+(\.\d+)?$/.test(value)) {
      return Number(value);
    }
  }
  return undefined;
}

/** `2026-11-23T08:00:00Z` in any precision; what is no time is not told. */
function timeOf(text: string | undefined): string | undefined {
  if (text === undefined || Number.isNaN(Date.parse(text))) return undefined;
  return new Date(text).toISOString().replace(/\.\d+Z$/, "Z");
}

/** `Workspace`, `Training`, `Distributed`, or `Training` with a framework. */
function typeOf(fields: Fields): string {
  const word = textOf(fields, "type", "workloadtype", "kind") ?? "unknown";
  const framework = textOf(
    fields,
    "distributedframework",
    "framework",
  );
  if (/^(?:interactive)?workspace|^interactive/i.test(word)) {
    return "interactive";
  }
  if (
    /dist|pytorch|mpi|tensorflow|xgboost/i.test(word) ||
    /pytorch|mpi|tf|xgboost|jax/i.test(framework ?? "")
  ) return "distributed";
  if (/^training/i.test(word)) return "training";
  return word.toLowerCase();
}

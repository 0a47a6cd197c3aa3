import { cacheDirectory, readCache, writeCache } from "../host/cache.ts";
import type { Call, Files, Host } from "../host/host.ts";
import { aimed } from "./context.ts";
import { listCall } from "./kubectl.ts";

type Machine = Pick<Host, "env" | "files">;

/** Where lists are asked for. */
export interface Question {
  readonly namespace: string;
  readonly context: string;
  /** Whether a program of the kubeconfig logs in. */
  readonly plugin: boolean;
}

/** A file that was looked at before the question: its path, and its size and time of change where it was there. */
type Witness = readonly [path: string, size: number, modified: number];

/** The first question of an earlier run, and what led to it. */
interface Kept extends Question {
  readonly place: string;
  readonly witnesses: readonly Witness[];
}

const CACHE = "first_question";

/** The most places whose question is kept. */
const PLACES = 20;

/** The call that asks for a list. */
export function listCallOf(
  list: string,
  { namespace, context, plugin }: Question,
): Call {
  const target = { context, ...(plugin ? { plugin: "" } : {}) };
  return aimed(listCall(list, namespace), target);
}

/** What a call asks, if it is one of {@linkcode listCallOf}. */
export function questionOf(call: Call): Question | undefined {
  const [, , path = "", patience, aim = ""] = call.args;
  const [, namespace = "", list = ""] =
    /\/namespaces\/([a-z0-9-]+)\/(\w+)\?/.exec(path) ?? [];
  const question = {
    namespace,
    context: aim.replace(/^--context=/, ""),
    plugin: patience !== listCall(list, namespace).args[3],
  };
  return isSame(listCallOf(list, question), call) ? question : undefined;
}

/** Whether two calls are one and the same, in all that a program is started with. */
export function isSame(one: Call, other: Call): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * The first question of the last run that began as this one does: in the same
 * directory, by the same variables, with every file that was looked at as it
 * was then. `undefined` where it may be another one by now.
 */
export async function lastQuestion(
  machine: Machine,
): Promise<Question | undefined> {
  const place = placeOf(machine);
  const known = (await readKept(machine)).find((one) => one.place === place);
  if (known === undefined) return undefined;
  const { witnesses } = known;
  const now = await testify(machine.files, witnesses.map(([path]) => path));
  return JSON.stringify(now) === JSON.stringify(witnesses) ? known : undefined;
}

/** Keeps a question with the files that led to it; caches are made of those, and change without them. */
export async function keepQuestion(
  machine: Machine,
  { namespace, context, plugin }: Question,
  looked: ReadonlySet<string>,
): Promise<void> {
  const place = placeOf(machine);
  const caches = `${cacheDirectory(machine.env)}/`;
  const paths = [...looked].filter((path) => !path.startsWith(caches));
  const witnesses = await testify(machine.files, paths);
  const others = (await readKept(machine)).filter((one) => one.place !== place);
  const kept: Kept = { place, witnesses, namespace, context, plugin };
  await writeCache(machine, CACHE, {
    places: [kept, ...others].slice(0, PLACES),
  });
}

/** What decides which files are looked at, but for the command line. */
function placeOf({ env }: Machine): string {
  const names = ["HOME", "XDG_CONFIG_HOME", "MLO_ENV_FILE", "MLO_PROFILE"];
  return JSON.stringify([
    env.directory,
    ...[...names, "KUBECONFIG"].map((name) => env.get(name) ?? null),
  ]);
}

/** Of a directory it is asked alone whether it is there: every commit changes `.git`. */
async function testify(
  files: Files,
  paths: readonly string[],
): Promise<Witness[]> {
  return await Promise.all(paths.map(async (path): Promise<Witness> => {
    const facts = await files.facts(path).catch(() => undefined);
    return facts?.kind === "directory"
      ? [path, 0, 0]
      : [path, facts?.size ?? -1, facts?.modified ?? -1];
  }));
}

async function readKept(machine: Machine): Promise<Kept[]> {
  const { places } = Object(await readCache(machine, CACHE)) as {
    places?: unknown;
  };
  return Array.isArray(places) ? places.filter(isKept) : [];
}

function isKept(value: unknown): value is Kept {
  const { place, witnesses, namespace, context, plugin } = Object(
    value,
  ) as Record<string, unknown>;
  return typeof place === "string" && typeof context === "string" &&
    typeof namespace === "string" && /^[a-z0-9-]+$/.test(namespace) &&
    typeof plugin === "boolean" && Array.isArray(witnesses) &&
    witnesses.every((one) => Array.isArray(one) && typeof one[0] === "string");
}

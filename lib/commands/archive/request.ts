import {
  archivePath,
  outermost,
  scratchPath,
  type Stores,
  subdirectory,
} from "../../archive/paths.ts";
import type { Request } from "../../archive/request.ts";
import type { Settings } from "../../config/settings/settings.ts";
import { usageError } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import { confirmByName } from "../ask.ts";

/** The flags that make up a request. */
export interface RequestFlags {
  readonly to?: string | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly jobs?: string | undefined;
  readonly removeSource?: boolean | undefined;
  readonly overwriteNewer?: boolean | undefined;
}

/** Checks the words of a command line and makes them a request. */
export function toRequest(
  kind: Request["kind"],
  paths: readonly string[],
  flags: RequestFlags,
  settings: Settings,
): Request {
  const stores = storesOf(settings);
  if (paths.length === 0) {
    throw usageError(
      `Cannot ${kind} nothing: no path was given`,
      `mlo archive --help`,
    );
  }
  const read = kind === "restore" ? archivePath : scratchPath;
  const into = kind === "restore"
    ? [stores.scratch, stores.pod]
    : [stores.archive];
  return {
    kind,
    scratch: stores.scratch,
    archive: stores.archive,
    roots: outermost(paths.map((path) => read(path, stores))),
    to: subdirectory(flags.to, into),
    excludes: (flags.exclude ?? []).map(checkPattern),
    jobs: checkJobs(flags.jobs),
    removeSource: flags.removeSource === true,
    overwriteNewer: flags.overwriteNewer === true,
  };
}

/** The stores that the settings name. */
export function storesOf(settings: Settings): Stores {
  return {
    scratch: settings.ARCHIVE_SCRATCH_ROOT,
    pod: settings.SCRATCH_HOME,
    archive: settings.ARCHIVE_ROOT,
  };
}

/** Asks for each path that is to be removed by its name; `--yes NAME` says it beforehand. */
export async function confirmRemoval(
  host: Pick<Host, "terminal">,
  paths: readonly string[],
  yes: readonly string[],
): Promise<void> {
  for (const path of paths.filter((one) => !yes.includes(one))) {
    await confirmByName(
      host,
      path,
      `To have ${
        JSON.stringify(path)
      } removed from scratch once the archive is proved to hold it, type its name:`,
    );
  }
}

function checkJobs(jobs = "8"): number {
  const number = Number(jobs);
  if (!/^\d+$/.test(jobs) || number < 1 || number > 64) {
    throw usageError(
      `Cannot use --jobs ${
        JSON.stringify(jobs)
      }: it is not a number from 1 to 64`,
    );
  }
  return number;
}

function checkPattern(pattern: string): string {
  if (pattern === "" || pattern.includes("\0")) {
    throw usageError("Cannot use an empty pattern for --exclude");
  }
  return pattern;
}

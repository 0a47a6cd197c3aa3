import { ExitCode, MloError, usageError } from "../error.ts";

/** The error for what the archive host refused before anything was copied; `about` is mostly the path in question. */
export function refusal(code: string, about: string, holder = ""): MloError {
  const at = JSON.stringify(about);
  switch (code) {
    case "missing":
      return usageError(`Cannot find ${at} on the archive host`);
    case "outside":
      return usageError(
        `Cannot use ${at}: a symbolic link leads out of your directory there`,
        "give the path of what you own",
      );
    case "through-link":
      return usageError(
        `Cannot go through a symbolic link: its target is ${at}`,
        "give the path without links",
      );
    case "left-out":
      return usageError(
        `Cannot copy anything: --exclude ${at} leaves out the path itself`,
        "quote a pattern, so that the shell does not read it; a slash in it says in which directory",
      );
    case "same-place":
      return usageError(`Cannot copy ${at}: source and destination overlap`);
    case "not-a-directory":
    case "is-a-directory":
      return new MloError(
        `Cannot write ${at}: it ${
          code === "is-a-directory" ? "is a" : "is not a"
        } directory there, unlike the source`,
        { hint: "use --to for another place" },
      );
    case "scratch-absent":
      return new MloError(
        `Cannot find your scratch home ${at} on the archive host`,
        { hint: "is it mounted there? ARCHIVE_SCRATCH_ROOT sets the path" },
      );
    case "archive-absent":
      return new MloError(`Cannot find the archive ${at} on the archive host`, {
        hint:
          "is it mounted there? It is never created; ARCHIVE_ROOT sets the path",
      });
    case "archive-read-only":
      return new MloError(`Cannot write to the archive ${at}`, {
        exitCode: ExitCode.auth,
      });
    case "overlap":
      return new MloError(
        `Cannot start: transfer ${holder} is working on the same files`,
        {
          hint:
            `mlo archive status --follow ${holder} joins it, mlo archive cancel ${holder} stops it`,
        },
      );
    case "no-transfer":
      return usageError(
        about === ""
          ? "Cannot find any transfer"
          : `Cannot find a transfer ${about}`,
        "mlo archive status lists them",
      );
    case "which-transfer":
      return usageError(
        "Cannot tell which transfer: several are under way",
        "mlo archive status lists them",
      );
    case "ended":
      return new MloError(`Cannot cancel ${about}: it has ended`);
    default:
      return failure(code, about);
  }
}

const FAILURES: { readonly [code: string]: readonly [string, string] } = {
  state: [
    "the archive cannot be written, or is full",
    "make room, then run the same command again: what is there is not copied again",
  ],
  "archive-full": [
    "its manifest cannot be written, or the archive is full",
    "make room, then run the same command again: what is there is not copied again",
  ],
  work: [
    "the archive host has no room for temporary files, or ended one of our programs",
    "run the same command again: what is there is not copied again",
  ],
  "source-unreadable": [
    "not everything in the source can be read",
    "change its mode, or leave it out with --exclude",
  ],
  "copy-unreadable": ["not everything in the copy can be read", ""],
};

/** The error for a transfer that ended without having compared everything. */
export function failure(reason: string, problem: string): MloError {
  const [why, hint] = FAILURES[reason] ??
    [`the archive host said ${JSON.stringify(reason)}`, ""];
  return new MloError(`Cannot finish: ${why}`, {
    ...(hint === "" ? {} : { hint }),
    ...(problem === "" ? {} : { childMessage: problem }),
  });
}

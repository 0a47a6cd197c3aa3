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
    case "is-a-link":
      return usageError(
        `Cannot archive a symbolic link by itself: it leads to ${at}`,
        "give the path of what it leads to",
      );
    case "stuck":
      return new MloError(
        `Cannot end the transfer: process ${about.trim()} hangs on the archive host, and may still write`,
        {
          hint:
            "its file server does not answer: wait until it does, then run the same command again",
        },
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

const AGAIN =
  "make room, then run the same command again: what is there is not copied again";

const FAILURES: { readonly [code: string]: readonly [string, string] } = {
  state: ["nothing can be written in the archive, or it is full", AGAIN],
  "archive-full": ["there is no room left in the archive", AGAIN],
  "lists-full": ["there is no room for the lists of its files", AGAIN],
  work: [
    "the archive host could not keep its lists, or ended one of our programs",
    "run the same command again: what is there is not copied again",
  ],
  killed: [
    "the archive host ended one of our programs",
    "run the same command again: what is there is not copied again",
  ],
  stuck: [
    "a program hangs on the archive host, and may still write",
    "its file server does not answer: wait until it does, then run the same command again",
  ],
  "no-rsync": [
    "rsync cannot be run on the archive host",
    "who looks after that host can install it",
  ],
  "source-unreadable": [
    "not everything in the source can be read",
    "change its mode, or leave it out with --exclude",
  ],
  "copy-unreadable": [
    "not everything in the copy can be read",
    "who owns it there can change its mode",
  ],
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

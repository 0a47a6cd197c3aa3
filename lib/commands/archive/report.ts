import {
  progressBar,
  progressLine,
  rateMeter,
  stillness,
} from "../../archive/bar.ts";
import { jsonPath, shownPath } from "../../archive/names.ts";
import type { Progress } from "../../archive/progress.ts";
import {
  type Ending,
  howToJoin,
  type Watcher,
} from "../../archive/transfer.ts";
import { shownBytes } from "../../archive/bar.ts";
import { ExitCode, MloError } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import { styleOf } from "../style.ts";

/** Milliseconds between two lines of progress where there is no terminal. */
const LINE_EVERY = { text: 5000, json: 500 };

/** What is printed of a transfer: a bar, lines, or JSON lines for programs. */
export interface Reporter extends Watcher {
  /** Prints how it ended; throws unless it is done. */
  ended(ending: Ending): void;
}

/** A reporter for this terminal, or for the pipes in its place. */
export function reporter(
  { terminal, clock, env }: Pick<Host, "terminal" | "clock" | "env">,
  json: boolean,
): Reporter {
  const emit = (event: object) => terminal.out(`${JSON.stringify(event)}\n`);
  const rate = rateMeter();
  const bar = terminal.stderrIsTerminal && !json &&
    styleOf({ env }) !== "plain";
  const still = stillness();
  let [lastLine, lastPhase] = [0, ""];
  let barShown = false;

  function progress(now: Progress) {
    const time = clock.now().getTime();
    const { phase, bytes, files, comparedBytes, compared } = now;
    const pace = {
      rate: rate(time, phase === "comparing" ? comparedBytes : bytes),
      still: still(
        time,
        `${phase} ${bytes} ${files} ${comparedBytes} ${compared}`,
      ),
    };
    if (bar) {
      const line = progressBar(now, pace, terminal.columns);
      barShown = true;
      return terminal.err(`\r\x1b[K${line}`);
    }
    // The first line comes at once, so that a pipe's reader knows what goes on.
    const wait = json ? LINE_EVERY.json : LINE_EVERY.text;
    if (time - lastLine < wait && (!json || now.phase === lastPhase)) {
      return;
    }
    [lastLine, lastPhase] = [time, now.phase];
    if (json) emit({ event: "progress", ...now, ...pace });
    else terminal.err(`${progressLine(now, pace)}\n`);
  }

  return {
    begun: (id, joined) => {
      if (json) return emit({ event: joined ? "joined" : "started", id });
      terminal.err(
        joined
          ? `Joined transfer ${id}\n`
          : `Started transfer ${id}; it goes on if this program ends (${
            howToJoin(id)
          })\n`,
      );
    },
    notifies: (can) => {
      if (json) return emit({ event: "notifies", can });
      if (!can) {
        terminal.err(
          "warning: NOTIFY_URL will not be told: the archive host has no curl\n",
        );
      }
    },
    progress,
    lost: () => {
      if (json) return emit({ event: "lost" });
      terminal.err(
        `${barShown ? "\r\x1b[K" : ""}Lost the connection; trying again\n`,
      );
    },
    close: () => {
      if (barShown) terminal.err("\r\x1b[K");
    },
    ended: (ending) => {
      if (json) endedJson(ending, emit);
      else endedText(ending, (text) => terminal.out(`${text}\n`));
      if (!json && ending.notified && !/^2\d\d$/.test(ending.notified)) {
        terminal.err(
          `warning: NOTIFY_URL was not told: the archive host got ${ending.notified}\n`,
        );
      }
      const failed = verdict(ending);
      if (failed !== undefined) throw failed;
    },
  };
}

const VERBS = {
  archive: "archived",
  restore: "restored",
  verify: "verified",
};

function endedText(
  { outcome, kind, findings }: Ending,
  say: (text: string) => void,
) {
  for (const path of distinct(findings.changed)) {
    say(`changed while it was copied, copied again: ${path}`);
  }
  for (const { path, what } of findings.differences) {
    say(`${shownPath(path)}: ${what}`);
  }
  for (const note of findings.notes) say(note);
  for (const path of findings.removed) {
    say(`removed from scratch: ${path}`);
  }
  if (outcome === "done") {
    say(
      `Done: ${counted(findings.files, "file")} (${
        shownBytes(findings.bytes)
      }) ${VERBS[kind]} and compared equal by SHA-256`,
    );
  }
}

function endedJson(
  { id, outcome, findings, notified }: Ending,
  emit: (event: object) => void,
) {
  for (const path of findings.changed) {
    emit({ event: "changed", ...jsonPath(path) });
  }
  for (const { path, what } of findings.differences) {
    emit({ event: "difference", ...jsonPath(path), what });
  }
  const { files, bytes, removed, notes } = findings;
  emit({ event: "ended", id, outcome, files, bytes, removed, notes, notified });
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function distinct(paths: readonly Uint8Array[]): string[] {
  return [...new Set(paths.map(shownPath))];
}

const DIFFERENT = {
  archive:
    "the paths above say which; running the same command again copies what can be copied, --to another place the rest",
  restore:
    "the paths above say which; --overwrite-newer also takes what is newer in scratch",
  verify:
    "the paths above say which; mlo archive brings the copy up to date, mlo archive restore the source",
};

/** The error of a transfer that is not done. */
function verdict({ outcome, kind, findings }: Ending): MloError | undefined {
  switch (outcome) {
    case "done":
      return undefined;
    case "different": {
      const { length } = findings.differences;
      return new MloError(`Not done: ${counted(length, "difference")}`, {
        hint: DIFFERENT[kind],
      });
    }
    case "cancelled":
      return new MloError("The transfer was cancelled", {
        exitCode: ExitCode.failed,
        hint: "the same command goes on from where it was",
      });
    case "interrupted":
      return new MloError("The transfer was ended on the archive host", {
        hint: "run the same command again: it goes on from where it was",
      });
  }
}

import attributes from "./remote/attributes.sh" with { type: "text" };
import base from "./remote/base.sh" with { type: "text" };
import compare from "./remote/compare.sh" with { type: "text" };
import copy from "./remote/copy.sh" with { type: "text" };
import exclude from "./remote/exclude.sh" with { type: "text" };
import differences from "./remote/differences.sh" with { type: "text" };
import drive from "./remote/drive.sh" with { type: "text" };
import guard from "./remote/guard.sh" with { type: "text" };
import list from "./remote/list.sh" with { type: "text" };
import main from "./remote/main.sh" with { type: "text" };
import manifest from "./remote/manifest.sh" with { type: "text" };
import crew from "./remote/crew.sh" with { type: "text" };
import notify from "./remote/notify.sh" with { type: "text" };
import registry from "./remote/registry.sh" with { type: "text" };
import rounds from "./remote/rounds.sh" with { type: "text" };
import talk from "./remote/talk.sh" with { type: "text" };
import sweep from "./remote/sweep.sh" with { type: "text" };
import whole from "./remote/whole.sh" with { type: "text" };
import verify from "./remote/verify.sh" with { type: "text" };
import { ANSWER_BEGINS } from "./answer.ts";
import { shellJoin, shellQuote } from "../text/shell_quote.ts";
import { type Request, requestText, storesText } from "./request.ts";

/** All that the host runs, as text: functions of POSIX sh. */
export const FUNCTIONS = [
  base,
  crew,
  guard,
  registry,
  list,
  exclude,
  copy,
  whole,
  sweep,
  compare,
  attributes,
  manifest,
  drive,
  rounds,
  differences,
  verify,
  notify,
  talk,
].join("\n");

/** What the archive host's `sh` reads. */
export interface Script {
  /** Functions and variables; by itself it does nothing but say that it is there. */
  readonly preparation: string;
  /** What is to be done. */
  readonly command: string;
}

/**
 * The script for a transfer, with the request that is kept there, and with the
 * `notification` for its end, which is kept nowhere.
 */
export function transferScript(
  verb: "start" | "plan",
  request: Request,
  notification = "",
): Script {
  return script([verb], requestText(request), notification);
}

/** The script that joins a transfer of these stores by its id; an empty one is the one under way. */
export function joinScript(
  stores: Pick<Request, "scratch" | "archive">,
): (id: string) => Script {
  return (id) => askScript(["join_transfer", id], storesText(stores));
}

/** The same for commands that only ask, after `assignments`. */
export function askScript(
  words: readonly [string, ...string[]],
  assignments: string,
): Script {
  return script(words, assignments);
}

/**
 * The program travels as one quoted word: it is evaluated here and written to a
 * file there, since the workers are started from that. The commands read no
 * standard input: the rest of this text would be in it.
 */
function script(
  words: readonly string[],
  request: string,
  notification = "",
): Script {
  const preparation = [
    `printf '\\n%s\\0' ${ANSWER_BEGINS}`,
    `functions=${shellQuote(`${FUNCTIONS}\n`)}`,
    `program=$functions${shellQuote(main)}`,
    `request=${shellQuote(request)}`,
    // Not even by the environment that the login came with does it reach another program.
    "unset notification",
    `notification=${shellQuote(notification)}`,
    `eval "$functions"`,
    `eval "$request"`,
    "",
  ];
  return {
    preparation: preparation.join("\n"),
    command: `${shellJoin(words)} </dev/null\nexit\n`,
  };
}

import { shellQuote } from "../../text/shell_quote.ts";
import script from "./code.zsh" with { type: "text" };

/** The code that goes with a job: what its pod makes of a snapshot before the command starts. */
export interface PayloadCode {
  /** The commit that is checked out. */
  readonly commit: string;
  /** The address of the remote, if there is one. */
  readonly remote?: string | undefined;
  /** The commit that the pod fetches from there first. */
  readonly base?: string | undefined;
  /** What the remote lacks; without it the commit is the base. */
  readonly bundle?: {
    readonly sha256: string;
    /** The file it is in; without one it comes in {@linkcode CODE_VARIABLES}. */
    readonly file?: string | undefined;
  } | undefined;
  /** The directory inside the repository to start in; empty for its top. */
  readonly below: string;
  readonly submodules: readonly string[];
  readonly lfs: boolean;
}

/** The variables in which a small bundle comes, its base64 in order. The payload unsets them, and so does every door into the pod. */
export const CODE_VARIABLES = ["MLO_CODE_1", "MLO_CODE_2"] as const;

/** Takes the bundle out of the environment before anything is started. */
export const TAKE_CODE =
  `mlo_bundle=${CODE_VARIABLES.map((name) => `\${${name}-}`).join("")}\n` +
  `unset ${CODE_VARIABLES.join(" ")}\n`;

/** Makes the code, or finds it made, and goes there. */
export function enterCode(code: PayloadCode): string {
  const { remote = "", base = "", bundle } = code;
  const store = base === ""
    ? ""
    : `$SCRATCH_HOME/.mlo/code/${directoryName(remote)}/${base}.git`;
  const where = code.below === "" ? "" : `/${code.below}`;
  return [
    `mlo_commit=${code.commit}`,
    `mlo_base=${base}`,
    `mlo_url=${shellQuote(remote)}`,
    `mlo_store="${store}"`,
    `mlo_sha256=${bundle?.sha256 ?? ""}`,
    `mlo_file=${shellQuote(bundle?.file ?? "")}`,
    `mlo_submodules=(${code.submodules.map(shellQuote).join(" ")})`,
    `mlo_lfs=${code.lfs ? 1 : ""}`,
    script,
    // A background child would have a lower priority.
    "setopt no_bg_nice",
    "( mlo_code ) &",
    `trap "kill $! 2>/dev/null; exit 143" TERM`,
    "wait $! || exit $?",
    "trap 'exit 143' TERM",
    "unset mlo_bundle",
    `builtin cd -q -- "$MLO_RUN_DIR/code"${shellQuote(where)} || ` +
    `mlo_fail ${shellQuote(`cannot enter ${code.below} in the snapshot`)}`,
    "",
  ].join("\n");
}

/** One that tells people which remote is meant. Two remotes may share it: commits have names of their own. */
function directoryName(url: string): string {
  return url.replace(/^[a-z]+:\/\//i, "").replace(/\.git$/, "")
    .replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(-100);
}

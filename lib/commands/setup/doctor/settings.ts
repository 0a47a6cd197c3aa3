import { secretManifest } from "../../../cluster/secret.ts";
import { csubDifferences } from "../../../config/csub/csub.ts";
import { parseEnvFile } from "../../../config/env/file.ts";
import {
  checkEnvFileMode,
  type EnvFileChoice,
  gitTrackedArgs,
  isTracked,
} from "../../../settings/locate.ts";
import {
  resolveSettings,
  type Settings,
} from "../../../config/settings/settings.ts";
import { MloError } from "../../../error.ts";
import { furtherProblems } from "../../../settings/report.ts";
import { small } from "../../../text/hint.ts";
import type { Host } from "../../../host/host.ts";
import { shellQuote } from "../../../text/shell_quote.ts";
import { unsetLine } from "../shell_words.ts";
import { edit, fault, type Finding, note, ok } from "./finding.ts";
import {
  findSettingsFile,
  type SettingsFlags,
} from "../../../settings/read_settings.ts";

/** The settings file, as far as it could be read. */
export interface Examined {
  readonly path?: string;
  readonly content?: Uint8Array;
  readonly variables: ReadonlyMap<string, string>;
  readonly lines: ReadonlyMap<string, number>;
  /** There only if the whole file is right. */
  readonly settings?: Settings;
  readonly findings: readonly Finding[];
}

const NAME = "settings";

/** The most problems of one file that are listed. */
const LISTED = 10;

/** Finds and reads the settings file; everything that is wrong in it is a finding. */
export async function examineSettings(
  host: Host,
  flags: SettingsFlags,
): Promise<Examined> {
  const nothing = { variables: new Map(), lines: new Map() };
  let file: EnvFileChoice;
  try {
    file = await findSettingsFile(host, flags);
  } catch (error) {
    if (!(error instanceof MloError)) throw error;
    const fix = flags.envFile !== undefined
      ? `mlo init --env-file ${shellQuote(flags.envFile)}`
      : host.env.get("MLO_ENV_FILE")
      ? unsetLine(host.env, "MLO_ENV_FILE")
      : "mlo init";
    return { ...nothing, findings: [fault(NAME, error.message, fix)] };
  }
  return examine(host, file);
}

function examine(host: Host, { path, content }: EnvFileChoice): Examined {
  const { variables, lines, problems } = parseEnvFile(content);
  const resolved = resolveSettings(variables, host.env.home);
  const told = problems.map(({ line, column, message, hint }) =>
    fault(
      NAME,
      `${path}:${line}:${column}: ${message}${hint ? ` (${small(hint)})` : ""}`,
      edit(path, line),
    )
  );
  const further = furtherProblems({ lines, variables }, [
    ...resolved.problems,
    ...resolved.warnings,
  ])
    .map(({ key, message, hint }) =>
      fault(
        NAME,
        `${path}: ${message}${hint ? ` (${small(hint)})` : ""}`,
        edit(path, lines.get(key) ?? 1),
      )
    );
  const faults = [...told, ...further];
  const right = problems.length === 0 ? resolved.settings : undefined;
  return {
    path,
    content,
    variables,
    lines,
    ...(right === undefined ? {} : { settings: right }),
    findings: faults.length > 0
      ? faults.slice(0, LISTED)
      : [ok(NAME, `${path}, ${variables.size} variables`)],
  };
}

/** The file around its content: who can read it, git, its size, and csub's view of it. */
export async function checkFile(
  host: Host,
  { path, content, variables, settings }: Examined,
): Promise<Finding[]> {
  if (path === undefined || content === undefined) return [];
  const facts = await host.files.facts(path);
  const mode = checkEnvFileMode(path, facts?.mode);
  return [
    ...(mode
      ? [fault("settings", mode.message, `chmod 600 ${shellQuote(path)}`)]
      : []),
    ...await checkGit(host, path),
    ...checkSize(variables, settings),
    ...csubNote(content),
  ];
}

/** What the file means to csub, for those who still use both. */
function csubNote(content: Uint8Array): Finding[] {
  const differing = csubDifferences(content)
    .map(({ key, reason }) => `${key} (${reason})`);
  if (differing.length === 0) return [];
  return [note("csub", `would read otherwise: ${differing.join("; ")}`)];
}

function checkSize(
  data: ReadonlyMap<string, string>,
  settings: Settings | undefined,
): Finding[] {
  if (settings === undefined) return [];
  const name = settings.RUNAI_SECRET_NAME;
  try {
    secretManifest({ name, namespace: settings.K8S_NAMESPACE, data });
    return [];
  } catch (error) {
    if (!(error instanceof MloError)) throw error;
    return [fault("settings", error.message, "mlo secret sync --dry-run")];
  }
}

async function checkGit(host: Host, path: string): Promise<Finding[]> {
  const slash = path.lastIndexOf("/");
  const directory = slash === -1 ? "." : path.slice(0, slash) || "/";
  const name = path.slice(slash + 1);
  const git = (args: readonly string[]) =>
    host.programs.run({ program: "git", args, timeout: 3_000 })
      .catch(() => undefined);
  const [tracked, ignored] = await Promise.all([
    git(gitTrackedArgs(path)),
    git([
      ...["-C", directory, "check-ignore", "-q", "--no-index", "--", name],
    ]),
  ]);
  if (isTracked(tracked)) {
    return [
      fault(
        "git",
        `git tracks ${path}, and it holds secrets; replace those that were pushed`,
        `git -C ${shellQuote(directory)} rm --cached -- ${shellQuote(name)}`,
      ),
    ];
  }
  if (ignored?.code !== 1) return [];
  return [
    fault(
      "git",
      `git does not ignore ${path}: the next "git add ." takes it in`,
      `echo ${shellQuote(`/${name}`)} >> ${
        shellQuote(`${directory}/.gitignore`)
      }`,
    ),
  ];
}

import {
  decodeProbe,
  type Generation,
  probeCall,
} from "../../../runai/detect.ts";
import type { Host, Outcome } from "../../../host/host.ts";
import { pathHereLine } from "../shell_words.ts";
import type { Examined } from "./settings.ts";
import { edit, fault, type Finding, ok } from "./finding.ts";
import { findOnPath, isOnPath } from "../../../host/on_path.ts";

/** Milliseconds for one call of `runai`. */
const PATIENCE = 4_000;

/** What is wrong if a program cannot be found; `undefined` if it is there. */
export async function missing(
  host: Host,
  program: string,
): Promise<Finding | undefined> {
  if (await findOnPath(host, program) !== undefined) return undefined;
  const own = `${host.env.home}/.local/bin/${program}`;
  if (await host.files.facts(own) === undefined) {
    return fault(program, `${program} is not installed`, "mlo setup");
  }
  return fault(
    program,
    `${program} is in ~/.local/bin, which is not on the PATH`,
    pathHereLine(host.env),
  );
}

/** `runai`: there, of which generation, and logged in. */
export async function checkRunai(
  host: Host,
  { settings, lines, path = "" }: Examined,
): Promise<Finding[]> {
  const program = settings?.RUNAI_PROGRAM ?? "runai";
  const absent = program === "runai"
    ? await missing(host, "runai")
    : await misnamed(host, program, edit(path, lines.get("RUNAI_PROGRAM")));
  if (absent) return [absent];
  const [probe, who] = await Promise.all([
    attempt(host, program, probeCall().args),
    attempt(host, program, ["whoami"]),
  ]);
  const generation = probe && decodeProbe(probe);
  if (generation === undefined) {
    return [
      probe?.timedOut ? silent(program, "runai does not answer") : fault(
        "runai",
        `${program} cannot be run, or is no run:ai CLI that is known`,
        program === "runai"
          ? "mlo setup --replace"
          : edit(path, lines.get("RUNAI_PROGRAM")),
      ),
    ];
  }
  const wanted = settings?.RUNAI_CLI ?? "auto";
  if (wanted !== "auto" && wanted !== generation) {
    return [
      fault(
        "runai",
        `runai is ${generation}, but RUNAI_CLI says ${wanted}`,
        edit(path, lines.get("RUNAI_CLI")),
      ),
    ];
  }
  return [loggedIn(program, who, generation)];
}

function loggedIn(
  program: string,
  who: Outcome | undefined,
  generation: Generation,
): Finding {
  if (who === undefined || who.timedOut) {
    return silent(program, "runai does not answer");
  }
  const decoder = new TextDecoder();
  const said = decoder.decode(who.stdout) + decoder.decode(who.stderr);
  // A build without the word is no sign of being logged out.
  if (who.code === 0 || /unknown command/i.test(said)) {
    return ok("runai", `${generation}, logged in`);
  }
  if (/no such host|dial tcp|i\/o timeout|connection refused/i.test(said)) {
    return silent(program, "run:ai cannot be reached");
  }
  return fault("runai", "runai is not logged in", `${program} login`);
}

function silent(program: string, what: string): Finding {
  const message = `${what}: connect to the EPFL network or its VPN`;
  return fault("runai", message, `${program} whoami`);
}

/** A fault where the settings name a program that is not there. */
async function misnamed(
  host: Host,
  program: string,
  remedy: string,
): Promise<Finding | undefined> {
  if (await isOnPath(host, program)) return undefined;
  return fault(
    "runai",
    `RUNAI_PROGRAM names ${program}: it is not there`,
    remedy,
  );
}

async function attempt(
  host: Host,
  program: string,
  args: readonly string[],
): Promise<Outcome | undefined> {
  return await host.programs.run({ program, args, timeout: PATIENCE })
    .catch(() => undefined);
}

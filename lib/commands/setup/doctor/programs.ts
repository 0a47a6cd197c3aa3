import {
  decodeProbe,
  type Generation,
  probeCall,
} from "../../../runai/detect.ts";
import type { Host, Outcome } from "../../../host/host.ts";
import type { Examined } from "./settings.ts";
import { edit, fault, type Finding, ok } from "./finding.ts";
import { findOnPath } from "../../../host/on_path.ts";

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
    'export PATH="$HOME/.local/bin:$PATH"',
  );
}

/** `runai`: there, of which generation, and logged in. */
export async function checkRunai(
  host: Host,
  { settings, lines, path = "" }: Examined,
): Promise<Finding[]> {
  const absent = await missing(host, "runai");
  if (absent) return [absent];
  const [probe, who] = await Promise.all([
    attempt(host, probeCall().args),
    attempt(host, ["whoami"]),
  ]);
  const generation = probe && decodeProbe(probe);
  if (generation === undefined) {
    return [
      probe?.timedOut ? silent("runai does not answer") : fault(
        "runai",
        "runai cannot be run, or is no run:ai CLI that is known",
        "mlo setup --replace",
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
  return [loggedIn(who, generation)];
}

function loggedIn(who: Outcome | undefined, generation: Generation): Finding {
  if (who === undefined || who.timedOut) {
    return silent("runai does not answer");
  }
  const decoder = new TextDecoder();
  const said = decoder.decode(who.stdout) + decoder.decode(who.stderr);
  // A build without the word is no sign of being logged out.
  if (who.code === 0 || /unknown command/i.test(said)) {
    return ok("runai", `${generation}, logged in`);
  }
  if (/no such host|dial tcp|i\/o timeout|connection refused/i.test(said)) {
    return silent("run:ai cannot be reached");
  }
  return fault("runai", "runai is not logged in", "runai login");
}

function silent(what: string): Finding {
  const message = `${what}: connect to the EPFL network or its VPN`;
  return fault("runai", message, "runai whoami");
}

async function attempt(
  host: Host,
  args: readonly string[],
): Promise<Outcome | undefined> {
  return await host.programs.run({ program: "runai", args, timeout: PATIENCE })
    .catch(() => undefined);
}

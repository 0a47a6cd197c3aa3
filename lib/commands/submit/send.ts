import { destination, options } from "../../archive/login.ts";
import { applyCode, type HeldCode } from "../../cluster/code_secret.ts";
import { MloError } from "../../error.ts";
import type { Host, Outcome } from "../../host/host.ts";
import type { ReadSettings } from "../../settings/read_settings.ts";
import {
  isReceived,
  receiveLine,
  receiveWords,
} from "../../snapshot/receive.ts";
import { type Code, partsOf, type Way } from "./code.ts";

/** Milliseconds that sending may take: a hundred megabytes over a slow VPN. */
const PATIENCE = 30 * 60_000;

/**
 * Brings what the remote lacks to where the job will find it, by the best way
 * that is open; returns when it is there, whole. `held` is what was started
 * to send what is small.
 *
 * @throws {MloError} that says what stood in each way.
 */
export async function sendCode(
  host: Host,
  { settings }: Pick<ReadSettings, "settings">,
  code: Code,
  job: string,
  id: string,
  held?: HeldCode,
): Promise<void> {
  const { bundle } = code.snapshot;
  if (bundle === undefined) return;
  const obstacles: string[] = [];
  for (const way of code.ways) {
    if (way.is === "secret") {
      const { sha256, bytes } = bundle;
      const content = { job, sha256, parts: partsOf(bytes) };
      if (held) return await held.feed(content);
      return await applyCode(host, settings.K8S_NAMESPACE, content, id);
    }
    const outcome = await upload(host, settings, way, bundle, id);
    if (outcome === undefined) return;
    obstacles.push(outcome);
  }
  throw new MloError(
    `Cannot send the snapshot: it is too large for a Secret, and ${
      obstacles.join("; ")
    }`,
    {
      hint:
        "push your commits, so that less has to travel; or start a pod first (mlo submit -n carrier), or let git ignore what is large",
    },
  );
}

/** What stood in the way, if something did. */
async function upload(
  { programs }: Pick<Host, "programs">,
  settings: ReadSettings["settings"],
  way: Way,
  { bytes, sha256 }: { bytes: Uint8Array<ArrayBuffer>; sha256: string },
  id: string,
): Promise<string | undefined> {
  if (way.is === "pod") {
    const home = settings.SCRATCH_HOME;
    const outcome = await programs.run({
      program: "kubectl",
      args: [
        ...["exec", "-i", way.pod, "-c", way.container],
        ...["-n", settings.K8S_NAMESPACE, "--"],
        ...receiveWords({ home, id, sha256 }),
      ],
      timeout: PATIENCE,
    }, bytes);
    return obstacle(`the pod ${way.pod}`, outcome, sha256);
  }
  if (way.is === "archive") {
    const home = settings.ARCHIVE_SCRATCH_ROOT;
    const login = { host: way.host, user: settings.LDAP_USERNAME };
    const outcome = await programs.run({
      program: "ssh",
      args: [
        "-T",
        ...options("ConnectTimeout=10", "ServerAliveInterval=15"),
        ...destination(login),
        receiveLine({ home, id, sha256 }),
      ],
      timeout: PATIENCE,
      leavesProcess: true,
    }, bytes);
    return obstacle(way.host, outcome, sha256);
  }
  return undefined;
}

function obstacle(
  where: string,
  { stdout, stderr }: Outcome,
  sha256: string,
): string | undefined {
  const text = new TextDecoder();
  if (isReceived(text.decode(stdout), sha256)) return undefined;
  const why = text.decode(stderr).trim().split("\n").at(-1);
  return `${where} did not take it (${why || "the connection broke"})`;
}

import type { Record } from "../../archive/answer.ts";
import { converse } from "../../archive/conversation.ts";
import { shownBytes } from "../../archive/bar.ts";
import { shownSeconds } from "../../text/time.ts";
import { jsonPath, shownPath } from "../../archive/names.ts";
import { archiveDirectory } from "../../archive/paths.ts";
import { storesText } from "../../archive/request.ts";
import { askScript, joinScript } from "../../archive/script.ts";
import { follow } from "../../archive/transfer.ts";
import { contentsOf, transfersOf } from "../../archive/transfers.ts";
import type { Settings } from "../../config/settings/settings.ts";
import type { Host } from "../../host/host.ts";
import { ago } from "../../text/time.ts";
import { alignedTable, tabbedTable } from "../../text/table.ts";
import { reporter } from "./report.ts";
import { storesOf } from "./request.ts";
import { loginOf } from "./run.ts";

/** `mlo archive status`: the transfers of the last month. */
export async function printTransfers(
  host: Host,
  settings: Settings,
  json: boolean,
): Promise<void> {
  const transfers = transfersOf(await ask(host, settings, ["transfers"]));
  if (json) {
    return host.terminal.out(`${JSON.stringify(transfers, undefined, 2)}\n`);
  }
  const at = (time: Date | undefined) =>
    time === undefined ? "-" : `${time.toISOString().slice(0, 19)}Z`;
  const rows = transfers.map((each) => [
    each.id,
    each.kind,
    each.phase,
    each.percent === undefined ? "-" : `${each.percent}%`,
    each.rate === undefined ? "-" : `${shownBytes(each.rate)}/s`,
    at(each.started),
    each.ended || each.left === undefined
      ? at(each.ended)
      : `in about ${shownSeconds(each.left)}`,
    each.paths.map((path) => shownPath(new TextEncoder().encode(path)))
      .join(" ") + (each.to === "" ? "" : ` --to ${each.to}`),
  ]);
  print(host, [
    ...[
      "TRANSFER",
      "KIND",
      "STATE",
      "DONE",
      "RATE",
      "STARTED",
      "ENDED",
      "PATHS",
    ],
  ], rows);
}

/** `mlo archive status --follow`: joins a transfer; an empty id is the one under way. */
export async function followTransfer(
  host: Host,
  settings: Settings,
  id: string,
  json: boolean,
): Promise<void> {
  const report = reporter(host, json);
  const joined = joinScript(storesOf(settings));
  report.ended(
    await follow(host, loginOf(settings), joined(id), joined, report),
  );
}

/** `mlo archive cancel`. */
export async function cancelTransfer(
  host: Host,
  settings: Settings,
  id: string,
): Promise<void> {
  const [record] = await ask(host, settings, ["cancel", id]);
  const cancelled = record ? new TextDecoder().decode(record.value) : id;
  host.terminal.out(
    `Cancelled transfer ${cancelled}; what was copied stays there\n`,
  );
}

/** `mlo archive ls`: what the archive holds, one level deep. */
export async function printContents(
  host: Host,
  settings: Settings,
  word: string,
  json: boolean,
): Promise<void> {
  const path = archiveDirectory(word, storesOf(settings));
  const { entries, manifests } = contentsOf(
    await ask(host, settings, ["contents", path]),
  );
  const verified = (name: Uint8Array) => {
    const whole = [path, new TextDecoder().decode(name)].filter((part) => part)
      .join("/");
    for (const [root, time] of manifests) {
      if (whole === root || whole.startsWith(`${root}/`)) return time;
    }
    return undefined;
  };
  if (json) {
    const list = entries.map(({ name, ...entry }) => ({
      ...jsonPath(name),
      ...entry,
      compared: verified(name),
    }));
    return host.terminal.out(`${JSON.stringify(list, undefined, 2)}\n`);
  }
  const { stdoutIsTerminal } = host.terminal;
  const now = host.clock.now();
  const time = (then: Date) =>
    stdoutIsTerminal ? ago(then, now) : `${then.toISOString().slice(0, 19)}Z`;
  const told = (then: Date | undefined) => then ? time(then) : "never";
  const rows = entries.map(({ name, type, size, modified }) => [
    size === undefined ? type : shownBytes(size),
    time(modified),
    told(verified(name)),
    shownPath(name) + (type === "directory" ? "/" : ""),
  ]);
  print(host, ["SIZE", "MODIFIED", "COMPARED", "NAME"], rows);
}

async function ask(
  host: Host,
  settings: Settings,
  words: readonly [string, ...string[]],
): Promise<Record[]> {
  const records: Record[] = [];
  await converse(
    host,
    loginOf(settings),
    askScript(words, storesText(storesOf(settings))),
    (record) => records.push(record),
  );
  return records;
}

function print(host: Host, head: string[], rows: string[][]): void {
  host.terminal.out(
    host.terminal.stdoutIsTerminal
      ? alignedTable([head, ...rows])
      : tabbedTable(rows),
  );
}

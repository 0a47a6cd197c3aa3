import { shownBytes } from "../../archive/bar.ts";
import { textOf } from "../../archive/answer.ts";
import { converse } from "../../archive/conversation.ts";
import type { Login } from "../../archive/login.ts";
import { notification } from "../../archive/notification.ts";
import type { Request } from "../../archive/request.ts";
import { joinScript, transferScript } from "../../archive/script.ts";
import { follow } from "../../archive/transfer.ts";
import type { Settings } from "../../config/settings/settings.ts";
import type { Host } from "../../host/host.ts";
import { reporter } from "./report.ts";

/** Starts a transfer and follows it to its end, of which `notifyUrl` is told if there is one. */
export async function runTransfer(
  host: Host,
  login: Login,
  request: Request,
  json: boolean,
  notifyUrl?: string,
): Promise<void> {
  const report = reporter(host, json);
  const notice = notifyUrl === undefined
    ? ""
    : notification(notifyUrl, request.kind, request.roots);
  report.ended(
    await follow(
      host,
      login,
      transferScript("start", request, notice),
      joinScript(request),
      report,
    ),
  );
}

/** `--dry-run`: says what would be copied; nothing is written to either store. */
export async function printPlan(
  host: Host,
  login: Login,
  request: Request,
  json: boolean,
): Promise<void> {
  const numbers = new Map<string, number[]>();
  await converse(host, login, transferScript("plan", request), (record) => {
    const [files = 0, bytes = 0] = textOf(record).split(" ").map(Number);
    const before = numbers.get(record.key) ?? [0, 0];
    numbers.set(record.key, [
      (before[0] ?? 0) + files,
      (before[1] ?? 0) + bytes,
    ]);
  });
  const [files = 0, bytes = 0] = numbers.get("needed") ?? [];
  const [allFiles = 0, allBytes = 0] = numbers.get("source") ?? [];
  if (json) {
    const plan = { ...request, files, bytes, allFiles, allBytes };
    return host.terminal.out(`${JSON.stringify(plan, undefined, 2)}\n`);
  }
  host.terminal.out(
    `Would copy ${files} files, ${shownBytes(bytes)} (of ${allFiles} files, ${
      shownBytes(allBytes)
    })\n`,
  );
}

/** Who logs in where, by the settings. */
export function loginOf(settings: Settings): Login {
  return { host: settings.ARCHIVE_HOST, user: settings.LDAP_USERNAME };
}

import { checkDnsLabel } from "../text/dns_label.ts";

/**
 * A job's name for a user who gave none: `USER-YYYYMMDD-HHMMSS` in the user's
 * own time zone, and a DNS label whatever the user is called.
 */
export function defaultName(user: string, timeZone: string, now: Date): string {
  const label = checkDnsLabel(user)?.suggestion ?? user;
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    parts.find((one) => one.type === type)?.value ?? "";
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).formatToParts(now);
  return `${label.slice(0, 40)}-${part("year")}${part("month")}${part("day")}-${
    part("hour")
  }${part("minute")}${part("second")}`;
}

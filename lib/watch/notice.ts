import { MloError } from "../error.ts";
import type { Host } from "../host/host.ts";

/** What listens at an address: told by the address alone. */
export type Listener = "ntfy" | "slack" | "discord" | "teams" | "json";

/** The hosts of the addresses that services give out. */
const HOSTS: readonly (readonly [RegExp, Listener])[] = [
  [/(?:^|\.)ntfy\../, "ntfy"],
  [/^hooks\.slack(?:-gov)?\.com$/, "slack"],
  [/(?:^|\.)discord\.com$|^discordapp\.com$/, "discord"],
  [
    /\.webhook\.office\.com$|^outlook\.office\.com$|\.logic\.azure\.com$|\.powerplatform\.com$/,
    "teams",
  ],
];

/** Fields that travel with a text where anything that takes JSON listens. */
export type Fields = Readonly<Record<string, string | number>>;

/** Who listens at an address; `docker/notify.sh` says the same. */
export function listenerAt(url: string): Listener {
  const host = /^[^:]*:\/\/([^/?#]*)/.exec(url)?.[1]?.replace(/^.*@/, "")
    .replace(/:.*$/, "").toLowerCase() ?? "";
  return HOSTS.find(([pattern]) => pattern.test(host))?.[1] ?? "json";
}

function bodyFor(listener: Listener, text: string, fields: Fields): string {
  switch (listener) {
    case "ntfy":
      return text;
    case "slack":
      return JSON.stringify({ text });
    case "discord":
      return JSON.stringify({
        content: text,
        allowed_mentions: { parse: [] },
      });
    case "teams":
      return JSON.stringify({
        type: "message",
        attachments: [{
          contentType: "application/vnd.microsoft.card.adaptive",
          content: {
            type: "AdaptiveCard",
            version: "1.4",
            body: [{ type: "TextBlock", wrap: true, text }],
          },
        }],
      });
    case "json":
      return JSON.stringify({ text, ...fields });
  }
}

/**
 * The configuration with which curl posts a text: it is given on curl's
 * standard input, since the address is itself a password. One request, five
 * seconds at most; a redirect is not followed.
 */
export function curlConfiguration(
  url: string,
  text: string,
  fields: Fields = {},
): string {
  const listener = listenerAt(url);
  const type = listener === "ntfy" ? "text/plain" : "application/json";
  return [
    setting("url", url),
    setting("proto", "=http,https"),
    setting("header", `Content-Type: ${type}; charset=utf-8`),
    setting("data-raw", bodyFor(listener, text, fields)),
    setting("connect-timeout", "4"),
    setting("max-time", "5"),
    setting("output", "/dev/null"),
    setting("write-out", "%{http_code}"),
    "silent\ngloboff\n",
  ].join("");
}

function setting(name: string, value: string): string {
  const text = value.replace(/[\\"]/g, "\\$&").replaceAll("\t", "\\t")
    .replaceAll("\r", "\\r").replaceAll("\n", "\\n");
  return `${name} = "${text}"\n`;
}

/** Why curl gives up, by its exit status (its manual, "EXIT CODES"). */
const FAILURES: Readonly<Record<number, string>> = {
  5: "the proxy's name does not resolve",
  6: "its host name does not resolve",
  7: "its host refuses the connection",
  28: "there was no answer in five seconds",
  35: "no encrypted connection could be made",
  52: "the answer was empty",
  56: "the connection broke",
  60: "its certificate is not trusted",
};

/**
 * Posts a text to NOTIFY_URL through curl.
 *
 * @throws {MloError} that says why it was not taken, without the address.
 */
export async function notify(
  { programs }: Pick<Host, "programs">,
  url: string,
  text: string,
  fields: Fields = {},
): Promise<void> {
  const outcome = await programs.run(
    { program: "curl", args: ["-q", "-K", "-"], timeout: 7_000 },
    curlConfiguration(url, text, fields),
  );
  const answer = new TextDecoder().decode(outcome.stdout).trim();
  if (outcome.code === 0 && /^2\d\d$/.test(answer)) return;
  const why = outcome.timedOut
    ? FAILURES[28]
    : outcome.code !== 0
    ? FAILURES[outcome.code] ?? `curl ended with ${outcome.code}`
    : /^3\d\d$/.test(answer)
    ? `the server sends it elsewhere (${answer}), which is not followed`
    : `the server answered ${answer}`;
  throw new MloError(`Cannot post to NOTIFY_URL: ${why}`, {
    hint: "look at the address in the settings file: mlo init --set NOTIFY_URL",
  });
}

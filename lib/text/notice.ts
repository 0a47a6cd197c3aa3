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
export type Fields = Readonly<
  Record<string, string | number | readonly string[]>
>;

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

/** Seconds that a server has. */
export interface Patience {
  /** To be connected to. */
  readonly connect: number;
  /** For everything. */
  readonly whole: number;
}

/**
 * The configuration (curl(1), -K) with which curl posts a text: it is given on
 * curl's standard input, since the address is itself a password. One request,
 * five seconds at most unless told otherwise; a redirect is not followed.
 */
export function curlConfiguration(
  url: string,
  text: string,
  fields: Fields = {},
  { connect, whole }: Patience = { connect: 4, whole: 5 },
): string {
  const listener = listenerAt(url);
  const type = listener === "ntfy" ? "text/plain" : "application/json";
  return [
    setting("url", url),
    setting("proto", "=http,https"),
    setting("header", `Content-Type: ${type}; charset=utf-8`),
    setting("data-raw", bodyFor(listener, text, fields)),
    setting("connect-timeout", `${connect}`),
    setting("max-time", `${whole}`),
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

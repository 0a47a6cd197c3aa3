/**
 * What the archive host sends to NOTIFY_URL when a transfer has ended: the
 * configuration of a curl there, which it gets on its standard input, since the
 * address is itself a password. The host puts the outcome in its place.
 */

/** Stands in the message for how the transfer ended. */
const OUTCOME = "@OUTCOME@";

/** Seconds that the server has for its answer. */
const PATIENCE = 10;

/** The curl configuration (curl(1), -K) that tells `url` how the transfer of `paths` ended. */
export function notification(
  url: string,
  kind: string,
  paths: readonly string[],
): string {
  const text = `mlo archive: ${kind} ${paths.join(" ")}: ${OUTCOME}`;
  const { type, body } = message(url, text, { kind, paths });
  return [
    setting("url", url),
    setting("proto", "=http,https"),
    setting("header", `Content-Type: ${type}; charset=utf-8`),
    setting("data-raw", body),
    setting("connect-timeout", "5"),
    setting("max-time", `${PATIENCE}`),
    setting("output", "/dev/null"),
    setting("write-out", "%{http_code}"),
    "silent",
    "globoff",
    "",
  ].join("\n");
}

/** The form that the service takes which gave out the address. */
function message(
  url: string,
  text: string,
  facts: { readonly kind: string; readonly paths: readonly string[] },
): { type: string; body: string } {
  const json = (value: unknown) => ({
    type: "application/json",
    body: JSON.stringify(value),
  });
  const host = hostOf(url);
  if (/(^|\.)ntfy\./.test(host)) return { type: "text/plain", body: text };
  if (/^hooks\.slack(-gov)?\.com$/.test(host)) return json({ text });
  if (/(^|\.)discord(app)?\.com$/.test(host)) {
    return json({ content: text, allowed_mentions: { parse: [] } });
  }
  if (
    /(^outlook\.office|\.webhook\.office|\.logic\.azure|\.powerplatform)\.com$/
      .test(host)
  ) {
    return json({
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
  }
  return json({ text, ...facts, outcome: OUTCOME });
}

function hostOf(url: string): string {
  try {
    return new URL(url).hostname.toLowerCase();
  } catch {
    return "";
  }
}

/** A line of a curl configuration; what is quoted knows the escapes \\ \" \t \n \r \v. */
function setting(name: string, value: string): string {
  const quoted = value.replace(/[\\"]/g, "\\$&")
    .replaceAll("\t", "\\t").replaceAll("\r", "\\r").replaceAll("\n", "\\n");
  return `${name} = "${quoted}"`;
}

import { MloError } from "../error.ts";
import type { Host } from "../host/host.ts";
import { curlConfiguration, type Fields } from "../text/notice.ts";

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
  const answer = new TextDecoder().decode(outcome.stdout);
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

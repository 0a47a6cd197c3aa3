import assert from "node:assert/strict";
import {
  curlConfiguration,
  type Listener,
  listenerAt,
} from "../../lib/text/notice.ts";
import { notify } from "../../lib/watch/notice.ts";
import { hostInMemory } from "../support/laptop.ts";
import { run } from "../support/pods/programs.ts";
import { freePort } from "../support/pods/registry.ts";

const NOTIFY = new URL("../../docker/notify.sh", import.meta.url).pathname;
const SECRET = "T0K3N-of-the-address";

const ADDRESSES: readonly [url: string, listener: Listener][] = [
  [`https://ntfy.sh/${SECRET}`, "ntfy"],
  [`https://ann:pass@ntfy.example.org:8443/a?x=[1]`, "ntfy"],
  [`https://push.ntfy.example.org/topic`, "ntfy"],
  [`https://example.org/ntfy.sh`, "json"],
  [`https://hooks.slack.com/services/T/B/${SECRET}`, "slack"],
  [`https://discord.com/api/webhooks/1/${SECRET}`, "discord"],
  [`https://canary.discord.com/api/webhooks/1/x`, "discord"],
  [`https://discordapp.com/api/webhooks/1/x`, "discord"],
  [`https://epfl.webhook.office.com/webhookb2/x`, "teams"],
  [`https://prod-1.westeurope.logic.azure.com:443/workflows/x`, "teams"],
  [`https://a.b.environment.api.powerplatform.com/x`, "teams"],
  [`https://HOOKS.SLACK.COM/services/x`, "slack"],
  [`https://hooks.slack.com.example.org/x`, "json"],
  [`https://notdiscord.com/x`, "json"],
  [`https://discordapp.com.example.org/x`, "json"],
  [`http://127.0.0.1:9/x#ntfy.sh`, "json"],
  [`https://example.org/"quoted"\\path`, "json"],
];

const TEXTS = [
  "exp ended after 3 h 12 min: exit status 1 (attempt 2) · mlo logs exp",
  'a "quote", a \\backslash, a % and a @file',
  'two\nlines\tand $HOME `id` {"text": 1}',
];

for (const [url, listener] of ADDRESSES) {
  Deno.test(`what listens at ${url.replace(SECRET, "…")}: ${listener}`, () =>
    assert.equal(listenerAt(url), listener));
}

Deno.test("the pod and the laptop make the same request, whoever listens, and show curl no address", async () => {
  const bin = await Deno.makeTempDir({ prefix: "mlo-curl-" });
  const curl =
    `#!/bin/sh\nprintf '%s\\n' "$*" >${bin}/argv; cat >${bin}/in\nprintf 200\n`;
  await Deno.writeTextFile(`${bin}/curl`, curl, { mode: 0o755 });
  const path = `${bin}:${Deno.env.get("PATH")}`;
  for (const [url] of ADDRESSES) {
    for (const text of TEXTS) {
      const ended = await run(
        [NOTIFY, text, "event=end", "status=0", "job=exp", "run=007"],
        { env: { PATH: path, NOTIFY_URL: url } },
      );
      assert.deepEqual(ended, { code: 0, stdout: "", stderr: "" });
      assert.equal(await Deno.readTextFile(`${bin}/argv`), "-q -K -\n");
      const fields = { event: "end", status: 0, job: "exp", run: "007" };
      // A tab is a blank in JSON that the shell wrote.
      assert.equal(
        (await Deno.readTextFile(`${bin}/in`)).replaceAll("\\\\t", " "),
        curlConfiguration(url, text, fields).replaceAll("\\\\t", " "),
      );
    }
  }
  await Deno.remove(bin, { recursive: true });
});

/** Both ways of posting, by what went wrong; no word of the address. */
async function post(url: string) {
  const { host } = hostInMemory(Deno.env.toObject(), "/tmp");
  const fromLaptop = notify(host, url, "hello", { event: "test" })
    .then(() => "", (error: Error) => error.message);
  const { code, stdout, stderr } = await run([NOTIFY, "hello", "event=test"], {
    env: { NOTIFY_URL: url },
  });
  const laptop = await fromLaptop;
  for (const said of [stdout, stderr, laptop]) {
    assert.ok(!said.includes(SECRET), said);
  }
  return { code, pod: stderr, laptop };
}

async function serving(
  answer: (request: Request) => Response | Promise<Response>,
  test: (url: string, seen: [string, string][]) => Promise<void>,
) {
  const seen: [string, string][] = [];
  const abort = new AbortController();
  const server = Deno.serve(
    {
      ...{ hostname: "127.0.0.1", port: 0, signal: abort.signal },
      onListen: () => {},
      onError: () => new Response(null, { status: 500 }),
    },
    async (request) => {
      const type = request.headers.get("content-type") ?? "";
      seen.push([type, await request.text()]);
      return await answer(request);
    },
  );
  const { port } = server.addr;
  await test(`http://127.0.0.1:${port}/${SECRET}`, seen);
  abort.abort();
  await server.finished;
}

Deno.test("a server takes one request with the text and its fields", () =>
  serving(() => new Response("ok"), async (url, seen) => {
    assert.deepEqual(await post(url), { code: 0, pod: "", laptop: "" });
    const request: [string, string] = [
      "application/json; charset=utf-8",
      '{"text":"hello","event":"test"}',
    ];
    assert.deepEqual(seen, [request, request]);
  }));

Deno.test("a server that answers 500, or 404, is told", async () => {
  for (const status of [500, 404]) {
    await serving(() => new Response("", { status }), async (url, seen) => {
      const { code, pod, laptop } = await post(url);
      assert.equal(code, 1);
      assert.match(pod, new RegExp(`the server answered ${status}\n$`));
      assert.match(laptop, new RegExp(`the server answered ${status}$`));
      assert.equal(seen.length, 2);
    });
  }
});

Deno.test("a redirect is not followed: the text goes nowhere else", () =>
  serving((request) => {
    const location = new URL("/elsewhere", request.url).href;
    return new Response("", { status: 307, headers: { location } });
  }, async (url, seen) => {
    const { code, pod, laptop } = await post(url);
    assert.deepEqual([code, seen.length], [1, 2]);
    assert.match(pod, /answered 307/);
    assert.match(laptop, /sends it elsewhere \(307\)/);
  }));

Deno.test("a server that hangs is given up, a refusal and a name that is none are told", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  await serving(() => promise, async (url) => {
    const { code, pod, laptop } = await post(url);
    assert.equal(code, 1);
    assert.match(pod, /curl ended with 28/);
    assert.match(laptop, /no answer in five seconds/);
    resolve(new Response(""));
  });
  const refused = await post(`http://127.0.0.1:${freePort()}/${SECRET}`);
  assert.match(refused.pod, /curl ended with 7/);
  assert.match(refused.laptop, /refuses the connection/);
});

Deno.test("other protocols are not spoken: a file is not read", async () => {
  const { code, laptop } = await post("file:///etc/hostname");
  assert.equal(code, 1);
  assert.match(laptop, /curl ended with 1$/);
});

Deno.test("without an address, or without a text, notify.sh says how it is called", async () => {
  for (const [url, ...words] of [["", "hello"], ["http://127.0.0.1/"]]) {
    const ended = await run([NOTIFY, ...words], {
      env: { NOTIFY_URL: url ?? "" },
    });
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, /^usage: /);
  }
});

Deno.test("a pod without curl is told so, by a status", async () => {
  const bin = await Deno.makeTempDir({ prefix: "mlo-nocurl-" });
  const ended = await run([NOTIFY, "hello"], {
    env: { PATH: bin, NOTIFY_URL: `https://example.org/${SECRET}` },
  });
  await Deno.remove(bin);
  assert.deepEqual([ended.code, ended.stderr], [
    1,
    "notify.sh: Cannot post to NOTIFY_URL: curl ended with 127\n",
  ]);
});

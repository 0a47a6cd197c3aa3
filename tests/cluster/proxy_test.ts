import assert from "node:assert/strict";
import { proxyFor } from "../../lib/cluster/proxy.ts";

const SERVER = "https://caas.epfl.ch:443";

/** The variables, the server, and the proxy on the way (golang.org/x/net/http/httpproxy). */
const WAYS: readonly (readonly [
  env: Readonly<Record<string, string>>,
  server: string | undefined,
  proxy: string | undefined,
])[] = [
  [{}, SERVER, undefined],
  [{ HTTPS_PROXY: "http://p:3128" }, undefined, undefined],
  [{ HTTPS_PROXY: "http://p:3128" }, SERVER, "p:3128"],
  [{ https_proxy: "p:3128" }, SERVER, "p:3128"],
  [{ HTTPS_PROXY: "", https_proxy: "http://small" }, SERVER, "small"],
  [{ HTTPS_PROXY: "a:1", https_proxy: "b:1" }, SERVER, "a:1"],
  [{ HTTPS_PROXY: "http://ann:pass@p:3128" }, SERVER, "p:3128"],
  [{ HTTPS_PROXY: "p:1" }, "https://localhost:6443", undefined],
  [{ HTTPS_PROXY: "p:1" }, "https://127.0.0.53:6443", undefined],
  [{ HTTPS_PROXY: "p:1" }, "https://[::1]:6443", undefined],
  [{ HTTPS_PROXY: "p:1" }, "rubbish", undefined],
  [{ HTTPS_PROXY: "p:1" }, "https://localhost.epfl.ch", "p:1"],
  [{ HTTPS_PROXY: "p:1" }, "https://my-localhost", "p:1"],
  ...[
    ...["caas.epfl.ch", "epfl.ch", ".epfl.ch", "*.epfl.ch", "*", "x, epfl.ch "],
    ...["caas.epfl.ch:443", "x,,ch"],
  ].map((NO_PROXY) =>
    [{ HTTPS_PROXY: "p:1", NO_PROXY }, SERVER, undefined] as const
  ),
  ...["", "fl.ch", "caas", "aas.epfl.ch", "caas.epfl.ch.example", ","].map((
    NO_PROXY,
  ) => [{ HTTPS_PROXY: "p:1", NO_PROXY }, SERVER, "p:1"] as const),
  [{ HTTPS_PROXY: "p:1", no_proxy: "epfl.ch" }, SERVER, undefined],
  [{ HTTPS_PROXY: "p:1", NO_PROXY: "x", no_proxy: "epfl.ch" }, SERVER, "p:1"],
];

for (const [env, server, proxy] of WAYS) {
  Deno.test(`the proxy to ${server} with ${JSON.stringify(env)}: ${proxy ?? "none"}`, () =>
    assert.equal(proxyFor({ get: (name) => env[name] }, server), proxy));
}

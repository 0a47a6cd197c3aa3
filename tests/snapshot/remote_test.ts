import assert from "node:assert/strict";
import {
  chooseRemote,
  decodeRemoteRefs,
  decodeSshHost,
  plainUrl,
  podUrl,
} from "../../lib/snapshot/remote.ts";

const WORK = { hostname: "github.com", user: "git", port: "22" };
const ODD = { hostname: "10.0.0.1", user: "ada", port: "2222" };
const URLS: readonly (readonly [
  url: string,
  wanted: string | undefined,
  ssh?: typeof WORK,
])[] = [
  ["git@github.com:epfml/x.git", "git@github.com:epfml/x.git"],
  ["https://github.com/epfml/x", "https://github.com/epfml/x"],
  ["https://ada:t0ken@github.com/epfml/x", "https://github.com/epfml/x"],
  ["https://ghp_t0ken@github.com/epfml/x", "https://github.com/epfml/x"],
  ["ssh://git:pw@host:7999/a/b.git", "ssh://git@host:7999/a/b.git"],
  ["https://host:8443/a", "https://host:8443/a"],
  ["git@[::1]:x.git", "git@[::1]:x.git"],
  ["host:~ada/x.git", "host:~ada/x.git"],
  // Names of ssh_config.
  ["git@work:epfml/x.git", "git@github.com:epfml/x.git", WORK],
  ["work:epfml/x.git", "git@github.com:epfml/x.git", WORK],
  ["odd:x.git", "ssh://ada@10.0.0.1:2222/~/x.git", ODD],
  ["git@odd:group/x.git", "ssh://git@10.0.0.1:2222/group/x.git", ODD],
  ["ssh://odd/srv/x.git", "ssh://ada@10.0.0.1:2222/srv/x.git", ODD],
  // What no pod can reach.
  ["/srv/git/x.git", undefined],
  ["../x", undefined],
  ["file:///srv/git/x.git", undefined],
  ["C:/x", "C:/x"],
  ["ext::sh -c true", undefined],
];

Deno.test("podUrl() gives an address that works in a pod, without password or token", () => {
  for (const [url, wanted, ssh] of URLS) {
    assert.equal(podUrl(url, ssh), wanted, url);
  }
});

Deno.test("decodeRemoteRefs() gives the commit behind a tag", () => {
  const [a, b, c] = ["a", "b", "c"].map((digit) => digit.repeat(40));
  assert.deepEqual(
    decodeRemoteRefs(
      `${a}\trefs/heads/main\n${b}\trefs/tags/v1\n${c}\trefs/tags/v1^{}\n`,
    ),
    [
      { commit: a, ref: "refs/heads/main" },
      { commit: c, ref: "refs/tags/v1" },
    ],
  );
});

Deno.test("chooseRemote() takes the branch's own, then origin, then the only one", () => {
  const of = (...names: string[]) =>
    new Map(names.map((name) => [`remote.${name}.url`, "x"]));
  const own = new Map([...of("origin", "fork"), [
    "branch.main.remote",
    "fork",
  ]]);
  assert.equal(chooseRemote(own, "main"), "fork");
  assert.equal(chooseRemote(own, "other"), "origin");
  assert.equal(chooseRemote(of("up.stream"), undefined), "up.stream");
  assert.equal(chooseRemote(of("a", "b"), "main"), undefined);
  assert.equal(chooseRemote(of(), "main"), undefined);
});

Deno.test("plainUrl() is an address that stands in one place and that nothing rewrites", () => {
  const config = (...entries: string[]) => entries.join("\0");
  const one = ["remote.a.url\nx:y", "remote.a.fetch\n+a:b"];
  assert.equal(plainUrl(config(...one), "a"), "x:y");
  assert.equal(plainUrl(config(...one, "remote.b.url\nz"), "a"), "x:y");
  assert.equal(plainUrl(config(...one), "b"), undefined);
  assert.equal(plainUrl(config(...one, "remote.a.url\nz"), "a"), undefined);
  const short = "url.https://host/.insteadof\nx:";
  assert.equal(plainUrl(config(...one, short), "a"), undefined);
});

Deno.test("decodeSshHost() reads what ssh -G prints", () => {
  assert.deepEqual(
    decodeSshHost("host x\nuser git\nhostname github.com\nport 22\n"),
    WORK,
  );
  assert.equal(decodeSshHost("user git\n"), undefined);
});

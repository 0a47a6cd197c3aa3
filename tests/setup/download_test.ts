import assert from "node:assert/strict";
import { MloError } from "../../lib/error.ts";
import type { Call } from "../../lib/host/host.ts";
import {
  curlCall,
  download,
  isProgram,
  type Machine,
  sumOf,
  verify,
} from "../../lib/setup/download.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** A machine whose curl ends so, with the addresses that it was asked for. */
function machine(code: number, stderr: string, mirror?: string) {
  const asked: string[] = [];
  const it = {
    env: { get: (name: string) => name === "MLO_MIRROR" ? mirror : undefined },
    programs: {
      run: ({ program, args }: Call) => {
        asked.push(`${program} … ${args.at(-1)}`);
        const stdout = bytes("content");
        return Promise.resolve({
          ...{ code, stdout, stderr: bytes(stderr), timedOut: false },
        });
      },
    },
  } as unknown as Machine;
  return { it, asked };
}

Deno.test("curlCall() keeps to the address's scheme, fails where the server does, and gives up what is dead or crawls", () => {
  for (const scheme of ["https", "http"]) {
    const { program, args } = curlCall(`${scheme}://host/http://`);
    assert.equal(program, "curl");
    assert.equal(
      args.join(" "),
      `--fail --silent --show-error --location --proto =${scheme} --proto-redir =${scheme} ` +
        `--connect-timeout 10 --speed-limit 1000 --speed-time 30 -- ${scheme}://host/http://`,
    );
  }
});

Deno.test("download() gives what came, by way of the mirror that is set", async () => {
  const direct = machine(0, "");
  const got = await download(direct.it, "https://host/x");
  assert.equal(new TextDecoder().decode(got), "content");
  assert.deepEqual(direct.asked, ["curl … https://host/x"]);
  const by = machine(0, "", "http://m");
  await download(by.it, "https://host/x");
  assert.deepEqual(by.asked, ["curl … http://m/host/x"]);
});

/** curl's exit status and words, and what is made of them. */
const FAILURES: readonly [code: number, stderr: string, said: string][] = [
  [5, "curl: (5) x", "the proxy is not found"],
  [6, "curl: (6) x", "the server is not found"],
  [7, "curl: (7) x", "the server cannot be reached"],
  [18, "curl: (18) x", "the download was cut off"],
  [22, "curl: (22) x", "the server does not have it"],
  [28, "curl: (28) x", "the server does not answer"],
  [35, "curl: (35) x", "no secure connection could be made"],
  [52, "curl: (52) x", "the server gave nothing"],
  [56, "curl: (56) x", "the download was cut off"],
  [60, "curl: (60) x", "the server's certificate is not trusted"],
  [92, "curl: (92) x", "the download was cut off"],
  [1, "curl: (1) Protocol not supported\n", "Protocol not supported"],
  [3, "", "curl failed with exit status 3"],
];

for (const [code, stderr, said] of FAILURES) {
  Deno.test(`download() tells curl's exit status ${code}, and how to try by hand`, () =>
    assert.rejects(
      download(machine(code, stderr).it, "https://host/x"),
      (error) => {
        assert.ok(error instanceof MloError);
        assert.equal(
          error.message,
          `Cannot download https://host/x: ${said}`,
        );
        assert.equal(error.hint, "Try it by hand: curl -fLO https://host/x");
        return true;
      },
    ));
}

const A = "a".repeat(64);
const B = "b".repeat(64);

Deno.test("sumOf() finds a file's sum in a list, and takes the only one of a file", () => {
  const list = bytes(`${A}  one\n${B} *two\n`);
  assert.equal(sumOf(list, "one"), A);
  assert.equal(sumOf(list, "two"), B);
  for (const alone of [A, `${A}\n`]) assert.equal(sumOf(bytes(alone), "x"), A);
});

Deno.test("sumOf() refuses a list that does not name the file once, in the form of sha256sum", () => {
  const lists = [
    ...["", "\n", `${A}  two\n`, `${A}  one\n${B}  one\n`, `${A} one\n`],
    ...[
      `0${A}  one\n`,
      `${A}  one more\n`,
      `${B}  two\n${A}  \n`,
      `${A}x`,
      `x${A}`,
    ],
    `${A.slice(1)}  one\n`,
  ];
  for (const list of lists) {
    assert.throws(
      () => sumOf(bytes(list), "one"),
      /^MloError: Cannot verify one: the list of sums does not name it$/,
      list,
    );
  }
});

Deno.test("verify() lets bytes of that sum pass, and gives both sums of others", async () => {
  // Of the empty text (FIPS 180-4, the usual example).
  const empty =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  await verify("x", bytes(""), empty);
  await assert.rejects(verify("x", bytes(""), A), (error) => {
    assert.ok(error instanceof MloError);
    assert.ok(error.message.includes(`${empty}, not ${A}`), error.message);
    assert.match(error.hint ?? "", /tampered/);
    return true;
  });
});

Deno.test("isProgram() knows the programs of a system by their first bytes", () => {
  const table: [hex: string, os: string, is: boolean][] = [
    ["7f454c460201", "linux", true],
    ["7f454c460201", "darwin", false],
    ["cffaedfe0700", "darwin", true],
    ["cafebabe0000", "darwin", true],
    ["cffaedfe0700", "linux", false],
    ["3c68746d6c3e", "linux", false],
    ["3c68746d6c3e", "darwin", false],
    ["", "linux", false],
  ];
  for (const [hex, os, is] of table) {
    assert.equal(isProgram(Uint8Array.fromHex(hex), os), is, `${hex} ${os}`);
  }
});

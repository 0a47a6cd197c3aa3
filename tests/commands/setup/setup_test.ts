import assert from "node:assert/strict";
import { decodeContexts } from "../../../lib/cluster/kubeconfig.ts";
import { denoHost } from "../../../lib/host/deno_host.ts";
import { downloadOf } from "../../../lib/setup/addresses.ts";
import { KUBECONFIG } from "../../../lib/setup/lab_kubeconfig.ts";
import { startApiServer } from "../../support/api_server/api_server.ts";
import { type Bed, withBed } from "../../support/doctor_bed.ts";
import { kubeconfig } from "../../support/api_server/kubeconfig.ts";
import { programUnderTest } from "../../support/laptop.ts";
import { startOnTerminal } from "../../support/pseudo_terminal.ts";
import {
  type Publishers,
  startPublishers,
  sumsOf,
} from "../../support/publishers.ts";
import { denoDirectory } from "../../support/deno_directory.ts";

const PLATFORM = denoHost().env.platform;
const MAGIC = PLATFORM.os === "darwin" ? "cffaedfe" : "7f454c46";
const PROGRAM = new Uint8Array([
  ...Uint8Array.fromHex(MAGIC),
  ...new TextEncoder().encode(" stands for a program"),
]);
const path = (url: string) => url.replace("https://", "");
const KUBECTL = path(downloadOf("kubectl", PLATFORM).url);
const RUNAI = path(downloadOf("runai", PLATFORM).url);

/** A laptop without kubectl, runai and kubeconfig, and servers that have them. */
async function onFreshLaptop(
  test: (bed: Bed, publishers: Publishers) => Promise<void>,
): Promise<void> {
  const cluster = await startApiServer();
  const publishers = startPublishers();
  publishers.files.set(KUBECTL, PROGRAM);
  publishers.files.set(RUNAI, PROGRAM);
  const sums = await sumsOf({ kubectl: PROGRAM });
  publishers.files.set(`${KUBECTL}.sha256`, sums.split(" ")[0] ?? "");
  try {
    await withBed(cluster, async (bed) => {
      await bed.without("kubectl");
      await bed.without("runai");
      const real = (Deno.env.get("PATH") ?? "").split(":")
        .map((one) => `${one}/curl`);
      for (const file of real) {
        if (!(await Deno.stat(file).catch(() => undefined))) continue;
        await Deno.symlink(file, `${bed.home}/bin/curl`);
        break;
      }
      delete bed.env["KUBECONFIG"];
      bed.env["MLO_MIRROR"] = publishers.mirror;
      await test(bed, publishers);
    });
  } finally {
    await publishers.stop();
    await cluster.stop();
  }
}

Deno.test("mlo setup installs kubectl, runai and the kubeconfig", () =>
  onFreshLaptop(async (bed) => {
    const { code, stdout, stderr } = await bed.mlo("setup", "--yes");
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /kubectl 1\.30\.11 from https:\/\/dl\.k8s\.io\/release\//,
    );
    assert.match(stderr, /runai .*its publisher gives no checksum/);
    for (const name of ["kubectl", "runai"]) {
      const file = `${bed.home}/.local/bin/${name}`;
      assert.deepEqual(await Deno.readFile(file), PROGRAM);
      assert.equal(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o755);
    }
    const config = `${bed.home}/.kube/config`;
    assert.equal(((await Deno.stat(config)).mode ?? 0) & 0o777, 0o600);
    const contexts = decodeContexts(await Deno.readTextFile(config));
    assert.equal(contexts.current, "rcp-caas-prod");
    assert.equal(
      contexts.servers.get("rcp-caas-prod"),
      "https://caas-prod.rcp.epfl.ch:443",
    );
    assert.match(stdout, /Add ~\/\.local\/bin to the PATH/);
    assert.match(stdout, /Next: runai login, then mlo doctor\n$/);

    const again = await bed.mlo("setup", "--yes");
    assert.match(again.stdout, /^Nothing is missing/);
  }));

Deno.test("mlo setup installs nothing without being told to", () =>
  onFreshLaptop(async (bed, publishers) => {
    const { code, stderr } = await bed.mlo("setup");
    assert.equal(code, 2);
    assert.match(stderr, /hint: add --yes/);
    assert.deepEqual(publishers.asked, []);
  }));

Deno.test("mlo setup asks on a terminal, and takes no for an answer", () =>
  onFreshLaptop(async (bed, publishers) => {
    const [program, first] = programUnderTest();
    const env = {
      ...bed.env,
      DENO_DIR: denoDirectory(),
    };
    const terminal = startOnTerminal(program, [...first, "setup"], {
      env,
      cwd: bed.home,
    });
    await terminal.see("Install these? [Y/n]");
    await terminal.type("n\r");
    const { code, printed } = await terminal.end();
    assert.equal(code, 1);
    assert.match(printed, /Nothing was installed/);
    assert.deepEqual(publishers.asked, []);
  }));

const REFUSED: readonly [string, (publishers: Publishers) => void, RegExp][] = [
  [
    "a kubectl with a wrong sum",
    (publishers) => publishers.files.set(KUBECTL, "changed"),
    /download of kubectl: its SHA-256/,
  ],
  [
    "a kubectl that is cut off",
    (publishers) => publishers.trouble.set(KUBECTL, "cut"),
    /the download was cut off/,
  ],
  [
    "a page in the place of runai",
    (publishers) => publishers.trouble.set(RUNAI, "page"),
    /runai: .* gave something that is no program/,
  ],
  [
    "a runai that is not there",
    (publishers) => publishers.trouble.set(RUNAI, "missing"),
    /the server does not have it/,
  ],
];

for (const [what, seed, says] of REFUSED) {
  Deno.test(`mlo setup refuses ${what}`, () =>
    onFreshLaptop(async (bed, publishers) => {
      seed(publishers);
      const { code, stderr } = await bed.mlo("setup", "--yes");
      assert.equal(code, 1);
      assert.match(stderr, says);
      const name = /runai/.test(what) ? "runai" : "kubectl";
      await assert.rejects(Deno.stat(`${bed.home}/.local/bin/${name}`));
    }));
}

Deno.test("mlo setup merges the kubeconfig and keeps what was there, with a backup", async () => {
  const cluster = await startApiServer();
  try {
    await withBed(cluster, async (bed) => {
      const file = `${bed.home}/.kube/config`;
      const before = kubeconfig({
        server: "https://minikube.local:8443",
        tokens: { mine: "zebra-token" },
        current: "mine",
      });
      await bed.write(file, before);
      delete bed.env["KUBECONFIG"];
      const { code, stdout, stderr } = await bed.mlo("setup", "--yes");
      assert.equal(code, 0, stderr);
      assert.match(
        stdout,
        /Added rcp-caas-prod to .*\nThe current context stays mine, .*: kubectl config use-context rcp-caas-prod\n/,
      );
      assert.doesNotMatch(stdout + stderr, /zebra/);

      const text = await Deno.readTextFile(file);
      const merged = decodeContexts(text);
      assert.equal(merged.current, "mine");
      assert.deepEqual([...merged.servers.keys()].sort(), [
        "mine",
        "rcp-caas-prod",
      ]);
      assert.match(text, /zebra-token/);
      assert.match(text, /"client-id": "runai-cli"/);
      assert.equal(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
      const names = (await Array.fromAsync(Deno.readDir(`${bed.home}/.kube`)))
        .map(({ name }) => name).filter((name) => name !== "cache").sort();
      assert.equal(names.length, 2);
      assert.match(names[1] ?? "", /^config\.backup-\d{14}$/);
      assert.equal(
        await Deno.readTextFile(`${bed.home}/.kube/${names[1]}`),
        before,
      );
      assert.match(
        (await bed.mlo("setup", "--yes")).stdout,
        /Nothing is missing/,
      );
    });
  } finally {
    await cluster.stop();
  }
});

Deno.test("mlo setup adds to several kubeconfigs only what all of them lack", async () => {
  const cluster = await startApiServer();
  try {
    await withBed(cluster, async (bed) => {
      const a = `${bed.home}/a`;
      const b = `${bed.home}/b`;
      const mine = kubeconfig({
        server: "https://minikube.local:8443",
        tokens: { mine: "x" },
        current: "",
      });
      // The lab's cluster and user, logged in, in the second one.
      const lab = JSON.parse(KUBECONFIG);
      lab.users[0].user = { token: "zebra-of-the-lab" };
      bed.env["KUBECONFIG"] = `${a}:${b}`;
      await bed.write(a, mine);
      await bed.write(b, JSON.stringify(lab));
      const there = await bed.mlo("setup", "--yes");
      assert.match(there.stdout, /Nothing is missing/);

      await bed.write(b, JSON.stringify({ ...lab, contexts: [] }));
      const { code, stdout, stderr } = await bed.mlo("setup", "--yes");
      assert.equal(code, 0, stderr);
      assert.match(stdout, /Added rcp-caas-prod to \S+\/a /);
      const { stdout: token } = await new Deno.Command("kubectl", {
        args: [
          ...["config", "view", "--raw", "--minify"],
          ...["--context=rcp-caas-prod", "-o=jsonpath={.users[0].user.token}"],
        ],
        env: bed.env,
      }).output();
      assert.equal(new TextDecoder().decode(token), "zebra-of-the-lab");
      // What was chosen by the second file stays chosen.
      const { stdout: current } = await new Deno.Command("kubectl", {
        args: ["config", "current-context"],
        env: bed.env,
      }).output();
      assert.equal(new TextDecoder().decode(current), "rcp-caas-prod\n");
    });
  } finally {
    await cluster.stop();
  }
});

Deno.test("mlo setup --replace replaces a program of the user's where it is in use", () =>
  onFreshLaptop(async (bed) => {
    bed.env["PATH"] = `${bed.home}/tools:${bed.env["PATH"]}`;
    await bed.write("tools/runai", "#!/bin/sh\nold\n", 0o755);
    const { code, stdout, stderr } = await bed.mlo(
      ...["setup", "--yes", "--replace"],
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /Installed \S+\/tools\/runai\n/);
    assert.deepEqual(await Deno.readFile(`${bed.home}/tools/runai`), PROGRAM);
  }));

Deno.test("mlo setup names the file that each shell reads", () =>
  onFreshLaptop(async (bed) => {
    const lines: Record<string, RegExp> = {
      "/bin/zsh": />> ~\/\.zshrc\n/,
      "/usr/bin/fish": /\n {2}fish_add_path ~\/\.local\/bin\n/,
      "/bin/bash": />> ~\/\.bash(?:rc|_profile)\n/,
    };
    for (const [shell, line] of Object.entries(lines)) {
      bed.env["SHELL"] = shell;
      const { stdout } = await bed.mlo("setup", "--yes", "--replace");
      assert.match(stdout, line);
    }
  }));

Deno.test("mlo setup downloads the user's way: a proxy of the environment, and ~/.curlrc", () =>
  onFreshLaptop(async (bed, publishers) => {
    const proxy = publishers.mirror;
    bed.env["MLO_MIRROR"] = "http://mirror.invalid";
    await Deno.writeTextFile(`${bed.home}/.curlrc`, `proxy = "${proxy}"\n`);
    const first = await bed.mlo("setup", "--yes");
    assert.equal(first.code, 0, first.stderr);
    assert.ok(publishers.asked.includes(KUBECTL), `${publishers.asked}`);
    await Deno.remove(`${bed.home}/.curlrc`);
    publishers.asked.length = 0;
    bed.env["http_proxy"] = proxy;
    const second = await bed.mlo("setup", "--yes", "--replace");
    assert.equal(second.code, 0, second.stderr);
    assert.ok(publishers.asked.includes(RUNAI), `${publishers.asked}`);
    bed.env["no_proxy"] = "mirror.invalid";
    const third = await bed.mlo("setup", "--yes", "--replace");
    assert.equal(third.code, 1);
    assert.match(third.stderr, /mirror\.invalid\/\S+: the server is not found/);
  }));

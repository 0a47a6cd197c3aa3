import assert from "node:assert/strict";
import { run } from "../../../lib/cli.ts";
import { denoHost } from "../../../lib/host/deno_host.ts";
import { hostInMemory, unhurried, withLaptop } from "../../support/laptop.ts";

Deno.test("mlo code opens either editor on the pod, and prints the line", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace, home } = laptop;
    cluster.jobs.create({
      name: "dev",
      namespace,
      kind: "interactive",
      image: "reg.example:5000/a/b:1",
    });
    for (const editor of ["code", "cursor"]) {
      await Deno.writeTextFile(
        `${home}/bin/${editor}`,
        `#!/bin/sh\nprintf '%s\\n' ${editor} "$@" >"$HOME/opened"\nexit 3\n`,
        { mode: 0o755 },
      );
      const { code } = await laptop.mlo("code", "dev", "--editor", editor);
      assert.equal(code, 3);
      const opened = (await Deno.readTextFile(`${home}/opened`)).trim().split(
        "\n",
      );
      assert.deepEqual(opened.slice(0, 2), [editor, "--folder-uri"]);
      const [, hex = "", folder] =
        /^vscode-remote:\/\/k8s-container\+([0-9a-f]+)(\/.*)$/.exec(
          opened[2] ?? "",
        ) ?? [];
      assert.equal(folder, "/mloscratch/homes/ada");
      assert.deepEqual(
        JSON.parse(new TextDecoder().decode(Uint8Array.fromHex(hex))),
        {
          settingType: "pod",
          context: "admin",
          namespace,
          podname: "dev-0-0",
          name: "dev",
          image: "reg.example:5000/a/b:1",
        },
      );
    }
    await Deno.remove(`${home}/opened`);
    const plain = await laptop.mlo(
      "code",
      "dev",
      "/a b/c#d",
      "--uri-style",
      "plain",
      "--print",
    );
    assert.equal(
      plain.stdout,
      `code --folder-uri vscode-remote://k8s-container+context=admin+podname=dev-0-0+namespace=${namespace}+name=dev+image=reg.example%3A5000%2Fa%2Fb%3A1/a%20b/c%23d\n`,
    );
    await assert.rejects(Deno.stat(`${home}/opened`));
    const relative = await laptop.mlo("code", "dev", "exp");
    assert.equal(relative.code, 2);
  }));

Deno.test("mlo code says how to get an editor's command where there is none", () =>
  withLaptop(async ({ cluster, namespace, home, env }) => {
    cluster.jobs.create({
      name: "dev",
      namespace,
      kind: "interactive",
      image: "image",
    });
    const { host, printed } = hostInMemory(
      { ...env, PATH: `${home}/bin:/usr/bin:/bin` },
      home,
    );
    // Wherever kubectl is, the editors are not.
    const isEditor = (path: string) => /\/(?:code|cursor)$/.test(path);
    const files = {
      ...host.files,
      facts: async (path: string) =>
        isEditor(path) ? undefined : await host.files.facts(path),
    };
    const programs = denoHost({ env, directory: home }).programs;
    const code = await run(
      ["code", "dev"],
      unhurried({ ...host, files, programs }),
    );
    assert.equal(code, 1);
    assert.match(
      printed().stderr,
      /^mlo: Cannot open VS Code: there is no program code on the PATH\nhint: in VS Code, run .* mlo code dev --print\n$/,
    );
  }));

Deno.test("mlo code finds the editor inside macOS' program before anybody installs its command", () =>
  withLaptop(async ({ cluster, namespace, home, env }) => {
    cluster.jobs.create({
      name: "dev",
      namespace,
      kind: "interactive",
      image: "image",
    });
    const inside =
      `${home}/Applications/Cursor.app/Contents/Resources/app/bin/cursor`;
    await Deno.mkdir(inside.replace(/\/cursor$/, ""), { recursive: true });
    await Deno.writeTextFile(inside, '#!/bin/sh\necho "$1" >"$HOME/opened"\n', {
      mode: 0o755,
    });
    const { host } = hostInMemory(env, home);
    const mac = {
      get: host.env.get,
      home,
      directory: home,
      executable: "/mlo",
      self: ["/mlo"],
      platform: { os: "darwin", arch: "arm64" },
    } as const;
    const words = ["code", "dev", "--editor", "cursor"];
    assert.equal(await run(words, { ...host, env: mac }), 0);
    assert.equal(await Deno.readTextFile(`${home}/opened`), "--folder-uri\n");
  }));

Deno.test("mlo code --ssh opens either editor by Remote-SSH, once ssh knows the names", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace, home } = laptop;
    cluster.jobs.create({
      ...{ name: "big", namespace, kind: "distributed", workers: 1 },
      image: "image",
    });
    const print = ["code", "big", "--ssh", "--print"];
    assert.equal(
      (await laptop.mlo(...print)).stdout,
      "code --remote ssh-remote+big.mlo /mloscratch/homes/ada\n",
    );
    const editor = ["--editor", "cursor", "--pod", "worker-0"];
    assert.equal(
      (await laptop.mlo(...print, "/a b", ...editor)).stdout,
      "cursor --remote ssh-remote+big.worker-0.mlo '/a b'\n",
    );
    const early = await laptop.mlo("code", "big", "--ssh");
    assert.equal(early.code, 1);
    assert.match(early.stderr, /^hint: mlo ssh --setup$/m);
    assert.equal((await laptop.mlo("ssh", "--setup")).code, 0);
    await Deno.writeTextFile(
      `${home}/bin/code`,
      `#!/bin/sh\nprintf '%s\\n' "$@" >"$HOME/opened"\n`,
      { mode: 0o755 },
    );
    assert.equal((await laptop.mlo("code", "big", "--ssh")).code, 0);
    assert.equal(
      await Deno.readTextFile(`${home}/opened`),
      "--remote\nssh-remote+big.mlo\n/mloscratch/homes/ada\n",
    );
  }));

Deno.test("mlo code, exec and shell say that the pod is being deleted", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    cluster.jobs.create({
      name: "dev",
      namespace,
      kind: "interactive",
      image: "image",
      graceMs: 600_000,
    });
    cluster.jobs.delete(namespace, "dev");
    for (
      const words of [["code", "dev", "--print"], ["exec", "dev", "--", "true"]]
    ) {
      const { code, stderr } = await laptop.mlo(...words);
      assert.equal(stderr, "mlo: the pod dev-0-0 is being deleted\n");
      assert.equal(code, 0);
    }
  }));

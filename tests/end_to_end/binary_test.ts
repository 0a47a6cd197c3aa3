import assert from "node:assert/strict";
import config from "../../deno.json" with { type: "json" };
import { compileArgs, PERMISSIONS, TARGETS } from "../../tools/compile.ts";
import { ended, type Laptop, withLaptop } from "../support/laptop.ts";
import { recordedCalls } from "../support/runai/double.ts";

const PROGRAM = Deno.env.get("MLO_TEST_PROGRAM") ?? "";
if (PROGRAM === "") {
  throw new Error("MLO_TEST_PROGRAM names no program: deno task end-to-end");
}

const SUBMIT = [
  "submit",
  "-n",
  "exp",
  "-g",
  "1",
  "--train",
  "--",
  "python",
  "train.py",
];

/** Runs the compiled program in an environment that has nothing but what is given. */
async function bare(env: Record<string, string>, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(PROGRAM, {
    args,
    clearEnv: true,
    env,
    stdin: "null",
    cwd: "/",
  }).output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

Deno.test("the binary says its version, with nothing in its environment but a PATH", async () => {
  const ran = await bare({ PATH: "/nowhere" }, "--version");
  assert.deepEqual(ran, {
    code: 0,
    stdout: `mlo ${config.version}\n`,
    stderr: "",
  });
});

Deno.test("the binary shows help when it is called without words", async () => {
  const ran = await bare({ PATH: "/nowhere" });
  assert.equal(ran.code, 0);
  assert.match(ran.stdout, /^Usage: mlo/);
  assert.equal(ran.stderr, "");
});

Deno.test("the binary submits: the secret, the job, and not a word on stderr beside what comes next", async () => {
  await withLaptop(async (laptop) => {
    const ran = await ended(laptop.spawn(SUBMIT));
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /^Synced 5 keys .*\nSubmitted the job exp: .*\n$/);
    assert.match(ran.stderr, /^\nNext:\n( {2}.* # .*\n)+$/);
    assert.deepEqual(
      laptop.cluster.jobs.list(laptop.namespace).map(({ name }) => name),
      ["exp"],
    );
    const secret = await laptop.cluster.secret(
      laptop.namespace,
      "runai-mlo-ada-env",
    );
    assert.equal(Object.keys(secret?.data ?? {}).length, 5);
  });
});

Deno.test("the binary's dry run prints a line that a shell gives back word by word", async () => {
  await withLaptop(async (laptop) => {
    const words = ["--", "python", "a b", "it's", "$(id)", "a\nb", ""];
    const dry = ["submit", "-n", "exp", "--dry-run", ...words];
    const ran = await ended(laptop.spawn(dry));
    assert.equal(ran.code, 0, ran.stderr);
    // A dispatcher in kubectl's place asks for its own sake, whatever it is to do.
    const asked = laptop.cluster.requests.filter(({ path }) =>
      !path.startsWith("/version?")
    );
    assert.deepEqual(asked, []);
    assert.deepEqual(await submissions(laptop), []);
    const pasted = await new Deno.Command("sh", {
      args: ["-c", ran.stdout],
      clearEnv: true,
      env: laptop.env,
    }).output();
    assert.ok(pasted.success, new TextDecoder().decode(pasted.stdout));
    await ended(laptop.spawn(["submit", "-n", "exp2", ...words]));
    const [line, real] = await submissions(laptop);
    // Each submission has an id and a record of its own.
    const same = (words: readonly string[] = []) =>
      words.map((word) =>
        word === "exp2"
          ? "exp"
          : word.replace(/^(MLO_RUN\w*)=.*/, "$1=(its own)")
      );
    assert.deepEqual(same(line), same(real));
  });
});

async function submissions({ home }: Laptop) {
  const calls = await recordedCalls(`${home}/runai.jsonl`);
  return calls.filter(([verb]) => verb === "submit");
}

Deno.test("the binary works where the loader's variables are set", async () => {
  await withLaptop(async (laptop) => {
    const ran = await ended(
      laptop.spawn(SUBMIT, { LD_LIBRARY_PATH: "/nowhere" }),
    );
    assert.equal(ran.code, 0, ran.stderr);
  });
});

for (const program of ["kubectl", "runai"]) {
  Deno.test(`the binary says what to do when there is no ${program}`, async () => {
    await withLaptop(async (laptop) => {
      const bin = `${laptop.home}/only`;
      await Deno.mkdir(bin);
      for (const other of ["kubectl", "runai", "git", "ssh-keygen"]) {
        if (other === program) continue;
        await Deno.writeTextFile(`${bin}/${other}`, "#!/bin/sh\nexit 0\n", {
          mode: 0o755,
        });
      }
      const ran = await ended(laptop.spawn(SUBMIT, { PATH: bin }));
      assert.equal(ran.code, 1, ran.stderr);
      assert.match(
        ran.stderr,
        new RegExp(`^mlo: Cannot run ${program}: it is not installed`, "m"),
      );
      assert.match(ran.stderr, /^hint: /m);
      assert.deepEqual(
        laptop.cluster.requests.filter(({ method }) => method !== "GET"),
        [],
      );
    });
  });
}

Deno.test("the binary tells in five seconds that the cluster does not answer", async () => {
  const deaf = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  (async () => {
    for await (const connection of deaf) connections.push(connection);
  })().catch(() => {});
  try {
    await withLaptop(async (laptop) => {
      const config = await Deno.readTextFile(laptop.env["KUBECONFIG"] ?? "");
      await Deno.writeTextFile(
        `${laptop.home}/deaf`,
        config.replace(
          laptop.cluster.url,
          `https://127.0.0.1:${deaf.addr.port}`,
        ),
      );
      const env = { ...laptop.env, KUBECONFIG: `${laptop.home}/deaf` };
      const start = performance.now();
      // Reading the configuration asks nobody, but a dispatcher in kubectl's place does first.
      await new Deno.Command("kubectl", {
        args: ["config", "view"],
        clearEnv: true,
        env,
      }).output();
      const begin = performance.now();
      const ran = await ended(laptop.spawn(SUBMIT, env));
      const own = performance.now() - begin - (begin - start);
      assert.ok(own < 6_000, "it took longer");
      assert.equal(ran.code, 69, ran.stderr);
      assert.match(ran.stderr, /VPN/);
      assert.deepEqual(await submissions(laptop), []);
    });
  } finally {
    deaf.close();
    for (const connection of connections) connection.close();
  }
});

Deno.test("the binary is told apart from a browser: it may not use the network", () => {
  assert.ok(
    PERMISSIONS.every((permission) =>
      !/allow-net|allow-all|^-A$|allow-ffi|allow-sys/.test(permission)
    ),
  );
  assert.ok(PERMISSIONS.includes("--no-prompt"));
  for (const target of [undefined, ...TARGETS]) {
    assert.ok(
      !compileArgs("in.js", "out", target).some((word) =>
        word.startsWith("--env-file")
      ),
    );
  }
});

Deno.test("the binary carries no settings file of whoever compiled it", async () => {
  const directory = await Deno.makeTempDir({ prefix: "mlo-compile-" });
  try {
    const mark = "settings-that-must-stay-here-51c2";
    await Deno.writeTextFile(`${directory}/.env`, `MARK=${mark}\n`);
    const root = new URL("../../", import.meta.url).pathname;
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        `${root}tools/compile.ts`,
        "--output",
        `${directory}/mlo`,
      ],
      cwd: directory,
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    const { code } = await new Deno.Command("grep", {
      args: ["-c", mark, `${directory}/mlo`],
      stdout: "null",
    }).output();
    assert.equal(code, 1, "the mark is in the binary");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

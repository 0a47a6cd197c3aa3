import assert from "node:assert/strict";
import { ended, type Laptop, type Ran, withLaptop } from "../support/laptop.ts";
import { assertNoLeak, watchProc } from "../support/leak.ts";
import { must } from "../support/pods/programs.ts";
import { whichOn } from "../support/tap.ts";

/** Values of every kind that are refused nowhere: the first is short, the others have what shells, URLs and JSON escape. */
const CANARIES: Record<string, string> = {
  WANDB_API_KEY: "canary-wandb-8f3a91",
  HF_TOKEN: "hf_canaryOfHuggingFace0123456789",
  GITHUB_TOKEN: "ghp_canaryOfGitHub0123456789",
  MY_OWN_TEXT: 'canary own "quoted" $(id) `x` \\ %41 é',
  MY_OWN_LINES: "canary-lines\nsecond line\tof it",
  GIT_USER_NAME: "canary <author> & co",
  MY_OWN_KEY: "canary-own-key/+=?&#",
};

function settings(): string {
  const lines = Object.entries(CANARIES).map(([key, value]) =>
    `${key}="${
      value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')
        .replaceAll("\n", "\\n").replaceAll("\t", "\\t")
    }"`
  );
  return `LDAP_USERNAME=ada\nLDAP_UID=123456\nEXTRA_SECRET_KEYS=MY_OWN_KEY,MY_OWN_TEXT,MY_OWN_LINES\n${
    lines.join("\n")
  }\n`;
}

const SUBMIT = ["submit", "-g", "1", "--train", "--debug"];
const RUNS: readonly {
  what: string;
  args: string[];
  fail?: string;
  break?: boolean;
  /** Whether `--debug` must have shown the apply. */
  shows?: boolean;
  code: number;
}[] = [
  { what: "a submission", args: [...SUBMIT, "-n", "a", "--", "true"], code: 0 },
  {
    what: "a submission in JSON",
    args: [...SUBMIT, "-n", "b", "--json", "--", "true"],
    code: 0,
  },
  {
    what: "a dry run",
    args: [...SUBMIT, "-n", "c", "--dry-run", "--", "true"],
    code: 0,
  },
  {
    what: "a dry run in JSON",
    args: [...SUBMIT, "-n", "c", "--dry-run", "--json", "--", "true"],
    code: 0,
  },
  {
    what: "a submission with code",
    args: [...SUBMIT, "-n", "e", "--snapshot", "code", "--", "cat", "a"],
    code: 0,
  },
  {
    what: "code that holds a value",
    args: [...SUBMIT, "-n", "f", "--snapshot", "leaky", "--", "true"],
    code: 2,
  },
  { what: "a history", args: ["runs", "--json", "--debug"], code: 0 },
  {
    what: "a repetition",
    args: ["rerun", "e", "--debug", "--", "true"],
    code: 0,
  },
  { what: "a sync", args: ["secret", "sync", "--debug"], code: 0 },
  {
    what: "a dry sync in JSON",
    args: ["secret", "sync", "--debug", "--dry-run", "--json"],
    code: 0,
  },
  {
    what: "a look at the secret",
    args: ["secret", "status", "--debug", "--json"],
    code: 0,
  },
  { what: "a taken name", args: [...SUBMIT, "-n", "a", "--", "true"], code: 1 },
  {
    what: "a login that ended",
    args: [...SUBMIT, "-n", "d", "--", "true"],
    fail: "login",
    code: 4,
  },
  {
    what: "a server that quotes what it was sent",
    args: ["secret", "sync", "--debug"],
    break: true,
    code: 1,
  },
];

Deno.test("no value is found in arguments, temporary files, output, --debug, --json or annotations", async (test) => {
  await withLaptop(async (laptop) => {
    await laptop.writeSettings(settings());
    const keyFile = await makeKey(laptop);
    const canaries = [...Object.values(CANARIES), keyFile];
    const kubectlCalls = await recordKubectl(laptop);
    const temporary = `${laptop.home}/tmp`;
    await Deno.mkdir(temporary);
    for (const name of ["code", "leaky"]) {
      await must(["git", "init", "-q", `${laptop.home}/${name}`]);
      await Deno.writeTextFile(`${laptop.home}/${name}/a`, "print(1)\n");
    }
    const value = CANARIES["HF_TOKEN"];
    await Deno.writeTextFile(`${laptop.home}/leaky/b`, `token = "${value}"\n`);
    const created = new Set<string>();
    const files = Deno.watchFs(temporary, { recursive: true });
    (async () => {
      for await (const event of files) {
        event.paths.forEach((path) => created.add(path));
      }
    })();
    const proc = watchProc();

    for (const run of RUNS) {
      await test.step(run.what, async () => {
        if (run.break) echoingServer(laptop);
        const env = {
          TMPDIR: temporary,
          MLO_DOUBLE_RUNAI_FAIL: run.fail ?? "",
        };
        const ran = await ended(laptop.spawn(run.args, env));
        assert.equal(ran.code, run.code, ran.stderr);
        judgeOutput(ran, canaries);
        if (run.shows) assert.match(ran.stderr, /^debug: kubectl .*apply/m);
      });
    }

    const seen = await proc.stop();
    files.close();
    await test.step("arguments", async () => {
      assert.ok(seen.size > 0);
      assertNoLeak([...seen].join("\n"), canaries, "/proc");
      const runai = await Deno.readTextFile(`${laptop.home}/runai.jsonl`);
      assert.match(runai, /"submit"/);
      assertNoLeak(runai, canaries, "runai's arguments");
      const kubectl = await Deno.readTextFile(kubectlCalls);
      assert.match(kubectl, /apply/);
      assertNoLeak(kubectl, canaries, "kubectl's arguments");
    });
    await test.step("temporary files", () => {
      assert.deepEqual([...created], []);
    });
    await test.step("the Secret", async () => {
      const secret = await laptop.cluster.secret(
        laptop.namespace,
        "runai-mlo-ada-env",
      );
      assert.ok(secret?.data);
      const { data, ...others } = secret;
      for (const [key, value] of Object.entries(CANARIES)) {
        assert.equal(data[key], new TextEncoder().encode(value).toBase64());
      }
      assertNoLeak(
        JSON.stringify(others),
        canaries,
        "the Secret beside its data",
      );
    });
    await test.step("files of the home directory", async () => {
      await Deno.remove(`${laptop.home}/.config`, { recursive: true });
      await Deno.remove(`${laptop.home}/.ssh`, { recursive: true });
      await Deno.remove(`${laptop.home}/leaky`, { recursive: true });
      await assertNoLeakBelow(laptop.home, canaries);
    });
  });
});

function judgeOutput(ran: Ran, canaries: string[]) {
  assertNoLeak(ran.stdout, canaries, "stdout");
  assertNoLeak(ran.stderr, canaries, "stderr");
}

async function makeKey({ home }: Laptop): Promise<string> {
  await Deno.mkdir(`${home}/.ssh`);
  const { success } = await new Deno.Command("ssh-keygen", {
    args: ["-q", "-t", "ed25519", "-N", "", "-f", `${home}/.ssh/github`],
  }).output();
  assert.ok(success);
  return await Deno.readTextFile(`${home}/.ssh/github`);
}

/** A kubectl before the real one that writes down its arguments. */
async function recordKubectl({ env, home }: Laptop): Promise<string> {
  const real = whichOn(env["PATH"] ?? "", "kubectl");
  const record = `${home}/kubectl.calls`;
  await Deno.writeTextFile(
    `${home}/bin/kubectl`,
    `#!/bin/sh\nprintf '%s\\n' "$*" >>'${record}'\nexec '${real}' "$@"\n`,
    { mode: 0o755 },
  );
  return record;
}

/** An API server that quotes the object it refuses, as one does for a field it cannot accept. */
function echoingServer({ cluster }: Laptop) {
  const quoted = Object.values(CANARIES).flatMap((value) => [
    JSON.stringify(value),
    new TextEncoder().encode(value).toBase64(),
  ]);
  cluster.failNext("PATCH", /secrets/, {
    status: 422,
    message: `Invalid value: ${quoted.join(", ")}: field is not accepted`,
  });
}

async function assertNoLeakBelow(directory: string, canaries: string[]) {
  for await (const entry of Deno.readDir(directory)) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory) await assertNoLeakBelow(path, canaries);
    else if (entry.isFile) {
      assertNoLeak(await Deno.readFile(path), canaries, path);
    }
  }
}

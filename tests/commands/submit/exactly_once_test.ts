import assert from "node:assert/strict";
import { ECDSA, makeKey, PLAIN } from "../../config/ssh/ssh_keygen.ts";
import type { StoredSecret } from "../../support/api_server/fields.ts";
import {
  calm,
  ended,
  type Laptop,
  spawnPatiently,
  withLaptop,
} from "../../support/laptop.ts";
import {
  MOMENTS,
  tappedStarts,
  tapPrograms,
  untilAllEnded,
} from "../../support/tap.ts";

/** A submission that starts every kind of child: git, ssh-keygen, kubectl twice, runai. */
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
const PROGRAMS = ["git", "ssh-keygen", "kubectl", "runai"];
const SECRET = "runai-mlo-ada-env";

Deno.test("mlo submit, killed at any point and run again, makes one job with the right secret", async (test) => {
  await withLaptop(async (laptop) => {
    await prepare(laptop);
    const tapped = await tapPrograms(
      PROGRAMS,
      laptop.env["PATH"] ?? "",
      laptop.home,
    );
    const path = `${tapped}:${laptop.env["PATH"]}`;

    const undisturbed = await attempt(laptop, path, "");
    assert.equal(undisturbed.code, 0, undisturbed.stderr);
    const starts = undisturbed.starts;
    const wanted = await secretData(laptop);
    const stale = await staleSecret(laptop);
    assert.ok(starts.length >= 5, `only ${starts} were started`);
    for (const program of PROGRAMS) {
      assert.ok(
        starts.some((start) => start.startsWith(`${program}:`)),
        program,
      );
    }

    for (const start of starts) {
      for (const moment of MOMENTS) {
        await test.step(`killed at ${start}, ${moment}`, async () => {
          await emptyCluster(laptop, stale);
          const first = await attempt(laptop, path, `${start}@${moment}`);
          // After its last child the program may be over before the kill.
          const isOver = start.startsWith("runai:submit:") &&
            moment === "reaped" && first.code === 0;
          assert.ok(isOver || first.code !== 0, "it was not killed");
          const second = await laptop.mlo(...SUBMIT);
          judge(laptop, second);
          assert.deepEqual(await secretData(laptop), wanted);
        });
      }
    }
  });
});

/** A key without its public half, in a format that does not hold it, in a repository: git and ssh-keygen are needed. */
async function prepare(laptop: Laptop) {
  await Deno.mkdir(`${laptop.home}/.ssh`);
  const kind = [...ECDSA, "-m", "PKCS8"];
  await makeKey(`${laptop.home}/.ssh/github`, ...kind, ...PLAIN);
  await Deno.remove(`${laptop.home}/.ssh/github.pub`);
  await must("git", "init", "-q", laptop.home);
}

async function must(program: string, ...args: string[]) {
  const { success } = await new Deno.Command(program, { args }).output();
  assert.ok(success, program);
}

async function emptyCluster(
  { cluster, namespace, home }: Laptop,
  stale: StoredSecret,
) {
  // Which generation of runai there is, and which contexts, must be asked anew.
  await Deno.remove(`${home}/.cache/mlo`, { recursive: true }).catch(() => {});
  for (const { name } of cluster.jobs.list(namespace)) {
    cluster.jobs.delete(namespace, name);
  }
  cluster.secrets.delete(namespace, SECRET);
  const { managedFields, ...metadata } = stale.metadata;
  const manager = managedFields?.[0]?.manager ?? "";
  cluster.secrets.create({ ...stale, metadata }, namespace, manager);
}

/** What kubectl makes of an older file by the replaced script: the same each time, so it is asked once. */
async function staleSecret(laptop: Laptop): Promise<StoredSecret> {
  const { cluster, namespace } = laptop;
  const old = JSON.stringify({ STALE: "of an older file" });
  await applyClientSide({ cluster, namespace }, old);
  const secret = await cluster.secret(namespace, SECRET);
  assert.deepEqual(
    secret?.metadata.managedFields?.map(({ manager }) => manager),
    ["kubectl-client-side-apply"],
  );
  return secret!;
}

/** What the replaced script leaves: a client-side apply, its values in an annotation. */
async function applyClientSide(
  { cluster, namespace }: Pick<Laptop, "cluster" | "namespace">,
  values: string,
) {
  const manifest = JSON.stringify({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: SECRET, namespace },
    stringData: JSON.parse(values),
  });
  const kubectl = (...args: string[]) => {
    const child = new Deno.Command("kubectl", {
      args,
      env: { ...cluster.env() },
      stdin: "piped",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    return child;
  };
  const gone = kubectl(
    "delete",
    "secret",
    SECRET,
    "-n",
    namespace,
    "--ignore-not-found",
  );
  await gone.stdin.close();
  assert.ok((await gone.output()).success);
  const apply = kubectl(
    "apply",
    "-n",
    namespace,
    "--validate=false",
    "-f",
    "-",
  );
  const writer = apply.stdin.getWriter();
  await writer.write(new TextEncoder().encode(manifest));
  await writer.close();
  const { success, stderr } = await apply.output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

/** One run of `mlo submit` under the taps, until every child of it has ended too. */
async function attempt(laptop: Laptop, path: string, kill: string) {
  const directory = await Deno.makeTempDir({
    dir: laptop.home,
    prefix: "tap-",
  });
  const ran = await ended(
    laptop.spawn(SUBMIT, { PATH: path, TAP_DIR: directory, TAP_KILL: kill }),
  );
  await untilAllEnded(directory);
  return { ...ran, starts: tappedStarts(directory) };
}

/** The second run submits the job, or says that it is there. */
function judge(
  { cluster, namespace }: Laptop,
  second: { code: number; stderr: string },
) {
  const jobs = cluster.jobs.list(namespace).map(({ name }) => name);
  assert.deepEqual(jobs, ["exp"]);
  if (second.code !== 0) {
    assert.equal(second.code, 1, second.stderr);
    assert.match(second.stderr, /the name is taken by/);
  }
}

async function secretData({ cluster, namespace }: Laptop) {
  const secret = await cluster.secret(namespace, SECRET);
  assert.ok(secret);
  assert.deepEqual(Object.keys(secret.metadata["annotations"] ?? {}), []);
  return secret.data;
}

Deno.test("mlo submit of one name, three times at once, makes one job", async () => {
  await withLaptop(async (laptop) => {
    const runs = await Promise.all(
      [1, 2, 3].map(() => ended(spawnPatiently(laptop, SUBMIT))),
    );
    const jobs = laptop.cluster.jobs.list(laptop.namespace);
    assert.deepEqual(jobs.map(({ name }) => name), ["exp"]);
    assert.deepEqual(runs.map(({ code }) => code).sort(), [0, 1, 1]);
    for (const { code, stderr } of runs) {
      if (code === 1) assert.match(stderr, /name .*is taken/);
    }
  });
});

/** The laptop, whose run:ai fails in this way. */
function failing(laptop: Laptop, how: string): Laptop {
  const env = { ...laptop.env, MLO_DOUBLE_RUNAI_FAIL: how };
  return calm({ ...laptop, env });
}

for (const where of ["with a pod", "in run:ai's queue"]) {
  Deno.test(`mlo submit finds a job whose answer was lost, ${where}`, () =>
    withLaptop(async (laptop) => {
      const { cluster, namespace } = laptop;
      if (where !== "with a pod") cluster.jobs.setDefaults({ podless: true });
      const ran = await failing(laptop, "after-create").mlo(...SUBMIT);
      assert.equal(ran.code, 0, ran.stderr);
      assert.match(ran.stdout, /Submitted the job exp/);
      assert.match(
        ran.stderr,
        /the answer to the submission was lost; the job exp is there\n/,
      );
      const again = await laptop.mlo(...SUBMIT);
      assert.equal(again.code, 1, again.stderr);
      assert.match(again.stderr, /name .*is taken/);
      assert.equal(cluster.jobs.list(namespace).length, 1);
    }));
}

Deno.test("mlo submit without a name makes one job, under the name it chose, where the first answer is lost", () =>
  withLaptop(async (laptop) => {
    laptop.cluster.jobs.setDefaults({ podless: true });
    const noName = SUBMIT.filter((word) => word !== "-n" && word !== "exp");
    const ran = await failing(laptop, "after-create").mlo(...noName);
    assert.equal(ran.code, 0, ran.stderr);
    assert.equal(laptop.cluster.jobs.list(laptop.namespace).length, 1);
  }));

Deno.test("mlo submit tries again where an admission webhook did not answer", () =>
  withLaptop(async (laptop) => {
    const ran = await failing(laptop, "first-webhook").mlo(...SUBMIT);
    assert.equal(ran.code, 0, ran.stderr);
    assert.doesNotMatch(ran.stderr, /webhook|lost/);
    assert.equal(laptop.cluster.jobs.list(laptop.namespace).length, 1);
  }));

Deno.test("mlo submit without a name takes another one when its own is taken", async () => {
  await withLaptop(async (laptop) => {
    const noName = SUBMIT.filter((word) => word !== "-n" && word !== "exp");
    const [one, two] = await Promise.all([
      ended(spawnPatiently(laptop, noName)),
      ended(spawnPatiently(laptop, noName)),
    ]);
    assert.equal(one.code, 0, one.stderr);
    assert.equal(two.code, 0, two.stderr);
    assert.equal(laptop.cluster.jobs.list(laptop.namespace).length, 2);
  });
});

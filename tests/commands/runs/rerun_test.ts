import assert from "node:assert/strict";
import { decodeRecord } from "../../../lib/runs/record.ts";
import { filesBelow } from "../../snapshot/bed.ts";
import {
  GENERATIONS,
  withGeneration,
} from "../../support/runai/generations.ts";
import {
  type GitServer,
  startGitServer,
} from "../../support/git/git_server.ts";
import { calm, type Laptop, withLaptop } from "../../support/laptop.ts";
import { must } from "../../support/pods/programs.ts";
import { furnish, start } from "../submit/snapshot_bed.ts";

const DIGEST = `sha256:${"a1".repeat(32)}`;

/** A run with a snapshot under the name exp; gives its files, and what changes them. */
async function submitted(laptop: Laptop, server: GitServer, ...more: string[]) {
  const { code, git } = await furnish(laptop, server);
  const files = await filesBelow(code);
  const ran = await laptop.mlo(
    ...["submit", "-n", "exp", "-g", "2", "--train", "--time", "6h"],
    ...["-e", "SEED=1", "-e", "LR=3", "--snapshot", code, ...more],
    ...["--", "cat", "train.py"],
  );
  assert.equal(ran.code, 0, ran.stderr);
  await Deno.writeTextFile(`${code}/train.py`, "edited since\n");
  return { code, git, files };
}

/** Runs a job's start on a scratch of its own. */
async function started(laptop: Laptop, name: string) {
  const scratch = await Deno.makeTempDir({ prefix: "mlo-scratch-" });
  const { ran, runDirectory, variables } = await start(laptop, name, scratch);
  const code = `${runDirectory}/code`;
  const files = await filesBelow(code).catch(() => "none");
  await Deno.remove(scratch, { recursive: true });
  return { ran, files, variables, record: decodeRecord(variables["MLO_RUN"]!) };
}

function job({ cluster, namespace }: Laptop, name: string) {
  const found = cluster.jobs.list(namespace).find((job) => job.name === name);
  assert.ok(found, name);
  return found;
}

/** The same laptop without anything that it kept: as another one. */
async function forget({ home }: Laptop) {
  await Deno.remove(`${home}/.local/state/mlo`, { recursive: true });
}

for (const generation of GENERATIONS) {
  Deno.test(`mlo rerun: the same files, command, image and flags but what is given (${generation})`, async () => {
    await using server = await startGitServer();
    await withGeneration(generation, async (busy) => {
      const laptop = calm(busy);
      const { files } = await submitted(laptop, server, "-i", "reg/img:1");
      const dry = await laptop.mlo("rerun", "exp", "--dry-run");
      assert.equal(dry.code, 0, dry.stderr);
      assert.match(dry.stderr, /Would submit the job exp-2: training, 2 GPUs/);
      assert.match(dry.stderr, /changed +1 file\n/);

      const ran = await laptop.mlo("rerun", "exp");
      assert.equal(ran.code, 0, ran.stderr);
      assert.match(ran.stderr, /^mlo: again exp \([a-z0-9]{8}\), submitted 20/);
      const first = await started(laptop, "exp");
      const second = await started(laptop, "exp-2");
      assert.equal(second.ran.stdout, "submitted\n", second.ran.stderr);
      assert.equal(second.files, files);
      const { id, name, submittedAt, repeats, ...rest } = second.record!;
      const { id: was, name: _, submittedAt: __, ...same } = first.record!;
      assert.deepEqual(rest, same);
      assert.deepEqual(repeats, { id: was, name: "exp" });
      assert.deepEqual([name, id !== was], ["exp-2", true]);
      assert.ok(submittedAt);
      for (const field of ["image", "gpus", "kind"]) {
        assert.equal(
          job(laptop, "exp-2")[field],
          job(laptop, "exp")[field],
          field,
        );
      }
      assert.equal(second.variables["SEED"], "1");

      // Of a repetition by its id, with another command, name and variable.
      const third = await laptop.mlo(
        ...["rerun", id, "-n", "other", "-e", "SEED=2", "-g", "1"],
        ...["-i", "reg/img:2", "--", "sh", "-c", "cat train.py; echo $SEED$LR"],
      );
      assert.equal(third.code, 0, third.stderr);
      const other = await started(laptop, "other");
      assert.equal(other.record?.image, "reg/img:2");
      assert.deepEqual(other.record?.flags["env"], ["LR=3", "SEED=2"]);
      assert.equal(other.record?.flags["gpus"], "1");
      assert.deepEqual(other.record?.repeats, { id, name: "exp" });
      assert.equal(other.files, files);
      // A number that was there once is not given again.
      await laptop.mlo("delete", "exp-2", "-y");
      assert.equal((await laptop.mlo("rerun", "exp-2")).code, 0);
      assert.deepEqual(
        laptop.cluster.jobs.list(laptop.namespace).map(({ name }) => name),
        ["exp", "other", "exp-3"],
      );
    });
  });

  Deno.test(`mlo rerun on another laptop: what the job carries is enough (${generation})`, async () => {
    await using server = await startGitServer();
    await withGeneration(generation, async (busy) => {
      const laptop = calm(busy);
      const { files } = await submitted(laptop, server);
      await forget(laptop);
      const ran = await laptop.mlo("rerun", "exp");
      assert.equal(ran.code, 0, ran.stderr);
      const again = await started(laptop, "exp-2");
      assert.equal(again.files, files);
      assert.deepEqual(again.record?.command, { argv: ["cat", "train.py"] });

      // With the Secret gone nothing has the changes any more.
      await forget(laptop);
      await must([
        ...["kubectl", "delete", "secret", "mlo-code-exp"],
        ...["-n", laptop.namespace],
      ], { env: laptop.env });
      const lost = await laptop.mlo("rerun", "exp");
      assert.equal(lost.code, 1, lost.stdout);
      assert.match(
        lost.stderr,
        /Cannot send the code of exp again: what travelled with it is neither/,
      );
      assert.match(
        lost.stderr,
        /hint: run this where exp was submitted, .*\/runs\/exp-\w{8}\/code/,
      );
      assert.equal(laptop.cluster.jobs.list(laptop.namespace).length, 2);
    });
  });
}

Deno.test("mlo rerun --snapshot takes the code anew", async () => {
  await using server = await startGitServer();
  await withLaptop(async (busy) => {
    const laptop = calm(busy);
    const { code } = await submitted(laptop, server);
    const ran = await laptop.mlo("rerun", "exp", "--snapshot", code);
    assert.equal(ran.code, 0, ran.stderr);
    const again = await started(laptop, "exp-2");
    assert.equal(again.ran.stdout, "edited since\n", again.ran.stderr);
  });
});

Deno.test("mlo rerun where the base was force-pushed away", async (test) => {
  await using server = await startGitServer();
  await withLaptop(async (busy) => {
    const laptop = calm(busy);
    const { git, files } = await submitted(laptop, server);
    await git("checkout", "-q", "--orphan", "fresh");
    await git("commit", "-qam", "another beginning");
    await git("push", "-qf", "origin", "fresh:main");
    await must(["git", "-C", server.path("r"), "gc", "-q", "--prune=now"]);

    await test.step("the same files travel whole", async () => {
      const ran = await laptop.mlo("rerun", "exp");
      assert.equal(ran.code, 0, ran.stderr);
      assert.match(
        ran.stderr,
        /mlo: the remote does not have [0-9a-f]{10} any more, on which the snapshot was made: the same files travel whole/,
      );
      const again = await started(laptop, "exp-2");
      assert.equal(again.ran.stdout, "submitted\n", again.ran.stderr);
      assert.equal(again.files, files);
      assert.equal(again.record?.code?.base, null);
      assert.equal(
        again.record?.code?.tree,
        (await started(laptop, "exp-2")).record?.code?.tree,
      );
      // A repetition of that one is as any other.
      assert.equal((await laptop.mlo("rerun", "exp-2")).code, 0);
      assert.equal((await started(laptop, "exp-3")).files, files);
    });
    await test.step("on what is left of the branch", async () => {
      await git("push", "-qf", "origin", "main:main");
      const { record } = await started(laptop, "exp");
      await git("checkout", "-qf", "main");
      await Deno.writeTextFile(`${laptop.home}/code/same.py`, "same\n");
      await git("add", "same.py");
      await git("commit", "-qm", "two");
      await git("push", "-qf", "origin", "main:main");
      await Deno.writeTextFile(`${laptop.home}/code/train.py`, "on two\n");
      const submit = await laptop.mlo(
        ...["submit", "-n", "two", "--train", "--snapshot", "code"],
        ...["--", "cat", "train.py"],
      );
      assert.equal(submit.code, 0, submit.stderr);
      await git("push", "-qf", "origin", "main~:main");
      await must(["git", "-C", server.path("r"), "gc", "-q", "--prune=now"]);
      const ran = await laptop.mlo("rerun", "two");
      assert.equal(ran.code, 0, ran.stderr);
      assert.match(ran.stderr, /the same files travel on [0-9a-f]{10}\n/);
      const again = await started(laptop, "two-2");
      assert.equal(again.record?.code?.base, record?.code?.base);
      assert.equal(again.ran.stdout, "on two\n", again.ran.stderr);
    });
    await test.step("and gone from this laptop too", async () => {
      await Deno.remove(`${laptop.home}/code`, { recursive: true });
      const ran = await laptop.mlo("rerun", "two");
      assert.equal(ran.code, 1, ran.stderr);
      assert.match(
        ran.stderr,
        /Cannot send the code of two again: ssh:\S+ does not have [0-9a-f]{10} any more/,
      );
      // A base that is there needs no repository here.
      const whole = await laptop.mlo("rerun", "exp-2");
      assert.equal(whole.code, 0, whole.stderr);
    });
    await test.step("a remote that does not answer", async () => {
      await Deno.rename(server.path("r"), `${server.path("r")}.away`);
      const ran = await laptop.mlo("rerun", "two-2");
      assert.equal(ran.code, 0, ran.stderr);
      assert.match(
        ran.stderr,
        /mlo: the remote did not answer \(.+\): whether/,
      );
    });
  });
});

Deno.test("mlo rerun takes the very image of the run, and says where its tag names another", () =>
  withLaptop(async (busy) => {
    const laptop = calm(busy);
    const { cluster, namespace } = laptop;
    const submit = ["submit", "-n", "exp", "-i", "reg/img:1", "--train"];
    assert.equal((await laptop.mlo(...submit, "--", "true")).code, 0);
    const unknown = await laptop.mlo("rerun", "exp", "--dry-run");
    assert.match(
      unknown.stderr,
      /mlo: which image reg\/img:1 was then is not known: what it names now is taken/,
    );
    cluster.jobs.update(namespace, "exp", { imageId: `reg/img@${DIGEST}` });
    assert.equal((await laptop.mlo("status", "exp")).code, 0);
    assert.equal((await laptop.mlo("delete", "exp", "-y")).code, 0);
    // What was seen once is known after the job is gone.
    const same = await laptop.mlo("rerun", "exp");
    assert.equal(same.code, 0, same.stderr);
    assert.equal(job(laptop, "exp-2").image, `reg/img@${DIGEST}`);
    assert.match(
      same.stderr,
      /the image is the one of that run, sha256:a1a1[a1]+; for what reg\/img:1 names: -i reg\/img:1/,
    );
    cluster.jobs.create({
      ...{ name: "new", namespace, kind: "train", image: "reg/img:1" },
      imageId: `reg/img@sha256:${"b".repeat(64)}`,
    });
    const moved = await laptop.mlo("rerun", "exp", "--dry-run");
    assert.match(
      moved.stderr,
      /for what reg\/img:1 names, another one by now: /,
    );
    const given = await laptop.mlo("rerun", "exp", "-i", "reg/img:1");
    assert.equal(given.code, 0, given.stderr);
    assert.equal(job(laptop, "exp-3").image, "reg/img:1");
    assert.doesNotMatch(given.stderr, /the image is/);
  }));

Deno.test("mlo rerun refuses what it cannot know", async (test) => {
  await withLaptop(async (busy) => {
    const laptop = calm(busy);
    const cases: [what: string, words: string[], code: number, said: RegExp][] =
      [
        ["nothing of the name", ["rerun", "exq"], 1, /There is no run "exq"/],
        ["no name", ["rerun"], 2, /missing required argument/i],
        [
          "a sync alone",
          ["rerun", "exp", "--sync-secret-only"],
          2,
          /--sync-secret-only submits nothing/,
        ],
      ];
    await laptop.mlo("submit", "-n", "exp", "--train", "--", "true");
    for (const [what, words, code, said] of cases) {
      await test.step(what, async () => {
        const ran = await laptop.mlo(...words);
        assert.equal(ran.code, code, ran.stderr);
        assert.match(ran.stderr, said);
      });
    }
    await test.step("a name that is near", async () => {
      const ran = await laptop.mlo("rerun", "ex");
      assert.match(ran.stderr, /hint: did you mean exp\?/);
    });
    await test.step("a value of a secret in the command", async () => {
      await laptop.mlo(
        ...["submit", "-n", "leaky", "--train"],
        ...["--", "echo", "wandb-key-of-ada"],
      );
      const refused = await laptop.mlo("rerun", "leaky");
      assert.equal(refused.code, 2, refused.stderr);
      assert.match(refused.stderr, /stood in its command or its flags/);
      const given = await laptop.mlo("rerun", "leaky", "--", "echo", "x");
      assert.equal(given.code, 0, given.stderr);
    });
    await test.step("a command too long to carry, from another laptop", async () => {
      const long = "x".repeat(9000);
      const ran = await laptop.mlo(
        ...["submit", "-n", "long", "--train", "--", "echo", long],
      );
      assert.equal(ran.code, 0, ran.stderr);
      const here = await laptop.mlo("rerun", "long", "--dry-run", "--json");
      assert.equal(here.code, 0, here.stderr);
      assert.ok(JSON.parse(here.stdout).plan.job.command.includes(long));
      await forget(laptop);
      const there = await laptop.mlo("rerun", "long", "--", "true");
      assert.equal(there.code, 2, there.stderr);
      assert.match(there.stderr, /too long for the record/);
    });
  });
});

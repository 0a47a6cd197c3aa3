import assert from "node:assert/strict";
import { run } from "../../lib/cli.ts";
import { must } from "../support/pods/programs.ts";
import {
  hostInMemory,
  type Laptop,
  patient,
  withLaptop,
} from "../support/laptop.ts";
import { REQUIRED } from "../support/settings.ts";

/** What doctor says where the machine is merely slow. */
async function doctor({ env, home }: Laptop) {
  const { host, printed } = hostInMemory(env, home);
  await run(["doctor", "--json"], patient(host));
  return printed();
}

Deno.test("a word that is missing, misspelt or another program's is answered in words", () =>
  withLaptop(async (laptop) => {
    const table: [string[], RegExp][] = [
      [
        ["secret"],
        /^mlo: mlo secret needs a word more: sync, status, rm\nhint: mlo secret --help\n$/,
      ],
      [["image"], /^mlo: mlo image needs a word more: init, publish\n/],
      [["help", "nosuch"], /^mlo: There is no such command/],
      [
        ["archive", "verfiy", "x"],
        /hint: did you mean mlo archive verify\? A path of that name is \.\/verfiy\n/,
      ],
    ];
    for (const [words, says] of table) {
      const { code, stdout, stderr } = await laptop.mlo(...words);
      assert.deepEqual([code, stdout], [2, ""], words.join(" "));
      assert.match(stderr, says);
    }
    const list = await laptop.mlo("list");
    assert.deepEqual(await laptop.mlo("ls"), list);
    assert.match((await laptop.mlo("rm", "none")).stderr, /no job "none"/);
  }));

Deno.test("every sync names the keys that it takes away", () =>
  withLaptop(async (laptop) => {
    await laptop.mlo("secret", "sync");
    await laptop.writeSettings(REQUIRED);
    const dry = await laptop.mlo("secret", "sync", "--dry-run");
    assert.match(dry.stdout, /\nwould be removed: .*HF_TOKEN.*\n$/);
    const submit = await laptop.mlo("submit", "-n", "a", "--", "true");
    assert.match(
      submit.stdout,
      /\nremoved: WANDB_API_KEY, HF_TOKEN\n|\nremoved: HF_TOKEN, WANDB_API_KEY\n/,
    );
    await laptop.writeSettings(`${REQUIRED}HF_TOKEN=x\n`);
    assert.doesNotMatch((await laptop.mlo("secret", "sync")).stdout, /removed/);
    await laptop.writeSettings(REQUIRED);
    const sync = await laptop.mlo("secret", "sync", "--json");
    assert.deepEqual(JSON.parse(sync.stdout).removed, ["HF_TOKEN"]);
  }));

Deno.test("a verb tells all that is wrong in the settings file, as doctor does", () =>
  withLaptop(async (laptop) => {
    await laptop.writeSettings(
      "LDAP_USERNAME=ada\nLDAP_UID=no\nHF_TOKEN=a#b\nRUNAI_CLI=v3\n",
    );
    const list = await laptop.mlo("list");
    assert.equal(list.code, 2);
    const report = await doctor(laptop);
    const faults = JSON.parse(report.stdout).findings
      .filter(({ check, status }: Record<string, string>) =>
        check === "settings" && status === "fault"
      );
    assert.equal(faults.length, 3);
    for (const word of ["LDAP_UID", "HF_TOKEN", "RUNAI_CLI"]) {
      assert.match(list.stderr, new RegExp(`:\\d+.*: .*${word}`));
      assert.match(JSON.stringify(faults), new RegExp(word));
    }
    await laptop.writeSettings("LDAP_USERNAME=ada\nLDAP_UID=1\nTZ='x' y\n");
    const one = await laptop.mlo("list");
    assert.equal(one.stderr.match(/\/mlo\/\.env/g)?.length, 1, one.stderr);
  }));

Deno.test("a link that leads nowhere is told as that: the settings file, and the key", () =>
  withLaptop(async (laptop) => {
    const { home } = laptop;
    await Deno.mkdir(`${home}/.ssh`);
    await Deno.symlink(`${home}/gone/key`, `${home}/.ssh/github`);
    const key = await laptop.mlo("secret", "sync");
    assert.equal(key.code, 2);
    assert.match(key.stderr, /github: it is a link to \S+\/gone\/key, which/);
    const report = await doctor(laptop);
    assert.match(report.stdout, /github is a link to \S+\/gone\/key, which/);
    await Deno.remove(`${home}/.ssh/github`);

    const file = `${home}/.config/mlo/.env`;
    await Deno.remove(file);
    await Deno.symlink("../gone.env", file);
    const list = await laptop.mlo("list");
    assert.equal(list.code, 2);
    assert.match(
      list.stderr,
      /\.env is a link to \S+gone\.env, which does not/,
    );
    const named = await laptop.mlo("list", "--env-file", file);
    assert.match(named.stderr, /named by --env-file\) is a link to /);
  }));

Deno.test("a secret that something else made is neither written, nor deleted, nor used", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace, env } = laptop;
    const theirs = {
      apiVersion: "v1",
      kind: "Secret",
      type: "example.org/certificate",
      metadata: { name: "runai-mlo-ada-env", namespace },
      data: { key: btoa("theirs") },
    };
    await must(["kubectl", "create", "--validate=false", "-f", "-"], {
      env,
      input: JSON.stringify(theirs),
    });
    const before = JSON.stringify(cluster.secrets.list(namespace));
    for (
      const words of [
        ["secret", "sync"],
        ["secret", "status"],
        ["secret", "rm", "--yes"],
        ["submit", "-n", "exp", "--", "true"],
      ]
    ) {
      const { code, stderr } = await laptop.mlo(...words);
      assert.equal(code, 1, `${words}`);
      assert.match(stderr, /is of the type example\.org\/certificate/);
      assert.match(stderr, /hint: name another one \(RUNAI_SECRET_NAME\)/);
    }
    assert.equal(JSON.stringify(cluster.secrets.list(namespace)), before);
    assert.deepEqual(cluster.jobs.list(namespace), []);
    const report = await doctor(laptop);
    assert.match(report.stdout, /is of the type example\.org\/certificate/);
  }));

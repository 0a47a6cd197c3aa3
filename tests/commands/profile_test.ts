import assert from "node:assert/strict";
import { type Laptop, SETTINGS, withLaptop } from "../support/laptop.ts";

/** A profile for another project, which the namespace follows unless it is named. */
async function writeProfile(laptop: Laptop, name: string, more: string) {
  const path = `${laptop.home}/.config/mlo/${name}.env`;
  await Deno.writeTextFile(path, SETTINGS + more, { mode: 0o600 });
}

/** Project and namespace of a dry run. */
async function planned(laptop: Laptop, words: string[], env = {}) {
  const child = laptop.spawn(words, env);
  const { code, stdout, stderr } = await child.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const { plan } = JSON.parse(new TextDecoder().decode(stdout));
  return [
    plan.job.project,
    plan.namespace,
    plan.settingsFile.split("/").at(-1),
  ];
}

const SUBMIT = ["submit", "-n", "exp", "--dry-run", "--json", "--", "true"];

Deno.test("--profile, MLO_PROFILE and --project choose file, project and namespace", async () => {
  await withLaptop(async (laptop) => {
    await writeProfile(laptop, "team", "RUNAI_PROJECT=mlo-team\n");
    await writeProfile(
      laptop,
      "odd",
      "RUNAI_PROJECT=mlo-team\nK8S_NAMESPACE=runai-other\n",
    );
    const rows: [string[], Record<string, string>, string[]][] = [
      [SUBMIT, {}, ["mlo-ada", "runai-mlo-ada", ".env"]],
      [["--profile", "team", ...SUBMIT], {}, [
        "mlo-team",
        "runai-mlo-team",
        "team.env",
      ]],
      [SUBMIT, { MLO_PROFILE: "odd" }, ["mlo-team", "runai-other", "odd.env"]],
      // The file's namespace is that of the file's own project.
      [["--project", "mlo-team", ...SUBMIT], { MLO_PROFILE: "odd" }, [
        "mlo-team",
        "runai-other",
        "odd.env",
      ]],
      [["--project", "mine", ...SUBMIT], { MLO_PROFILE: "odd" }, [
        "mine",
        "runai-mine",
        "odd.env",
      ]],
      [["--project", "mine", "--profile=team", ...SUBMIT], {}, [
        "mine",
        "runai-mine",
        "team.env",
      ]],
      [["--profile", "team", ...SUBMIT], {
        MLO_ENV_FILE: `${laptop.home}/.config/mlo/odd.env`,
      }, ["mlo-team", "runai-mlo-team", "team.env"]],
    ];
    for (const [words, env, expected] of rows) {
      assert.deepEqual(await planned(laptop, words, env), expected);
    }
  });
});

Deno.test("a verb acts on the project that --project names", async () => {
  await withLaptop(async (laptop) => {
    await laptop.writeSettings(`${SETTINGS}K8S_NAMESPACE=runai-mlo-ada\n`);
    const { code, stderr } = await laptop.mlo(
      ...["secret", "sync", "--project", "other"],
    );
    assert.equal(code, 0, stderr);
    const written = laptop.cluster.requests
      .filter(({ method }) => method === "PATCH").map(({ path }) => path);
    assert.equal(written.length, 1);
    assert.match(written[0] ?? "", /\/namespaces\/runai-other\//);
  });
});

Deno.test("a profile that is not there is named, with the command that makes it", async () => {
  await withLaptop(async (laptop) => {
    const { code, stderr } = await laptop.mlo("list", "--profile", "nope");
    assert.equal(code, 2);
    assert.match(stderr, /\/\.config\/mlo\/nope\.env \(named by --profile\)/);
    assert.match(stderr, /^hint: run: mlo --profile nope init$/m);
    const made = await laptop.mlo(
      ...["--profile", "nope", "init", "--no-input", "--user", "ada"],
      ...["--uid", "7"],
    );
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout, /nope\.env/);
    const after = await laptop.mlo("list", "--profile", "nope");
    assert.equal(after.code, 0, after.stderr);
    for (const name of ["../x", "", "a/b"]) {
      const bad = await laptop.mlo("list", "--profile", name);
      assert.equal(bad.code, 2, name);
      assert.match(bad.stderr, /Cannot use the profile/);
    }
    const both = await laptop.mlo("list", "--profile=a", "--env-file=b");
    assert.equal(both.code, 2);
    assert.match(both.stderr, /--env-file and --profile both name one/);
  });
});

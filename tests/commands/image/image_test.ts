import assert from "node:assert/strict";
import { run } from "../../../lib/cli.ts";
import { IMAGE_FILES } from "../../../lib/image/files.ts";
import { hostInMemory, type Ran } from "../../support/laptop.ts";

const DOCKER = new URL("../../../docker/", import.meta.url);

const SETTINGS = `LDAP_USERNAME=ada
LDAP_UID=123456
RUNAI_IMAGE=ic-registry.epfl.ch/mlo/ada-image:v1
`;

/** A directory with a settings file and a `docker` that writes down what it is asked. */
interface Desk {
  readonly directory: string;
  /** Runs `mlo image` with these words. */
  image(...words: string[]): Promise<Ran & { hint?: string | undefined }>;
  /** The calls of `docker`, one a line. */
  asked(): Promise<string>;
}

async function atDesk(test: (desk: Desk) => Promise<void>, docker = "exit 0") {
  const directory = await Deno.makeTempDir({ prefix: "mlo-image-" });
  const record = `${directory}/asked`;
  await Deno.mkdir(`${directory}/bin`);
  await Deno.writeTextFile(`${directory}/.env`, SETTINGS, { mode: 0o600 });
  await Deno.writeTextFile(
    `${directory}/bin/docker`,
    `#!/bin/sh\necho "$*" >>'${record}'\n${docker}\n`,
  );
  await Deno.chmod(`${directory}/bin/docker`, 0o755);
  const env = {
    HOME: directory,
    PATH: `${directory}/bin:${Deno.env.get("PATH")}`,
  };
  try {
    await test({
      directory,
      image: (...words) => runImage(words, env, directory),
      asked: () => Deno.readTextFile(record).catch(() => ""),
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function runImage(
  words: string[],
  env: Record<string, string>,
  directory: string,
) {
  const { host, printed } = hostInMemory(env, directory);
  const code = await run(["image", ...words], host);
  const { stdout, stderr } = printed();
  return { code, stdout, stderr, hint: /^hint: (.*)$/m.exec(stderr)?.[1] };
}

async function filesOf(directory: string): Promise<string[]> {
  const names = [];
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const below = isDirectory ? await filesOf(`${directory}/${name}`) : [];
    names.push(
      ...(isDirectory ? below.map((file) => `${name}/${file}`) : [name]),
    );
  }
  return names.toSorted();
}

Deno.test("IMAGE_FILES is the whole of docker/, byte for byte, with its modes", async () => {
  const carried = IMAGE_FILES.map(({ name }) => name).toSorted();
  assert.deepEqual(carried, await filesOf(DOCKER.pathname));
  for (const { name, content, mode } of IMAGE_FILES) {
    const path = new URL(name, DOCKER);
    assert.equal(content, await Deno.readTextFile(path), name);
    assert.equal(mode, ((await Deno.stat(path)).mode ?? 0) & 0o777, name);
  }
});

Deno.test("mlo image init writes every file, and the scripts can be run", async () => {
  await atDesk(async ({ directory, image }) => {
    const { code, stdout, stderr } = await image("init", "my image");
    assert.equal(code, 0);
    assert.deepEqual(
      stdout.trim().split("\n"),
      IMAGE_FILES.map(({ name }) => `my image/${name}`),
    );
    assert.match(stderr, /mlo image publish 'my image'\n$/);
    for (const { name, content, mode } of IMAGE_FILES) {
      const path = `${directory}/my image/${name}`;
      assert.equal(await Deno.readTextFile(path), content);
      assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, mode, name);
    }
  });
});

Deno.test("mlo image init leaves changed files alone unless forced, all or none", async () => {
  await atDesk(async ({ directory, image }) => {
    await image("init", "docker");
    assert.equal((await image("init", "docker")).code, 0);

    await Deno.writeTextFile(`${directory}/docker/Dockerfile`, "FROM mine\n");
    await Deno.remove(`${directory}/docker/zshrc`);
    const refused = await image("init", "docker");
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /docker\/Dockerfile$/m);
    assert.ok(!(await filesOf(`${directory}/docker`)).includes("zshrc"));
    assert.equal(
      await Deno.readTextFile(`${directory}/docker/Dockerfile`),
      "FROM mine\n",
    );

    assert.equal((await image("init", "docker", "--force")).code, 0);
    const text = await Deno.readTextFile(`${directory}/docker/Dockerfile`);
    assert.notEqual(text, "FROM mine\n");
  });
});

Deno.test("mlo image publish builds and pushes with the values of the settings file", async () => {
  await atDesk(async ({ image, asked }) => {
    await image("init", "docker");
    assert.equal((await image("publish")).code, 0);
    const [there, build, push, ...others] = (await asked()).trim().split("\n");
    assert.match(there ?? "", /^version /);
    const name = "ic-registry.epfl.ch/mlo/ada-image:v1";
    assert.ok(build?.endsWith(` --tag ${name} .`), build);
    const ids = {
      LDAP_USERNAME: "ada",
      LDAP_UID: "123456",
      LDAP_GROUPNAME: "MLO-unit",
      LDAP_GID: "83070",
    };
    for (const [key, value] of Object.entries(ids)) {
      assert.ok(build?.includes(` --build-arg ${key}=${value} `), build);
    }
    assert.deepEqual([push, others], [`push ${name}`, []]);
  });
});

Deno.test("mlo image publish takes a directory and another image", async () => {
  await atDesk(async ({ image, asked }) => {
    await image("init", "an image");
    const name = "localhost:5000/a/b/c:v2";
    assert.equal((await image("publish", "an image", "-i", name)).code, 0);
    assert.match(await asked(), /\npush localhost:5000\/a\/b\/c:v2\n$/);
  });
});

Deno.test("mlo image publish --dry-run prints what a shell could run and runs nothing", async () => {
  await atDesk(async ({ image, asked }) => {
    await image("init", "an image");
    const { code, stdout } = await image("publish", "an image", "--dry-run");
    assert.equal(code, 0);
    assert.equal(
      stdout,
      "REGISTRY=ic-registry.epfl.ch IMAGE_PATH=mlo/ada-image TAG=v1 LDAP_USERNAME=ada " +
        "LDAP_UID=123456 LDAP_GROUPNAME=MLO-unit LDAP_GID=83070 bash 'an image/publish.sh'\n",
    );
    assert.equal(await asked(), "");
  });
});

Deno.test("mlo image publish refuses the image of the whole lab unless forced", async () => {
  await atDesk(async ({ image, asked }) => {
    await image("init", "docker");
    const shared = ["publish", "-i", "ic-registry.epfl.ch/mlo/mlo-base:uv1"];
    assert.equal((await image(...shared)).code, 2);
    assert.equal(await asked(), "");
    assert.equal((await image(...shared, "--force")).code, 0);
    assert.match(await asked(), /\npush .*mlo-base:uv1\n$/);
  });
});

Deno.test("mlo image publish fails when the push does", async () => {
  await atDesk(async ({ image, asked }) => {
    await image("init", "docker");
    const { code, stderr } = await image("publish");
    assert.equal(code, 1);
    assert.match(await asked(), /^push /m);
    assert.match(stderr, /Cannot publish: docker\/publish\.sh ended with/);
  }, '[ "$1" != push ]');
});

Deno.test("mlo image publish says what is missing", async () => {
  await atDesk(async ({ image, asked }) => {
    const none = await image("publish", "nowhere");
    assert.deepEqual([none.code, none.hint], [2, "mlo image init nowhere"]);
    await image("init", "docker");
    const names = [
      "mlo/x:v1",
      "registry.example.org/x",
      "registry.example.org/x@sha256:" + "0".repeat(64),
      "registry.example.org/X:v1",
    ];
    for (const name of names) {
      assert.equal((await image("publish", "-i", name)).code, 2, name);
    }
    assert.equal(await asked(), "");
  });
});

// publish.sh: really built and pushed, to a registry on loopback.
import assert from "node:assert/strict";
import { useDocker } from "../support/pods/docker_bed.ts";
import { type Ended, run } from "../support/pods/programs.ts";
import { freePort, startRegistry } from "../support/pods/registry.ts";
import { IMAGE_FILES } from "../../lib/image/files.ts";
import { programUnderTest } from "../support/laptop.ts";
import { podTest } from "../support/pods/requirements.ts";

const bed = useDocker();

const ROOT = new URL("../..", import.meta.url).pathname;

const SETTINGS = {
  IMAGE_PATH: "mlo/ann-image",
  TAG: "uv-v2",
  LDAP_USERNAME: "ann",
  LDAP_UID: "123456",
  LDAP_GROUPNAME: "MLO-unit",
  LDAP_GID: "83070",
};

const EXPORTS = Object.entries(SETTINGS)
  .map(([name, value]) => `export ${name}=${value}`).join("\n");

/** What a user types. */
const TYPED = `${EXPORTS}\ncd docker\n./publish.sh`;

/** Types it in the project's directory, with the variables that make the image buildable here. */
function type(lines: string, env: Record<string, string>): Promise<Ended> {
  const { daemon, build } = bed();
  const given = {
    directory: ROOT,
    env: { ...daemon.env, ...build.args, BUILD_NETWORK: "host", ...env },
  };
  return daemon.alone(() => run(["bash", "-c", lines], given));
}

/** An image that is quick to push; what the real one's build makes is looked at where its push fails. */
async function writeSmallImage(directory: string) {
  await Deno.mkdir(directory, { recursive: true });
  await Deno.copyFile(`${ROOT}/docker/publish.sh`, `${directory}/publish.sh`);
  const ids = ["LDAP_USERNAME", "LDAP_UID", "LDAP_GROUPNAME", "LDAP_GID"];
  const lines = [
    `FROM ${bed().build.args["UV_IMAGE"]}`,
    ...ids.map((name) => `ARG ${name}`),
    `LABEL ids="${ids.map((name) => `$${name}`).join(":")}"`,
  ];
  await Deno.writeTextFile(`${directory}/Dockerfile`, lines.join("\n") + "\n");
}

podTest(
  "publish.sh builds and pushes an image that can be pulled",
  async () => {
    const registry = await startRegistry();
    const directory = await Deno.makeTempDir({ prefix: "mlo-publish-" });
    try {
      await writeSmallImage(directory);
      const published = await type(
        `${EXPORTS}\n'${directory}/publish.sh'`,
        { REGISTRY: registry.host },
      );
      assert.equal(published.code, 0, published.stderr);
      const image = `${registry.host}/mlo/ann-image:uv-v2`;
      assert.ok(published.stderr.endsWith(`publish: Published ${image}\n`));
      await bed().docker("image", "rm", image);
      await bed().docker("pull", image);
      const format = "{{.Config.Labels.ids}}";
      assert.equal(
        await bed().docker("image", "inspect", "--format", format, image),
        "ann:123456:MLO-unit:83070",
      );
      await bed().docker("image", "rm", image);
    } finally {
      await registry.stop();
      await Deno.remove(directory, { recursive: true });
    }
  },
);

podTest(
  "publish.sh builds an image that knows its user, says that a push failed and exits with 1",
  async () => {
    const host = `127.0.0.1:${freePort()}`;
    const failed = await type(TYPED, { REGISTRY: host });
    assert.equal(failed.code, 1);
    const image = `${host}/mlo/ann-image:uv-v2`;
    assert.ok(failed.stderr.includes(`publish: Cannot push ${image}`));
    assert.doesNotMatch(failed.stderr, /Published/);
    const inside = ["--network", "none", "--entrypoint", "id", image, "ann"];
    assert.equal(
      await bed().docker("run", "--rm", ...inside),
      "uid=123456(ann) gid=83070(MLO-unit) groups=83070(MLO-unit)",
    );
    await bed().docker("image", "rm", image);
  },
);

podTest(
  "a push that the registry refuses is told by mlo image publish in its own flags",
  async () => {
    const { daemon, build } = bed();
    // What a registry answers to who has not logged in (the distribution specification, "Authentication").
    const registry = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () =>
        new Response("", {
          status: 401,
          headers: { "www-authenticate": 'Basic realm="registry"' },
        }),
    );
    const host = `127.0.0.1:${registry.addr.port}`;
    const directory = await Deno.makeTempDir({ prefix: "mlo-publish-" });
    try {
      await writeSmallImage(`${directory}/docker`);
      const image = `${host}/mlo/ann-image:uv-v2`;
      await Deno.writeTextFile(
        `${directory}/.env`,
        `LDAP_USERNAME=ann\nLDAP_UID=123456\nRUNAI_IMAGE=${image}\n`,
        { mode: 0o600 },
      );
      const [program, first] = programUnderTest();
      const refused = await run([program, ...first, "image", "publish"], {
        directory,
        env: { ...daemon.env, ...build.args, BUILD_NETWORK: "host" },
      });
      assert.equal(refused.code, 1, refused.stderr);
      assert.ok(
        refused.stderr.includes(
          `publish: Cannot push ${image}: it was built and is on this machine\n` +
            `publish: hint: docker login ${host}, and push only to an --image whose path is yours\n`,
        ),
        refused.stderr,
      );
      await bed().docker("image", "rm", image);
    } finally {
      await registry.shutdown();
      await Deno.remove(directory, { recursive: true });
    }
  },
);

podTest("publish.sh says that a build failed and pushes nothing", async () => {
  const registry = await startRegistry();
  try {
    const env = { REGISTRY: registry.host, OH_MY_ZSH_COMMIT: "0".repeat(40) };
    const failed = await type(TYPED, env);
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /publish: Cannot build /);
    const catalog = await fetch(`http://${registry.host}/v2/_catalog`);
    assert.deepEqual(await catalog.json(), { repositories: [] });
  } finally {
    await registry.stop();
  }
});

podTest(
  "publish.sh says which hint works where docker cannot be used, and builds nothing",
  async () => {
    const down = await type(TYPED, {
      DOCKER_HOST: "unix:///nowhere/docker.sock",
    });
    assert.equal(down.code, 1);
    assert.match(
      down.stderr,
      /^publish: Cannot publish: docker does not answer: .*\npublish: hint: start Docker [^\n]*\n$/,
    );
    const none = await run(["/bin/bash", `${ROOT}/docker/publish.sh`], {
      clearEnv: true,
      env: { ...SETTINGS, PATH: "/nowhere" },
    });
    assert.equal(none.code, 1);
    assert.match(none.stderr, /docker is not installed\npublish: hint: https:/);
  },
);

podTest(
  "what lies beside the Dockerfile can be COPYed, secrets do not travel, and a base with a uid 1000 is no obstacle",
  async () => {
    const { daemon, build, docker, image } = bed();
    const directory = await Deno.makeTempDir({ prefix: "mlo-image-" });
    const names = {
      base: `localhost/mlo-test-1000:${crypto.randomUUID()}`,
      own: `localhost/mlo-test-own:${crypto.randomUUID()}`,
    };
    const make = (file: string, image: string, args: readonly string[]) =>
      docker(
        "build",
        "--network",
        "host",
        ...args,
        "-f",
        file,
        "-t",
        image,
        directory,
      );
    try {
      await Deno.mkdir(`${directory}/setup`);
      for (const { name, content } of IMAGE_FILES) {
        await Deno.writeTextFile(`${directory}/${name}`, content);
      }
      await Deno.writeTextFile(
        `${directory}/base`,
        // On the image that is there, whose packages need not be fetched again.
        `FROM ${image}\nRUN rm -r /docker && userdel cluster && groupadd -g 1000 ubuntu && useradd -m -u 1000 -g 1000 ubuntu\n`,
      );
      await Deno.writeTextFile(`${directory}/requirements.txt`, "einops\n");
      await Deno.writeTextFile(`${directory}/.env`, "HF_TOKEN=x\n");
      const own = await Deno.readTextFile(`${directory}/Dockerfile`);
      await Deno.writeTextFile(
        `${directory}/Dockerfile`,
        `${own}\nCOPY . /tmp/beside/\nCOPY requirements.txt /tmp/\n`,
      );
      await daemon.alone(async () => {
        await make(`${directory}/base`, names.base, []);
        const args = Object.entries({ ...build.args, BASE_IMAGE: names.base })
          .flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
        await make(`${directory}/Dockerfile`, names.own, args);
      });
      const shown = await docker(
        "run",
        "--rm",
        "--network",
        "none",
        "--entrypoint",
        "sh",
        names.own,
        "-c",
        "cat /tmp/requirements.txt; ls -A /tmp/beside | grep env$; getent passwd 1000 | cut -d: -f1",
      );
      assert.equal(shown, "einops\nzshenv\ncluster");
    } finally {
      for (const image of [names.own, names.base]) {
        await run(["docker", "image", "rm", image], daemon);
      }
      await Deno.remove(directory, { recursive: true });
    }
  },
);

/** Runs publish.sh with a `docker` that only prints its arguments, and nothing else inherited. */
async function rehearse(env: Record<string, string>): Promise<Ended> {
  const directory = await Deno.makeTempDir({ prefix: "mlo-docker-" });
  await Deno.writeTextFile(
    `${directory}/docker`,
    '#!/bin/sh\necho "docker $*"\n',
  );
  await Deno.chmod(`${directory}/docker`, 0o755);
  const given = {
    clearEnv: true,
    env: { PATH: `${directory}:/usr/bin:/bin`, ...env },
  };
  const ended = await run([`${ROOT}/docker/publish.sh`], given);
  await Deno.remove(directory, { recursive: true });
  return ended;
}

Deno.test("publish.sh goes to ic-registry.epfl.ch from whatever directory it is called in", async () => {
  const { code, stdout } = await rehearse(SETTINGS);
  assert.equal(code, 0);
  const image = "ic-registry.epfl.ch/mlo/ann-image:uv-v2";
  assert.match(
    stdout,
    new RegExp(
      `^docker build --platform linux/amd64 .* --tag ${image} \\.\ndocker push ${image}\n$`,
    ),
  );
  for (
    const name of [
      "LDAP_USERNAME",
      "LDAP_UID",
      "LDAP_GROUPNAME",
      "LDAP_GID",
    ] as const
  ) {
    assert.ok(stdout.includes(`--build-arg ${name}=${SETTINGS[name]} `));
  }
  assert.doesNotMatch(stdout, /BASE_IMAGE/);
});

const REFUSED: readonly [
  name: string,
  change: Record<string, string>,
  message: RegExp,
][] = [
  [
    "nothing set",
    Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, ""])),
    /(^ {2}[A-Z_]+ is not set\n){6}/m,
  ],
  ["an unset TAG", { TAG: "" }, /^ {2}TAG is not set$/m],
  [
    "the placeholders of the guide",
    {
      IMAGE_PATH: "mlo/<your-tag>",
      LDAP_USERNAME: "<gaspar>",
      LDAP_UID: "<uid>",
    },
    /IMAGE_PATH is still the placeholder mlo\/<your-tag>\n {2}LDAP_USERNAME is .*\n {2}LDAP_UID is/,
  ],
  ["a uid of zeros", { LDAP_UID: "00000" }, /LDAP_UID=00000 is not a uid/],
  ["a tag with a space", { TAG: "a b" }, /TAG=a\\ b is not a tag/],
  [
    "a path in capitals",
    { IMAGE_PATH: "MLO/x" },
    /IMAGE_PATH=MLO\/x is not a path/,
  ],
  [
    "the lab's image",
    { IMAGE_PATH: "mlo/mlo-base" },
    /mlo\/mlo-base is the image of the whole lab\n.*FORCE=1/,
  ],
  [
    "the lab's image in disguise",
    { IMAGE_PATH: "/mlo/mlo-base/" },
    /the image of the whole lab/,
  ],
  [
    "a FORCE that is not 1",
    { IMAGE_PATH: "mlo/mlo-base", FORCE: "no" },
    /FORCE=1/,
  ],
];

for (const [name, change, message] of REFUSED) {
  Deno.test(`publish.sh refuses ${name} and runs no docker`, async () => {
    const { code, stdout, stderr } = await rehearse({ ...SETTINGS, ...change });
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, message);
  });
}

Deno.test("publish.sh's hints name mlo's flags when mlo calls it", async () => {
  const shared = { ...SETTINGS, IMAGE_PATH: "mlo/mlo-base" };
  const ours = await rehearse({ ...shared, CALLED_BY: "mlo" });
  assert.match(
    ours.stderr,
    /hint: choose an --image of your own, or add --force\n$/,
  );
  const own = await rehearse(shared);
  assert.match(
    own.stderr,
    /hint: choose an IMAGE_PATH of your own, or set FORCE=1\n$/,
  );
});

Deno.test("publish.sh overwrites the lab's image with FORCE=1", async () => {
  const { code, stdout } = await rehearse({
    ...SETTINGS,
    IMAGE_PATH: "mlo/mlo-base",
    FORCE: "1",
  });
  assert.equal(code, 0);
  assert.match(
    stdout,
    /docker push ic-registry\.epfl\.ch\/mlo\/mlo-base:uv-v2\n$/,
  );
});

// mlo image publish where docker cannot do it: what failed, and a hint in mlo's own words, on the terminal of who called.
import assert from "node:assert/strict";
import { IMAGE_FILES } from "../../../lib/image/files.ts";
import { programUnderTest } from "../../support/laptop.ts";
import { isInstalled } from "../../support/pods/requirements.ts";
import { run } from "../../support/pods/programs.ts";

const SETTINGS = `LDAP_USERNAME=ada
LDAP_UID=123456
RUNAI_IMAGE=ic-registry.epfl.ch/mlo/ada-image:v1
`;

/** A directory with a settings file and an image; `docker` is a script, the machine's own, or not there. */
async function publish(
  docker: string | "real" | "none",
  env: Record<string, string> = {},
) {
  const directory = await Deno.makeTempDir({ prefix: "mlo-hints-" });
  try {
    await Deno.mkdir(`${directory}/bin`);
    await Deno.mkdir(`${directory}/docker`);
    await Deno.writeTextFile(`${directory}/.env`, SETTINGS, { mode: 0o600 });
    const script = IMAGE_FILES.find(({ name }) => name === "publish.sh")!;
    await Deno.writeTextFile(`${directory}/docker/publish.sh`, script.content);
    for (const name of ["bash", "dirname", "id"]) {
      await Deno.symlink(`/usr/bin/${name}`, `${directory}/bin/${name}`);
    }
    if (docker !== "real" && docker !== "none") {
      await Deno.writeTextFile(
        `${directory}/bin/docker`,
        `#!/bin/sh\n${docker}\n`,
        { mode: 0o755 },
      );
    }
    const [program, first] = programUnderTest();
    const path = docker === "real" ? `:${Deno.env.get("PATH")}` : "";
    return await run([program, ...first, "image", "publish"], {
      directory,
      clearEnv: true,
      env: {
        HOME: directory,
        DENO_DIR: Deno.env.get("DENO_DIR") ??
          `${Deno.env.get("HOME")}/.cache/deno`,
        PATH: `${directory}/bin${path}`,
        ...env,
      },
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const ENDED = "Cannot publish: docker/publish.sh ended with status 1";

Deno.test("mlo image publish without docker, or without its daemon, says which and what to do", async (test) => {
  await test.step("no docker", async () => {
    const { code, stderr } = await publish("none");
    assert.equal(code, 1, stderr);
    assert.match(
      stderr,
      /^publish: Cannot publish: docker is not installed\npublish: hint: https:\/\/docs\.docker\.com\//,
    );
    assert.ok(stderr.includes(ENDED), stderr);
  });
  if (isInstalled("docker")) {
    await test.step("no daemon, asked by the real docker", async () => {
      const { code, stderr } = await publish("real", {
        DOCKER_HOST: "unix:///nowhere/docker.sock",
      });
      assert.equal(code, 1, stderr);
      assert.match(
        stderr,
        /^publish: Cannot publish: docker does not answer: .*nowhere\/docker\.sock.*\npublish: hint: start Docker \(/,
      );
      assert.doesNotMatch(stderr, /Building/);
    });
  }
  await test.step("an account that may not", async () => {
    // As docker 20.10 and later say it on one line (client/errors.go).
    const { code, stderr } = await publish(
      "echo 'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: dial unix /var/run/docker.sock: connect: permission denied' >&2; exit 1",
    );
    assert.equal(code, 1, stderr);
    assert.match(stderr, /hint: your account may not use docker: sudo usermod/);
  });
});

Deno.test("mlo image publish with a builder that refuses the machine's network tells both ways out", async () => {
  // BuildKit's words (util/entitlements/entitlements.go), and buildx below 0.13 (github.com/docker/buildx/issues/2255).
  const { code, stderr } = await publish(
    `[ "$1" != build ] || { echo 'ERROR: failed to solve: network.host is not allowed' >&2; exit 1; }`,
    { BUILD_NETWORK: "host" },
  );
  assert.equal(code, 1, stderr);
  assert.match(
    stderr,
    /network\.host is not allowed\npublish: Cannot build \S+: docker has said why\npublish: hint: .*unset BUILD_NETWORK, or .*docker buildx use default\n/,
  );
});

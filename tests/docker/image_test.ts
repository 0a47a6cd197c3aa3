// What is in the image that the Dockerfile makes.
import assert from "node:assert/strict";
import { useDocker } from "../support/pods/docker_bed.ts";
import { podTest } from "../support/pods/requirements.ts";

const bed = useDocker();

function inside(script: string): Promise<string> {
  return bed().docker(
    "run",
    "--rm",
    "--network",
    "none",
    "--entrypoint",
    "/bin/sh",
    bed().image,
    "-c",
    script,
  );
}

podTest(
  "the image starts with the entrypoint, as root, in a UTF-8 locale",
  async () => {
    const { Config: config } =
      JSON.parse(await bed().docker("image", "inspect", bed().image))[0];
    assert.deepEqual(config.Entrypoint, ["/docker/entrypoint.sh"]);
    assert.deepEqual(config.Cmd, ["/bin/zsh"]);
    assert.equal(config.User, "");
    assert.equal(config.Labels["org.opencontainers.image.licenses"], "MIT");
    assert.equal(await inside("locale charmap; printf é | wc -m"), "UTF-8\n1");
  },
);

podTest("the image has every program that it promises", async () => {
  const programs =
    "cc make git git-lfs zsh bash ssh tmux screen htop jq rsync vim nano sudo curl wget less unzip zip tree uv uvx setpriv python3";
  assert.equal(
    await inside(
      `for name in ${programs}; do command -v $name >/dev/null || echo $name; done`,
    ),
    "",
  );
  assert.equal(await inside("command -v uv"), "/usr/local/bin/uv");
});

podTest(
  "the image has the placeholder and the scratch seed account, and no password at all",
  async () => {
    assert.equal(
      await inside("getent passwd cluster mljaggi-admin; getent group 83070"),
      "cluster:x:1000:83070::/home/cluster:/bin/zsh\n" +
        "mljaggi-admin:x:177449:83070::/home/mljaggi-admin:/usr/sbin/nologin\nMLO-unit:x:83070:",
    );
    assert.equal(
      await inside("cut -d: -f2 /etc/shadow | grep -v '^[!*]' || true"),
      "",
    );
    assert.equal(
      await inside(
        "export LC_ALL=C; ls /etc/sudoers.d /docker -A | grep -v README",
      ),
      "/docker:\n.oh-my-zsh\n.zshrc\nattempt.h\nbashrc\ndoor\ndoor.c\nentrypoint.sh\nfiles\nfiles.c\ninit\ninit.c\nnotify.sh\npam.su\nready.h\nsetup\nusage.sh\nwatch.sh\nzshenv\n\n/etc/sudoers.d:",
    );
  },
);

podTest(
  "the image carries oh-my-zsh without its history, and files that nobody but root can change",
  async () => {
    assert.equal(
      await inside("ls -A /docker/.oh-my-zsh"),
      "oh-my-zsh.sh\nplugins",
    );
    assert.equal(
      await inside("find /docker ! -user 0 -o -perm /022 ! -type l"),
      "",
    );
  },
);

podTest("the placeholder's ids are build arguments", async () => {
  const { build, daemon } = bed();
  const ids = {
    LDAP_USERNAME: "ann",
    LDAP_UID: "123456",
    LDAP_GROUPNAME: "other",
    LDAP_GID: "4242",
  };
  const args = Object.entries({ ...build.args, ...ids }).flatMap((
    [name, value],
  ) => ["--build-arg", `${name}=${value}`]);
  const directory = new URL("../../docker", import.meta.url).pathname;
  const image = `localhost/mlo-test-ids:${crypto.randomUUID()}`;
  await daemon.alone(() =>
    bed().docker("build", "--network", "host", "-t", image, ...args, directory)
  );
  const shown = await bed().docker(
    "run",
    "--rm",
    "--network",
    "none",
    "--entrypoint",
    "getent",
    image,
    "passwd",
    "ann",
    "mljaggi-admin",
  );
  await bed().docker("image", "rm", image);
  assert.equal(
    shown,
    "ann:x:123456:4242::/home/ann:/bin/zsh\nmljaggi-admin:x:177449:4242::/home/mljaggi-admin:/usr/sbin/nologin",
  );
});

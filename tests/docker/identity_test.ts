// Step 2 of the entrypoint: one account and one group, whatever the image had in their place.
import assert from "node:assert/strict";
import { useDocker } from "../support/pods/docker_bed.ts";
import {
  makeScratch,
  MODES,
  type PodStart,
  SAMPLE,
} from "../support/pods/pod.ts";
import { inBothModes, podTest } from "../support/pods/requirements.ts";

const bed = useDocker();

/** Prints what the system says of the account, one KEY=VALUE a line. */
const REPORT = `
echo "me=$(id -u):$(id -g)"; echo "name=$(id -un):$(id -gn)"
echo "groups=$(id -nG "$NB_USER" | tr ' ' '\\n' | LC_ALL=C sort | tr '\\n' ' ')"
echo "passwd=$(getent passwd "$NB_UID")"
echo "group=$(getent group "$NB_GID" | cut -d: -f1-3)"
for file in passwd shadow; do echo "$file names=$(sudo grep -c "^$NB_USER:" /etc/$file)"; done
for file in group gshadow; do echo "$file names=$(sudo grep -c "^$NB_GROUP:" /etc/$file)"; done
echo "uids=$(cut -d: -f3 /etc/passwd | sort | uniq -d)"
echo "gids=$(cut -d: -f3 /etc/group | sort | uniq -d)"
echo "ghosts=$(for name in $(cut -d: -f4 /etc/group | tr , ' '); do id "$name" >/dev/null 2>&1 || echo "$name"; done)"
echo "home=$(stat -c '%u:%g %a' "$HOME")"
echo "sudo=$(sudo -n id -u)"
echo "checks=$(sudo pwck -qr; sudo grpck -r)"
echo "logs=$(sudo du -sk /var/log | cut -f1)"
echo "modes=$(stat -c %a:%U:%G /etc/passwd /etc/shadow /etc/group /etc/gshadow /etc/sudoers.d/pod | tr '\\n' ' ')"
`;

interface Case extends Pick<PodStart, "env" | "prepare"> {
  readonly name: string;
  /** A group that the account keeps from the one it replaces. */
  readonly keeps?: string;
}

const CASES: readonly Case[] = [
  { name: "on a fresh image" },
  {
    name: "where the uid belongs to another name",
    prepare: "useradd -M -l -u 123456 -G video bob",
    keeps: "video",
  },
  {
    name: "where the name belongs to another uid",
    prepare: "useradd -M -l -u 5000 -G video ann",
    keeps: "video",
  },
  {
    name: "where name and uid belong to two accounts",
    prepare:
      "useradd -M -l -u 5000 ann; useradd -M -l -u 123456 -G sudo,video bob",
    keeps: "video",
  },
  {
    name: "where the account is there already",
    prepare: "useradd -m -l -u 123456 -g 83070 -s /bin/sh ann",
  },
  {
    name: "where the gid belongs to another name",
    prepare: "groupmod -n other MLO-unit",
  },
  {
    name: "where the group name belongs to another gid",
    prepare: "groupmod -g 6000 MLO-unit",
  },
  {
    name: "where group name and gid belong to two groups",
    prepare: "groupmod -g 6000 MLO-unit; groupadd -g 83070 -U games other",
  },
  {
    name: "where the home belongs to somebody else",
    prepare: "mkdir -m 700 /home/ann; chown 5000:5000 /home/ann",
  },
  {
    name: "with a uid of ten digits",
    env: { NB_UID: "1234567890", NB_GID: "1234567891", NB_GROUP: "big" },
  },
  {
    name: "with a dot in the name",
    env: { NB_USER: "ann.lee", WORKING_DIR: "/mloscratch/homes/ann.lee" },
  },
  {
    name: "with a dash in the name",
    env: { NB_USER: "ann-lee", WORKING_DIR: "/mloscratch/homes/ann-lee" },
  },
  {
    name: "with the uid and name of the scratch seed account",
    env: { NB_USER: "mljaggi-admin", NB_UID: "177449" },
  },
];

for (const { name, keeps, ...given } of CASES) {
  for (const mode of MODES) {
    podTest(`entrypoint.sh makes one account ${name} (${mode})`, async () => {
      const scratch = await makeScratch();
      // Of a large group that is not the seed account's, nobody else can make directories.
      if (given.env?.["NB_GID"] !== undefined) {
        await Deno.chmod(`${scratch}/homes`, 0o777);
      }
      await Deno.chmod(scratch, 0o777);
      const pod = await bed().start({
        mode,
        scratch,
        ...given,
        command: ["bash", "-c", REPORT],
      });
      assert.equal(pod.code, 0, pod.stderr);
      assert.deepEqual(
        factsIn(pod.stdout),
        expected({ ...SAMPLE, ...given.env }, keeps),
      );
    });
  }
}

podTest(
  "entrypoint.sh starts again in a container that was stopped",
  async () => {
    for (const mode of MODES) {
      const scratch = await makeScratch();
      const name = await bed().launch({
        mode,
        scratch,
        command: ["bash", "-c", REPORT],
      });
      const first = await endOf(name);
      await bed().docker("start", name);
      const second = await endOf(name);
      assert.deepEqual([first.code, second.code], ["0", "0"], second.log);
      assert.deepEqual(
        factsIn(second.log.slice(first.log.length)),
        expected(SAMPLE),
      );
      await bed().docker("rm", name);
    }
  },
);

inBothModes(
  "entrypoint.sh replaces the entry that a container runtime has mounted over /etc/passwd",
  async (mode) => {
    const { docker, image } = bed();
    const own = await docker(
      "run",
      "--rm",
      "--network",
      "none",
      "--entrypoint",
      "cat",
      image,
      "/etc/passwd",
    );
    const file = `${await makeScratch()}/passwd`;
    await Deno.writeTextFile(
      file,
      `${own}\n123456:x:123456:83070:container user:/:/sbin/nologin`,
    );
    const pod = await bed().start(
      { mode, scratch: await makeScratch(), command: ["bash", "-c", REPORT] },
      "--volume",
      `${file}:/etc/passwd`,
    );
    assert.equal(pod.code, 0, pod.stderr);
    assert.deepEqual(factsIn(pod.stdout), expected(SAMPLE));
  },
);

podTest(
  "entrypoint.sh keeps the memberships of the account that it renames",
  async () => {
    const pod = await bed().start({
      mode: "direct",
      scratch: await makeScratch(),
      prepare: "useradd -M -l -u 123456 -G video,adm bob",
      command: [
        "sh",
        "-c",
        "id -nG ann; getent passwd bob; getent group video adm",
      ],
    });
    assert.equal(
      pod.stdout,
      "MLO-unit adm sudo video\nvideo:x:44:ann\nadm:x:4:ann\n",
    );
  },
);

async function endOf(name: string) {
  const code = await bed().docker("wait", name);
  return { code, log: await bed().docker("logs", name) + "\n" };
}

function factsIn(output: string): Record<string, string> {
  return Object.fromEntries(
    output.trim().split("\n").map((line) => {
      const at = line.indexOf("=");
      const value = line.slice(at + 1).trim();
      // A few sizes differ from machine to machine; 1 MB is what a sparse log of large uids would exceed.
      return [
        line.slice(0, at),
        line.startsWith("logs=") ? `${Number(value) < 1024}` : value,
      ];
    }),
  );
}

function expected(env: Record<string, string | undefined>, keeps?: string) {
  const { NB_USER: user, NB_UID: uid, NB_GROUP: group, NB_GID: gid } = env;
  return {
    me: `${uid}:${gid}`,
    name: `${user}:${group}`,
    groups: ["adm", group, "sudo", ...(keeps ? [keeps] : [])].toSorted().join(
      " ",
    ),
    passwd: `${user}:x:${uid}:${gid}::/home/${user}:/bin/zsh`,
    group: `${group}:x:${gid}`,
    "passwd names": "1",
    "shadow names": "1",
    "group names": "1",
    "gshadow names": "1",
    uids: "",
    gids: "",
    ghosts: "",
    home: `${uid}:${gid} 700`,
    sudo: "0",
    checks: "",
    logs: "true",
    modes:
      "644:root:root 640:root:shadow 644:root:root 640:root:shadow 440:root:root",
  };
}

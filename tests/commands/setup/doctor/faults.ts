import { type Bed, contexts } from "../../../support/doctor_bed.ts";
import { kubectlDone } from "../../../support/api_server/kubectl.ts";

/** A fault put into a healthy laptop, and what doctor must say of it. */
export interface SeededFault {
  readonly name: string;
  readonly seed: (bed: Bed) => Promise<void>;
  readonly check: string;
  readonly says: RegExp;
  readonly fix: RegExp;
  readonly flags?: string[];
  /** The volume claims of the cluster. */
  readonly claims?: Readonly<Record<string, string>>;
}

const REQUIRED = "LDAP_USERNAME=ada\nLDAP_UID=123456\n";

function inFile(
  name: string,
  text: string,
  says: RegExp,
  line: number,
): SeededFault {
  return {
    name,
    seed: (bed) => bed.settings(text),
    check: "settings",
    says,
    fix: new RegExp(`EDITOR:-vi.* \\+${line} /`),
  };
}

async function key(bed: Bed, passphrase = ""): Promise<string> {
  const file = `${bed.home}/.ssh/github`;
  await Deno.mkdir(`${bed.home}/.ssh`, { recursive: true, mode: 0o700 });
  await bed.real(
    "ssh-keygen",
    "-q",
    "-t",
    "ed25519",
    "-N",
    passphrase,
    "-f",
    file,
  );
  return file;
}

const SETTINGS_FAULTS: readonly SeededFault[] = [
  {
    name: "no settings file at all",
    seed: (bed) => Deno.remove(`${bed.home}/.config/mlo/.env`),
    check: "settings",
    says: /Cannot find a settings file/,
    fix: /^mlo init$/,
  },
  {
    name: "MLO_ENV_FILE names no file",
    seed: (bed) => {
      bed.env["MLO_ENV_FILE"] = "/nowhere/.env";
      return Promise.resolve();
    },
    check: "settings",
    says: /MLO_ENV_FILE/,
    fix: /^unset MLO_ENV_FILE$/,
  },
  inFile(
    "a placeholder",
    "LDAP_USERNAME=<you>\nLDAP_UID=1\n",
    /:1:15: .*placeholder/,
    1,
  ),
  inFile("the uid is missing", "LDAP_USERNAME=ada\n", /LDAP_UID is missing/, 1),
  inFile(
    "the uid is no number",
    "LDAP_USERNAME=ada\nLDAP_UID=ada\n",
    /LDAP_UID is not a whole number/,
    2,
  ),
  inFile("a key twice", `${REQUIRED}TZ=UTC\nTZ=UTC\n`, /given twice/, 4),
  inFile("a glued #", `${REQUIRED}HF_TOKEN=a#b\n`, /"#" is glued/, 3),
  inFile("an open quote", `${REQUIRED}HF_TOKEN='a\n`, /never closed/, 3),
  inFile(
    "a misspelt key",
    `${REQUIRED}HF_TOKN=a\n`,
    /did you mean HF_TOKEN/,
    3,
  ),
  inFile(
    "an extra key that is not there",
    `${REQUIRED}EXTRA_SECRET_KEYS=MY_KEY\n`,
    /MY_KEY/,
    1,
  ),
  inFile(
    "a path with a variable",
    `${REQUIRED}WORKING_DIR=/mloscratch/homes/$USER\n`,
    /nothing expands/,
    3,
  ),
  inFile(
    "a base64 that is none",
    `${REQUIRED}SSH_PRIVATE_KEY_B64=***\n`,
    /does not decode/,
    3,
  ),
  {
    name: "a file that is not text",
    seed: (bed) =>
      bed.write(".config/mlo/.env", new Uint8Array([0xff, 0xfe, 65, 0])),
    check: "settings",
    says: /UTF-16/,
    fix: /EDITOR/,
  },
  {
    name: "a file that others can read",
    seed: (bed) => Deno.chmod(`${bed.home}/.config/mlo/.env`, 0o644),
    check: "settings",
    says: /can be read by other users/,
    fix: /^chmod 600 \/.*\.env$/,
  },
  {
    name: "more than a secret holds",
    seed: (bed) => bed.settings(`${REQUIRED}BIG=${"x".repeat(1_100_000)}\n`),
    check: "settings",
    says: /at most 1,048,576/,
    fix: /^mlo secret sync/,
  },
  {
    name: "a file that git tracks",
    seed: async (bed) => {
      await bed.write(".env", REQUIRED);
      await bed.real("git", "init", "-q");
      await bed.real("git", "add", "-f", ".env");
    },
    check: "git",
    says: /git tracks/,
    fix: /^git -C \S+ rm --cached -- \.env$/,
  },
  {
    name: "a file that git would take in",
    seed: async (bed) => {
      await bed.write(".env", REQUIRED);
      await bed.real("git", "init", "-q");
    },
    check: "git",
    says: /does not ignore/,
    fix: /^echo \/\.env >> \S+\/\.gitignore$/,
  },
];

const KEY_FAULTS: readonly SeededFault[] = [
  {
    name: "a key with a passphrase",
    seed: async (bed) => void await key(bed, "secret words"),
    check: "SSH key",
    says: /passphrase/,
    fix: /^ssh-keygen -p -N "" -f /,
  },
  {
    name: "a key file that is no key",
    seed: (bed) => bed.write(".ssh/github", "hello\n"),
    check: "SSH key",
    says: /not a private key/,
    fix: /^mv .* && ssh-keygen -t ed25519/,
  },
  {
    name: "the public key in the private one's place",
    seed: async (bed) => {
      const file = await key(bed);
      await Deno.copyFile(`${file}.pub`, file);
    },
    check: "SSH key",
    says: /public key, not a private/,
    fix:
      /^ssh-keygen -t ed25519 -N "" -f \S+\/github-pods && mlo init --set GITHUB_SSH_KEY_PATH=/,
  },
  {
    name: "a key with CRLF",
    seed: async (bed) => {
      const file = await key(bed);
      const text = await Deno.readTextFile(file);
      await bed.write(file, text.replaceAll("\n", "\r\n"));
    },
    check: "SSH key",
    says: /CRLF/,
    fix: /^perl -0777 -i\.before .*\/\.ssh\/github$/,
  },
  {
    name: "a public key that the settings name for the private one",
    seed: async (bed) => {
      const file = await key(bed);
      await bed.settings(`${REQUIRED}GITHUB_SSH_KEY_PATH=${file}.pub\n`);
    },
    check: "SSH key",
    says: /public key, not a private/,
    fix: /^mlo init --set GITHUB_SSH_KEY_PATH=\S+\/github$/,
  },
  {
    name: "a key that others can read",
    seed: async (bed) => await Deno.chmod(await key(bed), 0o644),
    check: "SSH key",
    says: /read by other users/,
    fix: /^chmod 600 .*\/\.ssh\/github$/,
  },
  {
    name: "a public key of another pair",
    seed: async (bed) => {
      const file = await key(bed);
      await bed.real(
        "ssh-keygen",
        "-q",
        "-t",
        "ed25519",
        "-N",
        "",
        "-f",
        `${file}2`,
      );
      await Deno.rename(`${file}2.pub`, `${file}.pub`);
    },
    check: "SSH key",
    says: /does not belong to/,
    fix: /^ssh-keygen -y -f \S+ > \S+\.pub$/,
  },
  {
    name: "a named key that is not there",
    seed: (bed) => bed.settings(`${REQUIRED}GITHUB_SSH_KEY_PATH=~/.ssh/none\n`),
    check: "SSH key",
    says: /does not exist/,
    fix: /EDITOR.* \+3 /,
  },
  {
    name: "a key that GitHub does not know",
    seed: async (bed) => void await key(bed),
    check: "GitHub",
    says: /does not know/,
    fix: /^cat \S+\/\.ssh\/github\.pub$/,
    flags: ["--online"],
  },
];

const PROGRAM_FAULTS: readonly SeededFault[] = [
  {
    name: "no kubectl",
    seed: (bed) => bed.without("kubectl"),
    check: "kubectl",
    says: /not installed/,
    fix: /^mlo setup$/,
  },
  {
    name: "kubectl in a directory that is not on the PATH",
    seed: async (bed) => {
      await bed.without("kubectl");
      await bed.write(".local/bin/kubectl", "#!/bin/sh\n", 0o755);
    },
    check: "kubectl",
    says: /not on the PATH/,
    fix: /^export PATH=/,
  },
  {
    name: "no runai",
    seed: (bed) => bed.without("runai"),
    check: "runai",
    says: /not installed/,
    fix: /^mlo setup$/,
  },
  {
    name: "a runai for another machine",
    seed: (bed) => bed.write("bin/runai", "\u007fELF not for here", 0o755),
    check: "runai",
    says: /cannot be run/,
    fix: /^mlo setup --replace$/,
  },
  {
    name: "another generation of runai than the settings say",
    seed: (bed) => bed.settings(`${REQUIRED}RUNAI_CLI=v2\n`),
    check: "runai",
    says: /is v1, but RUNAI_CLI says v2/,
    fix: /EDITOR.* \+3 /,
  },
  {
    name: "runai logged out",
    seed: (bed) =>
      bed.program(
        "runai",
        `case "$1" in
whoami) echo "Error: not logged in" >&2; exit 1 ;;
*) echo 'unknown command "workspace"' >&2; exit 1 ;;
esac`,
      ),
    check: "runai",
    says: /not logged in/,
    fix: /^runai login$/,
  },
  {
    name: "an archive host that cannot be reached",
    seed: (bed) =>
      bed.program(
        "ssh",
        'echo "ssh: Could not resolve hostname haas001.rcp.epfl.ch" >&2; exit 255',
      ),
    check: "archive host",
    says: /cannot be reached/,
    fix: /^ssh ada@haas001\.rcp\.epfl\.ch$/,
  },
  {
    name: "an archive host with another key than before",
    seed: (bed) =>
      bed.program(
        "ssh",
        'echo "WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!" >&2; exit 255',
      ),
    check: "archive host",
    says: /not the one that is remembered/,
    fix: /^ssh-keygen -R haas001\.rcp\.epfl\.ch$/,
  },
];

const CLUSTER_FAULTS: readonly SeededFault[] = [
  {
    name: "no kubeconfig",
    seed: (bed) => {
      delete bed.env["KUBECONFIG"];
      return Promise.resolve();
    },
    check: "kubeconfig",
    says: /no cluster to talk to/,
    fix: /^mlo setup$/,
  },
  {
    name: "KUBECONFIG names no file",
    seed: (bed) => {
      bed.env["KUBECONFIG"] = "/nowhere/config";
      return Promise.resolve();
    },
    check: "kubeconfig",
    says: /KUBECONFIG names/,
    fix: /^unset KUBECONFIG$/,
  },
  {
    name: "a kubeconfig that is no YAML",
    seed: async (bed) => {
      await bed.write(".kube/broken", "clusters: [\n");
      bed.env["KUBECONFIG"] = `${bed.home}/.kube/broken`;
    },
    check: "kubeconfig",
    says: /cannot read its configuration/,
    fix: /EDITOR.*\.kube\/broken$/,
  },
  {
    name: "a context of another cluster",
    seed: (bed) => contexts(bed, ["rcp-caas-prod", "minikube"], "minikube"),
    check: "kubeconfig",
    says: /current context is minikube, which runai \(v1\) follows/,
    fix: /^kubectl config use-context rcp-caas-prod$/,
  },
  {
    name: "a context that does not exist",
    seed: (bed) => contexts(bed, ["rcp-caas-prod"], "gone"),
    check: "kubeconfig",
    says: /current context is gone, .*not rcp-caas-prod/,
    fix: /^kubectl config use-context rcp-caas-prod$/,
  },
  {
    name: "a context that the settings name and nobody has",
    seed: (bed) => bed.settings(`${REQUIRED}KUBE_CONTEXT=elsewhere\n`),
    check: "kubeconfig",
    says: /no context elsewhere, which KUBE_CONTEXT names \(it has: admin/,
    fix: /EDITOR.* \+3 /,
  },
  {
    name: "no current context, and one to choose",
    seed: (bed) => contexts(bed, ["mine"], ""),
    check: "kubeconfig",
    says: /no context is chosen/,
    fix: /^kubectl config use-context mine$/,
  },
  {
    name: "a cluster that refuses connections",
    seed: async (bed) => {
      await contexts(bed, ["admin"], "admin");
      const file = `${bed.home}/.kube/other`;
      const text = await Deno.readTextFile(file);
      await bed.write(
        file,
        text.replace(bed.cluster.url, "https://127.0.0.1:1"),
      );
    },
    check: "cluster",
    says: /cannot be reached.*VPN/,
    fix: /^kubectl get --raw \/version --context=admin$/,
  },
  {
    name: "a log-in that has run out",
    seed: (bed) => {
      Object.assign(bed.env, bed.cluster.env("stranger"));
      return Promise.resolve();
    },
    check: "cluster",
    says: /not logged in/,
    fix: /^runai login$/,
  },
  {
    name: "a namespace that is not one's own",
    seed: (bed) => {
      Object.assign(bed.env, bed.cluster.env("alice"));
      return Promise.resolve();
    },
    check: "cluster",
    says: /no permission/,
    fix: /^runai list projects$/,
  },
  {
    name: "a project that does not exist",
    seed: (bed) => bed.settings(`${REQUIRED}RUNAI_PROJECT=mlo-adda\n`),
    check: "namespace",
    says: /no namespace runai-mlo-adda/,
    fix: /^runai list projects$/,
  },
  {
    name: "a volume claim of another name",
    seed: (bed) => bed.settings(`${REQUIRED}SCRATCH_PVC=mlo-scrach\n`),
    check: "scratch",
    says: /no volume claim mlo-scrach .*mlo-scratch.*vanish/,
    fix: /EDITOR.* \+3 /,
  },
  {
    name: "no volume claim in the namespace",
    seed: async () => {},
    check: "scratch",
    says: /none at all/,
    fix: /^kubectl get pvc -n runai-mlo-ada$/,
    claims: {},
  },
  {
    name: "a volume claim that is not bound",
    seed: async () => {},
    check: "scratch",
    says: /Pending, not Bound/,
    fix: /^kubectl describe pvc mlo-scratch/,
    claims: { "mlo-scratch": "Pending" },
  },
  {
    name: "a secret that differs from the file",
    seed: async (bed) => {
      await bed.mlo("secret", "sync");
      await bed.settings(`${REQUIRED}HF_TOKEN=new\n`);
    },
    check: "secret",
    says: /differs .* in HF_TOKEN/,
    fix: /^mlo secret sync$/,
  },
  {
    name: "the annotation that csub leaves",
    seed: async (bed) => {
      const manifest = {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "runai-mlo-ada-env", namespace: "runai-mlo-ada" },
        data: { LDAP_USERNAME: btoa("ada"), LDAP_UID: btoa("123456") },
      };
      await kubectlDone(
        bed.cluster,
        ["apply", "--validate=false", "-f", "-"],
        JSON.stringify(manifest),
      );
    },
    check: "secret",
    says: /annotation that csub left/,
    fix: /^mlo secret sync$/,
  },
];

/** All of them. */
/** A `docker` that answers `version` and `buildx version` by these shell commands. */
function dockerFault(
  name: string,
  says: RegExp,
  fix: RegExp,
  version?: string,
): SeededFault {
  return {
    name,
    seed: (bed) =>
      version === undefined
        ? bed.without("docker")
        : bed.program("docker", version),
    check: "docker",
    says,
    fix,
    flags: ["--image"],
  };
}

const IMAGE_FAULTS: readonly SeededFault[] = [
  dockerFault(
    "no docker",
    /not installed/,
    /apt-get install docker\.io|brew install/,
  ),
  // What Debian's client 20.10 says without a daemon, and without the right to ask it.
  dockerFault(
    "no daemon of docker",
    /daemon does not answer/,
    /systemctl start docker|open -a Docker/,
    "echo 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?' >&2; exit 1",
  ),
  dockerFault(
    "an account that may not use docker",
    /may not use docker/,
    /usermod -aG docker/,
    "echo 'Got permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: dial unix /var/run/docker.sock: connect: permission denied' >&2; exit 1",
  ),
];

export const FAULTS: readonly SeededFault[] = [
  ...SETTINGS_FAULTS,
  ...KEY_FAULTS,
  ...PROGRAM_FAULTS,
  ...CLUSTER_FAULTS,
  ...IMAGE_FAULTS,
];

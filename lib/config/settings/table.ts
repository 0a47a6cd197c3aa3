/** What the value of a setting must look like; `setting_types.ts` has the checks. */
export type SettingType =
  | "user"
  | "group"
  | "id"
  | "label"
  | "subdomain"
  | "image"
  | "path"
  | "mount"
  | "keyPath"
  | "python"
  | "zone"
  | "host"
  | "generation"
  | "program"
  | "context"
  | "url"
  | "duration"
  | "keys"
  | "privateKey"
  | "publicKey"
  | "knownHosts"
  | "token"
  | "text";

/** One key of the settings file. */
export interface Setting {
  readonly key: string;
  readonly type: SettingType;
  /** Whether the file must give it a value. */
  readonly required: boolean;
  /**
   * What holds where the file gives none; `{KEY}` stands for the value of a
   * setting further up in the table. For a required one, the placeholder of the example file.
   */
  readonly default: string;
  /** Whether the pod gets it from the Kubernetes secret rather than as a plain variable. */
  readonly secret: boolean;
  /** What it is for, one or two sentences. */
  readonly doc: string;
}

/** The one table of settings. Help, checks, defaults and `.env.example` come from it. */
export const SETTINGS = [
  required("LDAP_USERNAME", "user", "<you>", "Your user name on the cluster."),
  required("LDAP_UID", "id", "<uid>", "Your numeric user id."),
  plain("LDAP_GROUPNAME", "group", "MLO-unit", "Your group."),
  plain("LDAP_GID", "id", "83070", "Your numeric group id."),
  plain(
    "RUNAI_PROJECT",
    "label",
    "mlo-{LDAP_USERNAME}",
    "The run:ai project that jobs are charged to.",
  ),
  plain(
    "K8S_NAMESPACE",
    "label",
    "runai-{RUNAI_PROJECT}",
    "The Kubernetes namespace of that project.",
  ),
  plain(
    "RUNAI_IMAGE",
    "image",
    "ic-registry.epfl.ch/mlo/mlo-base:uv1",
    "The container image of jobs.",
  ),
  plain(
    "RUNAI_SECRET_NAME",
    "subdomain",
    "runai-mlo-{LDAP_USERNAME}-env",
    "The Kubernetes secret that holds the variables of this file.",
  ),
  plain(
    "SCRATCH_PVC",
    "subdomain",
    "mlo-scratch",
    "The volume claim of the scratch storage.",
  ),
  plain(
    "SCRATCH_MOUNT_PATH",
    "mount",
    "/mloscratch",
    "Where pods see the scratch storage.",
  ),
  plain(
    "SCRATCH_HOME_ROOT",
    "path",
    "{SCRATCH_MOUNT_PATH}/homes",
    "The directory of all homes on scratch.",
  ),
  plain(
    "SCRATCH_HOME",
    "path",
    "{SCRATCH_HOME_ROOT}/{LDAP_USERNAME}",
    "Your home on scratch.",
  ),
  plain(
    "WORKING_DIR",
    "path",
    "{SCRATCH_HOME_ROOT}/{LDAP_USERNAME}",
    "The directory a job starts in.",
  ),
  plain(
    "HF_HOME",
    "path",
    "{SCRATCH_MOUNT_PATH}/hf_cache",
    "The Hugging Face cache, shared by the lab.",
  ),
  plain(
    "UV_PYTHON_VERSION",
    "python",
    "3.11",
    "The Python that uv uses in pods.",
  ),
  plain("TZ", "zone", "Europe/Zurich", "The time zone of pods."),
  secret("WANDB_API_KEY", "token", "Weights & Biases: wandb.ai/authorize."),
  secret("HF_TOKEN", "token", "Hugging Face: huggingface.co/settings/tokens."),
  secret(
    "SSH_PRIVATE_KEY_B64",
    "privateKey",
    "The SSH key of pods, in base64. Empty: the file GITHUB_SSH_KEY_PATH, if there is one.",
  ),
  secret(
    "SSH_PUBLIC_KEY",
    "publicKey",
    "Its public key. Empty: the file GITHUB_SSH_PUBLIC_KEY_PATH, or made from the private key.",
  ),
  secret(
    "SSH_KNOWN_HOSTS",
    "knownHosts",
    "Host keys that pods trust. Empty: those of github.com.",
  ),
  secret("GIT_USER_NAME", "text", "The author's name in commits."),
  secret("GIT_USER_EMAIL", "text", "The author's address in commits."),
  secret("GITHUB_TOKEN", "token", "GitHub: github.com/settings/tokens."),
  plain(
    "EXTRA_SECRET_KEYS",
    "keys",
    "",
    "Further keys of this file that jobs get as variables, separated by commas.",
  ),
  plain(
    "GITHUB_SSH_KEY_PATH",
    "keyPath",
    "~/.ssh/github",
    "The private key file on this machine; without a passphrase, for a pod cannot type one.",
  ),
  plain(
    "GITHUB_SSH_PUBLIC_KEY_PATH",
    "keyPath",
    "{GITHUB_SSH_KEY_PATH}.pub",
    "The public key file on this machine.",
  ),
  plain(
    "RUNAI_CLI",
    "generation",
    "auto",
    "The generation of the runai program: v1, v2, or auto to find out.",
  ),
  plain(
    "RUNAI_PROGRAM",
    "program",
    "runai",
    "The runai program: its name on the PATH, or its file.",
  ),
  plain(
    "KUBE_CONTEXT",
    "context",
    "",
    "The kubeconfig's context to use. Empty: rcp-caas-prod if the kubeconfig has it, else the current one.",
  ),
  secret(
    "NOTIFY_URL",
    "url",
    "Who is told when a job starts, ends or idles: the address of an ntfy topic, a Slack, Discord or Teams webhook, or anything that takes JSON.",
  ),
  plain(
    "IDLE_STOP",
    "duration",
    "",
    "How long an interactive job may idle until it is stopped, e.g. 2h. Empty: it is only told about.",
  ),
  plain(
    "ARCHIVE_HOST",
    "host",
    "haas001.rcp.epfl.ch",
    "The host that sees both scratch and long-term storage.",
  ),
  plain(
    "ARCHIVE_SCRATCH_ROOT",
    "path",
    "/mnt/mlo/scratch/homes/{LDAP_USERNAME}",
    "Your home on scratch as that host sees it.",
  ),
  plain(
    "ARCHIVE_ROOT",
    "path",
    "/mnt/mlo/mlodata1/{LDAP_USERNAME}",
    "Where archived files go on that host.",
  ),
] as const satisfies readonly Setting[];

/** The keys of the table. */
export type SettingKey = typeof SETTINGS[number]["key"];

/** Whether a key is one of the table's. */
export function isSettingKey(key: string): key is SettingKey {
  return SETTINGS.some((setting) => setting.key === key);
}

function required<Key extends string>(
  key: Key,
  type: SettingType,
  placeholder: string,
  doc: string,
) {
  return {
    key,
    type,
    required: true,
    default: placeholder,
    secret: false,
    doc,
  };
}

function plain<Key extends string>(
  key: Key,
  type: SettingType,
  value: string,
  doc: string,
) {
  return { key, type, required: false, default: value, secret: false, doc };
}

function secret<Key extends string>(key: Key, type: SettingType, doc: string) {
  return { key, type, required: false, default: "", secret: true, doc };
}

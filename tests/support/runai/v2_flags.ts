/**
 * The flags of the second generation's `submit` commands as its late releases
 * (2.24 and later) list them, from the vendor's reference pages
 * (docs.nvidia.com/run-ai, `runai workspace submit` and its siblings).
 */
import { type Flag, table } from "./pflag.ts";

const GLOBAL: Flag[] = [
  ...table("string", "config-file config-path project/p"),
  ...table("bool", "debug/d quiet/q verbose help/h"),
];

const COMMON: Flag[] = [
  ...GLOBAL,
  ...table(
    "string",
    "image/i image-pull-policy working-dir gpu-request-type gpu-memory-request gpu-memory-limit cpu-memory-request cpu-memory-limit node-type preferred-pod-topology-key required-pod-topology-key priority auto-deletion-time-after-completion wait-for-submit pod-running-timeout template compute name-prefix environment seccomp-profile user-group-source",
  ),
  ...table(
    "strings",
    "environment-variable/e env-secret env-my-credentials env-pod-field-ref secret-volume extended-resource existing-pvc new-pvc host-path nfs git-sync s3 configmap-map-volume empty-dir-volume datasource port external-url annotation label node-pools toleration exclude-node capability supplemental-groups",
  ),
  ...table(
    "bool",
    "command/c large-shm host-ipc host-network run-as-user run-as-non-root create-home-dir allow-privilege-escalation privileged attach stdin tty/t",
  ),
  ...table(
    "int",
    "gpu-devices-request/g run-as-uid run-as-gid backoff-limit",
  ),
  ...table(
    "float",
    "gpu-portion-request gpu-portion-limit cpu-core-request cpu-core-limit",
  ),
];

const TRAINING: Flag[] = [
  ...COMMON,
  ...table("string", "preemptibility restart-policy"),
  ...table("int", "parallelism completions runs"),
];

/** The flags of each `submit`, by its command group. */
export const SUBMIT_V2: Readonly<Record<string, readonly Flag[]>> = {
  // The second word for the same is a newer release's.
  workspace: [
    ...COMMON,
    ...table("bool", "preemptible"),
    ...table("string", "preemptibility"),
  ],
  "training standard": TRAINING,
  "training pytorch": [
    ...COMMON,
    ...table(
      "string",
      "preemptibility restart-policy clean-pod-policy master-cpu-memory-request master-cpu-memory-limit master-args master-restart-policy",
    ),
    ...table("strings", "master-extended-resource master-environment-variable"),
    ...table("bool", "no-master master-no-pvcs master-command"),
    ...table("int", "workers master-gpu-devices-request"),
    ...table(
      "float",
      "master-gpu-portion-request master-gpu-portion-limit master-cpu-core-request master-cpu-core-limit",
    ),
  ],
};

/** The flags of `workload list`, `workload delete` and their like. */
export const VERB_V2: readonly Flag[] = [
  ...GLOBAL,
  ...table("bool", "all/A json yaml table no-headers no-pagination yes/y"),
  ...table("string", "columns next-token status type framework output/o"),
  ...table("int", "max-items"),
];

/**
 * The flags of the first generation's `runai submit` and `submit-dist`, from
 * the vendor's pages (`runai-submit.md`, `runai-submit-dist-pytorch.md` in
 * run-ai/docs) and the sources of 2021 (run-ai/runai-cli, cmd/job/submit);
 * `run-as-uid`, `run-as-gid` and `supplemental-groups` (one list of numbers)
 * are on no page but in daily use at EPFL.
 */
import { type Flag, table } from "./pflag.ts";

const GLOBAL: Flag[] = [
  ...table("string", "loglevel project/p"),
  ...table("bool", "help/h"),
];

const COMMON: Flag[] = [
  ...GLOBAL,
  ...table(
    "string",
    "name job-name-prefix template image/i image-pull-policy working-dir gpu-memory mig-profile memory memory-limit service-type/s address node-pools node-type nfs-server preferred-pod-topology-key required-pod-topology-key ttl-after-finish supplemental-groups",
  ),
  ...table(
    "strings",
    "environment/e annotation/a label/l add-capability extended-resource pvc existing-pvc pvc-exists pvc-new volume/v configmap-volume git-sync s3 port toleration",
  ),
  ...table(
    "bool",
    "command stdin tty/t attach large-shm mount-propagation host-ipc host-network allow-privilege-escalation run-as-user create-home-dir",
  ),
  ...table("int", "run-as-uid run-as-gid backoff-limit"),
  ...table("float", "gpu/g cpu cpu-limit"),
];

/** Flags of `runai submit`. */
export const SUBMIT: readonly Flag[] = [
  ...COMMON,
  ...table("bool", "interactive preemptible jupyter"),
  ...table("int", "completions parallelism"),
];

/** Flags of `runai submit-dist pytorch`: it has none of the interactive ones. */
export const SUBMIT_DIST: readonly Flag[] = [
  ...COMMON,
  ...table("int", "workers min-replicas max-replicas"),
  ...table("string", "clean-pod-policy"),
];

/** Flags of the verbs that look at jobs. */
export const VERB: readonly Flag[] = [
  ...GLOBAL,
  ...table("bool", "all/A follow/f stdin/i tty/t timestamps"),
  ...table("string", "output/o pod since since-time address port"),
  ...table("int", "tail"),
];

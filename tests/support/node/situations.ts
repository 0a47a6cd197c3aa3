import type { ContainerStatus, PodSpec, RealPod } from "./laptop.ts";

/** Something that becomes of a pod on a real node. */
export interface Situation {
  readonly pod: PodSpec;
  /** Whether it is deleted once it runs. */
  readonly isDeleted?: boolean;
  /** Whether it has come about. */
  readonly is: (pod: RealPod) => boolean;
  /** What `mlo status` says of it. */
  readonly told: RegExp;
}

const own = (pod: RealPod): ContainerStatus | undefined =>
  pod.status.containerStatuses?.[0];
const first = (pod: RealPod): ContainerStatus | undefined =>
  pod.status.initContainerStatuses?.[0];
const phase = (wanted: string) => ({ status }: RealPod) =>
  status.phase === wanted;
const waiting = (...reasons: string[]) => (pod: RealPod) =>
  reasons.includes(own(pod)?.state?.waiting?.reason ?? "");
const unscheduled = ({ status }: RealPod) =>
  status.conditions?.some((condition) =>
    condition["reason"] === "Unschedulable"
  ) === true;

/** Kubernetes takes `$$` in a command for one `$`. */
const sh = (script: string) => ({ command: ["/bin/sh", "-c", script] });
const sleep = sh("exec sleep infinity");

function resources(kind: "requests" | "limits", amounts: object) {
  return { container: { resources: { [kind]: amounts } } };
}

function before(image: string, script: string) {
  return [{
    name: "prep",
    image,
    imagePullPolicy: "IfNotPresent",
    command: ["/bin/sh", "-c", script],
  }];
}

function volume(source: object) {
  return {
    volumes: [{ name: "data", ...source }],
    container: { volumeMounts: [{ name: "data", mountPath: "/data" }] },
  };
}

/** Situations by the name of the job; `registry` has no images, `image` is on the node. */
export function situations(
  image: string,
  registry: string,
): Readonly<Record<string, Situation>> {
  const pull = (name: string, policy = "Always") => ({
    container: { image: name, imagePullPolicy: policy },
  });
  const variable = (name: string, key: string) => ({
    ...sleep,
    container: {
      env: [{ name: "KEY", valueFrom: { secretKeyRef: { name, key } } }],
    },
  });
  return {
    runs: { pod: sleep, is: phase("Running"), told: /^Running: $/ },
    done: {
      pod: sh("exit 0"),
      is: phase("Succeeded"),
      told: /^Succeeded: $/,
    },
    three: {
      pod: sh("exit 3"),
      is: phase("Failed"),
      told: /ended with exit status 3/,
    },
    killed: {
      pod: sh("sh -c 'kill -KILL $$$$'; exit $?"),
      is: phase("Failed"),
      told: /exit status 137 \(signal 9\)/,
    },
    segfault: {
      pod: sh("sh -c 'kill -SEGV $$$$'; exit $?"),
      is: phase("Failed"),
      told: /exit status 139 \(signal 11\)/,
    },
    memory: {
      pod: {
        ...sh("exec tail /dev/zero"),
        ...resources("limits", { memory: "30Mi" }),
      },
      is: phase("Failed"),
      told: /more memory than .*OOMKilled/,
    },
    loops: {
      pod: { ...sh("exit 5"), restartPolicy: "Always" },
      is: waiting("CrashLoopBackOff"),
      told: /keeps ending.*exit status 5/,
    },
    "between-runs": {
      pod: { ...sh("sleep 1; exit 6"), restartPolicy: "Always" },
      is: (pod) => (own(pod)?.restartCount ?? 0) > 0,
      told: /keeps ending|exit status 6|^Running: $/,
    },
    deadline: {
      pod: { ...sleep, activeDeadlineSeconds: 3 },
      is: phase("Failed"),
      told: /longer than it was allowed to/,
    },
    denied: {
      pod: pull(`${registry}/denied/none:1`),
      is: waiting("ErrImagePull", "ImagePullBackOff"),
      told: /does not give out the image .*\/denied\/none:1/,
    },
    "no-registry": {
      pod: pull("127.0.0.1:9/mlo/none:1"),
      is: waiting("ErrImagePull", "ImagePullBackOff"),
      told: /cannot reach the registry/,
    },
    "image-name": {
      pod: pull("Not/An Image"),
      is: waiting("InvalidImageName"),
      told: /"Not\/An Image" is no name of an image/,
    },
    "never-pull": {
      pod: pull("localhost/not-there:1", "Never"),
      is: waiting("ErrImageNeverPull"),
      told: /localhost\/not-there:1/,
    },
    "no-secret": {
      pod: variable("not-there", "KEY"),
      is: waiting("CreateContainerConfigError"),
      told: /no secret not-there/,
    },
    "no-key": {
      pod: variable("one-key", "NOPE"),
      is: waiting("CreateContainerConfigError"),
      told: /secret one-key has no key NOPE/,
    },
    "no-claim": {
      pod: {
        ...sleep,
        ...volume({ persistentVolumeClaim: { claimName: "not-there" } }),
      },
      is: unscheduled,
      told: /no volume claim "not-there"/,
    },
    "much-memory": {
      pod: { ...sleep, ...resources("requests", { memory: "900Gi" }) },
      is: unscheduled,
      told: /enough memory/,
    },
    "many-cores": {
      pod: { ...sleep, ...resources("requests", { cpu: "500" }) },
      is: unscheduled,
      told: /enough CPU cores/,
    },
    "many-gpus": {
      pod: { ...sleep, ...resources("limits", { "nvidia.com/gpu": "64" }) },
      is: unscheduled,
      told: /64 GPUs/,
    },
    "no-such-node": {
      pod: { ...sleep, nodeSelector: { "mlo-test/kind": "h900" } },
      is: unscheduled,
      told: /no node of the chosen type/,
    },
    "init-runs": {
      pod: { ...sleep, initContainers: before(image, "sleep 600") },
      is: (pod) => first(pod)?.state?.running !== undefined,
      told: /being set up|prep/,
    },
    "no-directory": {
      pod: {
        ...sleep,
        ...volume({ hostPath: { path: "/no/such/path", type: "Directory" } }),
      },
      is: ({ status }) =>
        status.phase === "Pending" && status.conditions?.length === 4,
      told: /volume cannot be mounted|being set up/,
    },
    "no-config-map": {
      pod: {
        ...sleep,
        container: {
          env: [{
            name: "KEY",
            valueFrom: { configMapKeyRef: { name: "not-there", key: "KEY" } },
          }],
        },
      },
      is: waiting("CreateContainerConfigError"),
      told: /cannot be started|not-there/,
    },
    "much-disk": {
      pod: {
        ...sleep,
        ...resources("requests", { "ephemeral-storage": "9000Gi" }),
      },
      is: unscheduled,
      told: /enough local disk/,
    },
    retried: {
      pod: {
        ...sh("[ -e /data/ran ] || { touch /data/ran; exit 1; }"),
        restartPolicy: "OnFailure",
        ...volume({ emptyDir: {} }),
      },
      is: phase("Succeeded"),
      told: /^Succeeded: $/,
    },
    leaving: {
      pod: {
        ...sh("trap '' TERM; sleep 600 & wait; wait"),
        terminationGracePeriodSeconds: 600,
      },
      isDeleted: true,
      is: ({ metadata }) => metadata.deletionTimestamp !== undefined,
      told: /^Terminating/,
    },
    missing: {
      pod: pull(`${registry}/mlo/none:1`),
      is: waiting("ErrImagePull", "ImagePullBackOff"),
      told: /there is no image .*\/mlo\/none:1/,
    },
    "init-loops": {
      pod: {
        ...sleep,
        restartPolicy: "Always",
        initContainers: before(image, "exit 4"),
      },
      is: (pod) => (first(pod)?.restartCount ?? 0) > 0,
      told: /keeps ending with exit status 4/,
    },
    "init-fails": {
      pod: { ...sleep, initContainers: before(image, "exit 7") },
      is: phase("Failed"),
      told: /exit status 7/,
    },
    "no-program": {
      pod: { command: ["/no/such/program"] },
      is: (pod) => phase("Failed")(pod) || waiting("RunContainerError")(pod),
      told: /no\/such\/program/,
    },
    evicted: {
      pod: {
        ...sh(
          "sleep 1; head -c 20000000 /dev/zero >/data/file; exec sleep infinity",
        ),
        ...volume({ emptyDir: { sizeLimit: "5Mi" } }),
      },
      is: ({ status }) => status.reason === "Evicted",
      told: /Evicted/,
    },
  };
}

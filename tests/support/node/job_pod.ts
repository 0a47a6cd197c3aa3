import type { DecodedJob } from "../runai/v1_submit.ts";
import type { Json } from "./node.ts";

/** Where a job's pods differ from what run:ai would make of it here. */
export interface PodSetting {
  /** Merged over the pod's `spec`. */
  readonly spec?: Json;
  /** Merged over the spec of its container. */
  readonly container?: Json;
}

/**
 * The pods that run:ai makes of a job: named and labelled as its are, with the
 * project's image in place of the one that was asked for (the node has no
 * registry, hence no `Always` either) and a directory of the node as scratch.
 */
export function podsOfJob(
  job: DecodedJob,
  image: string,
  scratch: string,
  setting: PodSetting,
): Json[] {
  if (job.kind !== "distributed") {
    return [pod(job, `${job.name}-0-0`, image, scratch, setting)];
  }
  const names = [
    "master-0",
    ...Array.from({ length: job.workers }, (_, index) => `worker-${index}`),
  ];
  return names.map((name) =>
    pod(job, `${job.name}-${name}`, image, scratch, setting)
  );
}

function pod(
  job: DecodedJob,
  name: string,
  image: string,
  scratch: string,
  { spec = {}, container = {} }: PodSetting,
): Json {
  const volumes = job.mounts.map(({ path }, index) => ({
    mount: { name: `scratch-${index}`, mountPath: path },
    volume: { name: `scratch-${index}`, hostPath: { path: scratch } },
  }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: job.namespace,
      labels: { release: job.name, app: "runaijob" },
      annotations: { "mlo-test/kind": job.kind },
    },
    spec: {
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 5,
      enableServiceLinks: false,
      automountServiceAccountToken: false,
      securityContext: {
        ...(job.uid === null ? {} : { runAsUser: job.uid }),
        ...(job.gid === null ? {} : { runAsGroup: job.gid }),
      },
      volumes: volumes.map(({ volume }) => volume),
      ...spec,
      containers: [{
        name: job.name,
        image,
        imagePullPolicy: "IfNotPresent",
        env: environmentOf(job),
        args: job.arguments,
        resources: resourcesOf(job),
        volumeMounts: volumes.map(({ mount }) => mount),
        securityContext: {
          allowPrivilegeEscalation: job.allowPrivilegeEscalation,
        },
        ...container,
      }],
    },
  };
}

function environmentOf({ variables, secretVariables }: DecodedJob) {
  return [
    ...Object.entries(variables).map(([name, value]) => ({ name, value })),
    ...Object.entries(secretVariables).map(([name, { secret, key }]) => ({
      name,
      valueFrom: { secretKeyRef: { name: secret, key } },
    })),
  ];
}

function resourcesOf({ gpus, memory }: DecodedJob) {
  return {
    requests: memory === null ? {} : { memory },
    limits: gpus >= 1 ? { "nvidia.com/gpu": String(gpus) } : {},
  };
}

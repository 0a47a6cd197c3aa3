import { ApiError, badRequest, notFound } from "./status.ts";
import type { Json } from "./fields.ts";

/** A job as the double of the cluster knows it. Further fields a maker sends are kept. */
export interface DoubleJob extends Json {
  name: string;
  namespace: string;
  kind: "interactive" | "train" | "distributed";
  image: string;
  /** Pods beside the master of a distributed job. */
  workers?: number;
  /** Which generation of run:ai labels the pods; `v1` unless given. */
  generation?: "v1" | "v2";
  /** The phase of its pods; `Running` unless given. */
  phase?: string;
  createdAt?: string;
  gpus?: number;
  /** A preempted job's next pods are others under the same names: so many came before. */
  attempt?: number;
  /** How often the container was started again. */
  restarts?: number;
  /** What the containers of a pending job wait for. */
  waiting?: { reason: string; message?: string };
  /** The scheduler's word on a pending job without a node. */
  unscheduled?: string;
  /** How the command of a finished job ended. */
  exitCode?: number;
  /** Why the kubelet or the kernel ended it. */
  endReason?: string;
  /** The digest of its image, as the kubelet tells it: `REPOSITORY@sha256:…`. */
  imageId?: string;
  /** Its pods are being deleted. */
  leaving?: boolean;
  /** It has no pods at all. */
  podless?: boolean;
  /** Put over the status of its pods, as a real server gave it: what the fields above cannot say. */
  status?: Json;
  /** Put over the spec of its pods. */
  spec?: Json;
  /** Milliseconds for which its pods are Terminating after it was deleted; {@linkcode GRACE} unless given. */
  graceMs?: number;
}

/** A pod stays for a moment after its deletion, up to 30 s on a real cluster. */
const GRACE = 300;

const KINDS = ["interactive", "train", "distributed"];

/** The jobs of the double, and the pods they show. */
export class JobStore {
  readonly #jobs = new Map<string, DoubleJob>();
  #leaving: { readonly job: DoubleJob; readonly until: number }[] = [];
  #defaults: Partial<DoubleJob> = {};

  /** What becomes of the jobs made from now on, where their makers do not say. */
  setDefaults(fields: Partial<DoubleJob>): void {
    this.#defaults = fields;
  }

  list(namespace?: string): DoubleJob[] {
    return [...this.#jobs.values()].filter((job) =>
      namespace === undefined || job.namespace === namespace
    );
  }

  /** Makes a job; a name is taken in its namespace until the job is deleted. */
  create(body: Json): DoubleJob {
    const job = body as DoubleJob;
    for (const field of ["name", "namespace", "image"] as const) {
      if (typeof job[field] !== "string" || job[field] === "") {
        throw badRequest(`${field} is required`);
      }
    }
    if (!KINDS.includes(job.kind)) {
      throw badRequest(`kind must be one of ${KINDS.join(", ")}`);
    }
    const key = `${job.namespace}/${job.name}`;
    if (this.#jobs.has(key)) {
      throw new ApiError(
        409,
        "AlreadyExists",
        `the job "${job.name}" already exists`,
      );
    }
    const createdAt = new Date().toISOString().replace(/\.\d+Z$/, "Z");
    const stored = {
      createdAt,
      phase: "Running",
      ...this.#defaults,
      ...job,
    };
    this.#jobs.set(key, stored);
    return stored;
  }

  /** Changes fields of a job, its phase above all. */
  update(namespace: string, name: string, fields: Json): DoubleJob {
    const key = `${namespace}/${name}`;
    const job = this.#jobs.get(key);
    if (job === undefined) throw notFound("jobs", name);
    const changed = { ...job, ...fields, namespace, name };
    this.#jobs.set(key, changed);
    return changed;
  }

  delete(namespace: string, name: string): DoubleJob {
    const key = `${namespace}/${name}`;
    const job = this.#jobs.get(key);
    if (job === undefined) throw notFound("jobs", name);
    this.#jobs.delete(key);
    const until = Date.now() + (job.graceMs ?? GRACE);
    this.#leaving.push({ job: { ...job, leaving: true }, until });
    return job;
  }

  /** The grace of a job that was deleted is over: its pods are gone. */
  endGrace(namespace: string, name: string): void {
    this.#leaving = this.#leaving.filter(({ job }) =>
      job.namespace !== namespace || job.name !== name
    );
  }

  /** The jobs that have pods, those included that were deleted a moment ago. */
  withPods(namespace?: string): DoubleJob[] {
    const now = Date.now();
    this.#leaving = this.#leaving.filter(({ until }) => until > now);
    return [...this.#leaving.map(({ job }) => job), ...this.#jobs.values()]
      .filter((job) => namespace === undefined || job.namespace === namespace);
  }

  /** The names of a job's pods. */
  podNames(job: DoubleJob): string[] {
    return podsOf(job).map((pod) => String((pod["metadata"] as Json)["name"]));
  }

  /** The pods of a namespace's jobs, as Kubernetes' objects. */
  pods(namespace?: string): Json[] {
    return this.withPods(namespace).flatMap(podsOf);
  }
}

/** The pods of a job, labelled and named as run:ai's are. */
function podsOf(job: DoubleJob): Json[] {
  if (job.podless) return [];
  const common = job.generation === "v2"
    ? { workloadName: job.name }
    : { release: job.name };
  if (job.kind !== "distributed") {
    return [pod(job, `${job.name}-0-0`, common)];
  }
  const kubeflow = "training.kubeflow.org";
  const label = { ...common, [`${kubeflow}/job-name`]: job.name };
  const master = { ...label, [`${kubeflow}/replica-type`]: "master" };
  const worker = { ...label, [`${kubeflow}/replica-type`]: "worker" };
  return [
    pod(job, `${job.name}-master-0`, master),
    ...Array.from(
      { length: job.workers ?? 0 },
      (_, index) => pod(job, `${job.name}-worker-${index}`, worker),
    ),
  ];
}

function pod(
  job: DoubleJob,
  name: string,
  labels: Record<string, string>,
): Json {
  const isPlaced = job.phase !== "Pending" || job.waiting !== undefined;
  const gpus = Number(job.gpus ?? 0);
  const isShare = gpus > 0 && gpus < 1;
  return {
    kind: "Pod",
    apiVersion: "v1",
    metadata: {
      name,
      namespace: job.namespace,
      uid: `${job.namespace}/${name}/${job.attempt ?? 0}`,
      labels,
      ...(isShare ? { annotations: { "gpu-fraction": String(gpus) } } : {}),
      ...(job.leaving ? { deletionTimestamp: job.createdAt } : {}),
      creationTimestamp: job.createdAt,
      resourceVersion: "1",
    },
    spec: {
      containers: [{
        name: job.name,
        image: job.image,
        ...environment(job),
        ...(gpus >= 1
          ? { resources: { limits: { "nvidia.com/gpu": String(gpus) } } }
          : {}),
      }],
      volumes: mountsOf(job).map(({ claim }, at) => ({
        name: `pvc-${at}`,
        persistentVolumeClaim: { claimName: claim },
      })),
      ...(isPlaced ? { nodeName: "node-1" } : {}),
      ...job.spec,
    },
    status: {
      phase: job.phase,
      ...(isPlaced ? {} : {
        conditions: [{
          type: "PodScheduled",
          status: "False",
          reason: "Unschedulable",
          message: job.unscheduled ?? "",
        }],
      }),
      ...containers(job, isPlaced),
      ...job.status,
    },
  };
}

function mountsOf(job: DoubleJob) {
  return (job["mounts"] ?? []) as { claim: string; path: string }[];
}

/** Variables and mounts of the container, as run:ai writes them into the pod's description. */
function environment(job: DoubleJob): Json {
  const plain = Object.entries((job["variables"] ?? {}) as Json)
    .map(([name, value]) => ({ name, value }));
  const secret = Object.entries(
    (job["secretVariables"] ?? {}) as Record<
      string,
      { secret: string; key: string }
    >,
  ).map(([name, { secret, key }]) => ({
    name,
    valueFrom: { secretKeyRef: { name: secret, key } },
  }));
  return {
    env: [...plain, ...secret],
    volumeMounts: mountsOf(job).map(({ path }, at) => ({
      name: `pvc-${at}`,
      mountPath: path,
    })),
  };
}

/** The key of a container's log: another one for each pod that a job has had, and for each start in it. */
export function logKey(job: DoubleJob, pod: string): string {
  const key = `${job.namespace}/${pod}/${job.attempt ?? 0}`;
  return job.restarts ? `${key}/${job.restarts}` : key;
}

/** A pod without a node has no container statuses yet. */
function containers(job: DoubleJob, isPlaced: boolean): Json {
  if (!isPlaced) return {};
  const ends = job.phase === "Succeeded" || job.phase === "Failed";
  const exitCode = job.exitCode ?? (job.phase === "Failed" ? 1 : 0);
  const state = ends
    ? {
      terminated: {
        exitCode,
        reason: job.endReason ?? (exitCode === 0 ? "Completed" : "Error"),
      },
    }
    : job.waiting
    ? { waiting: job.waiting }
    : { running: { startedAt: job.createdAt } };
  return {
    containerStatuses: [{
      name: job.name,
      restartCount: job.restarts ?? 0,
      imageID: job.imageId ?? "",
      state,
    }],
  };
}

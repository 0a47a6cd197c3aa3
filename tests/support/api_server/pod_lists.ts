import { decodeEvent } from "../../../lib/cluster/events.ts";
import { decodeJobPod } from "../../../lib/cluster/pods/decode.ts";

/** What tells a pod from a usual one. */
export interface PodFields {
  name?: string;
  node?: string | null;
  phase?: string;
  gpus?: number;
  unscheduled?: string;
  state?: object;
  init?: object;
  lastState?: object;
  reason?: string;
  message?: string;
  leaving?: boolean;
  restarts?: number;
  image?: string;
  createdAt?: string;
}

/** A pod's JSON, running unless told otherwise. */
function podJson(fields: PodFields) {
  const { node = "node-1", name = "exp-0-0" } = fields;
  const gpus = fields.gpus ?? 1;
  return {
    metadata: {
      name,
      uid: `uid-of-${name}`,
      labels: { workloadName: "exp" },
      creationTimestamp: fields.createdAt ?? "2026-03-01T10:00:00Z",
      ...(fields.leaving ? { deletionTimestamp: "2026-03-01T11:00:00Z" } : {}),
    },
    spec: {
      ...(node === null ? {} : { nodeName: node }),
      containers: [
        {
          name: "exp",
          image: fields.image ?? "reg/img:1",
          resources: { limits: { "nvidia.com/gpu": `${gpus}` } },
        },
      ],
    },
    status: {
      phase: fields.phase ?? "Pending",
      ...(fields.reason
        ? { reason: fields.reason, message: fields.message }
        : {}),
      ...(fields.unscheduled === undefined ? {} : {
        conditions: [{
          type: "PodScheduled",
          status: "False",
          message: fields.unscheduled,
        }],
      }),
      ...(fields.init
        ? { initContainerStatuses: [{ name: "init", state: fields.init }] }
        : {}),
      ...(fields.state
        ? {
          containerStatuses: [{
            name: "exp",
            restartCount: fields.restarts ?? 0,
            state: fields.state,
            lastState: fields.lastState ?? {},
          }],
        }
        : {}),
    },
  };
}

/** The pods that a list of such JSON is decoded to. */
export function pods(...all: PodFields[]) {
  return all.map((fields) => decodeJobPod(podJson(fields)));
}

/** Warnings about the job's pod, unless told otherwise. */
export function events(
  ...all: {
    reason: string;
    message: string;
    name?: string;
    kind?: string;
    type?: string;
  }[]
) {
  const items = all.map((
    { reason, message, name = "exp-0-0", kind = "Pod", type = "Warning" },
  ) => ({
    reason,
    message,
    type,
    involvedObject: { kind, name },
    lastTimestamp: "2026-03-01T10:00:01Z",
  }));
  return items.map(decodeEvent);
}

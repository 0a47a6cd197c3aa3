import type { JobPod } from "../pods/job_pod.ts";
import type { Rule, Said } from "./rule.ts";

/**
 * What schedulers say of a pod that they cannot place. run:ai's own is KAI
 * (NVIDIA/KAI-Scheduler): its texts are made in
 * `pkg/scheduler/api/unschedule_info.go` (quota and limits),
 * `…/k8s_internal/predicates/maxNodeResources.go` (what no node has) and
 * `…/common_info/` (fit errors). Those of Kubernetes' default scheduler stand
 * in its plugins (`pkg/scheduler/framework/plugins`).
 */
export const SCHEDULING: readonly Rule[] = [
  {
    sign: /persistentvolumeclaim "([^"]+)" not found/i,
    means: ([, claim]) => ({
      text: `there is no volume claim "${claim}" in the project`,
      hint:
        "correct SCRATCH_PVC (or --pvc), delete the job and submit it again",
      isStuck: true,
    }),
  },
  {
    sign:
      /unbound immediate PersistentVolumeClaims|volume node affinity|no available (?:persistent volumes|volume zone)|didn't find available persistent volumes/i,
    means: () => ({ text: "its volume is not available yet" }),
  },
  {
    sign:
      /requested ([\d.]+) (GPUs|CPU cores|GB memory), but .*?quota is ([\d.]+|unlimited)\b/i,
    means: ([, asked = "", what = "", quota = ""]) =>
      overQuota(asked, what, quota),
  },
  {
    sign:
      /quota has reached the allowable limit of (GPUs|CPU cores|memory)(?:\. Limit is ([\d.]+).*?requested ([\d.]+))?/i,
    means: ([, what = "", limit = "", asked = ""]) =>
      overLimit(what, limit, asked),
  },
  {
    sign: /no node in the (\S+) node-?pool has (GPU|CPU|memory|\S+) resources/i,
    means: ([, pool, what]) => ({
      text: `the node pool ${pool} has no ${resource(what)}`,
      hint: "choose another one: --node-type",
      isStuck: true,
    }),
  },
  {
    sign:
      /max (\S+) resources available in a single node in the (\S+) node-?pool is topped at ([\d.]+)(?: (\w+))?/i,
    means: ([, what, pool, most, unit]) => ({
      text: `no node of the pool ${pool} has more than ${most} ${
        unit || resource(what)
      }`,
      hint: `ask for less, or choose another pool: --node-type`,
      isStuck: true,
    }),
  },
  {
    sign:
      /(?:over|exceed\w*|beyond)\b.*\bquota|quota.*(?:exceed|reached|over)|non-preemptible.*over/i,
    means: () => ({
      text: "the project has no GPUs of its quota left",
      hint: GO_OVER,
    }),
  },
  {
    sign: /n'?t have enough resources: gpu memory/i,
    means: () => ({
      text: "no node has enough GPU memory free",
      hint: "wait, or ask for less: --gpu-memory",
    }),
  },
  {
    sign:
      /insufficient (?:nvidia\.com\/gpu|gpus?)\b|(?:not|n'?t have) enough (?:resources:? )?gpus?(?! memory)|no node.*(?:enough|idle).*gpu/i,
    means: (_, pod) => ({
      text: `no node has ${gpus(pod)} free`,
      hint: "wait, or allow more node types: --node-type h100,h200",
    }),
  },
  {
    sign:
      /(?:insufficient|n'?t have enough resources:?) (memory|cpu(?: cores)?|ephemeral-storage|rdma\/\w+|hugepages-\w+)/i,
    means: ([, what = ""]) => ({
      text: `no node has enough ${PLAIN[what.toLowerCase()] ?? what} free`,
      hint: "wait, or ask for less: --cpus, --memory",
    }),
  },
  {
    sign: /too many pods|pod number exceeded/i,
    means: () => ({ text: "no node can take one more pod" }),
  },
  {
    sign:
      /resources were found for (\d+) pods? while (\d+) are required for gang scheduling/i,
    means: ([, found, wanted]) => ({
      text:
        `there is room for ${found} of its ${wanted} pods, which start together`,
      hint: "wait, or ask for fewer: --workers, --gpus",
    }),
  },
  {
    sign: /topolog(?:y|ies)\b/i,
    means: () => ({
      text: "its pods find no place close enough to each other",
      hint: "wait, or ask for fewer: --workers",
    }),
  },
  {
    sign:
      /didn'?t match (?:pod'?s )?(?:node affinity|node selector)|untolerated taint|had taint|node(?:-| )?pools?\b.*(?:not found|does not exist|no nodes)/i,
    means: () => ({
      text: "no node of the chosen type can take it",
      hint: "check --node-type",
    }),
  },
  {
    sign: /didn'?t have free ports/i,
    means: () => ({ text: "no node has the port free that it asks for" }),
  },
  {
    sign: /nodes?(?:\(s\))? (?:were|was|is) unschedulable/i,
    means: () => ({ text: "the nodes that could take it are out of service" }),
  },
  {
    sign:
      /no nodes? (?:available|with enough resources)|not enough resources|unschedulable/i,
    means: () => ({
      text: "no node has enough free resources",
      hint: "wait, or ask for less",
    }),
  },
];

const GO_OVER =
  "wait, free GPUs (mlo list), or submit it as a training job (--train), which may go over the quota";

/** A job that must not be preempted may not go over the project's quota. */
function overQuota(asked: string, what: string, quota: string): Said {
  const name = what === "GPUs" ? "GPUs" : resource(what);
  if (Number(asked) > Number(quota)) {
    return {
      text:
        `it asks for ${asked} ${name}, more than the project's quota of ${quota}`,
      hint:
        "ask for less, or submit it as a training job (--train), which may go over the quota",
      isStuck: true,
    };
  }
  return {
    text: `the project has not enough ${name} of its quota left`,
    hint: what === "GPUs"
      ? GO_OVER
      : "wait, ask for less (--cpus, --memory), or submit it as a training job (--train)",
  };
}

/** The limit holds for every job, preemptible or not. */
function overLimit(what: string, limit: string, asked: string): Said {
  const name = what === "GPUs" ? "GPUs" : resource(what);
  if (limit !== "" && Number(asked) > Number(limit)) {
    return {
      text: `it asks for ${asked} ${
        unitOf(what)
      }, more than the project may ever have (${limit})`,
      hint: "ask for less",
      isStuck: true,
    };
  }
  return {
    text: `the project has as many ${name} as it may have`.replace(
      "many memory",
      "much memory",
    ),
    hint: "wait, or end a job: mlo list",
  };
}

function unitOf(what: string): string {
  return what === "memory" ? "GB memory" : what;
}

const PLAIN: Readonly<Record<string, string>> = {
  gpu: "GPUs",
  cpu: "CPU cores",
  "cpu cores": "CPU cores",
  "gb memory": "memory",
  memory: "memory",
  "ephemeral-storage": "local disk",
};

function resource(word = ""): string {
  return PLAIN[word.toLowerCase()] ?? word;
}

function gpus(pod: JobPod | undefined): string {
  const number = pod?.gpus ?? 0;
  return number <= 1 ? "a GPU" : `${number} GPUs`;
}

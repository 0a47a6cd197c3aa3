import { MloError } from "../error.ts";
import { checkDnsLabel } from "../text/dns_label.ts";
import type { Problem } from "../text/problems.ts";
import { checkCores, checkMemory, quantityOf } from "../text/quantity.ts";
import type { Claim, JobSettings, Port, SubmitOptions } from "./job_types.ts";

/** The cluster's GPU pools (RCP, 2026): the last two are A100 with 80 and 40 GB. */
export const NODE_TYPES: readonly string[] = [
  "v100",
  "h100",
  "h200",
  "default",
  "a100-40g",
];

/** GPUs of the largest node. */
const MOST_GPUS = 8;

/** Runs a check that throws; what it throws becomes a problem of the flag. */
export function checked<T>(
  flag: string | undefined,
  check: () => T,
  problems: Problem[],
): T | undefined {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof MloError)) throw error;
    const message = flag === undefined
      ? error.message
      : `${flag}: ${error.message}`;
    problems.push({
      message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
    return undefined;
  }
}

/** A whole number within bounds; the lower bound where it is none. */
export function numberBetween(
  flag: string,
  text: string,
  least: number,
  most: number,
  problems: Problem[],
): number {
  const number = Number(text);
  if (/^\d{1,9}$/.test(text) && number >= least && number <= most) {
    return number;
  }
  problems.push({
    message: `${flag} ${
      JSON.stringify(text)
    } is not a whole number from ${least} to ${most}`,
    hint: `give a number, e.g. ${flag} ${Math.max(1, least)}`,
  });
  return least;
}

/** A job's name: a DNS label. */
export function readName(name: string, problems: Problem[]): string {
  const fault = checkDnsLabel(name);
  if (fault) {
    problems.push({
      message: `--name ${
        JSON.stringify(name)
      } cannot be used: ${fault.problem}`,
      hint: `try --name ${fault.suggestion}`,
    });
  }
  return name;
}

/** Whole GPUs, or a share of one. */
export function readGpus(text: string, problems: Problem[]): number {
  const number = Number(text);
  const isGood = /^(?:\d{1,2}|0?\.\d{1,3})$/.test(text) &&
    number <= MOST_GPUS && (number > 0 || /^0+$/.test(text));
  if (isGood) return number;
  problems.push({
    message: `--gpus ${
      JSON.stringify(text)
    } is neither a whole number up to ${MOST_GPUS} nor a fraction of one GPU`,
    hint: number > MOST_GPUS
      ? `a pod has at most ${MOST_GPUS} GPUs; more pods: --workers`
      : "give a number, e.g. --gpus 1 or --gpus 0.5",
  });
  return 0;
}

/** What a pod asks for beside whole GPUs, and what it may take at most. */
type Amounts = {
  -readonly [
    Key in "gpuMemory" | "cpu" | "cpuLimit" | "memory" | "memoryLimit"
  ]?: string;
};

/** The flags that are amounts: the flag, its option, the job's field, the check. */
const AMOUNTS = [
  ["--gpu-memory", "gpuMemory", "gpuMemory", checkMemory],
  ["--cpus", "cpus", "cpu", checkCores],
  ["--cpu-limit", "cpuLimit", "cpuLimit", checkCores],
  ["--memory", "memory", "memory", checkMemory],
  ["--memory-limit", "memoryLimit", "memoryLimit", checkMemory],
] as const;

/** CPU cores, memory and GPU memory, requested and at most. */
export function readAmounts(
  options: SubmitOptions,
  problems: Problem[],
): Amounts {
  const amounts: Amounts = {};
  for (const [flag, option, field, check] of AMOUNTS) {
    const text = options[option];
    if (text === undefined) continue;
    const amount = checked(flag, () => check(text), problems);
    if (amount !== undefined) amounts[field] = amount;
  }
  if (amounts.gpuMemory !== undefined && options.gpus !== undefined) {
    problems.push({
      message: "--gpu-memory asks for a share of one GPU, and so does --gpus",
      hint: "keep one of them",
    });
  }
  refuseBelow("--cpu-limit", "--cpus", amounts.cpuLimit, amounts.cpu, problems);
  refuseBelow(
    "--memory-limit",
    "--memory",
    amounts.memoryLimit,
    amounts.memory,
    problems,
  );
  return amounts;
}

/** Kubernetes refuses a limit below its request. */
function refuseBelow(
  limitFlag: string,
  flag: string,
  limit: string | undefined,
  request: string | undefined,
  problems: Problem[],
): void {
  if (limit === undefined || request === undefined) return;
  if (quantityOf(limit) >= quantityOf(request)) return;
  problems.push({
    message: `${limitFlag} ${limit} is less than ${flag} ${request}`,
    hint: `a limit is at least what is requested: ${limitFlag} ${request}`,
  });
}

/** GPU pools in order of preference. Any label may name one: the cluster's administrators make them. */
export function nodePoolsOf(
  types: readonly string[],
  problems: Problem[],
): readonly string[] {
  for (const [index, type] of types.entries()) {
    if (checkDnsLabel(type)) {
      problems.push({
        message: `--node-type ${
          JSON.stringify(type)
        } is no name of a node pool`,
        hint: `the lab's: ${NODE_TYPES.join(", ")}`,
      });
    } else if (types.indexOf(type) !== index) {
      problems.push({
        message: `--node-type ${type} is given twice`,
        hint: "name each type once, the preferred one first",
      });
    }
  }
  return types;
}

/** Ports, each `CONTAINER` or `EXTERNAL:CONTAINER`. */
export function portsOf(
  texts: readonly string[],
  problems: Problem[],
): Port[] {
  return texts.flatMap((text) => {
    const parts = /^(?:(\d{1,5}):)?(\d{1,5})$/.exec(text);
    const container = Number(parts?.[2] ?? 0);
    const external = parts?.[1] === undefined ? undefined : Number(parts[1]);
    if (isPort(container) && (external === undefined || isPort(external))) {
      return [external === undefined ? { container } : { container, external }];
    }
    problems.push({
      message: `--port ${JSON.stringify(text)} is not a port from 1 to 65535`,
      hint: "give a port, e.g. --port 8888 (the project is --project)",
    });
    return [];
  });
}

/** Further claims, each `CLAIM:/PATH` or `CLAIM:/PATH:ro`, behind the one of the scratch storage. */
export function claimsOf(
  { SCRATCH_PVC, SCRATCH_MOUNT_PATH }: JobSettings,
  texts: readonly string[],
  problems: Problem[],
): Claim[] {
  const claims: Claim[] = [{ claim: SCRATCH_PVC, path: SCRATCH_MOUNT_PATH }];
  for (const text of texts) {
    const parts = /^([a-z0-9](?:[-a-z0-9.]*[a-z0-9])?):(\/[^:,]*?)\/*(:ro)?$/
      .exec(text);
    const [, claim = "", path = "", readOnly] = parts ?? [];
    const refuse = (message: string, hint: string) =>
      problems.push({
        message: `--pvc ${JSON.stringify(text)} ${message}`,
        hint,
      });
    if (parts === null || path === "/") {
      refuse(
        "is not CLAIM:/PATH",
        "give a claim and where the pod sees it, e.g. --pvc home:/home-pvc, or home:/home-pvc:ro",
      );
    } else if (claims.some((other) => other.path === path)) {
      refuse(
        "has a path that another volume has",
        "mount each volume at a path of its own",
      );
    } else {
      const mode = readOnly === undefined ? {} : { readOnly: true };
      claims.push({ claim, path, ...mode });
    }
  }
  return claims;
}

/**
 * Labels, each `KEY=VALUE`, as Kubernetes takes them ("Labels and Selectors":
 * a name of at most 63 characters behind an optional prefix, a DNS subdomain).
 */
export function labelsOf(
  texts: readonly string[],
  problems: Problem[],
): [string, string][] {
  const labels = new Map<string, string>();
  for (const text of texts) {
    const name = "[A-Za-z0-9](?:[-\\w.]{0,61}[A-Za-z0-9])?";
    const prefix = "(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\\/)?";
    const parts = new RegExp(`^(${prefix}${name})=((?:${name})?)$`).exec(text);
    const [, key = "", value = ""] = parts ?? [];
    if (parts === null) {
      problems.push({
        message: `--label ${JSON.stringify(text)} is not KEY=VALUE`,
        hint:
          "letters, digits, dashes, dots and underscores, at most 63: --label sweep=lr-3",
      });
    } else if (labels.has(key)) {
      problems.push({
        message: `--label ${key} is given twice`,
        hint: "keep one of them",
      });
    } else labels.set(key, value);
  }
  return [...labels];
}

/** Numeric ids of groups. */
export function supplementalGroupsOf(
  texts: readonly string[],
  problems: Problem[],
): number[] {
  return texts.flatMap((text) => {
    if (/^\d{1,10}$/.test(text) && Number(text) < 2 ** 32) {
      return [Number(text)];
    }
    problems.push({
      message: `--supplemental-groups ${
        JSON.stringify(text)
      } is not the number of a group`,
      hint: "numbers separated by commas, as `id -G` prints them",
    });
    return [];
  });
}

function isPort(number: number): boolean {
  return number >= 1 && number <= 65_535;
}

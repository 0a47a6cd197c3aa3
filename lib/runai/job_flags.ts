import { MloError } from "../error.ts";
import { checkDnsLabel } from "../text/dns_label.ts";
import type { Problem } from "../text/problems.ts";
import { checkCores, checkMemory } from "../text/quantity.ts";
import type { Port } from "./job_types.ts";

/** The cluster's GPU pools (RCP, 2026): the last two are A100 with 80 and 40 GB. */
export const NODE_TYPES = ["v100", "h100", "h200", "default", "a100-40g"];

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

/** CPU cores to request. */
export function readCores(
  text: string | undefined,
  problems: Problem[],
): { cpu?: string } {
  if (text === undefined) return {};
  const cpu = checked("--cpus", () => checkCores(text), problems);
  return cpu === undefined ? {} : { cpu };
}

/** Memory to request. */
export function readMemory(
  text: string | undefined,
  problems: Problem[],
): { memory?: string } {
  if (text === undefined) return {};
  const memory = checked("--memory", () => checkMemory(text), problems);
  return memory === undefined ? {} : { memory };
}

/** GPU pools in order of preference. */
export function nodePoolsOf(
  types: readonly string[],
  problems: Problem[],
): readonly string[] {
  for (const [index, type] of types.entries()) {
    if (!NODE_TYPES.includes(type)) {
      problems.push({
        message: `--node-type ${JSON.stringify(type)} does not exist`,
        hint: `one of ${NODE_TYPES.join(", ")}`,
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
      hint: "give a port, e.g. --port 8888",
    });
    return [];
  });
}

function isPort(number: number): boolean {
  return number >= 1 && number <= 65_535;
}

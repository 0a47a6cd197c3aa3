import type { JobPod } from "../pods/job_pod.ts";
import type { Rule } from "./rule.ts";

/** What keeps a container from starting, by the reason it waits for and the message beside it. */
export const STARTING: readonly Rule[] = [
  {
    sign: /couldn'?t find key (\S+) in Secret (?:[\w.-]+\/)?([\w.-]+)/i,
    means: ([, key, secret]) => ({
      text: `the secret ${secret} has no key ${key}`,
      hint: "mlo secret sync",
    }),
  },
  {
    sign: /secret "([^"]+)" not found/i,
    means: ([, secret]) => ({
      text: `there is no secret ${secret} in the project`,
      hint: "mlo secret sync",
    }),
  },
  {
    sign: /CrashLoopBackOff/,
    means: (_, pod) =>
      pod?.lastReason === "OOMKilled"
        ? {
          text:
            "it keeps using more memory than it may have (OOMKilled) and is started again",
          hint: "ask for more: --memory, --memory-limit",
        }
        : {
          text: `its command keeps ending${exitOf(pod)} and is started again`,
          hint: "look at what it said: mlo logs",
        },
  },
  {
    sign: /^Restarting\b/,
    means: (_, pod) => ({
      text: `its command ended${exitOf(pod)} and is started again`,
      hint: "look at what it said: mlo logs",
    }),
  },
  {
    sign: /exec: "([^"]+)": (?:stat|executable file|permission denied)/i,
    means: ([, program]) => ({
      text: `the image has no ${program} that can be run`,
      hint: "use an image with it; mlo's jobs need /bin/zsh or /bin/sh",
      isStuck: true,
    }),
  },
  {
    sign: /FailedCreatePodSandBox(?:.*?: ([^:]+)$)?/s,
    means: ([, why]) => ({
      text: `the node cannot set up the pod${why ? `: ${why.trim()}` : ""}`,
    }),
  },
  {
    sign: /(?:FailedMount|FailedAttachVolume)\s*(\S[^]*)?/,
    means: ([, why]) => ({
      text: `its volume cannot be mounted${why ? `: ${lastPart(why)}` : ""}`,
    }),
  },
  {
    sign:
      /(?:CreateContainer(?:Config)?Error|RunContainerError|StartError|ContainerCannotRun)\s*(\S[^]*)?/,
    means: ([, why]) => ({
      text: `the container cannot be started${why ? `: ${lastPart(why)}` : ""}`,
      isStuck: true,
    }),
  },
  {
    sign: /Pulling\b/,
    means: (_, pod) => ({
      text: `the node is fetching the image ${pod?.image}`,
    }),
  },
];

/** Says least: it is true of every container that has not started yet. */
export const SETTING_UP: Rule = {
  sign: /ContainerCreating|PodInitializing/,
  means: () => ({ text: "the container is being set up" }),
};

/** The runtime puts one failure in front of the next; the last is the cause. */
function lastPart(message: string): string {
  const parts = message.trim().split(/: (?=\S)/);
  return parts.slice(-2).join(": ").slice(0, 200);
}

function exitOf(pod: JobPod | undefined): string {
  return pod?.state.is === "waiting" && pod.state.lastExit !== undefined
    ? ` with exit status ${pod.state.lastExit}`
    : "";
}

import { writeKubeconfig } from "../api_server/kubeconfig.ts";
import { type Desk, ended, furnish, type Ran, SETTINGS } from "../laptop.ts";
import { must, run, until } from "../pods/programs.ts";
import { type Relay, startRelay } from "../relay.ts";
import { type Json, type Node, openNode } from "./node.ts";
import { openSideDoor, type SideDoor } from "./side_door.ts";

/** A laptop whose cluster is the real node, in a namespace of its own. */
export interface NodeLaptop extends Desk {
  readonly node: Node;
  /** Between the laptop and the API server: the link that tests cut. */
  readonly relay: Relay;
  readonly namespace: string;
  /** What run:ai has for it. */
  readonly runai: SideDoor;
  /** The directory behind /mloscratch in its pods. */
  readonly scratch: string;
  /** Runs the compiled program to its end. */
  mlo(...args: string[]): Promise<Ran>;
  /** Makes a pod named and labelled as that of a job; gives its name. */
  makePod(job: string, spec: PodSpec): Promise<string>;
  /** The pod as the API has it. */
  pod(name: string): Promise<RealPod>;
  /** Waits until the pod is as wanted, asking twice a second. */
  untilPod(
    name: string,
    what: string,
    is: (pod: RealPod) => boolean,
    seconds?: number,
  ): Promise<RealPod>;
}

/** A pod's spec; what is not given is the project's image, run as root. */
export interface PodSpec extends Json {
  /** The command of the job's container. */
  readonly command?: readonly string[];
  /** Merged over that container. */
  readonly container?: Json;
}

/** A pod, as far as tests look at it. */
export interface RealPod {
  readonly metadata: {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly deletionTimestamp?: string;
  };
  readonly status: {
    readonly phase?: string;
    readonly reason?: string;
    readonly conditions?: readonly Json[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

/** A container's status. */
export interface ContainerStatus {
  readonly restartCount: number;
  readonly state?: {
    readonly waiting?: { readonly reason?: string };
    readonly running?: Json;
    readonly terminated?: { readonly exitCode: number };
  };
}

/** Runs a test on a fresh laptop of the node, and ends its pods after it. */
export async function withNodeLaptop(
  test: (laptop: NodeLaptop) => Promise<void>,
): Promise<void> {
  const node = await openNode();
  const project = `mlo-${crypto.randomUUID().slice(0, 8)}`;
  const namespace = `runai-${project}`;
  const home = await Deno.makeTempDir({ prefix: "mlo-laptop-" });
  const scratch = await makeScratch(node, project);
  const relay = await startRelay(Number(new URL(node.url).port));
  const runai = openSideDoor(node, namespace, scratch);
  try {
    await node.ask("POST", "/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: namespace },
    });
    const cluster = await writeKubeconfig(home, {
      server: `https://127.0.0.1:${relay.port}`,
      authority: node.authority,
      tokens: { admin: "admintoken", alice: "usertoken" },
      current: "admin",
    });
    const desk = await furnish(home, cluster, runai.url);
    const writeSettings = (text: string) =>
      desk.writeSettings(`${text}RUNAI_PROJECT=${project}\n`);
    await writeSettings(SETTINGS);
    await test({
      ...desk,
      writeSettings,
      ...podsIn(node, namespace, runai),
      node,
      relay,
      namespace,
      runai,
      scratch,
      mlo: (...args) => ended(desk.spawn(args)),
    });
  } finally {
    await endPods(node, namespace);
    await runai.stop();
    await relay.stop();
    // A kubectl that mlo has left behind may still be writing what it has found out.
    await until(
      "the home to be gone",
      () =>
        Deno.remove(home, { recursive: true }).then(() => true, () => false),
    );
  }
}

/** As the lab's: the seed account owns it, its group may write. */
async function makeScratch(node: Node, project: string): Promise<string> {
  const path = `${node.directory}/scratch/${project}`;
  await must(["mkdir", "-p", `${path}/homes`]);
  await must(["chown", "-R", "177449:83070", path]);
  await must(["chmod", "-R", "2775", path]);
  return path;
}

function podsIn(node: Node, namespace: string, runai: SideDoor) {
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const pod = async (name: string) =>
    await node.ask("GET", `${path}/${name}`) as unknown as RealPod;
  return {
    pod,
    makePod: async (job: string, spec: PodSpec) => {
      await node.ask("POST", path, podManifest(node, namespace, job, spec));
      runai.adopt(job);
      return `${job}-0-0`;
    },
    untilPod: async (
      name: string,
      what: string,
      is: (pod: RealPod) => boolean,
      seconds = 60,
    ) => {
      let now: RealPod | undefined;
      await until(`${name}: ${what}`, async () => {
        now = await pod(name);
        if (is(now)) return true;
        await new Promise((done) => setTimeout(done, 250));
        return false;
      }, seconds * 4 / 50).catch((error) => {
        throw new Error(`${error.message}\n${JSON.stringify(now?.status)}`);
      });
      return now as RealPod;
    },
  };
}

function podManifest(
  node: Node,
  namespace: string,
  job: string,
  { command, container = {}, ...spec }: PodSpec,
): Json {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `${job}-0-0`, namespace, labels: { release: job } },
    spec: {
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 1,
      enableServiceLinks: false,
      automountServiceAccountToken: false,
      containers: [{
        name: job,
        image: node.image,
        imagePullPolicy: "IfNotPresent",
        ...(command === undefined ? {} : { command }),
        ...container,
      }],
      ...spec,
    },
  };
}

/** Without mercy: nothing of theirs is needed any more. */
async function endPods(node: Node, namespace: string) {
  const env = { KUBECONFIG: `${node.directory}/kubeconfig` };
  const words = "delete pods --all --force --grace-period=0 --wait=false";
  await run(["kubectl", "-n", namespace, ...words.split(" ")], { env });
}

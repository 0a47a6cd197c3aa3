import type { DecodedJob } from "../runai/v1_submit.ts";
import { type PodSetting, podsOfJob } from "./job_pod.ts";
import type { Json, Node } from "./node.ts";

/**
 * The side door by which the doubles of `runai` use a real cluster: the same
 * requests as the double's own (see `api_server/control.ts`), each job being
 * real pods. run:ai's own object of a job outlives its pods, so it is kept here.
 */
export interface SideDoor {
  readonly url: string;
  /** What the pods of the jobs submitted from now on are to be like. */
  setting: PodSetting;
  /** Takes a pod that was made otherwise for a training job of run:ai's. */
  adopt(job: string): void;
  /** Loses its own object of a job, as at a deletion; the pods stay. */
  forget(job: string): void;
  stop(): Promise<void>;
}

/** Opens the door for one namespace; `scratch` is the directory behind the jobs' claims. */
export function openSideDoor(
  node: Node,
  namespace: string,
  scratch: string,
): SideDoor {
  const jobs = new Map<string, ListedJob>();
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const podsOf = async (name: string) => {
    const list = await node.ask(
      "GET",
      `${pods}?labelSelector=${encodeURIComponent(`release=${name}`)}`,
    );
    return list["items"] as RawPod[];
  };

  async function create(job: DecodedJob): Promise<Response> {
    if (jobs.has(job.name)) return new Response(null, { status: 409 });
    const made = podsOfJob(job, node.image, scratch, door.setting);
    try {
      for (const pod of made) await node.ask("POST", pods, pod);
    } catch (error) {
      return new Response(String(error), { status: 400 });
    }
    jobs.set(job.name, job);
    return Response.json(job, { status: 201 });
  }

  async function list(): Promise<Response> {
    const listed = [...jobs.values()].map(async (job) => ({
      ...job,
      phase: statusOf(await podsOf(job.name)),
    }));
    return Response.json({ jobs: await Promise.all(listed) });
  }

  async function remove(name: string): Promise<Response> {
    if (!jobs.delete(name)) return new Response(null, { status: 404 });
    for (const { metadata } of await podsOf(name)) {
      await node.ask("DELETE", `${pods}/${metadata.name}`);
    }
    return Response.json({});
  }

  async function answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const name = /^\/double\/jobs\/[^/]+\/([^/]+)$/.exec(pathname)?.[1];
    if (request.method === "POST") return create(await request.json());
    if (request.method === "GET") return list();
    if (request.method === "DELETE" && name) return remove(name);
    return new Response(null, { status: 404 });
  }

  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
    // As Go tells a server that does not answer.
    onError: () =>
      new Response(
        `Get "${node.url}/api": dial tcp ${
          new URL(node.url).host
        }: connect: connection refused`,
        { status: 503 },
      ),
  }, answer);
  const door: SideDoor = {
    url: `http://127.0.0.1:${server.addr.port}`,
    setting: {},
    adopt: (name) =>
      void jobs.set(name, {
        name,
        namespace,
        kind: "train",
        image: "",
        gpus: 0,
      }),
    forget: (name) => void jobs.delete(name),
    stop: () => server.shutdown(),
  };
  return door;
}

/** What a list shows of a job. */
type ListedJob = Pick<
  DecodedJob,
  "name" | "namespace" | "kind" | "image" | "gpus"
>;

interface RawPod {
  readonly metadata: Json & { readonly name: string };
  readonly status?: {
    readonly phase?: string;
    readonly containerStatuses?: readonly {
      readonly state?: { readonly waiting?: { readonly reason?: string } };
    }[];
  };
}

/** What run:ai calls a job whose first pod is so. */
function statusOf([pod]: readonly RawPod[]): string {
  if (pod === undefined) return "Pending";
  if (pod.metadata["deletionTimestamp"] !== undefined) return "Terminating";
  const { phase = "Pending", containerStatuses = [] } = pod.status ?? {};
  if (/Succeeded|Failed/.test(phase)) return phase;
  return containerStatuses[0]?.state?.waiting?.reason ?? phase;
}

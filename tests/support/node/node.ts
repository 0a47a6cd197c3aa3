import { must, run, until } from "../pods/programs.ts";

/** The programs of a node that tests end and start again. */
export type NodeProgram = "apiserver" | "kubelet" | "scheduler" | "controllers";

/** An object of the API. */
export type Json = Record<string, unknown>;

/** The real cluster of one node that `deno task node` has brought up. */
export interface Node {
  readonly directory: string;
  /** URL of the API server. */
  readonly url: string;
  /** PEM of the authority that its certificate is checked with. */
  readonly authority: string;
  /** The project's image, which is on the node. */
  readonly image: string;
  /** One request as its administrator; gives the answer's object, throws for a refusal. */
  ask(method: string, path: string, body?: unknown): Promise<Json>;
  /** Ends a program and waits until it is gone. */
  kill(program: NodeProgram, signal?: "TERM" | "KILL"): Promise<void>;
  /** Starts a program again and waits until the cluster works. */
  start(program: NodeProgram): Promise<void>;
}

const PROGRAM = new URL("program.sh", import.meta.url).pathname;

/** The patches of Kubernetes are told apart by their media type. */
const TYPES: Readonly<Record<string, string>> = {
  PATCH: "application/strategic-merge-patch+json",
};

/** The node of this test run. Throws where there is none. */
export async function openNode(): Promise<Node> {
  const directory = Deno.env.get("MLO_TEST_NODE") ?? "";
  const image = Deno.env.get("MLO_TEST_NODE_IMAGE") ?? "";
  if (directory === "") {
    throw new Error("MLO_TEST_NODE names no node: deno task node");
  }
  const settings = await Deno.readTextFile(`${directory}/node.env`);
  const port = /^API_PORT=(\d+)$/m.exec(settings)?.[1];
  const authority = await Deno.readTextFile(`${directory}/certs/apiserver.crt`);
  const url = `https://127.0.0.1:${port}`;
  const ask = (method: string, path: string, body?: unknown) =>
    request(authority, method, url + path, body);
  return {
    directory,
    url,
    authority,
    image,
    ask,
    kill: async (program, signal = "TERM") => {
      await must([PROGRAM, "end", directory, program, signal]);
    },
    start: async (program) => {
      await must([PROGRAM, "start", directory, program]);
      await untilReady(directory, program, ask);
    },
  };
}

async function request(
  authority: string,
  method: string,
  url: string,
  body: unknown,
): Promise<Json> {
  using client = Deno.createHttpClient({ caCerts: [authority] });
  const answer = await fetch(url, {
    client,
    method,
    headers: {
      authorization: "Bearer admintoken",
      "content-type": TYPES[method] ?? "application/json",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${text}`);
  return JSON.parse(text) as Json;
}

async function untilReady(
  directory: string,
  program: NodeProgram,
  ask: Node["ask"],
) {
  if (program === "apiserver") {
    await until("the API server", () => answers(ask));
  }
  if (program === "kubelet") {
    const env = { KUBECONFIG: `${directory}/kubeconfig` };
    const words =
      "kubectl wait --for=condition=Ready node/node-1 --timeout=60s";
    await must(words.split(" "), { env });
    await until("the kubelet's own server", async () => {
      const url = "https://10.99.0.1:10250/healthz";
      return (await run(["curl", "-skf", url])).code === 0;
    });
  }
}

async function answers(ask: Node["ask"]): Promise<boolean> {
  try {
    await ask("GET", "/api/v1/namespaces/default");
    return true;
  } catch {
    return false;
  }
}

import { until } from "./programs.ts";

/** An image registry on loopback. */
export interface Registry {
  /** Host and port, as images are named. */
  readonly host: string;
  stop(): Promise<void>;
}

/** Starts a registry on a free port. */
export async function startRegistry(): Promise<Registry> {
  const directory = await Deno.makeTempDir({ prefix: "mlo-registry-" });
  const host = `127.0.0.1:${freePort()}`;
  await Deno.writeTextFile(
    `${directory}/registry.yml`,
    `version: 0.1
log: {accesslog: {disabled: true}, level: error}
storage: {filesystem: {rootdirectory: ${directory}/data}}
http: {addr: "${host}"}
`,
  );
  const server = new Deno.Command("docker-registry", {
    args: ["serve", `${directory}/registry.yml`],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  await until("the registry", () => answers(`http://${host}/v2/`));
  return {
    host,
    stop: async () => {
      server.kill("SIGTERM");
      await server.status;
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** A port of 127.0.0.1 that nobody listens on. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

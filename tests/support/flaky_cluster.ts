import type { Laptop } from "./laptop.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { type Relay, startRelay } from "./relay.ts";

/** Puts a relay between the laptop's kubectl and the cluster; cutting it is losing the network for a moment. */
export async function throughRelay(
  { cluster, env, home }: Laptop,
): Promise<Relay> {
  const relay = await startRelay(Number(new URL(cluster.url).port));
  Object.assign(
    env,
    await writeKubeconfig(home, {
      server: `https://127.0.0.1:${relay.port}`,
      authority: await Deno.readTextFile(cluster.authorityFile),
      tokens: { admin: "admintoken" },
      current: "admin",
    }),
  );
  return relay;
}

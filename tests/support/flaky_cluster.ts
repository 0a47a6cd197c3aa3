import { startGoaway } from "./api_server/goaway.ts";
import type { Laptop } from "./laptop.ts";
import { writeKubeconfig } from "./api_server/kubeconfig.ts";
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

/** A cluster behind {@linkcode throughRelay} whose API server goes away, whenever it is told to. */
export interface GoingCluster {
  /**
   * The next request is refused with GOAWAY, or so many: at least, since those
   * that come at the same moment all are. Whether they have been is given.
   */
  goAway(times?: number): () => boolean;
  /** Ends every connection that there is. */
  cut(): void;
  stop(): Promise<void>;
}

/** Puts a relay before the cluster that leads to a server that goes away where that is asked for. */
export async function goingAway(laptop: Laptop): Promise<GoingCluster> {
  const relay = await throughRelay(laptop);
  const server = startGoaway(laptop.cluster.certificate);
  let wanted = 0;
  relay.divert(server.port, () => server.refused() < wanted);
  return {
    goAway: (times = 1) => {
      wanted = server.refused() + times;
      return () => server.refused() >= wanted;
    },
    cut: relay.cut,
    stop: async () => {
      await relay.stop();
      await server.stop();
    },
  };
}

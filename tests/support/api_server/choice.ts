import { startApiServer, type TestCluster } from "./api_server.ts";
import { findRealApiServer, startRealApiServer } from "./real_api_server.ts";

/**
 * Declares a test once per API server that can be had here: always the
 * double, and a real kube-apiserver when MLO_TEST_KUBE_APISERVER names one.
 * Says which ones run. One server serves all the steps of a test file.
 */
export async function testOnClusters(
  name: string,
  run: (test: Deno.TestContext, cluster: TestCluster) => Promise<void>,
): Promise<void> {
  Deno.test(`${name} (double)`, async (test) => {
    await withCluster(await startApiServer(), test, run);
  });
  const real = await findRealApiServer();
  if ("reason" in real) {
    say(`${name}: against the double only: ${real.reason}`);
    return;
  }
  say(`${name}: against the double and ${real.binary}`);
  Deno.test(`${name} (real kube-apiserver)`, async (test) => {
    await withCluster(await startRealApiServer(real.binary), test, run);
  });
}

async function withCluster(
  cluster: TestCluster,
  test: Deno.TestContext,
  run: (test: Deno.TestContext, cluster: TestCluster) => Promise<void>,
): Promise<void> {
  try {
    await run(test, cluster);
  } finally {
    await cluster.stop();
  }
}

/**
 * Whether `kubectl` is there. Where it is not, the run says so; with CI=true
 * it fails, since nothing may pass there without having been tried.
 */
export async function hasKubectl(): Promise<boolean> {
  try {
    await new Deno.Command("kubectl", {
      args: ["version", "--client"],
      stdout: "null",
      stderr: "null",
    }).output();
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    if (Deno.env.get("CI") === "true") {
      throw new Error("Cannot run the tests of the cluster: no kubectl");
    }
    say("NOT TESTED: kubectl is missing, so nothing of the cluster was tried");
    return false;
  }
}

function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}

import type { TestCluster } from "./api_server.ts";

/** Runs `kubectl` as a user of the machine would, and gives how it ended. */
export async function runKubectl(
  cluster: TestCluster,
  args: readonly string[],
  input = "",
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = new Deno.Command("kubectl", {
    args: [...args],
    env: { ...cluster.env() },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

/** {@linkcode runKubectl} that must succeed. */
export async function kubectlDone(
  cluster: TestCluster,
  args: readonly string[],
  input = "",
): Promise<string> {
  const { code, stdout, stderr } = await runKubectl(cluster, args, input);
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
  return stdout;
}

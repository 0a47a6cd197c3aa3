/** The minor version of the `kubectl` on the PATH: 20 of 1.20. */
export async function kubectlMinor(): Promise<number> {
  const { stdout } = await new Deno.Command("kubectl", {
    args: ["version", "--client", "-o", "json"],
    stderr: "null",
  }).output();
  const { clientVersion } = JSON.parse(new TextDecoder().decode(stdout)) as {
    clientVersion: { gitVersion: string };
  };
  return Number(/^v1\.(\d+)/.exec(clientVersion.gitVersion)?.[1]);
}

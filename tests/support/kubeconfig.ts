/** What a kubeconfig says. */
export interface KubeconfigContent {
  /** URL of the API server. */
  readonly server: string;
  /** PEM of the authority its certificate is checked with; left out, none is expected to be seen. */
  readonly authority?: string;
  /** Token by user name; each user gets a context of the same name. */
  readonly tokens: Readonly<Record<string, string>>;
  /** The user of the current context. */
  readonly current: string;
  /** The namespace of the contexts. */
  readonly namespace?: string;
}

/** A kubeconfig as JSON, which is YAML too. */
export function kubeconfig(content: KubeconfigContent): string {
  const { server, authority, tokens, current, namespace } = content;
  const users = Object.entries(tokens);
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": current,
    clusters: [{
      name: "cluster",
      cluster: {
        server,
        ...(authority === undefined ? {} : {
          "certificate-authority-data": new TextEncoder().encode(authority)
            .toBase64(),
        }),
      },
    }],
    users: users.map(([name, token]) => ({ name, user: { token } })),
    contexts: users.map(([name]) => ({
      name,
      context: {
        cluster: "cluster",
        user: name,
        ...(namespace === undefined ? {} : { namespace }),
      },
    })),
  });
}

/**
 * Writes a kubeconfig, readable by its owner only, and gives the environment
 * that points `kubectl` to it and to a discovery cache of its own.
 */
export async function writeKubeconfig(
  directory: string,
  content: KubeconfigContent,
  name = "kubeconfig",
): Promise<Record<string, string>> {
  const path = `${directory}/${name}`;
  await Deno.writeTextFile(path, kubeconfig(content), { mode: 0o600 });
  return { KUBECONFIG: path, KUBECACHEDIR: `${directory}/kube-cache` };
}

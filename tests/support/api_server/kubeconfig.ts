/** What a kubeconfig says. */
export interface KubeconfigContent {
  /** URL of the API server. */
  readonly server: string;
  /** PEM of the authority its certificate is checked with; left out, none is expected to be seen. */
  readonly authority?: string;
  /** Token by user name; each user gets a context of the same name. */
  readonly tokens: Readonly<Record<string, string>>;
  /** Program by user name that gives the user's token. */
  readonly plugins?: Readonly<Record<string, string>>;
  /** The user of the current context. */
  readonly current: string;
  /** The namespace of the contexts. */
  readonly namespace?: string;
}

/** What a log-in program is run by; kubectl before 1.22 knows no interactiveMode, and passes it over. */
const EXEC = {
  apiVersion: "client.authentication.k8s.io/v1beta1",
  interactiveMode: "IfAvailable",
};

/** A kubeconfig as JSON, which is YAML too. */
export function kubeconfig(content: KubeconfigContent): string {
  const { server, authority, tokens, plugins = {}, current, namespace } =
    content;
  const users: [name: string, user: unknown][] = [
    ...Object.entries(tokens).map(([name, token]) =>
      [name, { token }] as [string, unknown]
    ),
    ...Object.entries(plugins).map(([name, command]) =>
      [name, { exec: { ...EXEC, command } }] as [string, unknown]
    ),
  ];
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
    users: users.map(([name, user]) => ({ name, user })),
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

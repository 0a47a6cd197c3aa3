/** A repository elsewhere, as its address says. */
export interface Remote {
  /** What this repository calls it. */
  readonly name: string;
  /** Its address without password or token: what travels. */
  readonly url: string;
}

/** An address in its parts, where another machine can reach it. */
interface Address {
  readonly scheme: "ssh" | "https" | "http" | "git";
  readonly user: string | undefined;
  readonly host: string;
  readonly port: string | undefined;
  readonly path: string;
}

/** A host's own name, user and port, which `ssh -G` gives for the name in the address. */
export interface SshHost {
  readonly hostname: string;
  readonly user: string;
  readonly port: string;
}

/**
 * The parts of an address (git-clone(1), "GIT URLS"), or `undefined` for a
 * directory of this machine, which no pod can reach.
 */
function addressOf(url: string): Address | undefined {
  const full =
    /^(ssh|https?|git|git\+ssh|ssh\+git):\/\/(?:([^@\/]*)@)?(\[[^\]]+\]|[^:\/]+)(?::(\d+))?(\/.*)$/i
      .exec(url);
  if (full) {
    const [, scheme = "", user, host = "", port, path = ""] = full;
    const plain = scheme.toLowerCase();
    return {
      scheme: plain.includes("ssh") ? "ssh" : plain as "https" | "http" | "git",
      user: user?.replace(/:.*$/, ""),
      host,
      port,
      path,
    };
  }
  // A colon before the first slash: scp's form.
  const short = /^(?:([^@:\/]+)@)?(\[[^\]]+\]|[^:\/]+):(?!\/\/)(.+)$/.exec(url);
  if (!short || /^[A-Za-z][\w+.-]*::/.test(url)) return undefined;
  const [, user, host = "", path = ""] = short;
  return { scheme: "ssh", user, host, port: undefined, path };
}

/** The name under which ssh looks a host up, or `undefined` where it is not ssh that goes there. */
export function sshName(url: string): string | undefined {
  const address = addressOf(url);
  return address?.scheme === "ssh" ? address.host : undefined;
}

/**
 * The address as a pod can use it: no password or token in it, and no name
 * that only this machine's ssh_config knows. `undefined` for what no pod can
 * reach.
 */
export function podUrl(url: string, ssh?: SshHost): string | undefined {
  const address = addressOf(url);
  if (address === undefined) return undefined;
  const { scheme, host, port, path } = address;
  if (scheme !== "ssh") {
    // The name in front may be a token (https://TOKEN@host); none is needed.
    return `${scheme}://${host}${port ? `:${port}` : ""}${path}`;
  }
  const isOwnName = ssh !== undefined && ssh.hostname !== host;
  const user = address.user ?? (ssh && isOwnName ? ssh.user : undefined);
  const name = isOwnName ? ssh.hostname : host;
  const through = port ?? (ssh && ssh.port !== "22" ? ssh.port : undefined);
  const at = user === undefined ? "" : `${user}@`;
  if (/^[a-z]+:\/\//i.test(url) || through !== undefined) {
    const absolute = path.startsWith("/")
      ? path
      : path.startsWith("~")
      ? `/${path}`
      : `/~/${path}`;
    // GitHub and its kind know no home directory.
    const plain = absolute.startsWith("/~/") && user === "git"
      ? absolute.slice(2)
      : absolute;
    return `ssh://${at}${name}${through ? `:${through}` : ""}${plain}`;
  }
  return `${at}${name}:${path}`;
}

/** Decodes `ssh -G`. */
export function decodeSshHost(text: string): SshHost | undefined {
  const field = (name: string) =>
    new RegExp(`^${name} (.+)$`, "m").exec(text)?.[1];
  const [hostname, user, port] = [
    field("hostname"),
    field("user"),
    field("port"),
  ];
  if (!hostname || !user || !port) return undefined;
  return { hostname, user, port };
}

/** A line of `ls-remote`: where a ref of the remote is. */
export interface RemoteRef {
  readonly commit: string;
  readonly ref: string;
}

/** Decodes `ls-remote`; a tag's own object is left out for the commit that it names. */
export function decodeRemoteRefs(text: string): RemoteRef[] {
  const refs = text.split("\n").flatMap((line) => {
    const [commit = "", ref = ""] = line.split("\t");
    return /^[0-9a-f]{40}$/.test(commit) ? [{ commit, ref }] : [];
  });
  const peeled = new Set(
    refs.filter(({ ref }) => ref.endsWith("^{}"))
      .map(({ ref }) => ref.slice(0, -3)),
  );
  return refs.filter(({ ref }) => !peeled.has(ref))
    .map(({ commit, ref }) => ({ commit, ref: ref.replace(/\^\{\}$/, "") }));
}

/**
 * The remote that a branch belongs to, by git's configuration: its own, else
 * `origin`, else the only one.
 */
export function chooseRemote(
  config: ReadonlyMap<string, string>,
  branch: string | undefined,
): string | undefined {
  const names = [
    ...new Set(
      [...config.keys()].flatMap((key) =>
        /^remote\.(.+)\.url$/s.exec(key)?.[1] ?? []
      ),
    ),
  ];
  const own = config.get(`branch.${branch}.remote`);
  if (own !== undefined && names.includes(own)) return own;
  if (names.includes("origin")) return "origin";
  return names.length === 1 ? names[0] : undefined;
}

/** The remote that git itself takes where none is named (git-fetch(1)): a later one may know better only where there is no `origin`. */
export function gitsRemote(
  config: ReadonlyMap<string, string>,
  branch: string | undefined,
): string {
  return config.get(`branch.${branch}.remote`) ?? "origin";
}

/**
 * A remote's address where git's configuration, as `git config --list -z`
 * gives it, says it in one place and rewrites none (`url.*.insteadOf`).
 */
export function plainUrl(config: string, name: string): string | undefined {
  const entries = config.split("\0");
  if (entries.some((entry) => /^url\.[^\n]*\.insteadof\n/s.test(entry))) {
    return undefined;
  }
  const key = `remote.${name}.url\n`;
  const [url, ...more] = entries.filter((entry) => entry.startsWith(key));
  return more.length > 0 ? undefined : url?.slice(key.length) || undefined;
}

/** Decodes `git config --list -z`: `KEY\nVALUE` each, the last one counts. */
export function decodeConfig(text: string): Map<string, string> {
  return new Map(
    text.split("\0").filter((entry) => entry !== "").map((entry) => {
      const at = entry.indexOf("\n");
      return at === -1
        ? [entry, "true"]
        : [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}

/** The part of the environment that names proxies. */
type Variables = { get(name: string): string | undefined };

/**
 * The proxy by which Go's programs go to a server, as `host:port` and without
 * the log-in that may stand in its URL; `undefined` if they need none
 * (golang.org/x/net/http/httpproxy: never to this machine itself).
 */
export function proxyFor(
  env: Variables,
  server: string | undefined,
): string | undefined {
  const proxy = env.get("HTTPS_PROXY") || env.get("https_proxy");
  if (!proxy || server === undefined) return undefined;
  const host = URL.parse(server)?.hostname ?? "";
  if (/^(?:localhost|127\.[\d.]+|\[::1\]|)$/.test(host)) return undefined;
  const without = (env.get("NO_PROXY") || env.get("no_proxy") || "").split(",")
    .map((name) => name.trim().replace(/^\*?\./, "").replace(/:\d+$/, ""))
    .filter((name) => name !== "");
  const isDirect = without.some((name) =>
    name === "*" || host === name || host.endsWith(`.${name}`)
  );
  if (isDirect) return undefined;
  return URL.parse(proxy.includes("://") ? proxy : `http://${proxy}`)?.host;
}

import type { Host, Style } from "../host/host.ts";

/**
 * How the user's terminal is to be drawn on: NO_COLOR is a convention
 * (https://no-color.org), TERM=dumb says that it moves no cursor.
 */
export function styleOf({ env }: { env: Pick<Host["env"], "get"> }): Style {
  if (env.get("TERM") === "dumb") return "plain";
  return env.get("NO_COLOR") === undefined ? "colored" : "drawn";
}

/** The machine as if NO_COLOR were set: `--no-color`. */
export function uncolored(host: Host): Host {
  const { env } = host;
  return {
    ...host,
    env: {
      get: (name) => name === "NO_COLOR" ? "1" : env.get(name),
      get home() {
        return env.home;
      },
      get directory() {
        return env.directory;
      },
      get platform() {
        return env.platform;
      },
      get executable() {
        return env.executable;
      },
      get self() {
        return env.self;
      },
    },
  };
}

import { must, run, until } from "./programs.ts";

/** A Docker daemon of our own, shared by all test files that run at the same time. */
export interface Daemon {
  /** What points `docker` to it. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs `work` while no other test file is inside {@linkcode Daemon.alone}. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Leaves; whoever leaves last stops the daemon. */
  leave(): Promise<void>;
}

/** Where the daemon keeps images between runs. */
export function cacheDirectory(): string {
  const home = Deno.env.get("HOME") ?? "/root";
  const cache = Deno.env.get("XDG_CACHE_HOME") || `${home}/.cache`;
  return `${cache}/mlo-tests/docker`;
}

/**
 * Joins the daemon, starting it if nobody has. Every user holds a shared lock
 * on a file, which the kernel drops however the user ends: a killed test run
 * leaves a daemon behind that the next run takes over and stops.
 */
export async function joinDaemon(): Promise<Daemon> {
  const directory = cacheDirectory();
  await Deno.mkdir(directory, { recursive: true });
  const env = {
    DOCKER_HOST: `unix://${directory}/docker.sock`,
    DOCKER_CONFIG: `${directory}/config`,
    DOCKER_BUILDKIT: "0", // BuildKit's part is missing in many clients
  };
  const alone = <T>(work: () => Promise<T>) =>
    withLock(`${directory}/alone`, work);
  const users = await Deno.open(`${directory}/users`, {
    create: true,
    write: true,
  });
  await withLock(`${directory}/start`, async () => {
    await users.lock(false);
    if (!await answers(env)) await start(directory, env);
  });
  const leave = () =>
    withLock(`${directory}/start`, async () => {
      await users.unlock();
      if (await users.tryLock(true)) await stop(directory);
      users.close();
    });
  return { env, alone, leave };
}

async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  using file = await Deno.open(path, { create: true, write: true });
  await file.lock(true);
  return await work();
}

async function answers(env: Record<string, string>): Promise<boolean> {
  return (await run(["docker", "version"], { env })).code === 0;
}

/** Without bridge and firewall, which the kernel of a test machine may not have. */
async function start(directory: string, env: Record<string, string>) {
  const script =
    `PATH=$PATH:/usr/sbin:/sbin setsid --fork dockerd --data-root "$0/data" \
    --exec-root "$0/exec" --pidfile "$0/pid" --host "$DOCKER_HOST" \
    --bridge none --iptables=false --ip-masq=false --storage-driver overlay2 \
    --insecure-registry 127.0.0.0/8 >"$0/log" 2>&1 </dev/null`;
  await must(["sh", "-c", script, directory], { env });
  await until(`dockerd, see ${directory}/log`, () => answers(env));
}

async function stop(directory: string) {
  const pid = Number(await Deno.readTextFile(`${directory}/pid`));
  Deno.kill(pid, "SIGTERM");
  await until("the end of dockerd", () => !isRunning(pid));
  await run(["umount", `${directory}/exec/netns/default`]);
}

function isRunning(pid: number): boolean {
  try {
    Deno.statSync(`/proc/${pid}`);
    return true;
  } catch {
    return false;
  }
}

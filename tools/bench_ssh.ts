// deno-lint-ignore-file no-console -- a tool speaks by printing
/**
 * What ssh into a pod costs against the bare stream that carries it: the same
 * bytes through `kubectl exec` and through `ssh`, to and from a container of
 * the project's image behind the double of the cluster, compared by SHA-256;
 * then many small commands over one connection.
 */
import { joinDaemon } from "../tests/support/pods/daemon.ts";
import { makeBed } from "../tests/support/pods/docker_bed.ts";
import { removeScratch } from "../tests/support/pods/pod.ts";
import { must, until } from "../tests/support/pods/programs.ts";
import { type SshLaptop, withSshPod } from "../tests/support/ssh_bed.ts";

const MIB = Number(Deno.env.get("MLO_BENCH_MIB") ?? 1024);
const COMMANDS = Number(Deno.env.get("MLO_BENCH_COMMANDS") ?? 1000);

/** Prints the rates, their ratios (target: 0.5) and the time of a small command. `program` is the compiled `mlo`. */
export async function benchSsh(program: string): Promise<void> {
  Deno.env.set("MLO_TEST_PROGRAM", program);
  const daemon = await joinDaemon();
  try {
    await withSshPod(await makeBed(daemon), measure);
  } finally {
    await removeScratch();
    await daemon.leave();
  }
}

async function measure(laptop: SshLaptop) {
  const { podHome, namespace } = laptop;
  await laptop.use("9.2");
  const setup = await laptop.program("ssh", "--setup");
  if (setup.code !== 0) throw new Error(setup.stderr);
  const size = `${MIB}M`;
  await must([
    "sh",
    "-c",
    `head -c ${size} /dev/urandom >"$0/big" && chmod 644 "$0/big"`,
    podHome,
  ]);
  const [sum = ""] = (await must(["sha256sum", `${podHome}/big`])).split(" ");

  const bare = `kubectl exec -i exp-0-0 -n ${namespace} -c exp --`;
  const ways = { "kubectl exec": bare, ssh: "ssh exp.mlo" };
  const far = "/mloscratch/homes/ada/big";
  const rates: Record<string, number[]> = {};
  for (const [name, words] of Object.entries(ways)) {
    rates[name] = [
      await timed(laptop, sum, `${words} sha256sum <"${podHome}/big"`),
      await timed(laptop, sum, `${words} cat ${far} | sha256sum`),
    ];
  }
  const [up = 0, down = 0] = rates["kubectl exec"] ?? [];
  for (const [name, [to = 0, from = 0]] of Object.entries(rates)) {
    const ratios = `${(to / up).toFixed(2)}, ${(from / down).toFixed(2)}`;
    console.log(
      `  ${name.padEnd(14)} ${to.toFixed(0)} MiB/s to the pod, ${
        from.toFixed(0)
      } MiB/s from it (ratios ${ratios})`,
    );
  }
  await manyCommands(laptop);
}

/** MiB a second of a line that prints the sum. */
async function timed(
  { run }: SshLaptop,
  sum: string,
  line: string,
): Promise<number> {
  const begin = performance.now();
  const { code, stdout, stderr } = await run(["bash", "-c", line]);
  const seconds = (performance.now() - begin) / 1000;
  if (code !== 0 || !stdout.startsWith(sum)) {
    throw new Error(`${line}: ${code} ${stdout}${stderr}`);
  }
  return MIB / seconds;
}

async function manyCommands({ run, home, env }: SshLaptop) {
  const control = `-o ControlPath=${home}/cm`;
  const master = new Deno.Command(`${home}/bin/ssh`, {
    args: ["-o", "ControlMaster=yes", ...control.split(" "), "-N", "exp.mlo"],
    clearEnv: true,
    env,
    cwd: home,
    stdin: "null",
  }).spawn();
  await until(
    "the shared connection",
    () => Deno.stat(`${home}/cm`).then(() => true, () => false),
  );
  const begin = performance.now();
  const loop =
    `for i in $(seq ${COMMANDS}); do ssh ${control} exp.mlo echo $i; done | sha256sum`;
  const { stdout } = await run(["bash", "-c", loop]);
  const took = performance.now() - begin;
  const wanted = await must(["bash", "-c", `seq ${COMMANDS} | sha256sum`]);
  if (stdout.trim() !== wanted) throw new Error("some commands were lost");
  console.log(
    `  ${COMMANDS} small commands over one connection: ${
      (took / COMMANDS).toFixed(0)
    } ms each`,
  );
  await run(["ssh", ...control.split(" "), "-O", "exit", "exp.mlo"]);
  await master.status;
}

import { run } from "../pods/programs.ts";

/** The node's address and its kubelet's port are fixed: one node on a machine, whatever checkout or user it is of. */
const LOCK = "/run/mlo-test-node.lock";

const DOWN = new URL("down.sh", import.meta.url).pathname;

/**
 * Gives a directory for the machine's only node to `work`, when no other test
 * run has one, and removes it afterwards. The kernel drops the lock however
 * its holder ends; a node that a killed run has left is taken down first.
 */
export async function aloneWithNode<T>(
  work: (directory: string) => Promise<T>,
  say: (text: string) => void,
): Promise<T> {
  using lock = await Deno.open(LOCK, { create: true, read: true, write: true });
  if (!await lock.tryLock(true)) {
    say("waiting: another test run has this machine's node");
    await lock.lock(true);
  }
  const left = (await Deno.readTextFile(LOCK)).trim();
  if (left !== "") {
    say(`taking down the node that was left in ${left}`);
    await takeDown(left);
  }
  const directory = await Deno.makeTempDir({ prefix: "mlo-node-" });
  await Deno.writeTextFile(LOCK, directory);
  try {
    return await work(directory);
  } finally {
    await takeDown(directory);
    await Deno.writeTextFile(LOCK, "");
  }
}

async function takeDown(directory: string) {
  try {
    await Deno.stat(`${directory}/node.env`);
    const { code, stdout, stderr } = await run([DOWN, directory]);
    if (code !== 0) throw new Error(`${DOWN} failed:\n${stdout}${stderr}`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.remove(directory, { recursive: true })
    .catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
}

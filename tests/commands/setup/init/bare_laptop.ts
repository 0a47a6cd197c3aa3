import assert from "node:assert/strict";
import { parseEnvFile } from "../../../../lib/config/env/file.ts";
import { startApiServer } from "../../../support/api_server/api_server.ts";
import { type Bed, withBed } from "../../../support/doctor_bed.ts";

/** A laptop without settings. */
export async function onBareLaptop(
  test: (bed: Bed) => Promise<void>,
): Promise<void> {
  const cluster = await startApiServer();
  try {
    await withBed(cluster, async (bed) => {
      await Deno.remove(`${bed.home}/.config`, { recursive: true });
      await test(bed);
    });
  } finally {
    await cluster.stop();
  }
}

export async function variablesOf(path: string): Promise<Map<string, string>> {
  const { variables, problems } = parseEnvFile(await Deno.readFile(path));
  assert.deepEqual(problems, []);
  return variables;
}

export async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

export const USER = ["--no-input", "--user", "ada", "--uid", "123456"];

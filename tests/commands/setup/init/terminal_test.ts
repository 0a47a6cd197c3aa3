import assert from "node:assert/strict";
import { type Bed } from "../../../support/doctor_bed.ts";
import { programUnderTest } from "../../../support/laptop.ts";
import { startOnTerminal } from "../../../support/pseudo_terminal.ts";
import { denoDirectory } from "../../../support/deno_directory.ts";
import { exists, onBareLaptop, USER, variablesOf } from "./bare_laptop.ts";

/** Starts `mlo init` on a terminal, as a program of its own. */
function onTerminal(bed: Bed, flags: readonly string[] = []) {
  const [program, first] = programUnderTest();
  const env = {
    ...bed.env,
    DENO_DIR: denoDirectory(),
    USER: "ada",
    NO_COLOR: "1",
  };
  const words = [...first, "init", ...flags];
  return startOnTerminal(program, words, { env, cwd: bed.home });
}

Deno.test("mlo init asks on a terminal and writes at the end only", () =>
  onBareLaptop(async (bed) => {
    const terminal = onTerminal(bed);
    await terminal.see("Your user name on the cluster.");
    await terminal.type("\r");
    await terminal.see("Look up your uid over ssh?");
    await terminal.type("n");
    await terminal.see("Your numeric user id.");
    await terminal.type("abc\r");
    await terminal.see("is not a whole number");
    await terminal.type("\x7f\x7f\x7f123456\r");
    await terminal.see("The author's name");
    await terminal.type("Ada Lovelace\r");
    await terminal.see("The author's address");
    await terminal.type("\r");
    await terminal.see("Weights & Biases");
    await terminal.type("wandb-zebra\r");
    await terminal.see("Hugging Face");
    await terminal.type("\r");
    await terminal.see("Make an SSH key for GitHub?");
    assert.equal(await exists(`${bed.home}/.config`), false);
    await terminal.type("y");
    await terminal.see("Install what is missing? (the kubeconfig)");
    await terminal.type("n");
    await terminal.see("Next: mlo doctor");
    const { code, printed } = await terminal.end();
    assert.equal(code, 0);
    assert.doesNotMatch(printed, /zebra/);
    const variables = await variablesOf(`${bed.home}/.config/mlo/.env`);
    assert.equal(variables.get("LDAP_UID"), "123456");
    assert.equal(variables.get("GIT_USER_NAME"), "Ada Lovelace");
    assert.equal(variables.get("WANDB_API_KEY"), "wandb-zebra");
    assert.equal(await exists(`${bed.home}/.ssh/github.pub`), true);
  }));

Deno.test("mlo init leaves nothing behind at ^C", () =>
  onBareLaptop(async (bed) => {
    const before = await Array.fromAsync(Deno.readDir(bed.home));
    const terminal = onTerminal(bed);
    await terminal.see("Your user name on the cluster.");
    await terminal.type("\r");
    await terminal.see("Look up your uid");
    await terminal.type("\x03");
    const { code, printed } = await terminal.end();
    assert.equal(code, 130);
    assert.match(printed, /Cancelled: nothing was written/);
    const after = await Array.fromAsync(Deno.readDir(bed.home));
    assert.equal(after.length, before.length);
  }));

Deno.test("mlo init takes back what it made when it is interrupted while writing", () =>
  onBareLaptop(async (bed) => {
    const { writeSettings } = await import(
      "../../../../lib/commands/setup/init/write.ts"
    );
    const host = bed.host();
    let interrupt = () => {};
    const terminal = {
      ...host.terminal,
      onInterrupt: (callback: () => void) => {
        interrupt = callback;
        return () => {};
      },
    };
    const programs = {
      ...host.programs,
      // ^C comes when the last step, git's, has begun.
      run: (...call: Parameters<typeof host.programs.run>) => {
        if (call[0].program === "git") interrupt();
        return host.programs.run(...call);
      },
    };
    const plan = {
      path: `${bed.home}/.env`,
      values: new Map([["LDAP_USERNAME", "ada"], ["LDAP_UID", "1"]]),
      makeKey: true,
      force: false,
    };
    await assert.rejects(
      writeSettings({ ...host, terminal, programs }, plan),
      /Interrupted: nothing was written/,
    );
    assert.equal(await exists(plan.path), false);
    assert.equal(await exists(`${bed.home}/.ssh/github`), false);
    assert.equal(await exists(`${bed.home}/.ssh/github.pub`), false);
  }));

Deno.test("mlo init on a terminal goes on to install what is missing", () =>
  onBareLaptop(async (bed) => {
    await bed.without("runai");
    const terminal = onTerminal(bed, [...USER.slice(1), "--git-name", "A"]);
    await terminal.see("The author's address");
    await terminal.type("\r");
    await terminal.see("Weights & Biases");
    await terminal.type("\r");
    await terminal.see("Hugging Face");
    await terminal.type("\r");
    await terminal.see("Make an SSH key for GitHub?");
    await terminal.type("n");
    await terminal.see("Install what is missing? (runai, the kubeconfig)");
    await terminal.type("n");
    await terminal.see("Next: mlo setup");
    assert.equal((await terminal.end()).code, 0);
  }));

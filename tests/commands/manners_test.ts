import assert from "node:assert/strict";
import { withLaptop } from "../support/laptop.ts";

Deno.test("a word that is missing, misspelt or another program's is answered in words", () =>
  withLaptop(async (laptop) => {
    const table: [string[], RegExp][] = [
      [
        ["secret"],
        /^mlo: mlo secret needs a word more: sync, status, rm\nhint: mlo secret --help\n$/,
      ],
      [["image"], /^mlo: mlo image needs a word more: init, publish\n/],
      [["help", "nosuch"], /^mlo: There is no such command/],
      [
        ["archive", "verfiy", "x"],
        /hint: did you mean mlo archive verify\? A path of that name is \.\/verfiy\n/,
      ],
    ];
    for (const [words, says] of table) {
      const { code, stdout, stderr } = await laptop.mlo(...words);
      assert.deepEqual([code, stdout], [2, ""], words.join(" "));
      assert.match(stderr, says);
    }
    const list = await laptop.mlo("list");
    assert.deepEqual(await laptop.mlo("ls"), list);
    assert.match((await laptop.mlo("rm", "none")).stderr, /no job "none"/);
  }));

Deno.test("every sync names the keys that it takes away", () =>
  withLaptop(async (laptop) => {
    await laptop.mlo("secret", "sync");
    const settings = "LDAP_USERNAME=ada\nLDAP_UID=123456\n";
    await laptop.writeSettings(settings);
    const dry = await laptop.mlo("secret", "sync", "--dry-run");
    assert.match(dry.stdout, /\nwould be removed: .*HF_TOKEN.*\n$/);
    const submit = await laptop.mlo("submit", "-n", "a", "--", "true");
    assert.match(
      submit.stdout,
      /\nremoved: WANDB_API_KEY, HF_TOKEN\n|\nremoved: HF_TOKEN, WANDB_API_KEY\n/,
    );
    await laptop.writeSettings(`${settings}HF_TOKEN=x\n`);
    assert.doesNotMatch((await laptop.mlo("secret", "sync")).stdout, /removed/);
    await laptop.writeSettings(settings);
    const sync = await laptop.mlo("secret", "sync", "--json");
    assert.deepEqual(JSON.parse(sync.stdout).removed, ["HF_TOKEN"]);
  }));

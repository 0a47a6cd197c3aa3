// deno-lint-ignore-file no-console -- a tool speaks by printing
/**
 * The main job, on one machine: the doubles of the cluster start, the real
 * program syncs a sample settings file through the real kubectl and submits a
 * job, and what arrived is shown.
 *
 *     deno task demo
 */
import { shellJoin } from "../lib/text/shell_quote.ts";
import { ended, type Laptop, withLaptop } from "../tests/support/laptop.ts";
import { hasKubectl } from "../tests/support/api_server/choice.ts";

const SETTINGS = `# A sample. The values are made up.
LDAP_USERNAME=ada
LDAP_UID=123456
WANDB_API_KEY=0123456789abcdef0123456789abcdef01234567
HF_TOKEN="hf_sample # a hash inside quotes is part of the value"
GIT_USER_NAME='Ada Lovelace'
GIT_USER_EMAIL=ada@example.org
`;

if (!await hasKubectl()) Deno.exit(1);
await withLaptop(async (laptop) => {
  await laptop.writeSettings(SETTINGS);
  say("# ~/.config/mlo/.env\n" + SETTINGS);
  await mlo(laptop, [
    "submit",
    "-n",
    "exp",
    "-g",
    "1",
    "--train",
    "--",
    "python",
    "train.py",
    "--lr",
    "3e-4",
  ]);
  await mlo(laptop, ["secret", "status"]);

  say("# what the cluster's double holds now");
  await shown(laptop, "kubectl", [
    "get",
    "secret",
    "runai-mlo-ada-env",
    "-n",
    laptop.namespace,
    "-o",
    'go-template={{range $key, $_ := .data}}{{$key}}{{"\\n"}}{{end}}',
  ]);
  await shown(laptop, "runai", ["list", "jobs", "-p", "mlo-ada"]);

  say("# the same name again makes no second job");
  await mlo(laptop, ["submit", "-n", "exp", "--", "true"], 1);
});

async function mlo(laptop: Laptop, args: string[], expected = 0) {
  say(`$ ${shellJoin(["mlo", ...args])}`);
  const { code, stdout, stderr } = await ended(laptop.spawn(args));
  say(stdout + stderr);
  if (code !== expected) {
    console.error(`demo: mlo ended with ${code}, not ${expected}`);
    Deno.exit(1);
  }
}

async function shown(laptop: Laptop, program: string, args: string[]) {
  say(`$ ${shellJoin([program, ...args])}`);
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    env: laptop.env,
  }).output();
  say(new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
  if (!success) Deno.exit(1);
}

function say(text: string) {
  console.log(text);
}

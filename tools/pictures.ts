// deno-lint-ignore-file no-console -- a tool speaks by printing
/**
 * Makes the pictures of `docs/pictures` out of real runs: the program runs in a
 * terminal (tmux), on a laptop whose cluster is the tests' double, somebody
 * types, and the screen is captured.
 *
 *     deno run -A tools/pictures.ts [PROGRAM]
 *
 * Without an argument the sources are run.
 */
import { startApiServer } from "../tests/support/api_server/api_server.ts";
import { type Bed, contexts, withBed } from "../tests/support/doctor_bed.ts";
import { shellJoin, shellQuote } from "../lib/text/shell_quote.ts";
import { programUnderTest, withLaptop } from "../tests/support/laptop.ts";
import { terminalPicture } from "./terminal_picture.ts";
import { denoDirectory } from "../tests/support/deno_directory.ts";

/** What is typed, and what is waited for before it. */
type Typing = readonly (readonly [see: string, keys: readonly string[]])[];

/** One picture. */
interface Scene {
  readonly name: string;
  readonly title: string;
  readonly commands: readonly string[];
  readonly seed: (bed: Bed) => Promise<unknown>;
  readonly typing: Typing;
  readonly end: string;
}

const bare = (bed: Bed) =>
  Deno.remove(`${bed.home}/.config`, { recursive: true });

const SCENES: readonly Scene[] = [
  {
    name: "init",
    title: "mlo init asks for the settings",
    commands: ["mlo init"],
    seed: async (bed) => {
      await bare(bed);
      await bed.program("ssh", "echo 123456");
      delete bed.env["KUBECONFIG"];
    },
    typing: [
      ["Your user name", ["Enter"]],
      ["Look up your uid", ["Enter"]],
      ["author's name", ["Ada Lovelace", "Enter"]],
      ["author's address", ["ada@example.org", "Enter"]],
      ["Weights", ["0123456789", "Enter"]],
      ["Hugging", ["Enter"]],
      ["Make an SSH key", ["Enter"]],
      ["Install what is missing", ["Enter"]],
    ],
    end: "Next: ",
  },
  {
    name: "doctor",
    title: "mlo doctor names faults with a line to paste",
    commands: ["mlo doctor"],
    seed: async (bed) => {
      await contexts(bed, ["rcp-caas-prod", "minikube"], "minikube");
      await bed.settings(
        "LDAP_USERNAME=ada\nLDAP_UID=123456\nHF_TOKEN=abc\nSCRATCH_PVC=mlo-scrach\n",
      );
      await Deno.chmod(`${bed.home}/.config/mlo/.env`, 0o644);
    },
    typing: [],
    end: "faults",
  },
];

Deno.chdir(new URL("..", import.meta.url));
const [program] = Deno.args;
await Deno.mkdir("docs/pictures", { recursive: true });
for (const scene of SCENES) {
  await save(scene.name, scene.title, await shoot(scene));
}

await withLaptop(async (laptop) => {
  const screen = await film(laptop, {
    commands: [
      "mlo submit -n exp -g 1 --train -- python train.py --lr 3e-4",
      "mlo list",
    ],
    typing: [],
    end: "NODE",
  });
  await save("submit", "mlo submit and mlo list", screen);
});

async function save(name: string, title: string, screen: string) {
  const path = `docs/pictures/${name}.svg`;
  await Deno.writeTextFile(path, terminalPicture(screen, title));
  console.log(`${path}:\n${screen.trimEnd()}`);
}

async function shoot(scene: Scene): Promise<string> {
  const cluster = await startApiServer({
    namespaces: ["runai-mlo-ada", "runai-other"],
  });
  let screen = "";
  try {
    await withBed(cluster, async (bed) => {
      await scene.seed(bed);
      screen = await film(bed, scene);
    });
  } finally {
    await cluster.stop();
  }
  return screen;
}

/** Where a scene plays: a home directory whose `bin` is on the PATH. */
interface Stage {
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
}

async function film(
  bed: Stage,
  scene: Pick<Scene, "commands" | "typing" | "end">,
): Promise<string> {
  const socket = `${bed.home}/tmux`;
  const tmux = async (...args: string[]) => {
    const { stdout, stderr, success } = await new Deno.Command("tmux", {
      args: ["-S", socket, "-f", "/dev/null", ...args],
      clearEnv: true,
      env: {
        PATH: Deno.env.get("PATH") ?? "",
        TERM: "xterm-256color",
        LC_ALL: "C.UTF-8",
      },
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  };
  const [own, first] = programUnderTest();
  const words = program ? [program] : [own, ...first];
  await Deno.writeTextFile(
    `${bed.home}/bin/mlo`,
    `#!/bin/sh\nexec ${shellJoin(words)} "$@"\n`,
    { mode: 0o755 },
  );
  const lines = scene.commands.map((command) =>
    `printf '\\033[1m$ %s\\033[0m\\n' ${shellQuote(command)}\n${command}\n`
  );
  await Deno.writeTextFile(`${bed.home}/scene`, lines.join("echo\n"));
  const env = {
    ...bed.env,
    USER: "ada",
    DENO_DIR: denoDirectory(),
    TERM: "screen-256color",
  };
  const assignments = shellJoin(
    Object.entries(env).map(([key, value]) => `${key}=${value}`),
  );
  await tmux(
    ...["new-session", "-d", "-x", "110", "-y", "60", "-c", bed.home],
    `env -i ${assignments} /bin/sh ${
      shellQuote(`${bed.home}/scene`)
    }; sleep 600`,
  );
  try {
    for (const [see, keys] of scene.typing) {
      await until(async () => (await tmux("capture-pane", "-p")).includes(see));
      for (const key of keys) await tmux("send-keys", key);
    }
    await until(async () =>
      (await tmux("capture-pane", "-p")).includes(scene.end)
    );
    const screen = await tmux("capture-pane", "-e", "-p");
    // The home directory of the run stands for the user's.
    return screen.replaceAll(bed.home, "/home/ada");
  } finally {
    await tmux("kill-server").catch(() => {});
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    if (await condition()) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error("the screen never showed what was waited for");
}

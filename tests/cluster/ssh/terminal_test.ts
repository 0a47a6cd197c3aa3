import assert from "node:assert/strict";
import { programUnderTest } from "../../support/laptop.ts";
import { useDocker } from "../../support/pods/docker_bed.ts";
import { podTest } from "../../support/pods/requirements.ts";
import { startOnTerminal } from "../../support/pseudo_terminal.ts";
import { nothingLeft, withSshPod } from "../../support/ssh_bed.ts";

const bed = useDocker();

podTest(
  "a terminal through ssh has its size, its colours, ^C and the shell's status",
  () =>
    withSshPod(bed(), async (laptop) => {
      const [program, first] = programUnderTest();
      const env = {
        ...laptop.env,
        TERM: "xterm-kitty",
        COLORTERM: "truecolor",
      };
      const shell = startOnTerminal(program, [...first, "ssh", "exp"], {
        env,
        cwd: laptop.home,
      });
      await shell.type("print -r -- size=$(stty size) in $PWD\r");
      await shell.see("size=30 100 in /mloscratch/homes/ada");
      await shell.resize(40, 120);
      await shell.type("print -r -- size=$(stty size)\r");
      await shell.see("size=40 120");
      await shell.type(
        "print -r -- colours=$(tput colors) $COLORTERM of $TERM in $TTY\r",
      );
      await shell.see(/colours=256 truecolor of xterm-kitty in \/dev\/pts/);
      await shell.type("sh -c 'echo be\"\"gun; exec sleep 1000'\r");
      await shell.see("begun");
      await shell.type("\x03");
      await shell.type("print -r -- status=$?\r");
      await shell.see("status=130");
      await shell.type("exit 7\r");
      const { code, printed } = await shell.end();
      assert.equal(code, 7, printed);
      await nothingLeft(laptop);
    }),
);

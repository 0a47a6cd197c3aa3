import assert from "node:assert/strict";
import { COMPLETION_SCRIPTS } from "../../lib/commands/complete/scripts.ts";

const ROOT = new URL("../../", import.meta.url);

/** What macOS' tools (BSD's, and bash 3.2) do not know: a pattern, and a line that it must find. */
const UNKNOWN: readonly (readonly [what: RegExp, example: string])[] = [
  [/\bsed -i(?! '')/, "sed -i s/a/b/ file"],
  [/\breadlink -[ef]/, "readlink -f x"],
  [/\bdate (?:-d|--date)/, "date -d yesterday"],
  [/\bstat (?:-c|--format)/, "stat -c %a x"],
  [/\bgrep (?:-\w*P|--perl)/, "grep -oP x"],
  [/\bxargs (?:-r|--no-run)/, "xargs -r rm"],
  [/\b(?:cp|ln|mv) -\w*T/, "ln -sfT a b"],
  [/\bsort -\w*V/, "sort -V"],
  [/\bfind\b.*-printf/, "find . -printf %p"],
  [/\bbase64 (?:-w|--wrap)/, "base64 -w0 key"],
  [/\bhead -n? ?-\d/, "head -n -1"],
  [/(?:^|[|;&(] *)(?:tac|timeout|setsid|nproc|numfmt) /, "timeout 5 x"],
  // bash 4 and later.
  [/\b(?:mapfile|readarray|coproc)\b/, "mapfile -t a"],
  [/\b(?:declare|local|typeset) -\w*[AgnlLuU]/, "declare -A a"],
  [/\$\{[\w@*[\]]+(?:\^\^?|,,?)/, "echo ${x,,}"],
  [/&>>|\|&/, "x |& y"],
  [/\[\[ -v /, "[[ -v x ]]"],
  [/\bwait -n\b/, "wait -n"],
  [/printf '?"?%\(/, "printf '%(%s)T'"],
];

/** The shell that people run on their own laptop. */
async function onLaptops(): Promise<[string, string][]> {
  const texts: [string, string][] = [
    ["install.sh", await Deno.readTextFile(new URL("install.sh", ROOT))],
    ["mlo completions bash", COMPLETION_SCRIPTS.bash],
  ];
  const pages = ["README.md"];
  for await (const { name } of Deno.readDir(new URL("docs", ROOT))) {
    if (name.endsWith(".md")) pages.push(`docs/${name}`);
  }
  for (const page of pages) {
    const text = await Deno.readTextFile(new URL(page, ROOT));
    const blocks = text.matchAll(/^```(?:sh|console)\n([^]*?)^```/gm);
    texts.push([page, [...blocks].map(([, block]) => block).join("")]);
  }
  return texts;
}

/** Comments may name what the code avoids. */
const code = (text: string) => text.replace(/^\s*#.*$/gm, "");

Deno.test("what people run on their laptops asks nothing of GNU's tools or of bash 4", async () => {
  for (const [what, example] of UNKNOWN) assert.match(example, what);
  const texts = await onLaptops();
  assert.ok(texts.length > 10);
  for (const [where, text] of texts) {
    for (const line of code(text).split("\n")) {
      for (const [what] of UNKNOWN) {
        // What follows -- runs in the pod, which has GNU's tools.
        assert.doesNotMatch(
          line.split(" -- ")[0] ?? "",
          what,
          `${where}: ${line}`,
        );
      }
    }
  }
});

Deno.test("install.sh is understood by dash, zsh and bash in its oldest manner", async () => {
  for (
    const [program = "", ...args] of [["dash"], ["bash", "--posix"], ["zsh"]]
  ) {
    const { success, stderr } = await new Deno.Command(program, {
      args: [...args, "-n", "install.sh"],
      cwd: ROOT,
    }).output();
    assert.ok(success, `${program}: ${new TextDecoder().decode(stderr)}`);
  }
});

import assert from "node:assert/strict";
import { printed } from "./functions.ts";

/** Each piece of shell with what it prints; NUL is shown as `|`. */
const CASES: readonly (readonly [script: string, out: string])[] = [
  ["contains /a /a/b && echo yes", "yes\n"],
  ["contains /a /a && echo yes", "yes\n"],
  ["contains /a /ab || echo no", "no\n"],
  ["contains / /a && echo yes", "yes\n"],
  ["contains '/a*' /abc/d || echo no", "no\n"],
  ["printf 'a\\0b\nc\\0' >l && count l && echo $REPLY", "2\n"],
  ["add_up 3 4 5", "3 12\n"],
  ["add_up", "0 0\n"],
  ["put f 'one\ntwo' && cat f && ls", "one\ntwoc\nf\nf.sh\ns\n"],
  ['get nothing && echo "<$REPLY>"', "<>\n"],
  ["echo 'a b' >f && get f && echo \"<$REPLY>\"", "<a b>\n"],
  ["trimmed a/b/// && echo $REPLY", "a/b\n"],
  ["trimmed / && echo $REPLY", "/\n"],
  // Which files are a part of their own, which have holes, which are dealt out.
  [
    "by_size . '67108864 131072//./big' '200000 8//./a//b' '150000 400//./x y' && " +
    "for each in big holes large; do printf '%s:' $each; cat $each; echo; done",
    "big:67108864//./big|\nholes:200000//./a//b|\nlarge:150000//./x y|\n",
  ],
  ["by_size . '67108863 131072//./f' && cat large", "67108863//./f|"],
  // How many files one worker reads at a time: few, many, very many, and large ones.
  ["JOBS=8; part_size 10 10 10; echo $REPLY", "32\n"],
  ["JOBS=8; part_size 64000 64000 64000000; echo $REPLY", "2001\n"],
  ["JOBS=8; part_size 900000 900000 900000000; echo $REPLY", "8000\n"],
  ["JOBS=2; part_size 9000 9000 4500000000; echo $REPLY", "536\n"],
  ["JOBS=2; part_size 9000 9000 90000000000; echo $REPLY", "500\n"],
  ["JOBS=2; part_size 9000 9000 0; echo $REPLY", "1126\n"],
  // Lists of a path as those of a path within it.
  [
    "{ rename sums ./d . '00  ./d/x' '00  ./dx' '00  ./d'; } 3>rest; echo; cat rest",
    "00  ./x|00  .|\n00  ./dx|",
  ],
  [
    "{ rename copy.cmp . ./k './x//f 644' './/d 755'; } 3>rest; echo; cat rest",
    "./k/x//f 644|./k//d 755|\n",
  ],
  // As sha256sum writes the lines of names that hold a backslash or a newline.
  [
    "printf '00  ./a\\\\b\\00011  ./c\nd\\00022  ./e\\0' >l && sum_lines './k&,' l ''",
    "\\00  ./k&,/a\\\\b\n\\11  ./k&,/c\\nd\n22  ./k&,/e\n",
  ],
  ["printf '00  ./a\rb\\0' >l && sum_lines . l ''", "00  ./a\rb\n"],
  ["printf '00  ./a\rb\\0' >l && sum_lines . l 1", "\\00  ./a\\rb\n"],
  ["printf '00  ./x\\0' >l && sum_lines './a\\n' l ''", "\\00  ./a\\\\n/x\n"],
  // Two claims exclude each other where one of them writes.
  ["overlaps_one r/a r/a/b; echo", "\n"],
  ["overlaps_one w/a r/a/b; overlaps_one r/a w/a", "yes\nyes\n"],
  ["overlaps_one w/a/b r/a w/c; overlaps_one w/a w/ab; echo", "yes\n\n"],
  ["fewer '      2 1:5:3' '1 1:6:1' '10 1:7:9'", "1:5:3|"],
  ["SHARE=3; within_share '      3 .' '4 ./a' '     1 ./b .c'", ".|./b .c|"],
  [
    "printf '.\\0./a.b\\0./n\n./a\\0' >by && printf './a.b/x\\0./a/y\\0./n\n./a/z\\0./top\\0' >l && " +
    "directly_in by l out && cat out; echo; printf './top\\0./a\\0' >l && directly_in out l by && cat by",
    "./a.b/x|./n\n./a/z|./top|\n",
  ],
  ["label said 'a b' c", "said a b|said c|"],
  ["as_file './a b' ./c", "./a b//f|./c//f|"],
  ["both './a//./b' './c d//./e'", "./a|./b|./c d|./e|"],
  ["outside k 'k/x//*.o' 'kk//*.o' 'other//y'", "kk//*.o|other//y|"],
  ["lies_in ./d/x/y ./e ./d && echo yes", "yes\n"],
  ["lies_in ./dx ./d || echo no", "no\n"],
  ["lies_in ./d ./d || echo no", "no\n"],
  [
    "printf './shut\\0' >h && HIDE=h not_below './shut//d 0' './shut/x//f 1' './shutter//f 2'",
    "./shut//d 0|./shutter//f 2|",
  ],
  [
    "VOID=0 void ./gone | tr '\\0' '\\n'",
    "0  ./gone\n",
  ],
  ["below 'a/*/x' a/b && echo $REPLY", "x\n"],
  ["below '*.o' a || echo no", "no\n"],
  ["below 'b/x' a || echo no", "no\n"],
  [
    "from_glob '*.[!a-c]?'; echo; from_glob '**/x.y'; echo",
    "[^/]*\\.[^a-c][^/]\n.*/x\\.y\n",
  ],
  ["literally 'a+b(c)'; echo; from_glob '\\*'; echo", "a\\+b\\(c\\)\n\\*\n"],
  // Rsync's temporary files, and a user's own that only look like them.
  [
    "touch s/name s/.hid c/.name.AbC123 && leftovers './.name.AbC123//f 600' './.other.AbC123//f 600' " +
    "'./.name.AbC1234//f 600' './.name.AbC123//d 700' './..hid.AbC123//f 600' './name.AbC123//f 600'",
    "./.name.AbC123|./..hid.AbC123|",
  ],
  [
    "touch s/.name.AbC123 s/name && leftovers './.name.AbC123//f 600'; echo",
    "\n",
  ],
  [
    "touch -d @100 s/old s/new c/old && touch -d @200 c/new && cd c && " +
    "newer $S './old//f 1' './new//f 1' './none//f 1'",
    "./new//f 1|",
  ],
  [
    "printf 1 >x.new; printf 1 >x.other; same $PWD/x.new $PWD/x.other $PWD/x.not && echo yes",
    "yes\n",
  ],
  [
    "printf 1 >x.new; printf 2 >x.other; same $PWD/x.new $PWD/x.other $PWD/x.not || echo no",
    "no\n",
  ],
  [
    "EQUAL=1 PATHS=2 FAULTY=''; verdict; EQUAL=2; verdict; FAULTY=1; verdict",
    "failed differences\ndone\nfailed differences\n",
  ],
  // Of a worker's log remain what it has copied, and what it has skipped.
  [
    "mkdir logs; copy_several() { :; }; " +
    `printf 'skipping non-regular file "x"\\n 1 1%% (xfr#1, t)\\r 5 1%% (xfr#2, t)\\n' >logs/p; ` +
    "copy_part p; cat copied errors; ls logs",
    '2 5\nskipping non-regular file "x"\n',
  ],
  // A pid alone is nobody.
  ["process $$ && alive $REPLY && echo yes", "yes\n"],
  ["process $$ && set -- $REPLY && alive $1 $(($2 + 1)) $3 || echo no", "no\n"],
  ["process $$ && set -- $REPLY && alive $1 $2 another || echo no", "no\n"],
  ["alive || echo no", "no\n"],
];

Deno.test("the functions of the archive host do what they say, under dash", async (test) => {
  for (const [script, out] of CASES) {
    await test.step(script, async () => {
      assert.equal(await printed(script), out);
    });
  }
});

Deno.test("a reason is kept in the room that was set aside, and says which place is full", async () => {
  const out = await printed(`
T=$WORK/t STORE=$WORK DRIVING=1 && mkdir t && echo archive-full >t/reason.failed && head -c 9 /dev/zero >t/reserve
full() { [ "$1" != "$T" ] || echo "cannot write $1: No space left on device"; }
echo 'sort: write failed' >errors
keep_reason work && cat t/reason && sed "s,$WORK,W," t/problem && ls t`);
  assert.equal(
    out,
    "archive-fullsort: write failed\ncannot write W/t: No space left on device\nproblem\nreason\nreason.failed\n",
  );
});

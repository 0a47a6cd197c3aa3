import type { FlagTable } from "../../support/command_line.ts";

const FILE = ["--env-file my.env", { envFile: "my.env" }] as const;
const POD = ["--pod worker-1", { pod: "worker-1" }] as const;
const JSON_FLAG = ["--json", { json: true }] as const;

/** The verbs about jobs that are there. */
export const JOBS_FLAGS: readonly FlagTable[] = [
  {
    verb: "list",
    words: "",
    options: {},
    rows: [FILE, JSON_FLAG, ["exp", /too many arguments/i]],
  },
  {
    verb: "status",
    words: "exp",
    options: { jobs: ["exp"] },
    rows: [FILE, JSON_FLAG, ["'o*'", { jobs: ["exp", "'o*'"] }]],
  },
  {
    verb: "logs",
    words: "exp",
    options: { jobs: ["exp"] },
    rows: [
      ["dev exp", { jobs: ["exp", "dev"] }],
      FILE,
      POD,
      JSON_FLAG,
      ["-f", { follow: true }],
      ["--follow", { follow: true }],
      ["--tail 5", { tail: 5 }],
      ["--tail 0", { tail: 0 }],
      ["--tail=-1", /--tail "-1" is not a number/],
      ["--tail 5x", /--tail "5x" is not a number/],
      ["--tail 1234567890", /--tail "1234567890" is not a number/],
      ["--timestamps", { timestamps: true }],
      ["--previous", { previous: true }],
      ["-p", /unknown option '-p'[^]*hint: --previous/i],
    ],
  },
  {
    verb: "exec",
    words: "exp -- python -i --pod x",
    options: { job: "exp", argv: ["python", "-i", "--pod", "x"] },
    rows: [
      FILE,
      POD,
      ["--stdin", { stdin: true }],
      ["--stdin --tty", { stdin: true, tty: true }],
      ["-i", /unknown option '-i'[^]*hint: --stdin/i],
      ["-t", /unknown option '-t'[^]*hint: --tty/i],
      ["--tty", { tty: true }],
      ["-it", /unknown option '-it'[^]*hint: --tty/i],
    ],
  },
  {
    verb: "exec",
    words: "exp -- nvidia-smi",
    options: { job: "exp", argv: ["nvidia-smi"] },
    rows: [["other", /too many arguments/i]],
  },
  {
    verb: "shell",
    words: "exp",
    options: { job: "exp" },
    rows: [FILE, POD],
  },
  {
    verb: "port-forward",
    words: "exp 8888",
    options: {
      job: "exp",
      ports: [{ local: 8888, remote: 8888 }],
      address: "127.0.0.1",
    },
    rows: [
      FILE,
      POD,
      ["--address 0.0.0.0", { address: "0.0.0.0" }],
      ["6007:6006 :80", {
        ports: [
          { local: 8888, remote: 8888 },
          { local: 6007, remote: 6006 },
          { local: 0, remote: 80 },
        ],
      }],
      ["65535:65535", {
        ports: [
          { local: 8888, remote: 8888 },
          { local: 65_535, remote: 65_535 },
        ],
      }],
      ["1:1", {
        ports: [{ local: 8888, remote: 8888 }, { local: 1, remote: 1 }],
      }],
      ["65536:80", /Cannot forward "65536:80": it is no port/],
      ["80:65536", /Cannot forward "80:65536": it is no port/],
      ["80:0", /Cannot forward "80:0": it is no port/],
      ["80:", /Cannot forward "80:": it is no port/],
      ["1:2:3", /Cannot forward "1:2:3": it is no port/],
      ["http", /Cannot forward "http": it is no port/],
    ],
  },
  {
    verb: "code",
    words: "exp",
    options: { job: "exp", editor: "code", uriStyle: "hex" },
    rows: [
      FILE,
      POD,
      ["/mloscratch/x", { folder: "/mloscratch/x" }],
      ["x", /Cannot open the folder "x": it is not absolute/],
      ["--editor cursor", { editor: "cursor" }],
      ["--editor vim", /allowed choices are code, cursor/i],
      ["--uri-style plain", { uriStyle: "plain" }],
      ["--uri-style old", /allowed choices are hex, plain/i],
      ["--ssh", { ssh: true }],
      ["--ssh --uri-style hex", /cannot be used with option/],
      ["--print", { print: true }],
    ],
  },
  {
    verb: "ssh",
    words: "exp",
    options: { job: "exp" },
    rows: [
      FILE,
      POD,
      ["-A", { forwardAgent: true }],
      ["--forward-agent", { forwardAgent: true }],
      ["--tty", { tty: true }],
      ["-t", /unknown option '-t'[^]*hint: --tty/i],
      ["-N", { forwardOnly: true }],
      ["--forward-only", { forwardOnly: true }],
      ["-L 80:localhost:80 --local 1:x:1", {
        local: ["80:localhost:80", "1:x:1"],
      }],
      ["-R 80:localhost:80 --remote 1:x:1", {
        remote: ["80:localhost:80", "1:x:1"],
      }],
      ["-D 1080 --dynamic 1081", { dynamic: ["1080", "1081"] }],
      ["-o Compression=yes --option LogLevel=DEBUG", {
        option: ["Compression=yes", "LogLevel=DEBUG"],
      }],
      ["nvidia-smi -L", { words: ["nvidia-smi", "-L"] }],
      ["--pod worker-1 ls --pod -l", {
        pod: "worker-1",
        words: ["ls", "--pod", "-l"],
      }],
      ["--setup", /--setup, --remove and --print are about all jobs/],
      ["--remove", /are about all jobs/],
      ["--print", /are about all jobs/],
    ],
  },
  {
    verb: "ssh",
    words: "exp -- ls -l",
    options: { job: "exp", words: ["ls", "-l"] },
    rows: [],
  },
  {
    verb: "ssh",
    words: "--setup",
    options: { setup: true },
    rows: [
      FILE,
      ["-A", { forwardAgent: true }],
      ["--remove", /cannot be used with option/],
      ["--print", /cannot be used with option/],
    ],
  },
  {
    verb: "ssh",
    words: "--remove",
    options: { remove: true },
    rows: [["--print", /cannot be used with option/]],
  },
  {
    verb: "ssh",
    words: "--print",
    options: { print: true },
    rows: [],
  },
  {
    verb: "ssh-proxy",
    words: "exp.mlo ada",
    options: { host: "exp.mlo", account: "ada" },
    rows: [
      FILE,
      ["-A", { forwardAgent: true }],
      ["--forward-agent", { forwardAgent: true }],
      ["--reached exp-0-0,exp,u.0", { reached: "exp-0-0,exp,u.0" }],
    ],
  },
  {
    verb: "delete",
    words: "exp dev exp",
    options: { names: ["exp", "dev"] },
    rows: [FILE, ["-y", { yes: true }], ["--yes", { yes: true }]],
  },
  {
    verb: "clean",
    words: "",
    options: {},
    rows: [
      FILE,
      ["-y", { yes: true }],
      ["--yes", { yes: true }],
      ["exp", /too many arguments/i],
    ],
  },
];

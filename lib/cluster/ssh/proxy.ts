import { MloError } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import { LastWords } from "../exec/last_words.ts";
import { kubectlFailure } from "../failure.ts";
import { ServersWords } from "./servers_words.ts";
import {
  type Answer,
  type Connection,
  GO,
  MARK,
  openingLine,
  readAnswer,
  servingWords,
} from "./serve.ts";

/** A connection of `ssh` to a pod. */
export interface ProxiedConnection extends Connection {
  readonly namespace: string;
  readonly pod: { readonly name: string; readonly container: string };
  /** The public half of the client's key. */
  readonly publicKey: string;
}

/** The longest that is remembered of what came on stderr, for kubectl's own error in it. */
const REMEMBERED = 4_000;

/**
 * Carries a connection between this program's standard input and output,
 * which are those of `ssh`, and a server in the pod, until one of them ends.
 *
 * @param pin Is given the host's key before `ssh` gets to see it; what it throws ends the connection.
 * @throws {MloError} if the pod cannot be reached or does not serve.
 */
export async function proxy(
  { programs, terminal }: Pick<Host, "programs" | "terminal">,
  { namespace, pod, publicKey, ...connection }: ProxiedConnection,
  pin: (hostKey: string) => Promise<void>,
): Promise<void> {
  let said = "";
  const decoder = new TextDecoder();
  const before = new LastWords((bytes) => {
    said = (said + decoder.decode(bytes, { stream: true })).slice(-REMEMBERED);
    terminal.err(bytes);
  });
  const serving = new ServersWords((line) => terminal.err(line));
  let isServed = false;
  const { code, isSilent } = await programs.join(
    {
      program: "kubectl",
      args: [
        ...["exec", pod.name, "-n", namespace, "-c", pod.container, "-i"],
        ...["--", ...servingWords(connection)],
      ],
    },
    {
      say: openingLine(publicKey),
      mark: MARK,
      hear: async (line) => {
        await pin(hostKeyOf(pod, connection, line));
        isServed = true;
        return GO;
      },
    },
    (chunk) => isServed ? serving.feed(chunk) : before.feed(chunk),
  );
  before.end();
  if (isSilent) throw failure(namespace, pod, code, said);
  if (serving.end()) {
    terminal.err(`mlo: the link to the pod ${pod.name} is gone\n`);
  }
}

function hostKeyOf(
  pod: ProxiedConnection["pod"],
  connection: Connection,
  line: string,
): string {
  const answer = readAnswer(line);
  if (answer.is === "ready") return answer.hostKey;
  throw refusal(pod.name, connection, answer);
}

function refusal(
  pod: string,
  { owner, account }: Connection,
  answer: Exclude<Answer, { is: "ready" }>,
): MloError {
  switch (answer.is) {
    case "no-sshd":
      return new MloError(`The image of the pod ${pod} has no sshd`, {
        hint:
          "use the lab's image, add openssh-server to yours, or go without: mlo shell, mlo exec, mlo code",
      });
    case "no-account":
      return new MloError(
        `The pod ${pod} runs as uid ${answer.uid}, for which its image has no account: sshd logs nobody in`,
        { hint: "use the lab's image, or go without: mlo shell, mlo exec" },
      );
    case "account":
      return new MloError(
        `Programs in the pod ${pod} run as ${answer.name}, not as ${account}`,
        {
          hint: `ssh -l ${answer.name} …, or mlo ssh -o User=${answer.name} …`,
        },
      );
    case "owner":
      return new MloError(
        `The pod ${pod} is ${answer.name}'s, not ${owner}'s: it is not entered by ssh`,
        { hint: "mlo list" },
      );
    case "failed":
      return new MloError(`Cannot open ssh to the pod ${pod}: ${answer.why}`, {
        hint: "mlo shell goes without ssh",
      });
  }
}

/** kubectl's own message stands on the terminal already. */
function failure(
  namespace: string,
  { name }: ProxiedConnection["pod"],
  code: number,
  said: string,
): MloError {
  if (code !== 1) {
    return new MloError(
      `The connection to the pod ${name} ended before sshd had started`,
    );
  }
  const { message, hint, exitCode } = kubectlFailure({
    code,
    stderr: new TextEncoder().encode(said),
    timedOut: false,
  }, { what: `open ssh to the pod ${name}`, namespace, names: [name] });
  return new MloError(message, {
    exitCode,
    ...(hint === undefined ? {} : { hint }),
  });
}

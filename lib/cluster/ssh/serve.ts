import { throughDoor } from "../door.ts";
import script from "./session.sh" with { type: "text" };

/** A connection to be served in a pod. */
export interface Connection {
  /** Whose pod it must be. */
  readonly owner: string;
  /** The account that ssh asks for. */
  readonly account: string;
  /** Whether the client's agent may be used in the pod. */
  readonly forwardsAgent: boolean;
}

/** The words that serve one ssh connection over the standard input and output of a `kubectl exec`. */
export function servingWords(
  { owner, account, forwardsAgent }: Connection,
): string[] {
  const agent = forwardsAgent ? "yes" : "no";
  const words = ["/bin/sh", "-c", script, "mlo-ssh", owner, account, agent];
  return throughDoor(words);
}

/** How the lines of both sides begin, before ssh's own. */
export const MARK = "mlo-ssh ";

/** The line after which the serving side begins to speak ssh: its key has been noted. */
export const GO = `${MARK}go\n`;

/** The line that the serving side is given first: the public half of the client's key. */
export function openingLine(publicKey: string): string {
  return `${MARK}${publicKey}\n`;
}

/** What the serving side answers. */
export type Answer =
  /** It waits for {@linkcode GO}; the public half of the host's key, without a comment. */
  | { readonly is: "ready"; readonly hostKey: string }
  /** There is no server in the image. */
  | { readonly is: "no-sshd" }
  /** The pod runs as a uid without an account, which a server cannot log in. */
  | { readonly is: "no-account"; readonly uid: string }
  /** Programs run as another account than the one asked for. */
  | { readonly is: "account"; readonly name: string }
  /** The pod is somebody else's. */
  | { readonly is: "owner"; readonly name: string }
  | { readonly is: "failed"; readonly why: string };

const KEY = /^ssh-ed25519 [A-Za-z0-9+/]{68}$/;

/** Reads the line that the serving side answers with; what is none of ours is a failure. */
export function readAnswer(line: string): Answer {
  const [mark, is, ...words] = line.split(" ");
  const rest = words.join(" ").trim();
  if (mark === "mlo-ssh") {
    switch (is) {
      case "ready":
        if (KEY.test(rest)) return { is, hostKey: rest };
        return { is: "failed", why: "its host key is none" };
      case "no-sshd":
        return { is };
      case "no-account":
        return { is, uid: rest };
      case "account":
      case "owner":
        return { is, name: rest };
      case "failed":
        return { is, why: rest };
    }
  }
  return { is: "failed", why: "something else than mlo answered" };
}

import { parseDuration } from "../../text/time.ts";
import { isEnvKey } from "../env/key.ts";
import type { Problem } from "../../text/problems.ts";
import type { SettingType } from "./table.ts";
import {
  checkKnownHosts,
  checkPrivateKeyBase64,
  checkPublicKey,
} from "../ssh/key.ts";
import { nameOfStranger } from "../strangers.ts";

/** Largest user or group id of a pod (`IsValidUserID` of Kubernetes' apimachinery). */
const MAXIMUM_ID = 2 ** 31 - 1;

/** Longest image name without tag and digest (github.com/distribution/reference). */
const MAXIMUM_IMAGE_NAME = 255;

const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

/** A test of a value and what it wants, completing "KEY is not …". */
interface Check {
  readonly test: (text: string) => boolean;
  readonly wanted: string;
  readonly hint?: string;
}

const CHECKS: Readonly<Partial<Record<SettingType, Check>>> = {
  user: {
    test: (text) => /^[a-z_][a-z0-9_.-]{0,31}$/.test(text) && text !== "root",
    wanted: "a user name: lower-case letters, digits, _ . -, at most 32, " +
      "no digit first, not root",
  },
  group: {
    test: (text) => /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(text),
    wanted: "a group name: letters, digits, _ . -, at most 32, no digit first",
  },
  id: {
    test: (text) =>
      /^(?:0|[1-9]\d{0,9})$/.test(text) && Number(text) <= MAXIMUM_ID,
    wanted: `a whole number from 0 to ${MAXIMUM_ID}`,
    hint: 'On a machine of the lab, "id" shows yours',
  },
  label: {
    test: (text) => text.length <= 63 && LABEL.test(text),
    wanted: "a DNS label: lower-case letters, digits and inner dashes, " +
      "at most 63",
    hint: "For example mlo-ada",
  },
  subdomain: {
    test: isSubdomain,
    wanted: "a DNS subdomain: lower-case letters, digits, inner dashes " +
      "and dots, at most 253",
    hint: "For example mlo-scratch",
  },
  image: {
    test: isImage,
    wanted: "an image reference such as registry.example/group/name:tag",
    hint: "For example ic-registry.epfl.ch/mlo/mlo-base:uv1",
  },
  path: {
    test: isAbsolute,
    wanted: 'an absolute path without ".."',
    hint: "It is a path in the pod, for example /mloscratch/homes/ada",
  },
  mount: {
    test: (text) => isAbsolute(text) && text !== "/" && !/[:,]/.test(text),
    wanted: 'an absolute path below "/" without "..", ":" and ","',
    hint: "For example /mloscratch",
  },
  keyPath: {
    test: isAbsolute,
    wanted: 'an absolute path, or one that starts with "~/"',
    hint: "Variables are not expanded in this file; ~ is",
  },
  python: {
    test: (text) => /^3(?:\.\d{1,3}){0,2}(?:(?:a|b|rc)\d{1,3})?t?$/.test(text),
    wanted: "a Python version such as 3.11 or 3.11.9",
  },
  zone: { test: isTimeZone, wanted: "a time zone such as Europe/Zurich" },
  host: {
    test: isHost,
    wanted: "a host name (the user name is not part of it)",
  },
  generation: {
    test: (text) => ["auto", "v1", "v2"].includes(text),
    wanted: "auto, v1 or v2",
    hint: "Leave it out: mlo finds out which runai is installed",
  },
  program: {
    test: (text) =>
      isAbsolute(text) || (!text.includes("/") && /^[^-\s]\S*$/.test(text)),
    wanted: "the name of a program, or the absolute path of its file",
    hint: "For example runai, or ~/.runai/bin/runai",
  },
  context: {
    test: (text) => text.length <= 1024 && /^[^-\p{Cc}][^\p{Cc}]*$/u.test(text),
    wanted: "the name of a context",
    hint: "kubectl config get-contexts lists them",
  },
  url: {
    test: isUrl,
    wanted: "an address that starts with https:// or http://",
    hint: "For example https://ntfy.sh/your-topic",
  },
  duration: {
    test: isDuration,
    wanted: "a duration such as 90m, 4h or 2d6h30m",
  },
  keys: {
    test: (text) => splitKeys(text).every(isEnvKey),
    wanted: "a list of keys separated by commas",
  },
};

/** Checks a non-empty value against its type; the message completes a sentence that starts with the key. */
export function checkValue(
  type: SettingType,
  text: string,
): Problem | undefined {
  if (/^<[^<>]+>$/.test(text)) {
    return { message: "is still a placeholder", hint: "Write the real value" };
  }
  if (type === "privateKey") return asClause(checkPrivateKeyBase64(text));
  if (type === "publicKey") return asClause(checkPublicKey(text));
  if (type === "knownHosts") return asClause(checkKnownHosts(text));
  if (type === "token") return checkToken(text);
  const check = CHECKS[type];
  if (check === undefined || check.test(text)) return undefined;
  const message = `is not ${check.wanted}`;
  return check.hint === undefined ? { message } : { message, hint: check.hint };
}

/** A token is printable ASCII: anything else was pasted along with it, and fails hours later. */
function checkToken(text: string): Problem | undefined {
  const stranger = text.search(/[^\x21-\x7e]/);
  const inner = /^[\x20-\x7e]*$/.test(text) && text === text.trim();
  if (stranger === -1 || inner) return undefined;
  const found = [...text].find((one) => !/[\x21-\x7e]/.test(one)) ?? " ";
  return {
    message: `holds ${nameOfStranger(found)} (character ${
      [...text].indexOf(found) + 1
    }), which no token has`,
    hint: "Copy the token again, without what stands around it",
  };
}

/** The names in a comma-separated list of keys. */
export function splitKeys(text: string): string[] {
  return text.split(",").map((key) => key.trim()).filter((key) => key !== "");
}

function asClause(problem: Problem | undefined): Problem | undefined {
  if (problem === undefined) return undefined;
  const { message } = problem;
  const clause = message.charAt(0).toLowerCase() + message.slice(1);
  return { ...problem, message: `cannot be used: ${clause}` };
}

function isSubdomain(text: string): boolean {
  return text.length <= 253 &&
    text.split(".").every((part) => LABEL.test(part));
}

/** The grammar of github.com/distribution/reference: `[HOST[:PORT]/]PATH[:TAG][@DIGEST]`. */
function isImage(text: string): boolean {
  if (text.length > MAXIMUM_IMAGE_NAME + 400) return false;
  const [rest = "", digest, ...more] = text.split("@");
  if (more.length > 0) return false;
  if (
    digest !== undefined &&
    !/^sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})$/.test(digest)
  ) {
    return false;
  }
  const tagged = rest.match(/^(.*?)(?::(\w[\w.-]{0,127}))?$/s);
  const parts = (tagged?.[1] ?? "").split("/");
  const first = parts[0] ?? "";
  const hasHost = parts.length > 1 &&
    (/[.:A-Z]/.test(first) || first === "localhost");
  if (
    hasHost &&
    !/^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?$/.test(first)
  ) {
    return false;
  }
  const path = hasHost ? parts.slice(1) : parts;
  return path.join("/").length <= MAXIMUM_IMAGE_NAME &&
    path.every((part) => /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*$/.test(part));
}

function isAbsolute(text: string): boolean {
  return text.startsWith("/") && text.length <= 4096 &&
    !/\p{Cc}/u.test(text) && !text.split("/").includes("..");
}

function isUrl(text: string): boolean {
  if (!/^https?:\/\/[!-~]+$/i.test(text) || text.length > 4096) return false;
  return URL.canParse(text);
}

function isDuration(text: string): boolean {
  try {
    return parseDuration(text) > 0;
  } catch {
    return false;
  }
}

/** The zones of most files: the table of all of them takes 12 ms to load. */
const USUAL_ZONES = ["Europe/Zurich", "UTC"];

function isTimeZone(text: string): boolean {
  if (USUAL_ZONES.includes(text)) return true;
  if (!/^[A-Za-z][\w+-]*(?:\/[\w+-]+)*$/.test(text)) return false;
  try {
    const zone = new Intl.DateTimeFormat("en", { timeZone: text });
    const known = zone.resolvedOptions().timeZone;
    // Pods look the name up as a file name, where case counts.
    return known === text || known.toLowerCase() !== text.toLowerCase();
  } catch {
    return false;
  }
}

function isHost(text: string): boolean {
  return text.length <= 253 &&
    (/^\w(?:[\w.-]*\w)?$/.test(text) ||
      /^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*$/.test(text));
}

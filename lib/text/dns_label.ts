/** Why a name is not a DNS label, and a name near it that is one. */
export interface DnsLabelProblem {
  /** Completes the sentence "Name … cannot be used: ". */
  readonly problem: string;
  /** Always a DNS label itself. */
  readonly suggestion: string;
}

/** Longest DNS label, in characters (RFC 1035, section 2.3.4). */
const MAXIMUM = 63;

/**
 * Checks a name against the DNS label of RFC 1035 as Kubernetes applies it to
 * names of jobs: lower-case letters, digits and dashes, starting with a letter,
 * ending with a letter or digit, at most 63 characters. Gives `undefined` for a
 * good name.
 */
export function checkDnsLabel(name: string): DnsLabelProblem | undefined {
  const problem = problemOf(name);
  if (problem === undefined) return undefined;
  return { problem, suggestion: suggestLabel(name) };
}

function problemOf(name: string): string | undefined {
  if (name === "") return "it is empty";
  if (name.length > MAXIMUM) {
    return `it has ${name.length} characters, more than ${MAXIMUM}`;
  }
  if (/[A-Z]/.test(name)) return "it has upper-case letters";
  if (/[^a-z0-9-]/.test(name)) {
    return "it has other characters than letters, digits and dashes";
  }
  if (!/^[a-z]/.test(name)) return "it does not start with a letter";
  if (name.endsWith("-")) return "it ends with a dash";
  return undefined;
}

/** The nearest label: accents off, lower case, every run of other characters one dash. */
function suggestLabel(name: string): string {
  const plain = name.slice(0, 4 * MAXIMUM).normalize("NFKD")
    .replaceAll(/\p{M}+/gu, "").toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-").replace(/^-+/, "");
  const named = /^[a-z]/.test(plain) ? plain : `job-${plain}`;
  return named.slice(0, MAXIMUM).replace(/-+$/, "");
}

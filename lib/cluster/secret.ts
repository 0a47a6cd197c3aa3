import { MloError, usageError } from "../error.ts";

/** The most decoded bytes an API server takes in one Secret (`MaxSecretSize` in Kubernetes' core/v1). */
export const MAX_SECRET_BYTES = 1_048_576;

/** The field manager `mlo` applies as; keys it owned and no longer sends are removed by the server. */
export const FIELD_MANAGER = "mlo";

/** Where client-side `kubectl apply` keeps a copy of the whole manifest, values included. */
export const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** What a Secret is made of. */
export interface SecretContent {
  readonly name: string;
  readonly namespace: string;
  /** Variables; empty ones are left out of the Secret. */
  readonly data: ReadonlyMap<string, string>;
}

/** A Secret as it shall be, checked, together with the words that say so. */
export interface SecretManifest extends SecretContent {
  /** What `kubectl apply -f -` takes; values included. */
  readonly json: string;
}

/** The keys that a Secret made of the variables holds: those that are not empty. */
export function heldKeys(variables: ReadonlyMap<string, string>): string[] {
  return [...variables].filter(([, value]) => value !== "")
    .map(([key]) => key);
}

/**
 * The manifest of an Opaque Secret whose `data` is the variables' UTF-8 bytes;
 * empty variables are left out.
 *
 * @throws {MloError} (usage) for a key that no Secret can hold, a value that
 * is not Unicode text, or more than {@linkcode MAX_SECRET_BYTES} in all. Names
 * keys and sizes, never a value.
 */
export function secretManifest(content: SecretContent): SecretManifest {
  const data: [string, string][] = [];
  const sizes: [key: string, bytes: number][] = [];
  const encoder = new TextEncoder();
  for (const [key, value] of content.data) {
    if (value === "") continue;
    checkEntry(key, value);
    const bytes = encoder.encode(value);
    sizes.push([key, bytes.length]);
    data.push([key, bytes.toBase64()]);
  }
  checkSize(content.name, sizes);
  const json = JSON.stringify({
    apiVersion: "v1",
    kind: "Secret",
    type: "Opaque",
    metadata: {
      name: content.name,
      namespace: content.namespace,
      labels: { "app.kubernetes.io/managed-by": "mlo" },
    },
    data: Object.fromEntries(data),
  });
  return { ...content, json };
}

function checkEntry(key: string, value: string): void {
  // The rule of Kubernetes' IsConfigMapKey.
  if (
    !/^[-._a-zA-Z0-9]{1,253}$/.test(key) || key === "." || key.startsWith("..")
  ) {
    throw usageError(
      `Cannot put the variable "${key}" into a secret: its name is not valid there`,
      "Use letters, digits and _ only",
    );
  }
  if (!value.isWellFormed()) {
    throw usageError(
      `Cannot put the variable "${key}" into a secret: its value is not Unicode text`,
    );
  }
}

function checkSize(
  name: string,
  sizes: readonly (readonly [key: string, bytes: number])[],
): void {
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
  if (total <= MAX_SECRET_BYTES) return;
  const largest = sizes.toSorted((a, b) => b[1] - a[1]).slice(0, 3)
    .map(([key, bytes]) => `${key} (${grouped(bytes)} bytes)`);
  throw usageError(
    `Cannot make the secret "${name}": its values have ${
      grouped(total)
    } bytes, a secret holds at most ${grouped(MAX_SECRET_BYTES)}`,
    `Keep large files on scratch; the largest values are ${largest.join(", ")}`,
  );
}

function grouped(bytes: number): string {
  return bytes.toLocaleString("en-US");
}

/** How a Secret in the cluster differs from the variables it should hold; key names only. */
export interface SecretComparison {
  /** Exactly the wanted keys and values, and no value anywhere else. */
  readonly inSync: boolean;
  /** Wanted keys that the Secret lacks. */
  readonly missing: string[];
  /** Keys of the Secret that are not wanted. */
  readonly extra: string[];
  /** Keys whose values differ. */
  readonly different: string[];
  /** Whether an annotation holds a copy of the manifest. */
  readonly annotationLeak: boolean;
  /** The names of such annotations. */
  readonly leakingAnnotations: string[];
  /** Field managers other than {@linkcode FIELD_MANAGER} that own keys, where the JSON says so. */
  readonly otherManagers: string[];
}

/**
 * Compares variables with a Secret as `kubectl get -o json` prints it.
 *
 * @throws {MloError} if the text is not a Secret.
 */
export function compareSecret(
  wanted: ReadonlyMap<string, string>,
  live: string,
): SecretComparison {
  const encoder = new TextEncoder();
  const want = new Map(
    [...wanted].filter(([, value]) => value !== "")
      .map(([key, value]) => [key, encoder.encode(value).toBase64()]),
  );
  return compareData(want, parseSecret(live));
}

/**
 * Refuses a Secret of another type than `Opaque` (a certificate, a registry's
 * password, a service account's token): something else made it and needs it,
 * and no type can be changed.
 *
 * @param live Its JSON, or `undefined` if there is none.
 * @throws {MloError} that names the type, and both ways out.
 */
export function requireOurs(
  live: string | undefined,
  { name, namespace }: Pick<SecretContent, "name" | "namespace">,
): void {
  const type = live === undefined ? undefined : foreignType(live);
  if (type === undefined) return;
  throw new MloError(
    `Cannot use the secret ${name} in ${namespace}: it is of the type ${type}, so something else made it`,
    {
      hint:
        `name another one (RUNAI_SECRET_NAME), or if nobody needs this one: kubectl delete secret ${name} -n ${namespace}`,
    },
  );
}

/** The type of a Secret that is not `Opaque`; `undefined` if it is. */
export function foreignType(live: string): string | undefined {
  const { type = "Opaque" } = parseSecret(live);
  return type === "Opaque" ? undefined : type;
}

/** The keys a Secret has, from its JSON as `kubectl get -o json` prints it. */
export function liveKeys(live: string): string[] {
  return Object.keys(parseSecret(live).data ?? {});
}

/** The keys that the cluster's Secret has (`undefined` if there is none) and a sync of `keys` takes away. */
export function removedKeys(
  live: string | undefined,
  keys: readonly string[],
): string[] {
  return live === undefined
    ? []
    : liveKeys(live).filter((key) => !keys.includes(key));
}

/** The parts of a Secret's JSON that matter here. */
interface Secret {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly managedFields?: readonly {
      readonly manager?: string;
      readonly fieldsV1?: Readonly<Record<string, unknown>>;
    }[];
  };
}

function parseSecret(text: string): Secret {
  try {
    const parsed: unknown = JSON.parse(text);
    if (
      typeof parsed === "object" && parsed !== null &&
      "kind" in parsed && parsed.kind === "Secret"
    ) return parsed as Secret;
  } catch {
    // Told below; the parser's own message would quote the text.
  }
  throw new MloError("Cannot read the secret: kubectl gave something else");
}

function compareData(
  want: ReadonlyMap<string, string>,
  live: Secret,
): SecretComparison {
  const have = new Map(Object.entries(live.data ?? {}));
  const missing = [...want.keys()].filter((key) => !have.has(key));
  const extra = [...have.keys()].filter((key) => !want.has(key));
  const different = [...want].filter(([key, value]) =>
    have.has(key) && have.get(key) !== value
  ).map(([key]) => key);
  const leakingAnnotations = copies(live, [...want.values(), ...have.values()]);
  const annotationLeak = leakingAnnotations.length > 0;
  return {
    inSync: !annotationLeak &&
      missing.length + extra.length + different.length === 0,
    missing,
    extra,
    different,
    annotationLeak,
    leakingAnnotations,
    otherManagers: otherManagers(live),
  };
}

/** Annotations that copy a manifest, by name or by a value's base64 (of 6 bytes or more: a chance hit is out of the question). */
function copies(live: Secret, values: readonly string[]): string[] {
  const telling = values.filter((value) => value.length >= 8);
  return Object.entries(live.metadata?.annotations ?? {})
    .filter(([name, text]) =>
      name === LAST_APPLIED || telling.some((value) => text.includes(value))
    )
    .map(([name]) => name);
}

function otherManagers(live: Secret): string[] {
  const managers = (live.metadata?.managedFields ?? [])
    .filter((entry) =>
      Object.keys(Object(entry.fieldsV1?.["f:data"]))
        .some((field) => field !== ".")
    )
    .map((entry) => entry.manager ?? "unknown");
  return [...new Set(managers)].filter((name) => name !== FIELD_MANAGER);
}

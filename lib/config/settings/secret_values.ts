import { SETTINGS } from "./table.ts";

/** Shorter values are words that occur by themselves. */
const SHORTEST = 8;

/** Keys that the table counts as secret-backed though anybody may know their values. */
const KNOWN_TO_ALL = [
  "SSH_PUBLIC_KEY",
  "SSH_KNOWN_HOSTS",
  "GIT_USER_NAME",
  "GIT_USER_EMAIL",
];

/** The variables of a settings file whose values must not stand anywhere else. */
export function secretValues(
  variables: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const open = new Set<string>([
    ...SETTINGS.filter(({ secret }) => !secret).map(({ key }) => key),
    ...KNOWN_TO_ALL,
  ]);
  return new Map(
    [...variables].filter(([key, value]) =>
      !open.has(key) && value.length >= SHORTEST
    ),
  );
}

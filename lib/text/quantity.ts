import { usageError } from "../error.ts";

/**
 * Powers of the suffixes that Kubernetes gives to amounts of memory
 * (apimachinery, pkg/api/resource): decimal `k M G…`, binary `Ki Mi Gi…`.
 */
const LETTERS = ["", "k", "m", "g", "t", "p", "e"];

/** Less than this is a forgotten unit: no container starts in it. */
const LEAST_BYTES = 1_000_000;

/** The most that fits into Kubernetes' own arithmetic (2^63 bytes). */
const MOST_BYTES = 2 ** 63;

/**
 * Checks an amount of memory (`16Gi`, `500M`, `1.5G`) and gives it back.
 * Throws a usage error with the nearest right spelling for anything else.
 */
export function checkMemory(text: string): string {
  const cannot = `Cannot read the amount of memory ${JSON.stringify(text)}`;
  const parts = /^(\d{1,20}(?:\.\d{1,9})?)\s*([kmgtpe]?)(i?)(b?)$/i.exec(text);
  if (!parts) {
    throw usageError(
      `${cannot}: it is not a number with a unit`,
      "write it as 16Gi or 500M",
    );
  }
  const [, number = "", letter = "", binary = ""] = parts;
  const power = LETTERS.indexOf(letter.toLowerCase());
  const bytes = Number(number) * (binary === "" ? 1000 : 1024) ** power;
  if (bytes < LEAST_BYTES) {
    throw usageError(
      bytes === 0 ? `${cannot}: it is zero` : `${cannot}: it is too little`,
      letter === "" && Number(number) > 0
        ? `did you mean ${number}Gi?`
        : "write it as 16Gi or 500M",
    );
  }
  if (bytes >= MOST_BYTES) {
    throw usageError(`${cannot}: it is too much`, "write it as 16Gi or 500M");
  }
  const right = number + spell(letter, binary);
  if (text !== right) {
    throw usageError(
      `${cannot}: Kubernetes has no such unit`,
      `did you mean ${right}?`,
    );
  }
  return text;
}

/** The number that a quantity which passed its check stands for: bytes, or cores. */
export function quantityOf(text: string): number {
  const [, number = "", letter = "", binary = ""] =
    /^([\d.]+)([a-z]?)(i?)$/i.exec(text) ?? [];
  return Number(number) *
    (binary === "" ? 1000 : 1024) ** LETTERS.indexOf(letter.toLowerCase());
}

/** The one spelling of a unit: only decimal kilo is a small letter. */
function spell(letter: string, binary: string): string {
  if (letter === "") return "";
  if (binary !== "") return `${letter.toUpperCase()}i`;
  return letter.toLowerCase() === "k" ? "k" : letter.toUpperCase();
}

/** Checks a number of CPU cores (`8`, `0.5`) and gives it back. Throws a usage error for anything else. */
export function checkCores(text: string): string {
  const cannot = `Cannot read the number of CPU cores ${JSON.stringify(text)}`;
  const milli = /^(\d{1,9})m$/.exec(text);
  if (milli && Number(milli[1]) > 0) {
    throw usageError(
      `${cannot}: it is not a plain number`,
      `did you mean ${Number(milli[1]) / 1000}?`,
    );
  }
  if (!/^\d{1,6}(\.\d{1,3})?$/.test(text)) {
    throw usageError(
      `${cannot}: it is not a plain number`,
      "write it as 8 or 0.5",
    );
  }
  if (Number(text) === 0) {
    throw usageError(`${cannot}: it is zero`, "write it as 8 or 0.5");
  }
  return text;
}

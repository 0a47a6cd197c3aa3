import assert from "node:assert/strict";
import { ExitCode, MloError } from "../../lib/error.ts";
import {
  checkCores,
  checkMemory,
  quantityOf,
} from "../../lib/text/quantity.ts";

function hintOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    assert(error instanceof MloError);
    assert.equal(error.exitCode, ExitCode.usage);
    return error.hint ?? "";
  }
  assert.fail("accepted");
}

Deno.test("checkMemory() accepts Kubernetes quantities", () => {
  for (
    const text of ["16Gi", "500M", "1G", "1.5Gi", "1T", "64000000", "2000k"]
  ) {
    assert.equal(checkMemory(text), text);
  }
});

const MEMORY: readonly [string, RegExp][] = [
  ["16GB", /did you mean 16G\?/],
  ["16gb", /did you mean 16G\?/],
  ["16g", /did you mean 16G\?/],
  ["16gi", /did you mean 16Gi\?/],
  ["16GiB", /did you mean 16Gi\?/],
  ["16 Gi", /did you mean 16Gi\?/],
  ["500m", /did you mean 500M\?/],
  ["2000K", /did you mean 2000k\?/],
  ["16", /did you mean 16Gi\?/],
  ["0", /16Gi or 500M/],
  ["0Gi", /16Gi or 500M/],
  ["10Ki", /16Gi or 500M/],
  ["-1Gi", /16Gi or 500M/],
  ["", /16Gi or 500M/],
  ["Gi", /16Gi or 500M/],
  ["1e3", /16Gi or 500M/],
  ["16Gi\n", /16Gi or 500M/],
  ["lots", /16Gi or 500M/],
  ["9Ei", /16Gi or 500M/],
  ["99999999999999999999", /16Gi or 500M/],
];

Deno.test("checkMemory() refuses everything else with the nearest right spelling", () => {
  for (const [text, hint] of MEMORY) {
    assert.match(hintOf(() => checkMemory(text)), hint, text);
  }
});

Deno.test("checkCores() accepts whole and decimal numbers", () => {
  for (const text of ["1", "8", "0.5", "128"]) {
    assert.equal(checkCores(text), text);
  }
});

Deno.test("checkCores() refuses everything else", () => {
  assert.match(hintOf(() => checkCores("500m")), /did you mean 0\.5\?/);
  for (
    const text of [
      "0",
      "0.0",
      "",
      "x5m",
      "-1",
      "eight",
      "1e3",
      "8\n",
      ".5",
      "0m",
    ]
  ) {
    assert.match(hintOf(() => checkCores(text)), /8 or 0\.5/, text);
  }
});

Deno.test("quantityOf() gives the number that a quantity stands for", () => {
  const numbers = {
    "8": 8,
    "0.5": 0.5,
    "2000k": 2e6,
    "500M": 5e8,
    "1G": 1e9,
    "1T": 1e12,
    "1.5Ki": 1536,
    "16Mi": 16 * 1024 ** 2,
    "1Gi": 1024 ** 3,
    "2Ti": 2 * 1024 ** 4,
  };
  for (const [text, number] of Object.entries(numbers)) {
    assert.equal(quantityOf(text), number, text);
  }
});

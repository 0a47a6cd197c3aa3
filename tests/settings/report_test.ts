import assert from "node:assert/strict";
import { parseEnvFile } from "../../lib/config/env/file.ts";
import { envFileError, settingsError } from "../../lib/settings/report.ts";
import { resolveSettings } from "../../lib/config/settings/settings.ts";
import { ExitCode } from "../../lib/error.ts";

function read(text: string) {
  return parseEnvFile(new TextEncoder().encode(text));
}

Deno.test("envFileError() tells one problem in one line with its remedy", () => {
  const error = envFileError("a/.env", read("\nA=x#y").problems);
  assert.equal(
    error.message,
    'Cannot read settings from a/.env: a/.env:2:4: A "#" is glued to the value of A',
  );
  assert.match(error.hint ?? "", /^Put the value in quotes/);
  assert.equal(error.exitCode, ExitCode.usage);
});

Deno.test("envFileError() lists several problems, each with its remedy", () => {
  const error = envFileError(".env", read("A=x#y\nB='z").problems);
  assert.equal(
    error.message,
    "Cannot read settings from .env: 2 problems" +
      '\n  .env:1:4: A "#" is glued to the value of A' +
      '\n    Put the value in quotes, or a space before the "#" of a comment' +
      "\n  .env:2:3: The quote that opens the value of B is never closed" +
      "\n    Close the quote, or write the value without it",
  );
  assert.equal(error.hint, undefined);
});

Deno.test("envFileError() ends a long list with a count", () => {
  const { message } = envFileError(".env", read("x\n".repeat(25)).problems);
  assert.match(message, /25 problems\n/);
  assert.match(message, /\n {2}… and 5 more$/);
  assert.equal(message.match(/has no "="/g)?.length, 20);
});

Deno.test("settingsError() gives the line of a key that the file has", () => {
  const { variables, lines } = read("# x\nLDAP_UID=-1\n");
  const { problems } = resolveSettings(variables, "/");
  const { message } = settingsError("/e", problems, lines);
  assert.match(
    message,
    /^Cannot use the settings in \/e: 2 problems\n {2}\/e: LDAP_USERNAME is missing\n/,
  );
  assert.match(message, /\n {2}\/e:2: LDAP_UID is not a whole number/);
});

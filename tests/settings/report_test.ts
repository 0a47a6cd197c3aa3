import assert from "node:assert/strict";
import { parseEnvFile } from "../../lib/config/env/file.ts";
import { envFileError, settingsError } from "../../lib/settings/report.ts";
import { resolveSettings } from "../../lib/config/settings/settings.ts";
import { ExitCode } from "../../lib/error.ts";

function read(text: string) {
  return parseEnvFile(new TextEncoder().encode(text));
}

Deno.test("envFileError() tells one problem in one line with its remedy", () => {
  const error = envFileError("a/.env", read("\nA=x#y"), []);
  assert.equal(
    error.message,
    'Cannot read settings: a/.env:2:4: A "#" is glued to the value of A',
  );
  assert.match(error.hint ?? "", /^Put the value in quotes/);
  assert.equal(error.exitCode, ExitCode.usage);
});

Deno.test("envFileError() lists several problems, each with its remedy", () => {
  const error = envFileError(".env", read("A=x#y\nB='z"), []);
  assert.equal(
    error.message,
    "Cannot read settings from .env: 2 problems" +
      '\n  .env:1:4: A "#" is glued to the value of A' +
      '\n    put the value in quotes, or a space before the "#" of a comment' +
      "\n  .env:2:3: The quote that opens the value of B is never closed" +
      "\n    close the quote, or write the value without it",
  );
  assert.equal(error.hint, undefined);
});

Deno.test("envFileError() ends a long list with a count", () => {
  const { message } = envFileError(".env", read("x\n".repeat(25)), []);
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

Deno.test("one problem names the file once, whichever it is", () => {
  const { variables, lines } = read("LDAP_USERNAME=ada\nLDAP_UID=-1\n");
  const { problems } = resolveSettings(variables, "/");
  assert.match(
    settingsError("/e", problems, lines).message,
    /^Cannot use the settings: \/e:2: LDAP_UID is not/,
  );
});

Deno.test("a file with a bad line tells what else is wrong in it, but not what is missing only because of that line", () => {
  const file = read("LDAP_USERNAME=a#b\nLDAP_UID=x\n");
  const { problems } = resolveSettings(file.variables, "/");
  const { message } = envFileError("/e", file, problems);
  assert.match(message, /^Cannot read settings from \/e: 2 problems\n/);
  assert.match(message, /\n {2}\/e:1:16: A "#" is glued/);
  assert.match(message, /\n {2}\/e:2: LDAP_UID is not a whole number/);
  assert.doesNotMatch(message, /missing/);
});

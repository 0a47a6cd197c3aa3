import assert from "node:assert/strict";
import type { Platform } from "../../lib/host/host.ts";
import {
  downloadOf,
  MANUAL,
  mirrored,
  provenanceLine,
  releaseFile,
  releaseUrl,
  SUMS,
  VERSION,
} from "../../lib/setup/addresses.ts";

const LINUX: Platform = { os: "linux", arch: "amd64" };
const MAC: Platform = { os: "darwin", arch: "arm64" };

Deno.test("downloadOf() gives the address of each program for each platform", () => {
  const kubectl = "https://dl.k8s.io/release/v1.30.11/bin/linux/amd64/kubectl";
  assert.deepEqual(downloadOf("kubectl", LINUX), {
    name: "kubectl",
    version: "1.30.11",
    url: kubectl,
    sumUrl: `${kubectl}.sha256`,
  });
  assert.equal(
    downloadOf("kubectl", MAC).url,
    "https://dl.k8s.io/release/v1.30.11/bin/darwin/arm64/kubectl",
  );
  assert.deepEqual(downloadOf("runai", MAC), {
    name: "runai",
    version: "of the cluster",
    url: "https://rcp-caas-prod.rcp.epfl.ch/cli/darwin",
  });
});

Deno.test("a machine that there are no programs for is told so, by its system or its processor", () => {
  for (
    const other of [{ ...LINUX, os: "other" }, { ...LINUX, arch: "other" }]
  ) {
    const platform = other as Platform;
    for (
      const ask of [
        () => downloadOf("kubectl", platform),
        () => downloadOf("runai", platform),
        () => releaseFile(platform),
      ]
    ) assert.throws(ask, /for Linux and macOS on x86-64 and ARM64 only/);
  }
});

Deno.test("a release's files have the names that install.sh and older versions look for", () => {
  const releases = "https://github.com/epfml/mlo/releases";
  assert.deepEqual(
    [MANUAL, VERSION, SUMS, releaseFile(LINUX), releaseFile(MAC)],
    ["mlo.1", "VERSION", "SHA256SUMS", "mlo-linux-amd64", "mlo-darwin-arm64"],
  );
  assert.equal(releaseUrl("x"), `${releases}/latest/download/x`);
  assert.equal(releaseUrl("x", "1.2.3"), `${releases}/download/v1.2.3/x`);
});

Deno.test("provenanceLine() names the repository, and the file as a word of a shell", () =>
  assert.equal(
    provenanceLine("/my bin/mlo"),
    "gh attestation verify '/my bin/mlo' --repo epfml/mlo",
  ));

Deno.test("mirrored() puts the mirror's address in front, however it ends", () => {
  const url = "https://host/path/x";
  assert.equal(mirrored(url, undefined), url);
  for (const mirror of ["http://m:1/of/us", "http://m:1/of/us/"]) {
    assert.equal(mirrored(url, mirror), "http://m:1/of/us/host/path/x");
  }
});

import type { SeededFault } from "../faults.ts";
import { REQUIRED } from "../../../../support/settings.ts";

export const PROGRAM_FAULTS: readonly SeededFault[] = [
  {
    name: "no kubectl",
    seed: (bed) => bed.without("kubectl"),
    check: "kubectl",
    says: /not installed/,
    fix: /^mlo setup$/,
  },
  {
    name: "kubectl in a directory that is not on the PATH",
    seed: async (bed) => {
      await bed.without("kubectl");
      await bed.write(".local/bin/kubectl", "#!/bin/sh\n", 0o755);
    },
    check: "kubectl",
    says: /not on the PATH/,
    fix: /^export PATH=/,
  },
  {
    name: "no runai",
    seed: (bed) => bed.without("runai"),
    check: "runai",
    says: /not installed/,
    fix: /^mlo setup$/,
  },
  {
    name: "a runai for another machine",
    seed: (bed) => bed.write("bin/runai", "\u007fELF not for here", 0o755),
    check: "runai",
    says: /cannot be run/,
    fix: /^mlo setup --replace$/,
  },
  {
    name: "another generation of runai than the settings say",
    seed: (bed) => bed.settings(`${REQUIRED}RUNAI_CLI=v2\n`),
    check: "runai",
    says: /is v1, but RUNAI_CLI says v2/,
    fix: /EDITOR.* \+3 /,
  },
  {
    name: "runai logged out",
    seed: (bed) =>
      bed.program(
        "runai",
        `case "$1" in
whoami) echo "Error: not logged in" >&2; exit 1 ;;
*) echo 'unknown command "workspace"' >&2; exit 1 ;;
esac`,
      ),
    check: "runai",
    says: /not logged in/,
    fix: /^runai login$/,
  },
  {
    name: "an archive host that cannot be reached",
    seed: (bed) =>
      bed.program(
        "ssh",
        'echo "ssh: Could not resolve hostname haas001.rcp.epfl.ch" >&2; exit 255',
      ),
    check: "archive host",
    says: /cannot be reached/,
    fix: /^ssh ada@haas001\.rcp\.epfl\.ch$/,
  },
  {
    name: "an archive host with another key than before",
    seed: (bed) =>
      bed.program(
        "ssh",
        'echo "WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!" >&2; exit 255',
      ),
    check: "archive host",
    says: /not the one that is remembered/,
    fix: /^ssh-keygen -R haas001\.rcp\.epfl\.ch$/,
  },
];

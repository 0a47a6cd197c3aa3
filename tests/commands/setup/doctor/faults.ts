import type { Bed } from "../../../support/doctor_bed.ts";
import { CLUSTER_FAULTS } from "./faults/cluster.ts";
import { IMAGE_FAULTS } from "./faults/image.ts";
import { KEY_FAULTS } from "./faults/keys.ts";
import { PROGRAM_FAULTS } from "./faults/programs.ts";
import { SETTINGS_FAULTS } from "./faults/settings.ts";

/** A fault put into a healthy laptop, and what doctor must say of it. */
export interface SeededFault {
  readonly name: string;
  readonly seed: (bed: Bed) => Promise<void>;
  readonly check: string;
  readonly says: RegExp;
  readonly fix: RegExp;
  readonly flags?: string[];
  /** The volume claims of the cluster. */
  readonly claims?: Readonly<Record<string, string>>;
}

/** All of them. */
export const FAULTS: readonly SeededFault[] = [
  ...SETTINGS_FAULTS,
  ...KEY_FAULTS,
  ...PROGRAM_FAULTS,
  ...CLUSTER_FAULTS,
  ...IMAGE_FAULTS,
];

import type { TreeChange } from "./lists.ts";
import type { Remote } from "./remote.ts";

/** What a working tree held at one moment, as a commit, and how a pod comes by it. */
export interface Snapshot {
  /** The commit's name: the base itself where nothing differs from it. */
  readonly commit: string;
  readonly tree: string;
  /** A commit of the remote that the snapshot is made on; without one, all files travel. */
  readonly base: string | undefined;
  readonly remote: Remote | undefined;
  /** The branch that is checked out, and its commit. */
  readonly branch: string | undefined;
  readonly head: string | undefined;
  /** The working tree's top directory on this machine. */
  readonly top: string;
  /** The directory inside the repository that is meant: empty for its top. */
  readonly below: string;
  /** What differs from the base. */
  readonly changes: readonly TreeChange[];
  /** What the remote lacks; `undefined` if that is nothing. */
  readonly bundle: Bundle | undefined;
  /** The submodules that are checked out. */
  readonly submodules: readonly string[];
  /** Whether content of files is kept by git-lfs. */
  readonly lfs: boolean;
  /** What the user should know, a sentence each. */
  readonly notes: readonly string[];
}

/** A git bundle with its name. */
export interface Bundle {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Its SHA-256 in hex. */
  readonly sha256: string;
}

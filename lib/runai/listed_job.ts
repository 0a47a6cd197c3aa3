/** A job as run:ai lists it. What a generation does not tell is `undefined`. */
export interface ListedJob {
  readonly name: string;
  /** run:ai's own word, except that the second generation's `Completed` is the first's `Succeeded`. */
  readonly status: string;
  /** `interactive`, `training`, `distributed`, or run:ai's own word in lower case. */
  readonly type: string;
  /** GPUs asked for, all pods together. */
  readonly gpus: number | undefined;
  readonly node: string | undefined;
  readonly image: string | undefined;
  /** RFC 3339 time. */
  readonly createdAt: string | undefined;
  /** Seconds since it was made, where no time is told. */
  readonly age: number | undefined;
  /** What run:ai says of how it is, where it does. */
  readonly message?: string | undefined;
}

/** Ends `mlo` with the exit status of the program that it ran on the user's terminal, and without a word: that program has said it. */
export class ChildExit extends Error {
  override readonly name = "ChildExit";

  constructor(readonly code: number) {
    super(`The program ended with exit status ${code}`);
  }
}

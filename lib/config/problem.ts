/** What is wrong and what to do about it. The message never holds a value. */
export interface Problem {
  message: string;
  hint?: string;
}

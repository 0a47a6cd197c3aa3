/** The verbs behind Tab: see `../verbs.ts`. */
export { completeCommand, completionsCommand } from "./completions.ts";

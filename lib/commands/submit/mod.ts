/** The verb that submits, always loaded: see `../verbs.ts`. */
export { submitCommand } from "./submit.ts";

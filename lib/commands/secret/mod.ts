/** The verbs about the secret: see `../verbs.ts`. */
export { secretCommand } from "./secret.ts";

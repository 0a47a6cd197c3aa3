/** The verb for the archive: see `../verbs.ts`. */
export { archiveCommand } from "./archive.ts";

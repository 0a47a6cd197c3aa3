/** The verb for images: see `../verbs.ts`. */
export { imageCommand } from "./image.ts";

/** The verbs about what was submitted, loaded as one: see `../verbs.ts`. */
export { runsCommand } from "./runs.ts";
export { rerunCommand } from "../submit/rerun.ts";

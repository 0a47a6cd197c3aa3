/** The verbs that set things up, loaded as one: see `verbs.ts`. */
export { initCommand } from "./init.ts";
export { doctorCommand } from "./doctor.ts";
export { completeCommand, completionsCommand } from "./completions.ts";
export { imageCommand } from "./image.ts";
export { setupCommand } from "./setup.ts";
export { upgradeCommand } from "./upgrade.ts";

/** The verbs that set things up, loaded as one: see `../verbs.ts`. */
export { initCommand } from "./init/init.ts";
export { doctorCommand } from "./doctor/doctor.ts";
export { setupCommand } from "./setup.ts";
export { upgradeCommand } from "./upgrade.ts";

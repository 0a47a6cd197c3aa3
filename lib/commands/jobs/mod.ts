/** The verbs for the life of a job, loaded as one: see `../verbs.ts`. */
export { listCommand } from "./list.ts";
export { statusCommand } from "./status.ts";
export { logsCommand } from "./logs.ts";
export { execCommand, shellCommand } from "./exec.ts";
export { portForwardCommand } from "./port_forward.ts";
export { codeCommand } from "./code.ts";
export { waitCommand } from "./wait.ts";
export { topCommand } from "./top.ts";
export { keepCommand } from "./keep.ts";
export { notifyCommand } from "./notify.ts";
export { cleanCommand, deleteCommand } from "./delete.ts";
export { sshCommand } from "./ssh.ts";
export { sshProxyCommand } from "./ssh_proxy.ts";

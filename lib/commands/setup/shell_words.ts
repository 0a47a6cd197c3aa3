import type { Host } from "../../host/host.ts";

/** Where mlo puts programs, as a shell writes it. */
const BIN = "~/.local/bin";

/** The words of the user's own shell: fish has its own, the others agree. */
function isFish({ get }: Pick<Host["env"], "get">): boolean {
  return (get("SHELL") ?? "").endsWith("/fish");
}

/** The line that puts ~/.local/bin on the PATH of every new terminal. */
export function pathLine(env: Host["env"]): string {
  if (isFish(env)) return `fish_add_path ${BIN}`;
  // Terminals of macOS start login shells, and bash reads .bashrc in no such one.
  const file = (env.get("SHELL") ?? "").endsWith("/zsh")
    ? "~/.zshrc"
    : env.platform.os === "darwin"
    ? "~/.bash_profile"
    : "~/.bashrc";
  return `echo 'export PATH="$HOME/.local/bin:$PATH"' >> ${file}`;
}

/** The line that puts ~/.local/bin on the PATH of this terminal. */
export function pathHereLine(env: Pick<Host["env"], "get">): string {
  return isFish(env)
    ? `fish_add_path ${BIN}`
    : 'export PATH="$HOME/.local/bin:$PATH"';
}

/** The line that takes a variable away. */
export function unsetLine(env: Pick<Host["env"], "get">, name: string): string {
  return isFish(env) ? `set -e ${name}` : `unset ${name}`;
}

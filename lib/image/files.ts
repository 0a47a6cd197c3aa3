import ignored from "../../docker/.dockerignore" with { type: "text" };
import attempt from "../../docker/attempt.h" with { type: "text" };
import bashrc from "../../docker/bashrc" with { type: "text" };
import dockerfile from "../../docker/Dockerfile" with { type: "text" };
import door from "../../docker/door.c" with { type: "text" };
import entrypoint from "../../docker/entrypoint.sh" with { type: "text" };
import filesC from "../../docker/files.c" with { type: "text" };
import init from "../../docker/init.c" with { type: "text" };
import notify from "../../docker/notify.sh" with { type: "text" };
import publish from "../../docker/publish.sh" with { type: "text" };
import ready from "../../docker/ready.h" with { type: "text" };
import account from "../../docker/setup/account.sh" with { type: "text" };
import identity from "../../docker/setup/identity.sh" with { type: "text" };
import places from "../../docker/setup/places.sh" with { type: "text" };
import seed from "../../docker/setup/seed.sh" with { type: "text" };
import settings from "../../docker/setup/settings.sh" with { type: "text" };
import shell from "../../docker/setup/shell.sh" with { type: "text" };
import ssh from "../../docker/setup/ssh.sh" with { type: "text" };
import storage from "../../docker/setup/storage.sh" with { type: "text" };
import tools from "../../docker/setup/tools.sh" with { type: "text" };
import usage from "../../docker/usage.sh" with { type: "text" };
import watch from "../../docker/watch.sh" with { type: "text" };
import zshenv from "../../docker/zshenv" with { type: "text" };
import zshrc from "../../docker/zshrc" with { type: "text" };

/** A file of the image's directory, as the program carries it. */
export interface ImageFile {
  readonly name: string;
  readonly content: string;
  /** Permission bits. */
  readonly mode: number;
}

/** Everything `docker build` and publish.sh need. */
export const IMAGE_FILES: readonly ImageFile[] = [
  { name: "Dockerfile", content: dockerfile, mode: 0o644 },
  { name: "entrypoint.sh", content: entrypoint, mode: 0o755 },
  ...steps({
    settings,
    identity,
    account,
    storage,
    seed,
    places,
    shell,
    ssh,
    tools,
  }),
  { name: "init.c", content: init, mode: 0o644 },
  { name: "door.c", content: door, mode: 0o644 },
  { name: "files.c", content: filesC, mode: 0o644 },
  { name: "ready.h", content: ready, mode: 0o644 },
  { name: "attempt.h", content: attempt, mode: 0o644 },
  { name: "watch.sh", content: watch, mode: 0o755 },
  { name: "usage.sh", content: usage, mode: 0o644 },
  { name: "notify.sh", content: notify, mode: 0o755 },
  { name: "zshenv", content: zshenv, mode: 0o644 },
  { name: "bashrc", content: bashrc, mode: 0o644 },
  { name: "zshrc", content: zshrc, mode: 0o644 },
  { name: "publish.sh", content: publish, mode: 0o755 },
  { name: ".dockerignore", content: ignored, mode: 0o644 },
];

/** The steps of entrypoint.sh, which loads them. */
function steps(contents: Readonly<Record<string, string>>): ImageFile[] {
  return Object.entries(contents).map(([name, content]) => ({
    name: `setup/${name}.sh`,
    content,
    mode: 0o644,
  }));
}

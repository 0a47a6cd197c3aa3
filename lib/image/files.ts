import ignored from "../../docker/.dockerignore" with { type: "text" };
import bashrc from "../../docker/bashrc" with { type: "text" };
import dockerfile from "../../docker/Dockerfile" with { type: "text" };
import door from "../../docker/door.c" with { type: "text" };
import entrypoint from "../../docker/entrypoint.sh" with { type: "text" };
import init from "../../docker/init.c" with { type: "text" };
import publish from "../../docker/publish.sh" with { type: "text" };
import ready from "../../docker/ready.h" with { type: "text" };
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
  { name: "init.c", content: init, mode: 0o644 },
  { name: "door.c", content: door, mode: 0o644 },
  { name: "ready.h", content: ready, mode: 0o644 },
  { name: "zshenv", content: zshenv, mode: 0o644 },
  { name: "bashrc", content: bashrc, mode: 0o644 },
  { name: "zshrc", content: zshrc, mode: 0o644 },
  { name: "publish.sh", content: publish, mode: 0o755 },
  { name: ".dockerignore", content: ignored, mode: 0o644 },
];

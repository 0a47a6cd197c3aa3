import { usageError } from "../error.ts";

/** An image's name, cut as publish.sh takes it. */
export interface ImageReference {
  /** Host, with its port if it has one. */
  readonly registry: string;
  readonly path: string;
  readonly tag: string;
}

/**
 * Cuts `registry/path:tag` into its parts (grammar of the distribution
 * project's `reference` package). Throws a usage error for a name that cannot
 * be pushed to: without registry or tag, or with a digest.
 */
export function parseImageReference(image: string): ImageReference {
  const [, registry = "", path = "", tag = ""] =
    /^((?:[\w.-]+\.[\w.-]+|localhost|[\w.-]+(?=:\d))(?::\d+)?)\/([a-z0-9._/-]+?):([\w][\w.-]{0,127})$/
      .exec(image) ?? [];
  if (tag === "") {
    throw usageError(
      `Cannot publish the image "${image}": it is not of the form REGISTRY/PATH:TAG`,
      "set RUNAI_IMAGE, or add --image ic-registry.epfl.ch/mlo/NAME:TAG",
    );
  }
  return { registry, path, tag };
}

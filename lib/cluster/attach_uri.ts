/** A container that an editor is to be attached to, and the folder to open there. */
export interface Attachment {
  /** kubectl's context. */
  readonly context: string;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly image: string;
  /** Absolute. */
  readonly folder: string;
}

/**
 * The folder URI by which the Dev Containers extension of VS Code and Cursor
 * attaches to a container of a pod. `hex` is the form of today: a JSON object
 * in hexadecimal. `plain` is that of older releases, its values escaped, since
 * the first slash of an image's name would end the URI's authority.
 */
export function attachUri(
  style: "hex" | "plain",
  { context, namespace, pod, container, image, folder }: Attachment,
): string {
  const target = { context, podname: pod, namespace, name: container, image };
  const authority = style === "hex"
    ? new TextEncoder().encode(
      JSON.stringify({
        settingType: "pod",
        context,
        namespace,
        podname: pod,
        name: container,
        image,
      }),
    ).toHex()
    : Object.entries(target)
      .map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("+");
  const path = folder.split("/").map(encodeURIComponent).join("/");
  return `vscode-remote://k8s-container+${authority}${path}`;
}

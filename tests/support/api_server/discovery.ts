import type { Json } from "./fields.ts";

const RESOURCES: [name: string, kind: string, namespaced: boolean][] = [
  ["events", "Event", true],
  ["namespaces", "Namespace", false],
  ["persistentvolumeclaims", "PersistentVolumeClaim", true],
  ["pods", "Pod", true],
  ["secrets", "Secret", true],
];

/** What a client asks to learn what a server has, by path; `undefined` for any other path. */
export function discovery(path: string): Json | undefined {
  switch (path) {
    case "/version":
      return {
        major: "1",
        minor: "32",
        gitVersion: "v1.32.0",
        platform: "linux/amd64",
      };
    case "/api":
      return { kind: "APIVersions", versions: ["v1"] };
    case "/apis":
      return { kind: "APIGroupList", apiVersion: "v1", groups: [] };
    case "/api/v1":
      return {
        kind: "APIResourceList",
        groupVersion: "v1",
        resources: RESOURCES.map(([name, kind, namespaced]) => ({
          name,
          singularName: kind.toLowerCase(),
          namespaced,
          kind,
          verbs: ["create", "delete", "get", "list", "patch", "update"],
        })),
      };
    default:
      return undefined;
  }
}

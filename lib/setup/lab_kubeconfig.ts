/** Public: what the cluster's certificate is checked with (PEM, base64). */
const AUTHORITY = [
  "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSURCVENDQWUyZ0F3SUJBZ0lJRHdwSElpTmQrVUV3",
  "RFFZSktvWklodmNOQVFFTEJRQXdGVEVUTUJFR0ExVUUKQXhNS2EzVmlaWEp1WlhSbGN6QWVGdzB5TkRB",
  "Mk1UUXdPVFU1TWpkYUZ3MHpOREEyTVRJeE1EQTBNamRhTUJVeApFekFSQmdOVkJBTVRDbXQxWW1WeWJt",
  "VjBaWE13Z2dFaU1BMEdDU3FHU0liM0RRRUJBUVVBQTRJQkR3QXdnZ0VLCkFvSUJBUURvOHJDRjNjeXdR",
  "RTlxTVpEOHNGTXo2K0FzSEpnWi81WVNwMGNhWHNKd0JWUERneGdwRGZKY0hnYXYKS2tOdVhTNGpBN1Vr",
  "Zkg1amZXQitvdytpamN3OUR4cjV6STB2TUNReWtzYk9kMVFFMis0Q0J1U0JXU01Gc1pYZQp2T01Sanlt",
  "N056SytxWkVldHpxR0M0bU5LdU9qbC92cGd4ZDNuM2Y2L3loRHhockp2bkVWKzZlUE5icWpDZURZCld1",
  "VWFZdUYxRmM4QnZHN0hma3FYRlRWWVdlNkpNa3JSbDQxOVo5a2diNnIvUFNZVzZqdDhhNThTSGNHSVhn",
  "TFcKOTBta3BFb1JCMENOSG0wQllEQjdjNFJxMmdyaWtZTUlldGM0eXk2L3NSdFp6NzFiTUQrM2ZDNk92",
  "NDdvOXUzWgpld0VWeEJ4dG11ZkVvVGduVEVyNXFYMlhxWFZMQWdNQkFBR2pXVEJYTUE0R0ExVWREd0VC",
  "L3dRRUF3SUNwREFQCkJnTlZIUk1CQWY4RUJUQURBUUgvTUIwR0ExVWREZ1FXQkJSazdCMm84a3cxcyt0",
  "Ny9ZaGxmV1h1MnR6TkdEQVYKQmdOVkhSRUVEakFNZ2dwcmRXSmxjbTVsZEdWek1BMEdDU3FHU0liM0RR",
  "RUJDd1VBQTRJQkFRQXFOdnQrR01lTwp6QnZZZEQ2SExCakFVeWc1czd0TDgzOVltd0RhRXBseG45ZlBR",
  "dUV6UW14cnEwUEoxcnVZNnRvRks1SEN4RFVzCmJDN3R3WlMzaVdNNXQ5NEJveHJGVC92c3QrQmtzbWdv",
  "TGM2T0N1MitYcngyMUg3UnFLTnNVR01LN2tFdGN6cHgKeXUrYTB6T0tISEUxNWFSVENPbklzQ1pXaTRh",
  "VFhIZ00zQ2U4VEhBMXRxaW9pREFHMVFUQXNhNXhTeVM3RWlUSQpDYi9xbktPRlVvM3V3bkRocWljRTU3",
  "dE1LTjliRE8rV3hNMzVxT2lBZXVXOUVnc2JlOFA5aDY2NG1tK1QzbjY0ClJNL1l1NHhmcDZwMHMvdGZy",
  "ZTVjaUFvT0dGekYyRmVKek5PYm1vRkVseUtKc0RwbEorcWFTVXlaL2NtNWRIYUUKQVUxOVMrUWpFc1cv",
  "Ci0tLS0tRU5EIENFUlRJRklDQVRFLS0tLS0K",
].join("");

const CONTENT = {
  apiVersion: "v1",
  kind: "Config",
  "current-context": "rcp-caas-prod",
  clusters: [{
    name: "caas-prod.rcp.epfl.ch",
    cluster: {
      server: "https://caas-prod.rcp.epfl.ch:443",
      "certificate-authority-data": AUTHORITY,
    },
  }],
  users: [{
    name: "runai-rcp-authenticated-user",
    user: {
      "auth-provider": {
        name: "oidc",
        config: {
          airgapped: "true",
          "auth-flow": "remote-browser",
          "client-id": "runai-cli",
          "idp-issuer-url": "https://app.run.ai/auth/realms/rcpepfl",
          realm: "rcpepfl",
          "redirect-uri": "https://rcpepfl.run.ai/oauth-code",
        },
      },
    },
  }],
  contexts: [{
    name: "rcp-caas-prod",
    context: {
      cluster: "caas-prod.rcp.epfl.ch",
      user: "runai-rcp-authenticated-user",
    },
  }],
};

/**
 * The kubeconfig of the lab's cluster: no secret is in it, the log-in adds the
 * tokens. JSON, which is YAML too.
 */
export const KUBECONFIG = `${JSON.stringify(CONTENT, undefined, 2)}\n`;

type Named = { readonly name?: string };

/** A kubeconfig as far as its names go. */
interface Names {
  readonly "current-context"?: string;
  readonly clusters?: readonly Named[] | null;
  readonly users?: readonly Named[] | null;
  readonly contexts?: readonly Named[] | null;
}

/** The part of the lab's kubeconfig that another one lacks, by name; its current context only where the other has none. */
export function lacking(there: Names): string {
  const part = (key: "clusters" | "users" | "contexts") =>
    CONTENT[key].filter(({ name }) =>
      !(there[key] ?? []).some((one) => one.name === name)
    );
  const { "current-context": current, ...rest } = CONTENT;
  return JSON.stringify({
    ...rest,
    ...(there["current-context"] ? {} : { "current-context": current }),
    clusters: part("clusters"),
    users: part("users"),
    contexts: part("contexts"),
  });
}

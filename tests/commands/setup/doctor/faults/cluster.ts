import { contexts } from "../../../../support/doctor_bed.ts";
import { kubectlDone } from "../../../../support/api_server/kubectl.ts";
import type { SeededFault } from "../faults.ts";
import { REQUIRED } from "../../../../support/settings.ts";

export const CLUSTER_FAULTS: readonly SeededFault[] = [
  {
    name: "no kubeconfig",
    seed: (bed) => {
      delete bed.env["KUBECONFIG"];
      return Promise.resolve();
    },
    check: "kubeconfig",
    says: /no cluster to talk to/,
    fix: /^mlo setup$/,
  },
  {
    name: "KUBECONFIG names no file",
    seed: (bed) => {
      bed.env["KUBECONFIG"] = "/nowhere/config";
      return Promise.resolve();
    },
    check: "kubeconfig",
    says: /KUBECONFIG names/,
    fix: /^unset KUBECONFIG$/,
  },
  {
    name: "a kubeconfig that is no YAML",
    seed: async (bed) => {
      await bed.write(".kube/broken", "clusters: [\n");
      bed.env["KUBECONFIG"] = `${bed.home}/.kube/broken`;
    },
    check: "kubeconfig",
    says: /cannot read its configuration/,
    fix: /EDITOR.*\.kube\/broken$/,
  },
  {
    name: "a context of another cluster",
    seed: (bed) => contexts(bed, ["rcp-caas-prod", "minikube"], "minikube"),
    check: "kubeconfig",
    says: /current context is minikube, which runai \(v1\) follows/,
    fix: /^kubectl config use-context rcp-caas-prod$/,
  },
  {
    name: "a context that does not exist",
    seed: (bed) => contexts(bed, ["rcp-caas-prod"], "gone"),
    check: "kubeconfig",
    says: /current context is gone, .*not rcp-caas-prod/,
    fix: /^kubectl config use-context rcp-caas-prod$/,
  },
  {
    name: "a context that the settings name and nobody has",
    seed: (bed) => bed.settings(`${REQUIRED}KUBE_CONTEXT=elsewhere\n`),
    check: "kubeconfig",
    says: /no context elsewhere, which KUBE_CONTEXT names \(it has: admin/,
    fix: /EDITOR.* \+3 /,
  },
  {
    name: "no current context, and one to choose",
    seed: (bed) => contexts(bed, ["mine"], ""),
    check: "kubeconfig",
    says: /no context is chosen/,
    fix: /^kubectl config use-context mine$/,
  },
  {
    name: "a cluster that refuses connections",
    seed: async (bed) => {
      await contexts(bed, ["admin"], "admin");
      const file = `${bed.home}/.kube/other`;
      const text = await Deno.readTextFile(file);
      await bed.write(
        file,
        text.replace(bed.cluster.url, "https://127.0.0.1:1"),
      );
    },
    check: "cluster",
    says: /cannot be reached.*VPN/,
    fix: /^kubectl get --raw \/version --context=admin$/,
  },
  {
    name: "a log-in that has run out",
    seed: (bed) => {
      Object.assign(bed.env, bed.cluster.env("stranger"));
      return Promise.resolve();
    },
    check: "cluster",
    says: /not logged in/,
    fix: /^runai login$/,
  },
  {
    name: "a namespace that is not one's own",
    seed: (bed) => {
      Object.assign(bed.env, bed.cluster.env("alice"));
      return Promise.resolve();
    },
    check: "cluster",
    says: /no permission/,
    fix: /^runai list projects$/,
  },
  {
    name: "a project that does not exist",
    seed: (bed) => bed.settings(`${REQUIRED}RUNAI_PROJECT=mlo-adda\n`),
    check: "namespace",
    says: /no namespace runai-mlo-adda/,
    fix: /^runai list projects$/,
  },
  {
    name: "a volume claim of another name",
    seed: (bed) => bed.settings(`${REQUIRED}SCRATCH_PVC=mlo-scrach\n`),
    check: "scratch",
    says: /no volume claim mlo-scrach .*mlo-scratch.*vanish/,
    fix: /EDITOR.* \+3 /,
  },
  {
    name: "no volume claim in the namespace",
    seed: async () => {},
    check: "scratch",
    says: /none at all/,
    fix: /^kubectl get pvc -n runai-mlo-ada$/,
    claims: {},
  },
  {
    name: "a volume claim that is not bound",
    seed: async () => {},
    check: "scratch",
    says: /Pending, not Bound/,
    fix: /^kubectl describe pvc mlo-scratch/,
    claims: { "mlo-scratch": "Pending" },
  },
  {
    name: "a secret that differs from the file",
    seed: async (bed) => {
      await bed.mlo("secret", "sync");
      await bed.settings(`${REQUIRED}HF_TOKEN=new\n`);
    },
    check: "secret",
    says: /differs .* in HF_TOKEN/,
    fix: /^mlo secret sync$/,
  },
  {
    name: "the annotation that csub leaves",
    seed: async (bed) => {
      const manifest = {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "runai-mlo-ada-env", namespace: "runai-mlo-ada" },
        data: { LDAP_USERNAME: btoa("ada"), LDAP_UID: btoa("123456") },
      };
      await kubectlDone(
        bed.cluster,
        ["apply", "--validate=false", "-f", "-"],
        JSON.stringify(manifest),
      );
    },
    check: "secret",
    says: /annotation that csub left/,
    fix: /^mlo secret sync$/,
  },
];

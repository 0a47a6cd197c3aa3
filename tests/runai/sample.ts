import type { JobSettings } from "../../lib/runai/job.ts";

/** Settings of a user, every one given. */
export const SETTINGS: JobSettings = {
  LDAP_USERNAME: "ada",
  LDAP_UID: "123456",
  LDAP_GROUPNAME: "MLO-unit",
  LDAP_GID: "83070",
  RUNAI_PROJECT: "mlo-ada",
  K8S_NAMESPACE: "runai-mlo-ada",
  RUNAI_IMAGE: "registry.example/base:1",
  RUNAI_SECRET_NAME: "ada-env",
  SCRATCH_PVC: "scratch",
  SCRATCH_MOUNT_PATH: "/mnt/s",
  SCRATCH_HOME_ROOT: "/mnt/s/homes",
  SCRATCH_HOME: "/mnt/s/homes/ada",
  WORKING_DIR: "/mnt/s/work",
  HF_HOME: "/mnt/s/hf",
  UV_PYTHON_VERSION: "3.11",
  TZ: "Europe/Zurich",
  IDLE_STOP: "",
};

/** A moment: 2026-03-01 13:04:05 in Zurich. */
export const NOW = new Date("2026-03-01T12:04:05Z");

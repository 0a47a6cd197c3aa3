/**
 * What the flags of other programs are called here: those of both generations
 * of runai (vendor's reference pages), and a few that people try.
 */
const HERE: Readonly<Record<string, string>> = {
  "--gpu": "--gpus",
  "--gpu-devices-request": "--gpus",
  "--gpu-portion-request": "a share of a GPU: --gpus 0.5",
  "--gpu-memory-request": "--gpu-memory",
  "--gpu-memory-limit": "--gpu-memory",
  "--cpu": "--cpus",
  "--cpu-core-request": "--cpus",
  "--cpu-core-limit": "--cpu-limit",
  "--cpu-memory-request": "--memory",
  "--cpu-memory-limit": "--memory-limit",
  "--environment": "-e KEY=VALUE",
  "--environment-variable": "-e KEY=VALUE",
  "--env-secret": "a key of the settings file, named in EXTRA_SECRET_KEYS",
  "--existing-pvc": "--pvc CLAIM:/PATH",
  "--node-pool": "--node-type",
  "--preemptibility": "--preemptible or --no-preemptible",
  "--interactive": "leave it out: a job without --train is interactive",
  "--distributed": "--workers N: that many pods beside the master",
  "--run-as-uid": "--uid",
  "--run-as-gid": "--gid",
  "--run-as-user": "leave it out: the pod is always yours (LDAP_UID, LDAP_GID)",
  "--working-dir": "--exp-folder",
  "--attach": "--shell or --follow",
  "--stdin": "--shell",
  "--tty": "--shell",
  "--service-type": "when the job runs: mlo port-forward JOB PORT",
  "--external-url": "when the job runs: mlo port-forward JOB PORT",
  "--jupyter": "-- jupyter lab, then: mlo port-forward JOB 8888",
  "--job-name-prefix": "leave --name out: a name is made of user and time",
  "--name-prefix": "leave --name out: a name is made of user and time",
  "--image-pull-policy": "leave it out: the image is always pulled",
  "--allow-privilege-escalation": "leave it out: it is always allowed",
};

/** What to write in the place of a flag that `mlo submit` does not have. */
export function insteadOf(flag: string): { hint: string; isKnown: boolean } {
  const here = HERE[flag.replace(/=.*$/, "")];
  if (here !== undefined) return { hint: here, isKnown: true };
  const hint =
    `a flag of runai's own goes word by word: --runai-arg=${flag}; flags of your program stand behind --`;
  return { hint, isKnown: false };
}

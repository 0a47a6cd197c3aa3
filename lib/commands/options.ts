import { Command, Option } from "./command.ts";

/** The heading in help under which the flags stand that say where settings come from. */
export const SETTINGS_GROUP = "Settings:";

/**
 * A verb that reads the settings, with the flags that all of those have: they
 * are declared here alone, and what they say goes to `readSettings` as it
 * stands.
 */
export function settingsCommand(name: string) {
  const [envFile, profile, context, project] = settingsOptions();
  return new Command(name).addOption(envFile).addOption(profile)
    .addOption(context).addOption(project);
}

/**
 * The flags about the settings, made anew for each command that has them. They
 * stand behind a verb or before it.
 */
export function settingsOptions() {
  return [
    new Option("--env-file <file>", "settings file").helpGroup(SETTINGS_GROUP),
    new Option("--profile <name>", "settings file ~/.config/mlo/NAME.env")
      .helpGroup(SETTINGS_GROUP),
    new Option("--context <context>", "kubeconfig's context: KUBE_CONTEXT")
      .helpGroup(SETTINGS_GROUP),
    new Option("--project <project>", "run:ai project: RUNAI_PROJECT")
      .helpGroup(SETTINGS_GROUP),
  ] as const;
}

/** Of verbs that carry the file's values into the cluster or an image. */
export function allowTracked() {
  return new Option(
    "--allow-tracked",
    "accept a settings file that git tracks",
  ).helpGroup(SETTINGS_GROUP);
}

/** Of verbs about one pod of a job. */
export function podOption() {
  return new Option(
    "--pod <pod>",
    "which pod of a distributed job: master, worker-0, …",
  );
}

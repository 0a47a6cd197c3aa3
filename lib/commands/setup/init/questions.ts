import { checkPrivateKey } from "../../../config/ssh/key.ts";
import { checkValue } from "../../../config/settings/types.ts";
import {
  type SettingKey,
  SETTINGS,
} from "../../../config/settings/settings.ts";
import { MloError } from "../../../error.ts";
import type { Host, Questions } from "../../../host/host.ts";
import type { InitFlags, Known } from "./flags.ts";
import { lookUpUid } from "./look_up_uid.ts";

/** Asks for what the flags and csub's file did not give. Writes nothing. */
export async function askForSettings(
  host: Host,
  questions: Questions,
  known: Known,
  flags: InitFlags,
): Promise<Known> {
  const values = new Map(known.values);
  const asked = new Asking(host, questions, values);
  await asked.line("LDAP_USERNAME", host.env.get("USER"));
  await asked.uid();
  await asked.line("GIT_USER_NAME", await gitConfig(host, "user.name"));
  await asked.line("GIT_USER_EMAIL", await gitConfig(host, "user.email"));
  await asked.hidden("WANDB_API_KEY");
  await asked.hidden("HF_TOKEN");
  const makeKey = flags.makeKey === true || await asked.key();
  return { ...known, values, makeKey };
}

class Asking {
  constructor(
    readonly host: Host,
    readonly questions: Questions,
    readonly values: Map<string, string>,
  ) {}

  /** A setting, explained in one line; Enter takes `initial`, or leaves an optional one out. */
  async line(key: SettingKey, initial?: string): Promise<void> {
    if (this.values.has(key)) return;
    const fits = initial && !check(key, initial) ? initial : undefined;
    const answer = await this.questions.line({
      message: messageOf(key),
      initial: fits,
      check: (text) => check(key, text),
    });
    if (answer) this.values.set(key, answer.trim());
  }

  async hidden(key: SettingKey): Promise<void> {
    if (this.values.has(key)) return;
    const answer = await this.questions.hidden({
      message: messageOf(key),
      check: (text) => check(key, text),
    });
    if (answer) this.values.set(key, answer.trim());
  }

  /** The uid: over ssh if the user likes, typed otherwise. */
  async uid(): Promise<void> {
    if (this.values.has("LDAP_UID")) return;
    const user = this.values.get("LDAP_USERNAME") ?? "";
    if (
      await this.questions.confirm(
        "Look up your uid over ssh? (it asks for your password)",
        true,
      )
    ) {
      try {
        const uid = await lookUpUid(this.host, user, this.values, true);
        this.values.set("LDAP_UID", uid);
        this.questions.say(`Your uid is ${uid}`);
        return;
      } catch (error) {
        if (!(error instanceof MloError)) throw error;
        const said = error.childMessage?.trim();
        this.questions.say(said ? `${error.message}:\n${said}` : error.message);
      }
    }
    await this.line("LDAP_UID");
  }

  /** Whether a key for GitHub is to be made: none is there, and the user wants one. */
  async key(): Promise<boolean> {
    if (this.values.has("SSH_PRIVATE_KEY_B64")) return false;
    const path = keyPath(this.host, this.values);
    const content = await this.host.files.read(path);
    if (content === undefined) {
      return await this.questions.confirm(
        `Make an SSH key for GitHub? (${path}, which pods use for git)`,
        true,
      );
    }
    const problem = checkPrivateKey(content, path);
    this.questions.say(
      problem
        ? `Pods cannot use ${path}: ${problem.message}\n${problem.hint}`
        : `Pods will use the SSH key ${path}`,
    );
    return false;
  }
}

/** The private key file that the settings lead to. */
export function keyPath(
  host: Host,
  values: ReadonlyMap<string, string>,
): string {
  const path = values.get("GITHUB_SSH_KEY_PATH") ?? "~/.ssh/github";
  return path.startsWith("~/") ? `${host.env.home}${path.slice(1)}` : path;
}

function messageOf(key: SettingKey): string {
  const setting = SETTINGS.find((one) => one.key === key);
  const optional = setting?.required ? "" : " Enter alone: leave it out.";
  return `${setting?.doc ?? key}${optional}`;
}

/** What is wrong with an answer; an optional setting may stay empty. */
function check(key: SettingKey, text: string): string | undefined {
  const setting = SETTINGS.find((one) => one.key === key);
  if (setting === undefined) return undefined;
  const value = text.trim();
  if (value === "") return setting.required ? "It is needed" : undefined;
  const problem = checkValue(setting.type, value);
  return problem && `This ${problem.message}`;
}

async function gitConfig(
  host: Host,
  key: string,
): Promise<string | undefined> {
  const outcome = await host.programs.run({
    program: "git",
    args: ["config", "--global", "--get", key],
    timeout: 2_000,
  }).catch(() => undefined);
  const value = new TextDecoder().decode(outcome?.stdout).trim();
  return value === "" ? undefined : value;
}

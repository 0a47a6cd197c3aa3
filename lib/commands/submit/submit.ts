import type { Context } from "../context.ts";
import { type CodeSecret, listCode } from "../../cluster/code_secret.ts";
import { placeOf, type Project, projectOf } from "../../settings/project.ts";
import {
  type ReadSettings,
  readSettings,
} from "../../settings/read_settings.ts";
import { printPlan, printResult } from "./report.ts";
import { submit, submitWhenFree } from "./act.ts";
import { finishPlan, planSubmission, type Submission } from "./plan.ts";
import { askAhead, type Code, takeCode } from "./code.ts";
import { type Coding, startCoding, type TakeCode } from "./coding.ts";
import { RUN_ID_BYTES, runId, type RunRecord } from "../../runs/record.ts";
import { declareSubmit, type SubmitRequest, toRequest } from "./flags.ts";
import {
  type GenerationSearch,
  searchGeneration,
} from "../../runai/generation.ts";
import { refuseElsewhere } from "../../runai/client.ts";
import type { Question } from "../../snapshot/ask_remote.ts";
import type { Generation } from "../../runai/detect.ts";
import type { Host } from "../../host/host.ts";
import { syncSecret } from "../secret/sync.ts";

/** `mlo submit`: from the settings file to a job, its secret first. */
export function submitCommand(context: Context) {
  return declareSubmit()
    .action((words, flags) =>
      context.act(
        toRequest(flags, words, context.rest),
        (request) => submitAsAsked(context, request),
      )
    );
}

async function submitAsAsked(
  context: Context,
  request: SubmitRequest,
): Promise<void> {
  const { snapshot } = request;
  // Its answer takes longest: it is asked before the settings are read.
  const asked = snapshot === undefined
    ? undefined
    : askAhead(context.host, snapshot);
  try {
    await submitAfter(context, request, asked);
  } finally {
    await asked?.end();
  }
}

async function submitAfter(
  context: Context,
  request: SubmitRequest,
  asked: Question | undefined,
): Promise<void> {
  const { dryRun, json, snapshot } = request;
  const settings = await readSettings(context, request);
  if (request.syncSecretOnly) {
    const project = await projectOf(context.host, settings.settings);
    return await syncSecret(project, settings, { dryRun, json });
  }
  await carryOut(context, settings, request, {
    takeCode: snapshot === undefined
      ? undefined
      : (...hosts) => takeCode(...hosts, settings, snapshot, asked),
    asked,
  });
}

/** What goes into a submission beside its request. */
export interface Ingredients {
  /** The code that goes with it; asked for once the request is found right. */
  readonly takeCode: TakeCode | undefined;
  /** What its remote was asked before. */
  readonly asked?: Question | undefined;
  /** The run that it repeats. */
  readonly repeats?: RunRecord["repeats"];
  /** The number behind its name, where that was made here. */
  readonly nameNumber?: number | undefined;
}

/** Plans what is asked for, and prints that or does it. */
export async function carryOut(
  context: Context,
  settings: ReadSettings,
  request: SubmitRequest,
  { takeCode, asked, ...more }: Ingredients,
): Promise<void> {
  // What cannot be right is refused before anything is asked, kubectl included.
  const extra = {
    ...more,
    skipSecretSync: request.skipSecretSync === true,
    now: context.host.clock.now(),
    id: runId(context.host.chance.bytes(RUN_ID_BYTES)),
  };
  const submission = planSubmission(settings, request, extra);
  let coding: Coding | undefined;
  const opening = Promise.resolve().then(() =>
    projectOf(context.host, settings.settings)
  );
  if (takeCode) {
    const draftOf = (code: Code) =>
      planSubmission(settings, request, { ...extra, code }).draft;
    const { id } = extra;
    const about = { settings, id, takeCode, draftOf, asked };
    // What takes longest is begun first.
    coding = startCoding(context.host, opening, about);
  }
  try {
    const asked = { context, settings, request, project: await opening };
    await carryOn(asked, submission, coding);
  } finally {
    await coding?.end();
  }
}

/** The same, in the project and with the code that is being made ready. */
async function carryOn(
  { context, settings, request, project }: {
    readonly context: Context;
    readonly settings: ReadSettings;
    readonly request: SubmitRequest;
    readonly project: Project;
  },
  submission: Submission,
  coding: Coding | undefined,
): Promise<void> {
  const { host } = project;
  const place = {
    terminal: host.terminal,
    now: host.clock.now(),
    timeZone: settings.settings.TZ,
    where: placeOf(project, settings.path),
    given: context.given,
    json: request.json,
  };
  const search = searchGeneration(host, settings.settings);
  if (request.dryRun) {
    const coded = await coding?.ready;
    const generation = await assumed(host, search);
    const plan = finishPlan(coded?.draft ?? submission.draft, generation);
    return printPlan(place, plan, coded?.code);
  }
  if (project.target.otherCurrent !== undefined) {
    const generation = await search.asked;
    refuseElsewhere("submit the job", generation, project.target);
  }
  const waits = request.wait || request.shell || request.follow;
  const sweep = coding && sweeper(project);
  const result = await (waits ? submitWhenFree : submit)(
    host,
    submission,
    search,
    coding,
    sweep?.look,
  ).catch(async (error) => {
    // No program is left behind.
    await sweep?.looked();
    throw error;
  });
  printResult(place, result);
  await sweep?.sweep();
  if (!waits) return;
  // Loaded only when it is needed: logs, shells and links are half of what a submission would read.
  const { afterwards } = await import("./afterwards.ts");
  await afterwards(project, result.plan.job, request);
}

/** Removes code that no job needs any more: looked for beside the submission, which waits for run:ai. */
function sweeper(project: Project) {
  let looking: Promise<CodeSecret[]> | undefined;
  const load = () => import("../jobs/find.ts");
  return {
    look: () => {
      looking ??= listCode(project.host, project.namespace).catch(() => []);
      void load();
    },
    looked: () => looking,
    sweep: async () => {
      const { sweepCode } = await load();
      await sweepCode(project, await looking);
    },
  };
}

/** Nothing is run, so there need be no `runai`: then the first generation, which the lab's cluster hands out, is assumed. */
async function assumed(
  { terminal }: Host,
  { asked }: GenerationSearch,
): Promise<Generation> {
  try {
    return await asked;
  } catch {
    terminal.err(
      "mlo: no runai that answers is here: the line is for the first generation; RUNAI_CLI in the settings file says another\n",
    );
    return "v1";
  }
}

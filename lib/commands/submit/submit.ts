import type { Context } from "../context.ts";
import { placeOf, projectOf } from "../../settings/project.ts";
import { readSettings } from "../../settings/read_settings.ts";
import { printPlan, printResult } from "./report.ts";
import { submit, submitWhenFree } from "./act.ts";
import { finishPlan, planSubmission } from "./plan.ts";
import { declareSubmit, type SubmitRequest, toRequest } from "./flags.ts";
import {
  type GenerationSearch,
  searchGeneration,
} from "../../runai/generation.ts";
import { refuseElsewhere } from "../../runai/client.ts";
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
  const { dryRun, json } = request;
  const settings = await readSettings(context, request);
  if (request.syncSecretOnly) {
    const project = await projectOf(context.host, settings.settings);
    return await syncSecret(project, settings, { dryRun, json });
  }
  // What cannot be right is refused before anything is asked, kubectl included.
  const submission = planSubmission(settings, request, {
    skipSecretSync: request.skipSecretSync === true,
    now: context.host.clock.now(),
  });
  const project = await projectOf(context.host, settings.settings);
  const { host } = project;
  const place = {
    terminal: host.terminal,
    now: host.clock.now(),
    timeZone: settings.settings.TZ,
    where: placeOf(project, settings.path),
    given: context.given,
    json,
  };
  const search = searchGeneration(host, settings.settings);
  if (dryRun) {
    const generation = await assumed(host, search);
    return printPlan(place, finishPlan(submission.draft, generation));
  }
  if (project.target.otherCurrent !== undefined) {
    const generation = await search.asked;
    refuseElsewhere("submit the job", generation, project.target);
  }
  const waits = request.wait || request.shell || request.follow;
  const result = await (waits ? submitWhenFree : submit)(
    host,
    submission,
    search,
  );
  printResult(place, result);
  if (!request.wait && !request.shell && !request.follow) return;
  // Loaded only when it is needed: logs, shells and links are half of what a submission would read.
  const { afterwards } = await import("./afterwards.ts");
  await afterwards(project, result.plan.job, request);
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

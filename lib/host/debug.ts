import { shellJoin } from "../text/shell_quote.ts";
import type { Call, Host, Outcome, Programs } from "./host.ts";

/**
 * The same host, which says on stderr which programs it runs, with what
 * arguments, how they ended and after how many milliseconds. Standard input
 * and output of the programs are not shown: a secret may be in them.
 */
export function debugHost(host: Host): Host {
  const say = (text: string) => host.terminal.err(`debug: ${text}\n`);

  async function told<T>(
    call: Call,
    work: Promise<T>,
    code: (result: T) => number,
  ): Promise<T> {
    const begin = host.clock.now().getTime();
    const result = await work;
    const took = host.clock.now().getTime() - begin;
    say(`${call.program} ended with ${code(result)} after ${took} ms`);
    return result;
  }
  const announce = (call: Call) => say(shellJoin([call.program, ...call.args]));
  const codeOf = (outcome: Outcome) => outcome.code;

  const programs: Programs = {
    run: (call, input) => {
      announce(call);
      return told(call, host.programs.run(call, input), codeOf);
    },
    start: (call, onOutput) => {
      announce(call);
      const started = host.programs.start(call, onOutput);
      return {
        write: (input) => started.write(input),
        feed: (input) => started.feed(input),
        kill: () => started.kill(),
        outcome: told(call, started.outcome, codeOf),
      };
    },
    attach: (call) => {
      announce(call);
      return told(call, host.programs.attach(call), (code) => code);
    },
    attachHeard: (call, onError, ...more) => {
      announce(call);
      const ended = host.programs.attachHeard(call, onError, ...more);
      return told(call, ended, ({ code }) => code);
    },
    join: (call, greeting, onError) => {
      announce(call);
      const ended = host.programs.join(call, greeting, onError);
      return told(call, ended, ({ code }) => code);
    },
    stream: (call, onOutput, ...more) => {
      announce(call);
      return told(call, host.programs.stream(call, onOutput, ...more), codeOf);
    },
  };
  return { ...host, programs };
}

/** The rule of exit codes, the same for every command: the help, the documents and the tests take it from here. */
import { CommanderError } from 'commander';
import { HarbingerError } from '../../shared/runtime/errors.ts';

export const exitCodes = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** The meaning of each code, for people who write scripts and service files. */
export const exitCodeMeanings: Readonly<Record<keyof typeof exitCodes, { short: string; meaning: string }>> =
  {
    ok: {
      short: 'done',
      meaning:
        'The command did all that it was asked to do. Also of `gateway`, `cloud` and `plant` that were told to stop, and of `--help`.',
    },
    failed: {
      short: 'failed',
      meaning:
        'The command failed, was stopped before its end, or did only a part: `replay` of rows that became dead letters, `redrive` and `drop` of entries that are unknown or fail again, `decisions replay` where an answer differs. The same command may succeed later: a service is started again.',
    },
    usage: {
      short: 'wrong usage or configuration',
      meaning:
        'The command line or a configuration file is wrong, or `config check` has found a problem in one; nothing was started. The same command fails again until it is corrected: a service is not started again.',
    },
    interrupted: {
      short: 'ended by a second signal',
      meaning:
        'A second Ctrl-C or SIGTERM ended the command at once, while it was stopping in order. What was acknowledged is on disk.',
    },
  };

/** One line for the help: `0 done, 1 failed, …` */
export function exitCodeLine(): string {
  const names = Object.keys(exitCodes) as (keyof typeof exitCodes)[];
  return names.map((name) => `${exitCodes[name]} ${exitCodeMeanings[name].short}`).join(', ');
}

/** The exit code of a command that ended with an error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  const isUsage = error instanceof HarbingerError && (error.stage === 'config' || error.code === 'USAGE');
  return isUsage ? exitCodes.usage : exitCodes.failed;
}

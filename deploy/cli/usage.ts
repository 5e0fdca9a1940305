/**
 * Wrong usage, which every program of the product answers in the same way: one sentence with the code USAGE and where
 * the help is, and exit code 2.
 */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Command } from 'commander';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';

/** `program` is what the user typed, such as `npm run chaos --`. */
export function usageError(what: string, program: string): HarbingerError {
  return new HarbingerError('USAGE', 'cli', `${what}; see ${program} --help`);
}

/** Node's `parseArgs`, with a sentence in place of Node's own. @throws HarbingerError USAGE */
export function readArgs<T extends ParseArgsConfig>(
  config: T,
  program: string,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // After the first sentence Node explains how arguments are parsed.
    const [said = ''] = messageOf(error).split(/\.\s/);
    throw usageError(said.replace(/^[A-Z]/, (letter) => letter.toLowerCase()).replace(/\.$/, ''), program);
  }
}

/** @throws HarbingerError USAGE */
export function numberArg(
  name: string,
  text: string,
  program: string,
  bounds: { min?: number; whole?: boolean } = {},
): number {
  const { min = 0, whole = true } = bounds;
  const value = Number(text);
  if (text.trim() !== '' && value >= min && (whole ? Number.isSafeInteger(value) : Number.isFinite(value)))
    return value;
  const needed = `a ${whole ? 'whole ' : ''}number from ${min} is needed`;
  throw usageError(`--${name} ${text}: ${needed}`, program);
}

/** Lets commander report wrong usage in one sentence, with what an argument means. */
export function sayUsage(
  command: Command,
  program: string,
): { outputError(text: string, write: (text: string) => void): void } {
  return {
    outputError(text, write) {
      const said = text
        .replace(/^error: /, '')
        .trim()
        .replace(/\s*\n\s*/g, ' ');
      const meaning = missingArgument(command, said) ?? missingOption(command, said);
      const about = meaning === undefined ? '' : ` (${meaning})`;
      write(`harbinger: ${said}${about}; see ${program} --help [USAGE]\n`);
    },
  };
}

function missingArgument({ registeredArguments }: Command, said: string): string | undefined {
  const name = /^missing required argument '(.+)'/.exec(said)?.[1];
  return registeredArguments.find((argument) => argument.name() === name)?.description;
}

function missingOption({ options }: Command, said: string): string | undefined {
  const flags = /^required option '(.+)' not specified/.exec(said)?.[1];
  return options.find((option) => option.flags === flags)?.description;
}

/** Every command, taken from the program itself, keeps the rule of exit codes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it, vi } from 'vitest';
import { ConfigError, invalid } from '../../shared/config/problem.ts';
import { packageRoot } from '../../shared/files/paths.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { exitCodeMeanings, exitCodeOf, exitCodes } from './exit-codes.ts';
import { createProgram } from './program.ts';

const leavesOf = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
const pathOf = (command: Command): string[] =>
  command.parent ? [...pathOf(command.parent), command.name()] : [];

const leaves = leavesOf(createProgram());
const withNeeded = leaves.filter(({ registeredArguments }) =>
  registeredArguments.some((each) => each.required),
);
/** They ask the API of a running gateway or cloud, and do nothing else: they take over no signals of this process. */
const asking = leaves.filter(
  (command) =>
    !['replay', 'train', 'watch', 'top'].includes(command.name()) &&
    command.options.some(({ long }) => long === '--url'),
);

/** Runs one command in this process, silently. @returns the exit code that its error gives; null if it has none */
async function exitCodeAfter(args: string[]): Promise<number | null> {
  const streams = [process.stderr, process.stdout];
  const silenced = streams.map((stream) => vi.spyOn(stream, 'write').mockReturnValue(true));
  try {
    await createProgram().parseAsync(args, { from: 'user' });
    return null;
  } catch (error) {
    return exitCodeOf(error);
  } finally {
    for (const spy of silenced) spy.mockRestore();
  }
}

const named = (commands: Command[]): [string, Command][] =>
  commands.map((command) => [pathOf(command).join(' '), command]);

it('there are commands to examine', () => {
  expect(leaves.length).toBeGreaterThan(20);
  expect(asking.length).toBeGreaterThan(12);
  expect(withNeeded.length).toBeGreaterThan(5);
});

describe.each(named(leaves))('harbinger %s', (_, command) => {
  it('ends with 0 after --help, and with 2 for an option that it does not have', async () => {
    expect(await exitCodeAfter([...pathOf(command), '--help'])).toBe(exitCodes.ok);
    expect(await exitCodeAfter([...pathOf(command), '--no-such-option'])).toBe(exitCodes.usage);
  });
});

it.each(named(withNeeded))('harbinger %s ends with 2 without its arguments', async (_, command) => {
  expect(await exitCodeAfter(pathOf(command))).toBe(exitCodes.usage);
});

/** Values of the options that a command cannot do without. */
const neededValues: Record<string, string> = {
  '--role': 'viewer',
  '--from': '2100-01-01T06:00:00Z',
  '--to': '2100-01-01T08:00:00Z',
};

/** Values of the arguments that are neither a machine nor a number. */
const argumentValues: Record<string, string> = {
  action: 'mute',
  body: '{}',
  'gateway|cloud': 'gateway',
  key: 'overrides/x',
  kind: 'overrides',
  model: 'pump-rul@2.1.0',
  ref: 'pump-rul@2.1.0',
  where: 'site/machine',
};

/** Arguments of the commands that need others than their options say. */
const wholeArguments: Record<string, string[]> = {
  'alerts shelve': ['x', '--for', '8h'],
  'config diff': ['gateway'],
  'devices import': [join(import.meta.dirname, 'one-device.testing.csv')],
  'machines log add': ['site/machine', 'note'],
  'machines log list': ['site/machine'],
  'models retrain': ['pump', '--why', 'x'],
};

it.each(named(asking))('harbinger %s ends with 1 if nothing answers', async (_, command) => {
  const parent = command.parent?.name() ?? '';
  const isMachine = ['machines', 'limits', 'maintenance'].includes(parent);
  const given: string[] = command.registeredArguments.map((argument) => {
    if (isMachine || argument.name() === 'site/machine') return 'site/machine';
    return argumentValues[argument.name()] ?? argument.argChoices?.[0] ?? '1';
  });
  for (const { long, mandatory } of command.options)
    if (mandatory && long) given.push(long, neededValues[long] ?? 'x');
  if (pathOf(command).join(' ') === 'limits set') given.push('--warn', '1');
  if (command.options.some(({ long }) => long === '--yes')) given.push('--yes');
  // Nothing listens on port 1: the connection is refused at once.
  const needed = wholeArguments[pathOf(command).join(' ')] ?? given;
  const args = [...pathOf(command), ...needed, '--url', 'http://127.0.0.1:1', '--token', 'x'];
  expect(await exitCodeAfter(args)).toBe(exitCodes.failed);
});

it('errors of usage and configuration are told from all others', () => {
  expect(exitCodeOf(new ConfigError([invalid('a', 'x'), invalid('b', 'y')]))).toBe(exitCodes.usage);
  expect(exitCodeOf(new HarbingerError('USAGE', 'cli', 'x'))).toBe(exitCodes.usage);
  expect(exitCodeOf(new HarbingerError('DATA_DIR', 'cli', 'x'))).toBe(exitCodes.failed);
  expect(exitCodeOf(new Error('x'))).toBe(exitCodes.failed);
});

it('the rule is in the documents, and services keep to it', () => {
  const read = (path: string) => readFileSync(join(packageRoot, path), 'utf8');
  const reference = read('deploy/docs/errors.md');
  for (const name of Object.keys(exitCodes) as (keyof typeof exitCodes)[])
    expect(reference).toContain(`| ${exitCodes[name]} | ${exitCodeMeanings[name].meaning} |`);
  for (const role of ['gateway', 'cloud'])
    expect(read(`deploy/systemd/harbinger-${role}.service`)).toContain(
      `RestartPreventExitStatus=${exitCodes.usage}\n`,
    );
});

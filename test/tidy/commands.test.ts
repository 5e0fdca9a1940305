/** Commands that documents show exist, with their arguments and options. */
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { longTag, longTests } from '../../deploy/build/long-tests.mjs';
import { createProgram } from '../../deploy/cli/program.ts';
import { packageRoot } from '../../shared/files/paths.ts';
import { documents, type ShownCommand, shownCommands } from './documents.ts';
import { sources, textOf } from './tree.ts';

const program = createProgram();

describe('commands in documents', () => {
  it('exist, with their arguments and options', () => {
    const shown = shownCommands();
    expect(shown.filter(({ path, isWhole }) => path === 'README.md' && isWhole).length).toBeGreaterThan(5);
    expect(shown.flatMap((command) => problemsOf(command))).toEqual([]);
  });

  it.each([
    ['quiery "select 1"', 'no command quiery'],
    ['models compare --folds 3', 'lacks an argument'],
    ['query "select 1" more', 'has an argument too many'],
    ['query "select 1" --fast', 'no option --fast'],
  ])('%s is detected', (line, problem) => {
    expect(problemsOf({ path: 'a.md', line, isWhole: true })).toEqual([
      `a.md: harbinger ${line}: ${problem}`,
    ]);
  });

  it('are all listed in the README, and no others', () => {
    const text = textOf('README.md');
    const section = text.slice(
      text.indexOf('## The command line'),
      text.indexOf('Without options they talk'),
    );
    const listed = [...section.matchAll(/^[ -] .*$/gm)].flatMap(([line]) => namesIn(line));
    expect(listed.sort()).toEqual(leavesOf(program, '').sort());
  });

  it('of npm are scripts of package.json', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const named = documents.flatMap((path) =>
      [...textOf(path).matchAll(/\bnpm run ([a-z][a-z:-]*)/g)].map((match) => ({ path, name: match[1]! })),
    );
    expect(named.length).toBeGreaterThan(10);
    const unknown = named.filter(({ name }) => !(name in scripts));
    expect(unknown.map(({ path, name }) => `${path}: npm run ${name}`)).toEqual([]);
  });
});

it('npm run test:long finds all tests that are long', () => {
  const long = sources.filter(({ text }) => longTag.test(text)).map(({ path }) => path);
  expect(long.length).toBeGreaterThan(10);
  expect(longTests(packageRoot)).toEqual(expect.arrayContaining(long));
});

/** `a b|c` stands for `a b` and `a c`, and `a b c|d` for `a b c` and `a b d`. */
function namesIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].flatMap(([, span = '']) => {
    const groups = span.split(' ');
    const names = groups.pop()!.split('|');
    return names.map((name) => [...groups, name].join(' '));
  });
}

/** Commands that do something: those without further ones, and `backup`, which does something without one too. */
function leavesOf(command: Command, name: string): string[] {
  const further = command
    .createHelp()
    .visibleCommands(command)
    .filter((each) => each.name() !== 'help');
  const leaves = further.flatMap((each) => leavesOf(each, `${name} ${each.name()}`.trim()));
  return leaves.length === 0 || name === 'backup' ? [name, ...leaves] : leaves;
}

function problemsOf({ path, line, isWhole }: ShownCommand): string[] {
  const words = wordsOf(line);
  let command: Command = program;
  while (command.commands.length > 0 && words.length > 0 && !words[0]!.startsWith('-')) {
    const name = words.shift()!;
    if (name === 'COMMAND') return [];
    const found = command.commands.find((each) => each.name() === name);
    if (!found) return [`${path}: harbinger ${line}: no command ${name}`];
    command = found;
  }
  return argumentProblems(command, words, isWhole).map((problem) => `${path}: harbinger ${line}: ${problem}`);
}

function argumentProblems(command: Command, words: string[], isWhole: boolean): string[] {
  let count = 0;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '--help' || word === '--version') return [];
    if (!word.startsWith('--')) {
      count += 1;
      continue;
    }
    const [name] = word.split('=');
    const option = command.options.find(({ long }) => long === name);
    if (!option) return [`no option ${name}`];
    if ((option.required || option.optional) && name === word) words.shift();
  }
  const { registeredArguments } = command;
  const fewest = registeredArguments.filter(({ required }) => required).length;
  const most = registeredArguments.some(({ variadic }) => variadic) ? Infinity : registeredArguments.length;
  if (isWhole && count < fewest) return ['lacks an argument'];
  return count > most ? ['has an argument too many'] : [];
}

/** Splits a line into words like a shell. */
function wordsOf(line: string): string[] {
  return (line.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^["']|["']$/g, ''));
}

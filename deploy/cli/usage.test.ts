/** Tests how the command line answers wrong usage and missing things: one sentence that says what to do. */
import { tmpdir } from 'node:os';
import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { createProgram } from './program.ts';
import { runInside } from './run-command.testing.ts';

const underNpm = { env: { npm_lifecycle_event: 'harbinger' } };
const withoutNpm = { env: { npm_lifecycle_event: undefined } };

it.each<[string[], number, RegExp]>([
  [
    ['models', 'compare'],
    2,
    /missing required argument 'name' \(pump-rul, rul-turbofan or rul-bearing\); see harbinger models compare --help/,
  ],
  [['models', 'compare', 'pump'], 2, /no model 'pump'; there are pump-rul, rul-turbofan, rul-bearing/],
  [['models', 'backtest', 'x'], 2, /no machine type or model 'x'; types are/],
  [['models', 'evaluate', 'rul-turbofan', '--subset', 'x'], 2, /rul-turbofan has no subset 'x'; /],
  [['query'], 2, /missing required argument 'sql' \(one SELECT\); see harbinger query --help/],
  [['quer', 'x'], 2, /unknown command 'quer' \(Did you mean query\?\); see harbinger --help/],
  [['replay', 'x.csv'], 2, /required option '--type <type>' not specified \(machine type of the recorded/],
  [['gateway', '--mqtt-port', 'x'], 2, /a port is 0 … 65535; see harbinger gateway --help/],
  [
    ['replay', '/no/x.csv', '--type', 'pump'],
    1,
    /cannot replay \/no\/x.csv: there is no such file; give the path/,
  ],
  [['replay', tmpdir(), '--type', 'pump'], 1, /: it is a folder; give the path of a file in it/],
  [
    ['query', 'select 1', '--data', '/no'],
    1,
    /no cloud runs with its data in \/no, \/no\/cloud or \/no\/demo\/cloud; start it \(the demonstration: npm start\), or say/,
  ],
  [['query', 'select 1', '--url', 'nonsense'], 2, /an address such as http:\/\/127\.0\.0\.1:8080 is needed/],
])('%j is answered by one sentence', async (args, status, sentence) => {
  const answer = await runInside(args, withoutNpm);
  expect(answer).toEqual({ status, stdout: '', stderr: expect.stringMatching(sentence) });
  expect(answer.stderr).toMatch(/^harbinger: [^\n]+ \[[A-Z_]+\]\n$/);
});

it('proposes commands as the user typed them', async () => {
  expect((await runInside(['query'], underNpm)).stderr).toContain('see npm run harbinger -- query --help');
});

const allOf = (command: Command): Command[] => [command, ...command.commands.flatMap(allOf)];

it('every option and argument that is a path refuses an empty one', async () => {
  const paths = allOf(createProgram()).flatMap((command) => [
    ...command.options
      .filter(({ flags }) => /<(dir|file)>$/.test(flags))
      .map(({ flags, parseArg }) => ({ name: `${command.name()} ${flags}`, parse: parseArg })),
    ...command.registeredArguments
      .filter((argument) => argument.name() === 'file')
      .map(({ parseArg }) => ({ name: `${command.name()} <file>`, parse: parseArg })),
  ]);
  expect(paths.length).toBeGreaterThan(15);
  for (const { name, parse } of paths) {
    expect(() => parse?.('', undefined), name).toThrow('the path is empty');
    expect(parse?.('a', undefined), name).toBe('a');
  }
});

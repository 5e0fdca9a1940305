import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from './load-config.ts';
import { ConfigError, doubtful, invalid, refuse } from './problem.ts';
import { eachSound, rules } from './sound-view.ts';

const schema = Type.Object(
  {
    dir: Type.String({ minLength: 1 }),
    server: Type.Object(
      { host: Type.String({ default: 'localhost' }), port: Type.Integer({ default: 1, maximum: 9 }) },
      { additionalProperties: false, default: {} },
    ),
    names: Type.Array(Type.String(), { default: [] }),
  },
  { additionalProperties: false },
);

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

it('options win over drop-ins, drop-ins over the file, the file over defaults; lists are replaced', () => {
  const file = write('a.toml', 'dir = "file"\nnames = ["a", "b"]\n[server]\nport = 2\nhost = "file"\n');
  write('a.toml.d/1.toml', 'names = ["c"]\n[server]\nport = 3\n');
  write('a.toml.d/2.toml', `dir = "\${DIR:-unset}/x"\n[server]\nport = 4\n`);
  write('a.toml.d/ignored.txt', 'nonsense');
  const sources = { file, defaults: { dir: 'default' }, overrides: { server: { port: 5, host: undefined } } };
  expect(readConfig(schema, { ...sources, env: { DIR: 'env' } }).config).toEqual({
    dir: 'env/x',
    names: ['c'],
    server: { host: 'file', port: 5 },
  });
});

it('problems name the source of the value: a file with its line, or the command line', () => {
  const file = write('a.toml', 'names = [\n  "x",\n  3,\n]\n[server]\nport = 10\n');
  const overrides = { dir: '', server: { port: undefined } };
  const { config, problems } = readConfig(schema, { file, overrides, env: {} });
  expect(config).toBeNull();
  expect(problems.map(({ file: from, line, key }) => [from, line, key])).toEqual([
    [file, 3, 'names[1]'],
    [file, 6, 'server.port'],
    ['command line', undefined, 'dir'],
  ]);
});

describe('checks beside a schema', () => {
  const file = () => join(folder, 'a.toml');
  const checks = [
    ({ server }: Static<typeof schema>) =>
      rules(
        () => (server.port === 9 ? [invalid('server.port', 'port is 9')] : []),
        () => (server.host === 'bad' ? [invalid('server.host', 'host is bad')] : []),
      ),
    ({ names }: Static<typeof schema>) =>
      eachSound(names, (name, i) => (name === 'bad' ? [invalid(`names[${i}]`, `name ${i} is bad`)] : [])),
  ];
  const messages = (text: string) => {
    write('a.toml', `dir = "x"\n${text}`);
    return readConfig(schema, { file: file(), env: {} }, checks).problems.map(({ message }) => message);
  };

  it('run on everything that the schema has no problem with', () => {
    expect(messages('names = ["bad", 3, "bad"]\n[server]\nport = 10\nhost = "bad"\ncolour = 1\n')).toEqual([
      'names[1] must be a text in quotes, not 3',
      'name 0 is bad',
      'name 2 is bad',
      'server.port must be at most 9, not 10',
      'host is bad',
      "server: unknown property 'colour'; there are host, port",
    ]);
  });

  it('do not report what follows from a setting that is wrong, missing or misspelt already', () => {
    expect(messages('names = 3\n[server]\nhots = "x"\nport = 9\n')).toEqual([
      'names must be a list, not 3',
      "server: unknown property 'hots'; did you mean 'host'?",
      'port is 9',
    ]);
    expect(messages('server = "bad"\nnames = ["bad"]\n')).toEqual([
      'server must be a table, not "bad"',
      'name 0 is bad',
    ]);
    expect(messages(`names = ["$` + `{NOT_SET}", "bad"]\n`)).toEqual([
      expect.stringMatching(/^names\[0\] uses/),
      'name 1 is bad',
    ]);
  });

  it('may warn, which refuses nothing', () => {
    write('a.toml', 'dir = "x"\n[server]\nport = 9\n');
    const warn = ({ server }: Static<typeof schema>) => [doubtful('server.port', `port ${server.port}?`)];
    const read = readConfig(schema, { file: file(), env: {} }, [warn]);
    expect(read).toMatchObject({ config: { dir: 'x' }, problems: [] });
    expect(read.warnings).toMatchObject([{ file: file(), line: 3, message: 'port 9?' }]);
    expect(() => refuse(read.warnings)).not.toThrow();
  });

  it('name the line of the other setting where only that one is set', () => {
    write('a.toml', 'dir = "x"\n[server]\nport = 9\n');
    const both = () => [{ ...invalid('server.host', 'host and port'), otherKey: 'server.port' }];
    const { problems } = readConfig(schema, { file: file(), env: {} }, [both]);
    expect(problems).toEqual([
      { code: 'CONFIG_INVALID', key: 'server.host', message: 'host and port', file: file(), line: 3 },
    ]);
  });

  it('do not run while a file cannot be read, which may hold what they miss', () => {
    write('a.toml.d/1.toml', '[server\n');
    expect(messages('names = ["bad", 3]\n')).toEqual([
      'names[1] must be a text in quotes, not 3',
      expect.stringMatching(/TOML/),
    ]);
  });
});

it('an error for several problems lists them, and has their code if they share one', () => {
  const load = (overrides: Record<string, unknown>) => {
    try {
      return refuse(readConfig(schema, { overrides, env: {} }).problems);
    } catch (error) {
      return error;
    }
  };
  expect(load({ dir: 1, nams: [] })).toMatchObject({
    code: 'CONFIG_INVALID',
    stage: 'config',
    message: expect.stringMatching(
      /^the configuration has 2 problems:\n {2}command line: .*\n {2}command line: /,
    ),
  });
  const both = load({ dir: '$' + '{NOT_SET}', names: 1 });
  expect(both).toBeInstanceOf(ConfigError);
  expect((both as ConfigError).problems.map(({ code }) => code).sort()).toEqual([
    'CONFIG_ENV_MISSING',
    'CONFIG_INVALID',
  ]);
  expect(load({ dir: '$' + '{NOT_SET}' })).toMatchObject({ code: 'CONFIG_ENV_MISSING' });
});

it('a missing file is named, with what to do', () => {
  const file = join(folder, 'b.toml');
  const { problems } = readConfig(schema, { file });
  expect(problems).toEqual([
    {
      code: 'CONFIG_UNREADABLE',
      key: '',
      file,
      message: expect.stringMatching(/^there is no such file; correct/),
    },
  ]);
});

it.each([
  ['with a sound file', 'names = ["a"]\n'],
  ['with another problem', 'names = 7\n'],
])('a file in place of the folder of drop-ins is named, %s', (_, text) => {
  write('b.toml', text);
  write('b.toml.d', '');
  const { problems } = readConfig(schema, { file: join(folder, 'b.toml') });
  expect(problems).toContainEqual({
    code: 'CONFIG_UNREADABLE',
    key: '',
    file: join(folder, 'b.toml.d'),
    message: expect.stringContaining('this is a file, and drop-ins are files in a folder of that name'),
  });
});

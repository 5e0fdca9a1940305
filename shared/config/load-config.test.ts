import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadConfig, readConfig } from './load-config.ts';
import { ConfigError, invalid } from './problem.ts';

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
  expect(loadConfig(schema, { ...sources, env: { DIR: 'env' } })).toEqual({
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

it('runs a check only if the settings that it reads are valid', () => {
  const file = write('a.toml', 'dir = "x"\n[server]\nport = 10\n');
  const checks = [
    { settings: ['server' as const], problems: () => [invalid('server', 'not asked')] },
    { settings: ['names' as const], problems: () => [invalid('names', 'asked')] },
  ];
  const messages = (extra: string) => {
    write('a.toml.d/1.toml', extra);
    return readConfig(schema, { file, env: {} }, checks).problems.map(({ message }) => message);
  };
  expect(messages('')).toEqual(['asked', 'server.port must be at most 9, not 10']);
  expect(messages('[server]\nport = 9\n')).toEqual(['asked', 'not asked']);
  expect(messages('[server\n')).toEqual([
    'server.port must be at most 9, not 10',
    expect.stringMatching(/TOML/),
  ]);
});

it('an error for several problems lists them, and has their code if they share one', () => {
  const load = (overrides: object, env = {}) => {
    try {
      return loadConfig(schema, { overrides: overrides as Record<string, unknown>, env });
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

it('a file that is not there is named, with what to do', () => {
  expect(() => loadConfig(schema, { file: join(folder, 'b.toml') })).toThrow(
    `${join(folder, 'b.toml')}: there is no such file; correct its path`,
  );
});

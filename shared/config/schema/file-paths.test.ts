import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type TSchema, Type } from '@sinclair/typebox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../load-config.ts';
import { filePath } from './file-paths.ts';

const Path = Type.Optional(Type.String(filePath));
const kind = (value: string, file: TSchema = Path) =>
  Type.Object({ kind: Type.Literal(value), file }, { additionalProperties: false });
const schema = Type.Object({
  dir: Path,
  name: Type.Optional(Type.String()),
  tls: Type.Object({ key: Path }, { default: {} }),
  list: Type.Array(Type.Object({ file: Path }), { default: [] }),
  store: Type.Unsafe({
    type: 'object',
    discriminator: { propertyName: 'kind' },
    required: ['kind'],
    oneOf: [kind('a'), kind('b'), kind('c', Type.Optional(Type.String()))],
    default: { kind: 'a' },
  }),
});

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-paths-'));
  mkdirSync(join(folder, 'a.toml.d'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function read(text: string, overrides = {}) {
  const file = join(folder, 'a.toml');
  writeFileSync(file, text);
  return readConfig(schema, { file, overrides, env: { SUB: 'sub' } });
}

it('relative paths are taken from the folder of the file, also in its drop-ins', () => {
  writeFileSync(join(folder, 'a.toml.d', '1.toml'), '[store]\nkind = "b"\nfile = "b.db"\n');
  const text = `dir = "\${SUB}/x"\nname = "y"\n[tls]\nkey = "/whole.pem"\n[[list]]\nfile = "../z"\n`;
  expect(read(text).config).toEqual({
    dir: join(folder, 'sub/x'),
    name: 'y',
    tls: { key: '/whole.pem' },
    list: [{ file: join(folder, '../z') }],
    store: { kind: 'b', file: join(folder, 'b.db') },
  });
});

it('a setting that is a path in another kind of table only is left as it is', () => {
  const { config } = read('[store]\nkind = "c"\nfile = "c.db"\n');
  expect(config).toMatchObject({ store: { kind: 'c', file: 'c.db' } });
});

it('those of the command line are taken from the working folder', () => {
  const { config } = read('dir = "x"\n[tls]\nkey = "k"\n', { dir: 'given' });
  expect(config).toMatchObject({ dir: 'given', tls: { key: join(folder, 'k') } });
});

describe('one that is also, or only, in the working folder', () => {
  const here = fileURLToPath(import.meta.url);
  const given = relative('.', here);
  const warning = (message: RegExp) => [
    { key: 'dir', line: 2, isWarning: true, message: expect.stringMatching(message) },
  ];

  it('is used as before where it is nowhere else, with a warning', () => {
    const { config, problems, warnings } = read(`name = "x"\ndir = "${given}"\n`);
    expect([config, problems]).toEqual([expect.objectContaining({ dir: here }), []]);
    expect(warnings).toMatchObject(warning(/^dir: .*file-paths\.test\.ts is not beside this file/));
  });

  it('is taken from the folder of the file where it is in both, with a warning', () => {
    const beside = join(folder, given);
    mkdirSync(beside, { recursive: true });
    const { config, problems, warnings } = read(`name = "x"\ndir = "${given}"\n`);
    expect([config, problems]).toEqual([expect.objectContaining({ dir: beside }), []]);
    expect(warnings).toMatchObject(warning(/is both beside this file and in the working folder/));
  });
});

it('what is wrong already is left as it is', () => {
  expect(read('dir = ""\nlist = 3\n').problems.map(({ message }) => message)).toEqual([
    'dir must not be empty',
    'list must be a list, not 3',
  ]);
});

import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { Type } from '@sinclair/typebox';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { compileValidator } from '../../runtime/validate.ts';
import {
  type CheckedFormat,
  checkedListPieces,
  checkedText,
  problemOf,
  readChecked,
} from './checked-file.ts';

interface Fleet {
  names: string[];
}
const format: CheckedFormat<Fleet> = {
  format: 'harbinger-fleet',
  version: 2,
  bytesMax: 10_000,
  validate: compileValidator(
    Type.Object({
      format: Type.Literal('harbinger-fleet'),
      version: Type.Literal(2),
      names: Type.Array(Type.String()),
      mode: Type.String({ default: 'usual' }),
      check: Type.Integer(),
    }),
  ),
  covered: 'names',
};
const fleet: Fleet = { names: ['fan "1"', 'Säge'] };
let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-checked-'));
  path = join(folder, 'fleet.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('returns what was written, also as a list in pieces, with defaults that the checksum does not cover', async () => {
  expect(readChecked(path, format)).toEqual({ found: 'no' });
  const items = fleet.names.map((name) => JSON.stringify(name));
  for (const text of [checkedText(format, fleet), [...checkedListPieces(format, 'names', items)].join('')]) {
    writeFileSync(path, text);
    expect(readChecked(path, format)).toMatchObject({ found: 'yes', content: { ...fleet, mode: 'usual' } });
  }
});

it('covers a list of fields, of which some may be missing', () => {
  interface Plant {
    halls: number[];
    owner?: string;
    note?: string;
  }
  const ofFields: CheckedFormat<Plant> = {
    ...format,
    validate: (value) => value as Plant,
    covered: ['halls', 'owner'],
  };
  const plants: Plant[] = [{ halls: [1, 2] }, { halls: [], owner: 'a "b"', note: 'c' }];
  for (const plant of plants) {
    const text = checkedText(ofFields, plant);
    writeFileSync(path, text);
    expect(readChecked(path, ofFields)).toMatchObject({ found: 'yes', content: plant });
    expect(JSON.parse(text).check).toBe(crc32(JSON.stringify([plant.halls, plant.owner])));
  }
  const damagedText = checkedText<Plant>(ofFields, { halls: [1], owner: 'a' }).replace(
    '"owner":"a"',
    '"owner":"b"',
  );
  writeFileSync(path, damagedText);
  expect(readChecked(path, ofFields)).toMatchObject({ found: 'damaged' });
});

it('a list is never whole in memory: the longest piece does not grow with it', () => {
  const item = JSON.stringify('x'.repeat(999));
  const content = (count: number) => ({ names: Array.from({ length: count }, () => 'x'.repeat(999)) });
  for (const count of [0, 1, 65, 66, 1_000]) {
    const pieces = [...checkedListPieces(format, 'names', Array(count).fill(item))];
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(70_000);
    expect(pieces.length).toBe(1 + Math.floor((count * 1_002) / 66_132));
    expect(pieces.join('')).toBe(checkedText(format, content(count)));
  }
});

it.each([
  ['a changed name', (text: string) => text.replace('fan', 'van'), /checksum/],
  ['a missing checksum', (text: string) => text.replace(/,"check":\d+/, ''), /check/],
  ['half of its text', (text: string) => text.slice(0, text.length / 2), /JSON/],
  ['a number in place of all', () => '7', /not a JSON object/],
  ['null in place of all', () => 'null', /not a JSON object/],
  ['another format', (text: string) => text.replace('harbinger-fleet', 'other'), /format/],
])('sets a file with %s aside, and never over another', (_, damage, problem) => {
  for (const aside of [`${path}.damaged`, `${path}.damaged-2`]) {
    const text = damage(checkedText(format, fleet));
    writeFileSync(path, text);
    expect(readChecked(path, format)).toMatchObject({ found: 'damaged', aside });
    expect(readFileSync(aside, 'utf8')).toBe(text);
    expect(existsSync(path)).toBe(false);
  }
  writeFileSync(path, damage(checkedText(format, fleet)));
  const found = readChecked(path, format);
  expect(found.found === 'damaged' && found.problem).toMatch(problem);
});

it('leaves a newer one, a folder and one that is too large where they are, and says why', () => {
  writeFileSync(path, checkedText({ ...format, version: 3 }, fleet));
  const newer = readChecked(path, format);
  expect(newer).toEqual({ found: 'newer', version: 3 });
  expect(newer.found === 'newer' && problemOf(newer, format)).toBe(
    'it has format 3, and this version of Harbinger knows 2',
  );
  writeFileSync(path, 'x'.repeat(10_001));
  expect(readChecked(path, format).found).toBe('unreadable');
  rmSync(path);
  mkdirSync(path);
  expect(readChecked(path, format).found).toBe('unreadable');
  expect(existsSync(path)).toBe(true);
});

it('calls a damaged one unreadable if it cannot be set aside, because nothing may replace it then', (test) => {
  if (process.getuid?.() === 0) return test.skip('needs a user who is not root');
  writeFileSync(path, 'damaged');
  chmodSync(folder, 0o500);
  try {
    const found = readChecked(path, format);
    expect(found.found === 'unreadable' && found.problem).toMatch(/damaged .*cannot be set aside/);
  } finally {
    chmodSync(folder, 0o700);
  }
  expect(existsSync(path)).toBe(true);
});

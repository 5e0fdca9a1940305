import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkDataFormat, dataFormatName, dataFormats, noteDataFormat } from './data-format.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-format-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const noted = () => readFileSync(join(folder, dataFormatName), 'utf8');
const write = (over: object) => {
  const file = { format: 'harbinger-data', role: 'gateway', writtenBy: '9.1.0', formats: { journal: 1 } };
  writeFileSync(join(folder, dataFormatName), JSON.stringify({ ...file, ...over }));
};

it('a folder is noted once, and is opened again and after a newer version that changed no format', () => {
  checkDataFormat(folder, 'gateway');
  noteDataFormat(folder, 'gateway');
  expect(JSON.parse(noted())).toMatchObject({ role: 'gateway', formats: dataFormats.gateway });
  checkDataFormat(folder, 'gateway');
  write({});
  checkDataFormat(folder, 'gateway');
});

it.each([
  ['a format that is newer', { formats: { journal: 2, records: 1 } }, /its journal has format 2, .* knows 1/],
  [
    'a kind that is unknown',
    { formats: { journal: 1, notes: 1 } },
    /its notes has format 1, .* does not know/,
  ],
])('%s is refused with the version that wrote it, and nothing is changed', (_, over, message) => {
  write(over);
  const before = noted();
  expect(() => checkDataFormat(folder, 'gateway')).toThrow(
    expect.objectContaining({
      code: 'DATA_VERSION',
      stage: 'config',
      message: expect.stringMatching(message),
    }),
  );
  expect(() => checkDataFormat(folder, 'gateway')).toThrow(/start version 9\.1\.0 or a newer one/);
  expect(noted()).toBe(before);
  expect(readdirSync(folder)).toEqual([dataFormatName]);
});

it('a folder of the other role is refused', () => {
  noteDataFormat(folder, 'cloud');
  expect(() => checkDataFormat(folder, 'gateway')).toThrow(
    expect.objectContaining({ code: 'DATA_DIR', message: expect.stringContaining("is a cloud's") }),
  );
});

it('a damaged note is written anew; one that cannot be written matters only if a format rises', () => {
  writeFileSync(join(folder, dataFormatName), '{');
  checkDataFormat(folder, 'gateway');
  noteDataFormat(folder, 'gateway');
  expect(JSON.parse(noted())).toMatchObject({ role: 'gateway' });
  rmSync(join(folder, dataFormatName));
  mkdirSync(join(folder, `${dataFormatName}.tmp`)); // in the way of writing it
  noteDataFormat(folder, 'gateway');
  expect(readdirSync(folder)).toEqual([`${dataFormatName}.tmp`]);
  expect(() => noteDataFormat(folder, 'gateway', { ...dataFormats.gateway, journal: 2 })).toThrow();
});

/** The file of the rhythms: what it brings back, and what happens to one that cannot be used. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { besideOf } from '../../../shared/files/replace.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { listFile } from '../kept-lists/list-file.ts';
import type { SavedHearing } from './hearing.ts';
import { keptHearings } from './kept-hearings.ts';

const fan: SavedHearing = ['hall', 'fan-1', 'fan', 1_700_000_000_000, 12, false, [30_000, 31_000], true];
const door: SavedHearing = [
  'hall',
  'door',
  'door',
  1_700_000_000_002,
  0,
  false,
  [],
  true,
  [],
  [90_000, 1_600_000],
];
const pump: SavedHearing = ['hall', 'pump-1', 'pump', 1_700_000_000_001, -5, true, [], false];
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-hearings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function opened() {
  const codes: string[] = [];
  const log = { error: ({ code }: { code: string }) => codes.push(code) } as unknown as Log;
  const path = join(folder, 'hearings.json');
  return { codes, path, file: listFile(path, keptHearings, log) };
}

it('brings back the machines, and none where there is no file', async () => {
  const { file, codes } = opened();
  expect(file.load()).toEqual([]);
  const all = [fan, pump, door];
  await file.save(all);
  expect([opened().file.load(), codes, readdirSync(folder)]).toEqual([all, [], ['hearings.json']]);
});

it('of an earlier build says of no machine that it was at rest', () => {
  const { file, path } = opened();
  const machines = [fan.slice(0, 7)];
  const check = crc32(JSON.stringify(machines));
  writeFileSync(path, JSON.stringify({ format: 'harbinger-hearings', version: 1, machines, check }));
  expect(file.load()).toEqual([[...fan.slice(0, 7), false]]);
});

it('is set aside if it is damaged, and the next one is written', async () => {
  const { file, path, codes } = opened();
  await file.save([fan]);
  writeFileSync(path, readFileSync(path, 'utf8').replace('fan-1', 'fan-2'));
  expect([file.load(), codes]).toEqual([[], ['HEARINGS_DAMAGED']]);
  await file.save([pump]);
  expect(readdirSync(folder).sort()).toEqual(['hearings.json', 'hearings.json.damaged']);
  expect(file.load()).toEqual([pump]);
});

it('is left alone if it is of a newer version', async () => {
  const { file, path, codes } = opened();
  await file.save([fan]);
  writeFileSync(path, readFileSync(path, 'utf8').replace('"version":1', '"version":2'));
  expect([file.load(), codes]).toEqual([null, ['HEARINGS_UNREADABLE']]);
});

it('that cannot be written fails, and the one before stays', async () => {
  const { file, path } = opened();
  await file.save([fan]);
  // A folder in the place of the new file, which stops root too.
  mkdirSync(besideOf(path));
  await expect(file.save([pump])).rejects.toThrow();
  expect(file.load()).toEqual([fan]);
});

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Log, silentLog } from '../runtime/log.ts';
import { manualClock } from '../runtime/manual-clock.ts';
import { publishRunFile, readRunFile } from './run-file.ts';

let folder = '';
const said: string[] = [];
const log = Object.assign(Object.create(silentLog) as Log, {
  error: (_: object, text: string) => void said.push(text),
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-run-'));
  said.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = { role: 'cloud', pid: 1, startedAt: '', httpPort: 2, httpUrl: 'http://127.0.0.1:2' } as const;

it('is there until it is withdrawn', () => {
  const withdraw = publishRunFile(folder, run, { clock: manualClock(), log });
  expect(readRunFile(folder)).toEqual(run);
  withdraw();
  expect(readdirSync(folder)).toEqual([]);
});

it('that cannot be written ends nothing: it is logged once, tried again, and an old one is removed', async () => {
  const clock = manualClock();
  publishRunFile(folder, { ...run, pid: 7 }, { clock, log });
  // A folder in the place of the new content stands for a disk that refuses it.
  const inTheWay = join(folder, 'run.json.tmp');
  mkdirSync(inTheWay);
  const withdraw = publishRunFile(folder, run, { clock, log });
  expect(existsSync(join(folder, 'run.json'))).toBe(false);
  await clock.advance(6_000);
  expect(said).toEqual([expect.stringContaining('run.json cannot be written')]);
  rmSync(inTheWay, { recursive: true });
  await clock.advance(2_000);
  expect(readRunFile(folder)).toEqual(run);
  withdraw();
  await clock.advance(10_000);
  expect(readdirSync(folder)).toEqual([]);
});

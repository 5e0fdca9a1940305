import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog } from '../runtime/log.ts';
import { manualClock } from '../runtime/manual-clock.ts';
import { lockDataDir, prepareDataDir } from './data-dir.ts';
import { publishRunFile } from './run-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-data-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const refusal = (problem: RegExp) =>
  expect.objectContaining({ code: 'DATA_DIR', stage: 'cli', message: expect.stringMatching(problem) });

it('is created if it is missing, accessible to its owner only', () => {
  const dataDir = join(folder, 'a', 'b');
  prepareDataDir(dataDir, 'gateway');
  prepareDataDir(dataDir, 'gateway');
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
});

it('a file in its place is an error that says what to do', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  for (const dataDir of [file, join(file, 'within')])
    expect(() => prepareDataDir(dataDir, 'cloud')).toThrow(refusal(/file.*choose another with --data/));
});

it.runIf(process.platform === 'linux')(
  'where the system makes no folders is an answer, not a standstill (needs Linux)',
  () => {
    expect(() => prepareDataDir('/proc/harbinger', 'gateway')).toThrow(refusal(/\/proc\/harbinger/));
  },
);

it('of a gateway is refused to a cloud', () => {
  const run = { pid: 1, startedAt: '', mqttPort: 1, httpPort: 2, httpUrl: 'http://127.0.0.1:2' };
  publishRunFile(folder, { role: 'gateway', ...run }, { clock: manualClock(), log: silentLog });
  expect(() => prepareDataDir(folder, 'cloud')).toThrow(refusal(/is a gateway's, not a cloud's/));
  expect(() => prepareDataDir(folder, 'gateway')).not.toThrow();
  writeFileSync(join(folder, 'run.json'), '{');
  expect(() => prepareDataDir(folder, 'cloud')).not.toThrow();
});

it('is used by one process at a time', () => {
  const unlock = lockDataDir(folder);
  expect(() => lockDataDir(folder)).toThrow(
    expect.objectContaining({
      code: 'DATA_DIR_LOCKED',
      message: expect.stringMatching(/in use by process \d+.*--data/),
    }),
  );
  unlock();
  lockDataDir(folder)();
});

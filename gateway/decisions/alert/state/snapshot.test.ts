import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Log, silentLog } from '../../../../shared/runtime/log.ts';
import { type AlertSnapshot, snapshotFile } from './snapshot.ts';

let folder = '';
let path = '';
const said: string[] = [];
const log = Object.assign(Object.create(silentLog) as Log, {
  error: ({ code }: { code: string }) => void said.push(code),
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-alerts-'));
  path = join(folder, 'alerts.json');
  said.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const snapshot: AlertSnapshot = {
  forced: [],
  closed: [],
  open: [
    {
      predictionId: 'p-1',
      site: 'leeds',
      machine: 'pump-1',
      machineType: 'pump',
      failureMode: 'wear',
      severity: 'warning',
      openedAtMs: 1_700_000_000_000.25,
      lifeAtOpening: { p10: 1.5, p50: 0.1 + 0.2, p90: 1e21, unit: 'cycles' },
      assessment: {
        source: 'rules',
        model: null,
        remainingLife: null,
        health: 0.25,
        anomaly: 1 / 3,
        confidence: 0.5,
        contributions: [],
      },
    },
  ],
  held: [{ site: 'leeds', machine: 'pump-2', failureMode: 'wear', estimatesLeft: null }],
  pending: [],
  damped: [
    {
      ...{ site: 'leeds', machine: 'pump-1', failureMode: 'wear', returns: 2, fellMs: 1_700_000_000_000 },
      awayMs: 5_000,
      lower: { wanted: 0, sinceMs: 1_700_000_100_000, lookedMs: 1_700_000_200_000, reasons: ['it is away'] },
    },
  ],
};

it('returns the saved state', async () => {
  await snapshotFile(path, log).save(snapshot);
  expect(await snapshotFile(path, log).load()).toEqual({ ...snapshot, isNew: false });
  expect(said).toEqual([]);
});

it('accepts a file of an earlier version, which has no checksum', async () => {
  writeFileSync(path, JSON.stringify({ format: 'harbinger-alerts', version: 1, ...snapshot }));
  expect(await snapshotFile(path, log).load()).toEqual({ ...snapshot, isNew: false });
});

it('sets aside a file in which a bit of a value has changed, and logs it', async () => {
  await snapshotFile(path, log).save(snapshot);
  writeFileSync(path, readFileSync(path, 'utf8').replace('p-1', 'p-3'));
  expect(await snapshotFile(path, log).load()).toEqual({
    open: [],
    closed: [],
    held: [],
    pending: [],
    damped: [],
    forced: [],
    isNew: true,
  });
  expect(said).toEqual(['ALERT_STATE_DAMAGED']);
  expect(readFileSync(`${path}.damaged`, 'utf8')).toContain('p-3');
});

it('overwrites no file that was set aside earlier', async () => {
  for (const text of ['first', 'second']) {
    writeFileSync(path, text);
    await snapshotFile(path, log).load();
  }
  expect(readFileSync(`${path}.damaged`, 'utf8')).toBe('first');
  expect(readFileSync(`${path}.damaged-2`, 'utf8')).toBe('second');
});

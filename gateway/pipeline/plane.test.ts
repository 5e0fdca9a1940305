import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtInTypesDir, loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { Metrics } from '../../shared/parts/metrics.ts';
import { reporterOfSeam } from '../../shared/parts/seam.ts';
import { unlimited } from '../../shared/runtime/budget.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { systemRandom } from '../../shared/runtime/random.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';
import { GatewayConfig } from '../config.ts';
import type { ColumnBatch } from '../ports/watch.ts';
import { formatSeam } from '../reports.ts';
import { startDataPlane } from './plane.ts';

const readConfig = compileValidator(GatewayConfig);
let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'harbinger-plane-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

function start(routes: object[], columns: (batch: ColumnBatch) => void = () => {}) {
  const config = readConfig({ gateway: 'g', dataDir, routes }, (problem) => new Error(problem));
  return startDataPlane(
    { config, types: loadMachineTypes([builtInTypesDir]) },
    {
      clock: systemClock,
      random: systemRandom,
      limited: unlimited,
      log: silentLog,
      columns,
      lifecycle() {},
      maintenance: async () => {},
    },
  );
}

const message = (topic: string, text: string) => ({
  topic,
  payload: Buffer.from(text),
  client: 'c',
  receivedMs: systemClock.nowMs(),
  resend: false,
  connection: 0,
});

describe('the status of the data plane', () => {
  it('has the statistics of formats, the routes of a format added up, as plain values', async () => {
    const columns = ['temperature', 'humidity'];
    const plane = await start([
      { topic: 'a/{site}/{machine}', format: 'csv', columns },
      { topic: 'b/{site}/{machine}', format: 'csv', columns },
      { topic: 'c/{site}/{machine}', format: 'json' },
    ]);
    try {
      await plane.take((each) => {
        each(message('a/lab/m1', '21.5,'));
        each(message('b/lab/m2', ',40'));
        each(message('c/lab/m3', '{"temperature":1}'));
      });
      const status = structuredClone(await plane.calls.status());
      expect(status.pipeline).toMatchObject({ readings: 3, deadLetters: 0 });
      const reporter = reporterOfSeam(formatSeam, () => status.formats);
      const text = await new Metrics(() => [reporter], new Registry()).text();
      expect(text).toContain('\nharbinger_csv_values_empty_total 2\n');
    } finally {
      await plane.calls.stop();
    }
  });
});

it('after a restart a machine that was replaced is not judged by the readings of the one before', async () => {
  const routes = [
    { topic: 'a/{site}/{machine}', format: 'json' },
    { topic: 'lifecycle/{site}/{machine}', format: 'lifecycle' },
  ];
  const reading = (machine: string, temperature: number) =>
    message(`a/lab/${machine}`, JSON.stringify({ temperature }));
  const before = await start(routes);
  await before.take((each) => [reading('m1', 90), reading('m2', 91)].forEach(each));
  await before.take((each) => each(message('lifecycle/lab/m1', '{"state":"replaced"}')));
  await before.take((each) => each(reading('m1', 20)));
  await before.calls.stop();
  const replayed: number[] = [];
  const after = await start(routes, ({ values }) => void replayed.push(...values));
  await after.calls.stop();
  expect(replayed.filter((value) => !Number.isNaN(value))).toEqual([91, 20]);
});

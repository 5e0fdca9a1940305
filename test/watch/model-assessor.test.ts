import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AlertInput } from '../../gateway/ports/decision.ts';
import { createModelAssessor, riskBelow } from '../../gateway/watch/assessors/model-assessor.ts';
import { ModelClient } from '../../gateway/watch/model/model-client.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import { type TempDir, tempDir, writeOneSensorModel } from './artefacts.ts';

const pump = loadMachineTypes().get('pump')!;
const generic = loadMachineTypes().get('generic')!;
const { signal } = new AbortController();

let temp: TempDir;
let client: ModelClient;
beforeEach(async () => {
  temp = tempDir();
  const folder = join(temp.path, 'one-sensor');
  writeOneSensorModel(folder, pump, 'oil_debris');
  client = new ModelClient({
    sources: [{ type: pump, folder, isUnchecked: true }],
    backend: 'wasm',
    requestMsMax: 30_000,
    restart: { firstMs: 1, maxMs: 1 },
    clock: systemClock,
    random: seededRandom(1),
    log: silentLog,
  });
  await client.start();
});
afterEach(async () => {
  await client.stop();
  temp.remove();
});

const assessor = () => createModelAssessor({ client, baselineOf: () => null });

/** A window in which every value of every sensor is `level`, except those of one sensor, which are `own`. */
function input(level: number, sensor: string, own: number, type: MachineType = pump): AlertInput {
  const window = new Float32Array(type.windowRows * type.sensors.length).fill(level);
  const column = type.sensors.findIndex(({ name }) => name === sensor);
  for (let at = column; at < window.length; at += type.sensors.length) window[at] = own;
  return { machine: { site: 's', machine: 'm', type }, timeMs: 0, window, rows: type.windowRows };
}

it('names the only sensor that the model depends on, and no other', async () => {
  const [worn] = await assessor().assess([input(2, 'oil_debris', 4)], signal);
  expect(worn).toMatchObject({
    source: 'model',
    model: { name: 'one-sensor', version: '0.0.1' },
    contributions: [{ sensor: 'oil_debris', share: 1, value: 4 }],
  });
  expect(worn!.remainingLife!.p50).toBeLessThan(riskBelow(pump));
});

it('explains machines at risk only', async () => {
  const [healthy, worn] = await assessor().assess(
    [input(2, 'oil_debris', -8), input(0, 'oil_debris', 4)],
    signal,
  );
  expect(healthy!.remainingLife!.p50).toBeGreaterThan(riskBelow(pump));
  expect(healthy!.contributions).toEqual([]);
  expect(worn!.contributions).toHaveLength(1);
});

it('returns health and confidence within 0 … 1, falling with life and rising with certainty', async () => {
  const [healthy, worn] = await assessor().assess(
    [input(0, 'oil_debris', 0), input(0, 'oil_debris', 6)],
    signal,
  );
  expect(healthy!.health).toBeGreaterThan(worn!.health);
  for (const { health, confidence, anomaly } of [healthy!, worn!]) {
    for (const share of [health, confidence, anomaly]) {
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
    }
  }
});

it('returns nothing for a type without a model, for values outside its training, and for half a history', async () => {
  const unlike = input(1_000, 'oil_debris', 0);
  const silent = input(Number.NaN, 'oil_debris', 0);
  const foreign = { ...input(0, 'oil_debris', 0), machine: { site: 's', machine: 'g', type: generic } };
  const cutOff = { ...input(0, 'oil_debris', 0), cutOff: true };
  const all = [unlike, silent, foreign, cutOff, input(0, 'oil_debris', 0)];
  const answers = await assessor().assess(all, signal);
  expect(answers.map((answer) => answer?.source ?? null)).toEqual([null, null, null, null, 'model']);
});

it('throws without a worker, so that rules decide', async () => {
  const assess = assessor();
  await client.stop();
  await expect(assess.assess([input(0, 'oil_debris', 0)], signal)).rejects.toMatchObject({
    code: 'MODEL_UNAVAILABLE',
  });
  expect(assess.name).toBe('remaining-life-model');
});

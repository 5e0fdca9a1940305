/** A press with a counter of parts: half as many parts at the same speed are unusual, although the counter went so slowly each day. */
import { expect, it } from 'vitest';
import type { Sensor } from '../../../shared/domain/machine-type.ts';
import { loadMachineTypes } from '../../../shared/domain/machine-types.ts';
import { gaussian, seededRandom } from '../../../shared/runtime/random.ts';
import { Baseline } from '../baselines/baseline.ts';
import { baselineOptions } from '../baselines/baseline-options.ts';

const generic = loadMachineTypes().get('generic')!;
const { openAt } = generic.alerts.find((policy) => policy.on === 'anomaly')!;
const open = (name: string): Sensor => ({
  name,
  unit: '1',
  min: -Number.MAX_VALUE,
  max: Number.MAX_VALUE,
});

const names = ['strom', 'oel_temp', 'teile_gesamt'];
/** Types without a model that ask for what is unusual: an open one, which finds the counter, and one of a person, which declares it. */
const found = { ...generic, sensors: names.map(open) };
const declared = {
  ...generic,
  openSensors: false,
  sensors: [...found.sensors.slice(0, 2), { ...found.sensors[2]!, kind: 'counter' as const }],
};

it.each([
  { type: found, seed: 1 },
  { type: found, seed: 2 },
  { type: declared, seed: 1 },
  { type: declared, seed: 2 },
])('half the rate is told within two hours, and no day before it ($#)', ({ type, seed }) => {
  const random = seededRandom(seed);
  const baseline = new Baseline(names.length, baselineOptions(type));
  let [total, heat, left, speed] = [120_000, 20, 0, 1];
  const told: string[] = [];
  for (let day = 0; day < 17; day++)
    for (let minute = 0; minute < 480; minute++) {
      if (--left <= 0) {
        speed = [0.6, 0.8, 1][Math.floor(3 * random.next())]!;
        left = 60 + Math.floor(420 * random.next());
      }
      const made = Math.round(9 * speed);
      total += day === 16 ? Math.floor(made / 2) : made;
      heat += (20 + 22 * speed - heat) / 60;
      const row = [20 * speed * (1 + gaussian(random) / 20), heat + gaussian(random) / 4, total];
      baseline.take(Float32Array.from(row), day * 86_400_000 + (360 + minute) * 60_000);
      const isTold = baseline.ready && baseline.score().score >= openAt;
      if (isTold && baseline.beyond().some(({ column }) => column === 2))
        told.push(`${day} ${Math.floor(minute / 60)}`);
    }
  // And nothing was on the days before.
  expect(told[0]).toMatch(/^16 [01]$/);
});

/** A pump on a level switch that starts once or twice an hour, more often in rain: no range comes of a handful of starts. */
import { expect, it } from 'vitest';
import type { Sensor } from '../../../shared/domain/machine-type.ts';
import { loadMachineTypes } from '../../../shared/domain/machine-types.ts';
import { gaussian, seededRandom } from '../../../shared/runtime/random.ts';
import { Baseline } from '../baselines/baseline.ts';
import { baselineOptions } from '../baselines/baseline-options.ts';

const generic = loadMachineTypes().get('generic')!;
const { openAt } = generic.alerts.find((policy) => policy.on === 'anomaly')!;
const names = ['niveau', 'pumpenstrom', 'druck', 'starts'];
const sensors = names.map(
  (name): Sensor => ({ name, unit: '1', min: -Number.MAX_VALUE, max: Number.MAX_VALUE }),
);
const startMs = Date.UTC(2026, 9, 26);
const dayMinutes = 1_440;

/** Days on which a sensor is told as unusual, with its name. @param chattersFrom day from which its switch chatters */
function told(days: number, seed: number, chattersFrom = Number.POSITIVE_INFINITY): string[] {
  const random = seededRandom(seed);
  const noise = (size: number) => size * gaussian(random);
  let baseline = new Baseline(names.length, baselineOptions({ ...generic, sensors }));
  let [level, count, runs] = [1.2, 5_100, false];
  const found = new Set<string>();
  for (let minute = 0; minute < days * dayMinutes; minute++) {
    const day = minute / dayMinutes;
    const ofDay = minute % dayMinutes;
    const rain = Math.max(0, Math.sin(2.1 * day + seed) - 0.3);
    level += 0.03 * (ofDay > 360 && ofDay < 1_400 ? 1 : 0.4) + 0.05 * rain - (runs ? 0.32 : 0);
    if (level > 2 && !runs) {
      runs = true;
      count += day >= chattersFrom ? 9 : 1;
    }
    if (level < 0.8) runs = false;
    const pressure = runs ? 1.9 + 0.2 * level + noise(0.03) : 0.25 + 0.05 * level + noise(0.01);
    const current = runs ? 17.5 + noise(0.35) : Math.abs(noise(0.04));
    const row = [level + noise(0.012), current, pressure, count];
    baseline.take(Float32Array.from(row), startMs + minute * 60_000);
    if (baseline.ready && baseline.score().score >= openAt)
      for (const { column } of baseline.beyond()) found.add(`${Math.floor(day)} ${names[column]}`);
    // A restart forgets nothing of it.
    if (minute % 4_001 === 4_000) {
      const saved = structuredClone(baseline.save(names));
      baseline = new Baseline(names.length, baselineOptions({ ...generic, sensors }));
      expect(baseline.restore(saved, names)).toBe(true);
    }
  }
  return [...found];
}

it.each([2, 3, 4])('is told of nothing in three weeks (seed %i)', (seed) => {
  expect(told(21, seed)).toEqual([]);
});

it('is told once its starts are far more than they ever were', () => {
  expect(told(15, 2, 14)).toContain('14 starts');
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../files/paths.ts';
import { gaussian, seededRandom } from '../runtime/random.ts';
import { Detector } from './detector.ts';

const sensors = 4;
const lifeRows = 2_000;
const warmUpRows = 400;

/** Runs a life through a detector; counts how often remaining life was reported, and was within its interval. */
function follow(row: (at: number) => ArrayLike<number>, rows: number, columns: number) {
  const detector = new Detector(columns, { warmUpRows });
  let stated = 0;
  let covered = 0;
  for (let at = 0; at < rows; at++) {
    detector.push(row(at));
    const left = detector.remaining();
    if (!left) continue;
    const truth = rows - 1 - at;
    stated++;
    if (truth >= left.p10 && truth <= left.p90) covered++;
    expect(left.p10).toBeLessThanOrEqual(left.p50);
    expect(left.p50).toBeLessThanOrEqual(left.p90);
  }
  return { detector, stated, covered };
}

/** Wear curves of lives whose first half is healthy. */
const wears: Record<string, (at: number) => number> = {
  'grows ever faster': (at) => 0.3 * Math.exp((at - 700) / 350),
  'grows with the third power': (at) => 12 * Math.max(0, (at - 900) / 1_100) ** 3,
  'begins late': (at) => 0.2 * Math.expm1(Math.max(0, at - 1_250) / 190),
};

function livesOf(wear: (at: number) => number, seeds: number) {
  let stated = 0;
  let covered = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const random = seededRandom(seed);
    const row = (at: number) =>
      Array.from({ length: sensors }, (_, i) => gaussian(random) + (i < 2 ? wear(at) : 0));
    const life = follow(row, lifeRows, sensors);
    stated += life.stated;
    covered += life.covered;
  }
  return { stated, covered };
}

describe('health and remaining life', () => {
  it.each([
    ['there is no trend', () => 0],
    ['a change persists without growing', (at: number) => (at > 900 ? 6 : 0)],
    ['a large deviation has receded', (at: number) => 6 * Math.max(0, 1 - Math.abs(at - 900) / 300)],
  ])('is unknown while %s', (_, wear) => {
    for (let seed = 1; seed <= 3; seed++) {
      const random = seededRandom(seed);
      const row = (at: number) => Array.from({ length: sensors }, () => gaussian(random) + wear(at));
      // A deviation that receded had been growing for a while, and nobody can tell the difference then.
      const { stated } = follow(row, lifeRows, sensors);
      expect(stated).toBeLessThanOrEqual(wear(900) > 0 && wear(1_500) === 0 ? 0.1 * lifeRows : 0);
    }
  });

  it.each(Object.entries(wears))('is extrapolated, with an interval that holds, if wear %s', (name, wear) => {
    const { stated, covered } = livesOf(wear, 8);
    console.log(
      `wear that ${name}: remaining life stated for ${stated} rows, within its interval for ${covered}`,
    );
    expect(stated).toBeGreaterThan(300);
    expect(covered / stated).toBeGreaterThan(0.7);
  });
});

const bearings = join(packageRoot, '..', 'shared', 'data', 'femto');
it.skipIf(!existsSync(bearings))('of real bearings falls before the end (needs the FEMTO recordings)', () => {
  const files = readdirSync(bearings).filter((name) => name.endsWith('.csv'));
  let warned = 0;
  for (const file of files) {
    const lines = readFileSync(join(bearings, file), 'utf8').trim().split('\n').slice(1);
    const rows = lines.map((line) => line.split(',').slice(3).map(Number));
    const detector = new Detector(rows[0]!.length, { warmUpRows: 100 });
    for (const row of rows) detector.push(row);
    if (detector.healthIndex < 0.5) warned++;
  }
  expect(warned).toBeGreaterThanOrEqual(files.length - 1);
});

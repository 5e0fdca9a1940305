import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../runtime/paths.ts';
import { gaussian, seededRandom } from '../runtime/random.ts';
import { Detector } from './detector.ts';

const sensors = 4;
const lifeRows = 2_000;
const warmUpRows = 400;

/** Runs a life through a detector; says how often remaining life was stated, and was within its interval. */
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

describe('health and remaining life', () => {
  it('is unknown while there is no trend', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const random = seededRandom(seed);
      const { stated, detector } = follow(
        () => Array.from({ length: sensors }, () => gaussian(random)),
        lifeRows,
        sensors,
      );
      expect(stated).toBe(0);
      expect(detector.healthIndex).toBeGreaterThan(0.7);
    }
  });

  it('is extrapolated, with an interval, where wear grows', () => {
    let stated = 0;
    let covered = 0;
    for (let seed = 1; seed <= 10; seed++) {
      const random = seededRandom(seed);
      const wear = (at: number) => 0.3 * Math.exp((at - 700) / 350);
      const life = follow(
        (at) => Array.from({ length: sensors }, (_, i) => gaussian(random) + (i < 2 ? wear(at) : 0)),
        lifeRows,
        sensors,
      );
      expect(life.detector.healthIndex).toBeLessThan(0.5);
      stated += life.stated;
      covered += life.covered;
    }
    console.log(`remaining life stated for ${stated} rows, within its interval for ${covered}`);
    expect(stated).toBeGreaterThan(1_000);
    expect(covered / stated).toBeGreaterThan(0.6);
  });
});

const bearings = join(packageRoot, '..', 'shared', 'data', 'femto');
it.skipIf(!existsSync(bearings))(
  'of real bearings (FEMTO learning set, where it is at hand) falls before the end',
  () => {
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
  },
);

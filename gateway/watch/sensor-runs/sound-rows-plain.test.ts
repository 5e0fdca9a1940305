/** Rows of which no sensor is looked at, because all are well, against the plain way: each sensor of each row is looked at. */
import { expect, it } from 'vitest';
import { seededRandom } from '../../../shared/runtime/random.ts';
import { SensorRuns } from './sensor-runs.ts';

const columns = 4;

/** Looks at each sensor. */
class PlainRuns extends SensorRuns {
  override soundRow(...args: Parameters<SensorRuns['soundRow']>): Float32Array | null {
    Object.assign(this, { mayBeUnwell: true });
    return super.soundRow(...args);
  }
}

it.each([1, 2, 3, 4, 5, 6, 7, 8])('sensors that are not well are left out all the same, seed %i', (seed) => {
  const random = seededRandom(seed);
  const [quick, plain] = [new SensorRuns(columns), new PlainRuns(columns)];
  const both = [quick, plain];
  const [still, away] = [new Float32Array(columns), new Float32Array(columns)];
  const cells = new Float32Array(2 * columns);
  let [unsound, sound] = [0, 0];
  for (let row = 0; row < 3_000; row++) {
    for (let column = 0; column < columns; column++) {
      if (random.next() < 0.004) still[column] = Math.floor(random.next() * 300);
      if (random.next() < 0.001) away[column] = Math.floor(random.next() * 200);
      // One of them is at a few levels only.
      if (--still[column]! < 0) cells[column] = column === 3 ? Math.floor(4 * random.next()) : random.next();
      cells[columns + column] = Number(--away[column]! < 0);
    }
    const isWhole = cells.subarray(columns).every((seen) => seen === 1);
    const isLive = random.next() > 0.01;
    if (random.next() < 0.005) for (const each of both) each.refused(1);
    if (random.next() < 0.001) for (const each of both) each.forget(2);
    if (random.next() < 0.001)
      for (const each of both) each.restoreUnwell({ a: cells[0]! }, ['a', 'b', 'c', 'd']);
    const isCounter = (column: number) => column === 2 && row % 2_000 < 500;
    const [one, other] = both.map((each) => {
      if (isLive) each.take(cells, 0, isWhole ? -1 : columns, row * 1_000);
      const found = each.soundRow(cells, 0, isLive, isCounter);
      return found && [...found];
    });
    expect(one).toEqual(other);
    if (one) unsound++;
    else sound++;
  }
  expect(Math.min(unsound, sound)).toBeGreaterThan(100);
});

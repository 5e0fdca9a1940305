import { expect, it } from 'vitest';
import { seededRandom } from '../../../shared/runtime/random.ts';
import { SensorRuns } from './sensor-runs.ts';

const names = ['a', 'b', 'c'].map((name) => ({ name }));

it('a row of all sensors is taken as one that says of each of them that it was sent', () => {
  let faults = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const random = seededRandom(seed);
    const [told, whole] = [new SensorRuns(3), new SensorRuns(3)];
    // A sensor stands still, or is not sent, for as long as this.
    const [still, away] = [
      [0, 0, 0],
      [0, 0, 0],
    ];
    const cells = new Float32Array(6);
    for (let row = 0; row < 3_000; row++) {
      for (let column = 0; column < 3; column++) {
        if (random.next() < 0.002) still[column] = Math.floor(random.next() * 400);
        if (random.next() < 0.001) away[column] = Math.floor(random.next() * 400);
        if (--still[column]! < 0) cells[column] = random.next();
        cells[3 + column] = Number(--away[column]! < 0);
      }
      const isWhole = cells.subarray(3).every((seen) => seen === 1);
      told.take(cells, 0, 3, row * 1_000);
      whole.take(cells, 0, isWhole ? -1 : 3, row * 1_000);
      expect(whole.list(names)).toEqual(told.list(names));
      faults += told.out;
      if (random.next() < 0.01) for (const each of [told, whole]) each.refused(1);
    }
    expect(whole.unsent(names)).toEqual(told.unsent(names));
  }
  expect(faults).toBeGreaterThan(100);
});

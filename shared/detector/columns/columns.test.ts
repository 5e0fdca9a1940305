import { describe, expect, it } from 'vitest';
import { gaussian, type Random, seededRandom } from '../../runtime/random.ts';
import { Detector } from '../detector.ts';
import { withFurther, withoutKnowing } from './columns.ts';

const minuteMs = 60_000;

/** A row of sensors that go with one another, at a minute. */
function rowAt(sensors: number, minute: number, random: Random): Float64Array {
  const common = Math.sin(minute / 200);
  return Float64Array.from({ length: sensors }, (_, i) => 10 * (i + 1) + common + 0.2 * gaussian(random));
}

function learnt(sensors: number): { detector: Detector; random: Random } {
  const random = seededRandom(4);
  const detector = new Detector(sensors, { hasClock: true });
  for (let minute = 0; minute < 4_000; minute++)
    detector.push(rowAt(sensors, minute, random), 0, minute * minuteMs);
  return { detector, random };
}

describe('a detector whose machine gets a further sensor', () => {
  for (const sensors of [1, 4, 11, 12])
    it(`judges the others exactly as before while that one is silent, in itself (${sensors} sensors)`, () => {
      const { detector, random } = learnt(sensors);
      const wider = detector.withColumns(withFurther(sensors, 1));
      expect(wider.rows).toBe(detector.rows);
      for (let minute = 4_000; minute < 4_200; minute++) {
        const row = rowAt(sensors, minute, random);
        detector.push(row, 0, minute * minuteMs);
        wider.push([...row, Number.NaN], 0, minute * minuteMs);
      }
      const [a, b] = [new Float64Array(sensors), new Float64Array(sensors + 1)];
      expect([...wider.stillness(b).slice(0, sensors)]).toEqual([...detector.stillness(a)]);
      expect(wider.recentDecades).toBeCloseTo(detector.recentDecades, 0);
    });

  it('is not alarmed by it, and tells of it once it is known', () => {
    const { detector, random } = learnt(4);
    const wider = detector.withColumns(withFurther(4, 1));
    let [highest, highestBefore] = [0, 0];
    for (let minute = 4_000; minute < 8_000; minute++) {
      const row = rowAt(5, minute, random);
      highest = Math.max(highest, wider.push(row, 0, minute * minuteMs));
      highestBefore = Math.max(highestBefore, detector.push(row, 0, minute * minuteMs));
    }
    expect(highest).toBeLessThan(highestBefore + 0.02);
    const odd = rowAt(5, 8_000, random);
    odd[4]! += 5;
    for (let minute = 8_000; minute < 8_030; minute++) wider.push(odd, 0, minute * minuteMs);
    const blame = wider.contributions(new Float64Array(5));
    expect(wider.score).toBeGreaterThan(0.5);
    expect(blame.indexOf(Math.max(...blame))).toBe(4);
  });

  it('learns one sensor anew and keeps the others', () => {
    const { detector, random } = learnt(4);
    const other = detector.withColumns(withoutKnowing(4, 1));
    let [highest, highestBefore] = [0, 0];
    for (let minute = 4_000; minute < 6_000; minute++) {
      const row = rowAt(4, minute, random);
      highestBefore = Math.max(highestBefore, detector.push(row, 0, minute * minuteMs));
      row[1]! *= 50;
      highest = Math.max(highest, other.push(row, 0, minute * minuteMs));
    }
    expect(highest).toBeLessThan(highestBefore + 0.05);
  });

  it('goes on from its bytes as it would have', () => {
    const { detector, random } = learnt(4);
    const wider = detector.withColumns(withFurther(4, 2));
    const resumed = Detector.fromBytes(wider.toBytes());
    for (let minute = 4_000; minute < 4_500; minute++) {
      const row = rowAt(6, minute, random);
      expect(resumed.push(row, 0, minute * minuteMs)).toBe(wider.push(row, 0, minute * minuteMs));
    }
  });
});

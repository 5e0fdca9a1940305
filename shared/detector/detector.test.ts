import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../runtime/random.ts';
import { Detector } from './detector.ts';

const stepMs = 300_000;
const startMs = Date.UTC(2026, 0, 5);

/** Two correlated sensors and an independent one, with some missing values; the second shifts near the end. */
function rowsOf(seed: number, rows: number): number[][] {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, (_, row) => {
    const cause = Math.sin(row / 40) + 0.2 * gaussian(random);
    const shifted = row > 0.8 * rows ? 4 : 0;
    const values = [10 + cause, 5 - 2 * cause + shifted, gaussian(random)];
    return random.next() < 0.02 ? values.map(() => Number.NaN) : values;
  });
}

const push = (detector: Detector, rows: number[][], from = 0) =>
  rows.map((row, i) => detector.push(row, 0, startMs + (from + i) * stepMs));
const continued = (detector: Detector, rows: number[][]) => {
  push(detector, rows.slice(450), 450);
  return detector;
};
const newDetector = (sensors = 3) => new Detector(sensors, { warmUpRows: 200, hasClock: true });

describe('the detector', () => {
  it('scores any input between 0 and 1', () => {
    const value = fc.oneof(
      fc.double(),
      fc.constantFrom(Number.NaN, 0, 1, 1e308, -1e308, Number.POSITIVE_INFINITY),
    );
    const rows = fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(rows, (given) => {
        const scores = push(newDetector(), given);
        return scores.every((score) => score >= 0 && score <= 1);
      }),
      { numRuns: 60 },
    );
  });

  it('recovers from impossible values', () => {
    const detector = newDetector();
    const rows = rowsOf(1, 600);
    push(detector, rows.slice(0, 300));
    push(detector, [[1e300, -1e300, Number.NEGATIVE_INFINITY]]);
    const after = push(detector, rows.slice(300, 470));
    expect(after.every(Number.isFinite)).toBe(true);
    expect(after.at(-1)).toBeLessThan(0.6);
  });

  it('does not look ahead: later rows change no score', () => {
    const rows = rowsOf(2, 600);
    const all = push(newDetector(), rows);
    expect(push(newDetector(), rows.slice(0, 350))).toEqual(all.slice(0, 350));
  });

  it('continues from its saved state exactly as without a restart', () => {
    const rows = rowsOf(3, 900);
    const whole = push(newDetector(), rows);
    const first = newDetector();
    push(first, rows.slice(0, 450));
    // At an odd offset of a larger buffer, as when read from a file.
    const bytes = Buffer.concat([Buffer.alloc(3), first.toBytes()]).subarray(3);
    const second = Detector.fromBytes(bytes);
    expect(push(second, rows.slice(450), 450)).toEqual(whole.slice(450));
    expect([...second.toBytes()]).toEqual([...continued(first, rows).toBytes()]);
  });

  it('refuses a state of another version or size', () => {
    const bytes = newDetector().toBytes();
    const changed = (at: number, value: number) => {
      const copy = bytes.slice();
      new DataView(copy.buffer).setFloat64(at * 8, value, true);
      return copy;
    };
    const others = [changed(0, 2), changed(1, 4), changed(1, 1e9), changed(1, Number.NaN), changed(3, 0)];
    for (const other of [...others, bytes.subarray(0, 20), bytes.subarray(8), new Uint8Array(0)]) {
      expect(() => Detector.fromBytes(other)).toThrow(/learn it anew/);
    }
  });

  it.each([
    ['scale', 1_024, 0],
    ['offset', 1, 4_096],
  ])('does not depend on the %s of values', (_, scale, offset) => {
    const rows = rowsOf(4, 600).map((row) => row.map((value) => Math.round(value * 1_024) / 1_024));
    const plain = push(newDetector(), rows);
    const changed = push(
      newDetector(),
      rows.map((row) => row.map((value) => value * scale + offset)),
    );
    expect(changed).toHaveLength(600);
    changed.slice(100).forEach((score, i) => {
      expect(score).toBeCloseTo(plain[100 + i]!, 2);
    });
  });

  it('scores 0 while nothing changes, and 0.6 or more at the first change', () => {
    const detector = newDetector(1);
    expect(Math.max(...push(detector, Array(500).fill([45])))).toBe(0);
    expect(detector.push([60], 0, startMs + 500 * stepMs)).toBeGreaterThan(0.6);
  });

  it('scores 0 for a machine without sensors', () => {
    expect(push(newDetector(0), [[], [], []])).toEqual([0, 0, 0]);
  });

  it('names the sensor responsible', () => {
    const detector = newDetector();
    push(detector, rowsOf(5, 600));
    const blame = [...detector.contributions(new Float64Array(3))];
    expect(detector.ratio).toBeGreaterThan(1);
    expect(blame.indexOf(Math.max(...blame))).toBe(1);
  });

  it('accepts a lasting change as the new normal: it is reported as it begins, not later', () => {
    const random = seededRandom(6);
    const detector = new Detector(1);
    const take = (rows: number, level: number) =>
      Array.from({ length: rows }, () => detector.push([level + gaussian(random)]));
    take(1_000, 0);
    expect(Math.max(...take(5, 25))).toBeGreaterThan(0.85);
    take(300, 25);
    expect(Math.max(...take(500, 25))).toBeLessThan(0.85);
  });

  it('needs a few KB per machine, however long its life', () => {
    const detector = new Detector(14);
    const size = () => detector.toBytes().length;
    const row = new Float64Array(14);
    for (let i = 0; i < 100; i++) detector.push(row.map((_, k) => i + k));
    const before = size();
    for (let i = 0; i < 3_000; i++) detector.push(row.map((_, k) => Math.sin(i + k)));
    expect(before).toBeLessThan(9_000);
    expect(size()).toBe(before);
  });
});

it('reports the cost of a row', () => {
  const random = seededRandom(7);
  for (const sensors of [1, 14]) {
    const values = Float64Array.from({ length: 1_000 * sensors }, () => gaussian(random));
    const detector = new Detector(sensors);
    const before = process.cpuUsage();
    for (let row = 0; row < 20_000; row++) detector.push(values, (row % 1_000) * sensors);
    const { user, system } = process.cpuUsage(before);
    console.log(`${sensors} sensor(s): ${((user + system) / 20_000).toFixed(2)} µs of CPU a row`);
    expect(detector.rows).toBe(20_000);
  }
});

import { describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../../shared/runtime/random.ts';
import { ApparentStart } from './apparent-start.ts';

const minuteMs = 60_000;
const random = seededRandom(7);
const noise = (size: number) => size * gaussian(random);

/** A conveyor: vibration, current, belt speed, temperature. */
const rest = () => [0.05 + Math.abs(noise(0.01)), Math.abs(noise(0.03)), 0, 20 + noise(0.3)];
const work = (times = 1) => [1.3 * times + noise(0.1), 9 + noise(0.2), 1.2 + noise(0.01), 30 + noise(0.3)];

/** Follows spans of readings, one a minute; returns the minutes at which it seems to start. */
function starts(...spans: (readonly [() => number[], number])[]): number[] {
  const seen = new ApparentStart(minuteMs);
  let minute = 0;
  return spans.flatMap(([values, minutes]) =>
    Array.from({ length: minutes }, () => {
      const row = Float32Array.from(values());
      return seen.takes(row, 0, row.length, minute++ * minuteMs) ? [minute - 1] : [];
    }).flat(),
  );
}

describe('an apparent start', () => {
  it('is seen each time, from the first one on', () => {
    const peaks = [() => work(2.6), 2] as const;
    expect(starts([rest, 60], peaks, [work, 100], [rest, 60], peaks, [work, 100])).toEqual([60, 222]);
  });

  it('is not a sensor that leaps alone, nor a machine that gets worse, however fast', () => {
    const spike = () => [20, ...work().slice(1)];
    expect(starts([work, 60], [spike, 5], [work, 60], [() => work(4), 60])).toEqual([]);
  });

  it('is not what a machine that has just begun to send shows, nor what it does each few minutes', () => {
    expect(starts([rest, 3], [work, 60])).toEqual([]);
    const strokes = Array.from({ length: 20 }, () => [[rest, 4] as const, [work, 3] as const]).flat();
    expect(starts([work, 30], ...strokes)).toEqual([]);
  });

  it('is not what switches and counts show, which leap each time', () => {
    const bits = (values: number[]) => () => [...values, 1.3 + noise(0.1)];
    expect(starts([bits([0, 0]), 60], [bits([1, 1]), 60], [bits([0, 0]), 60], [bits([1, 7]), 60])).toEqual(
      [],
    );
    const beside = (on: number, vibration: number) => () => [on, vibration + noise(0.01), 20];
    expect(starts([beside(0, 1), 60], [beside(1, 15), 60])).toEqual([]);
  });

  it('is seen where each sensor has a message of its own', () => {
    const seen = new ApparentStart(minuteMs);
    const found: number[] = [];
    for (let minute = 0; minute < 80; minute++)
      for (const [column, value] of (minute < 60 ? rest() : work()).entries()) {
        const row = new Float32Array(4).fill(Number.NaN);
        row[column] = value;
        if (seen.takes(row, 0, 4, minute * minuteMs + column * 1_000)) found.push(minute);
      }
    expect(found[0]).toBe(60);
  });

  it('is not a pause in which nobody knows what it did', () => {
    const seen = new ApparentStart(minuteMs);
    const take = (values: number[], minute: number) =>
      seen.takes(Float32Array.from(values), 0, 4, minute * minuteMs);
    for (let minute = 0; minute < 60; minute++) expect(take(rest(), minute)).toBe(false);
    expect(take(work(), 120)).toBe(false);
  });
});

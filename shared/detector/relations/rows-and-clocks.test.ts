import { describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../runtime/random.ts';
import { dayMs, minuteMs, startMs } from './machine.testing.ts';
import { RelationDetector } from './relation-detector.ts';

/** Three sensors that follow a day and an hour. */
function machine(seed: number) {
  const random = seededRandom(seed);
  let swing = 0;
  return (timeMs: number, passedMs: number): number[] => {
    const keep = Math.exp(-passedMs / (60 * minuteMs));
    swing = keep * swing + Math.sqrt(1 - keep * keep) * gaussian(random);
    const ofDay = Math.sin((2 * Math.PI * timeMs) / dayMs);
    return [swing + ofDay, 2 * swing - ofDay, ofDay - swing].map((value) => value + 0.3 * gaussian(random));
  };
}

describe('rows that come rarely', () => {
  /** The day from which a machine is judged, and what a fault of its second sensor from day 120 on is called by day 125. */
  function run(stepMs: number, runs: (day: number) => boolean = () => true) {
    const detector = new RelationDetector(3);
    const rowOf = machine(1);
    let judgedDay = Number.NaN;
    for (let day = 0; day < 125; day += stepMs / dayMs) {
      if (!runs(day)) continue;
      const row = rowOf(startMs + day * dayMs, stepMs);
      if (day > 120) row[1]! += 5;
      detector.push(row, 0, startMs + day * dayMs);
      if (Number.isNaN(judgedDay) && detector.state !== 'learning') judgedDay = day;
    }
    return { judgedDay, state: detector.state };
  }

  it('each 80 minutes, or each hour of two shifts, are judged in less than five weeks', () => {
    const slow = run(80 * minuteMs);
    expect(slow.judgedDay).toBeLessThan(28);
    expect(slow.state).toBe('unusual');
    const shifts = run(60 * minuteMs, (day) => day % 1 < 0.66);
    expect(shifts.judgedDay).toBeLessThan(36);
    expect(shifts.state).toBe('unusual');
  });

  it('four times a day, in sixteen weeks', () => {
    expect(run(360 * minuteMs).judgedDay).toBeLessThan(112);
  });

  it('of a machine that runs for ten minutes a day', () => {
    expect(run(minuteMs, (day) => day % 1 < 10 / 1_440).judgedDay).toBeLessThan(60);
  });
});

describe('a clock that jumps', () => {
  /** @param wrong by how many days the clock is wrong @returns minutes until the fault of day 20 was told, and since when it is */
  function run(wrong: (day: number) => number) {
    const detector = new RelationDetector(3);
    const rowOf = machine(2);
    let told = Number.NaN;
    let now = 0;
    for (let minute = 0; minute < 22 * 1_440; minute++) {
      const day = minute / 1_440;
      now = startMs + minute * minuteMs;
      const row = rowOf(now, minuteMs);
      if (day > 20) row[1]! += 4;
      detector.push(row, 0, now + wrong(day) * dayMs);
      if (day > 20 && Number.isNaN(told) && detector.state === 'unusual')
        told = Math.round((day - 20) * 1_440);
    }
    return { told, state: detector.state, sinceDay: (detector.sinceMs! - startMs) / dayMs };
  }

  it('while a fault begins delays nothing', () => {
    const { told } = run(() => 0);
    const ahead = run((day) => (day > 19.998 && day < 20.003 ? 400 : 0));
    expect(ahead.told).toBeLessThan(told + 30);
    expect(ahead.state).toBe('changed');
    const forHours = run((day) => (day > 19.998 && day < 20.2 ? 40 : 0));
    expect(forHours.told).toBeLessThan(told + 30);
    expect(forHours.state).toBe('changed');
    expect(forHours.sinceDay).toBeGreaterThan(19.9);
    expect(forHours.sinceDay).toBeLessThan(20.5);
  });
});

it('what is said to be usual is of averages: what is unusual is outside it, and well rows are mostly inside', () => {
  const detector = new RelationDetector(3);
  const rowOf = machine(3);
  let [unusual, outside, well, inside] = [0, 0, 0, 0];
  for (let minute = 0; minute < 21 * 1_440; minute++) {
    const day = minute / 1_440;
    const row = rowOf(startMs + minute * minuteMs, minuteMs);
    if (day > 20 && day < 20.3) row[1]! += 2;
    detector.push(row, 0, startMs + minute * minuteMs);
    const { now, low, high } = detector.expected(1) ?? { now: 0, low: 0, high: 0 };
    if (detector.state === 'unusual' && detector.ratioOf(1) > 1) {
      unusual++;
      if (now < low || now > high) outside++;
    } else if (day > 12 && day < 20) {
      well++;
      if (now >= low && now <= high) inside++;
    }
  }
  expect(unusual).toBeGreaterThan(100);
  expect(outside).toBe(unusual);
  expect(inside / well).toBeGreaterThan(0.999);
});

import { describe, expect, it } from 'vitest';
import { estimatePoliciesOf } from '../../../shared/domain/alert-policy.ts';
import { loadMachineTypes } from '../../../shared/domain/machine-types.ts';
import { gaussian, seededRandom } from '../../../shared/runtime/random.ts';
import { scoreAnomaly } from '../assessors/score-anomaly.ts';
import { Baseline } from './baseline.ts';
import { baselineOptions, learnRows } from './baseline-options.ts';

const columns = 6;
const random = seededRandom(3);
const normalRow = () => Float32Array.from({ length: columns }, (_, i) => 10 * i + gaussian(random));
const wider = Array.from({ length: columns + 1 }, (_, i) => ({ name: `s${i}`, unit: '1', min: 0, max: 1e6 }));
type Changed = (row: Float32Array) => void;

/** A baseline that has learnt normal rows, and functions to add more. */
function learnt(options = {}) {
  const baseline = new Baseline(columns, options);
  let timeMs = 0;
  const take = (rows: number, change: Changed = () => {}) => {
    const scores: number[] = [];
    for (let i = 0; i < rows; i++) {
      const row = normalRow();
      change(row);
      timeMs += 1_000;
      baseline.take(row, timeMs);
      scores.push(baseline.score().score);
    }
    return scores;
  };
  take(2 * learnRows);
  return { baseline, take };
}

describe('the anomaly score', () => {
  it('stays below 0.5 while a machine behaves as in the beginning', () => {
    const { take } = learnt();
    expect(Math.max(...take(300))).toBeLessThan(0.5);
  });

  it('exceeds 0.5 while sensors deviate, and names them', () => {
    const { baseline, take } = learnt();
    const scores = take(60, (row) => {
      row[2]! += 12;
    });
    expect(Math.min(...scores.slice(10))).toBeGreaterThan(0.5);
    expect(Math.max(...scores)).toBeLessThanOrEqual(1);
    const { deviations } = baseline.score();
    expect(deviations.indexOf(Math.max(...deviations))).toBe(2);
    expect(take(120).at(-1)).toBeLessThan(0.5);
  });

  it('ignores a single odd row', () => {
    const { take } = learnt();
    take(1, (row) => {
      row[2]! += 1_000;
    });
    expect(Math.max(...take(5))).toBeLessThan(0.5);
  });

  it('is 0 while learning, without a baseline, and for silent sensors', () => {
    expect(new Baseline(columns).score()).toEqual({ score: 0, deviations: new Float64Array(columns) });
    expect(scoreAnomaly(null, columns)).toEqual({ score: 0, deviations: new Float64Array(columns) });
    const { baseline, take } = learnt();
    const scores = take(50, (row) => {
      row[1] = Number.NaN;
    });
    expect(Math.max(...scores)).toBeLessThan(0.5);
    expect(baseline.score().deviations[1]).toBe(0);
  });

  it('ignores a change in the last digit of a sensor that was constant while learning', () => {
    const at = (value: number) => {
      const baseline = new Baseline(1);
      for (let row = 0; row < learnRows; row++) baseline.take(Float32Array.of(100), row);
      for (let row = 0; row < 30; row++) baseline.take(Float32Array.of(value), learnRows + row);
      return baseline.score().score;
    };
    expect(at(100.04)).toBeLessThan(0.5);
    expect(at(110)).toBeGreaterThan(0.5);
  });

  it('is learnt again when the machine gets more sensors while hardly anything is known', () => {
    const baseline = new Baseline(columns);
    baseline.take(normalRow(), 0);
    expect(baseline.widen(wider)).toEqual([]);
    expect(baseline.rows).toBe(0);
    expect(baseline.score().deviations).toHaveLength(columns + 1);
  });

  it('is kept when the machine gets more sensors, which are learnt beside', () => {
    const { baseline } = learnt();
    const { rows } = baseline;
    expect(baseline.widen(wider)).toEqual([`s${columns}`]);
    expect(baseline.rows).toBe(rows);
    expect(baseline.score().deviations).toHaveLength(columns + 1);
    const row = () => Float32Array.of(...normalRow(), 500 + gaussian(random));
    for (let at = 0; at < 300; at++) baseline.take(row(), 1e6 + 1_000 * at);
    expect(baseline.score().score).toBeLessThan(0.5);
    const odd = row();
    odd[2]! += 12;
    for (let at = 300; at < 360; at++) baseline.take(odd, 1e6 + 1_000 * at);
    expect(baseline.score().score).toBeGreaterThan(0.5);
    const { deviations } = baseline.score();
    expect(deviations.indexOf(Math.max(...deviations))).toBe(2);
  });

  it('samples no more rows than the machine’s step allows, at any rate of messages', () => {
    const baseline = new Baseline(1, { stepMs: 400 });
    for (let i = 0; i <= 1_000; i++) baseline.take(Float32Array.of(i), i);
    expect(baseline.rows).toBe(21);
  });
});

it('of an open type stays high while a change lasts, until a person says that this is normal', () => {
  const generic = loadMachineTypes().get('generic')!;
  const [alert] = estimatePoliciesOf(generic);
  const { baseline, take } = learnt(baselineOptions(generic));
  expect(baseline.ready).toBe(false);
  take(600);
  const changed = (row: Float32Array) => {
    row[0]! += 30;
  };
  expect(take(60, changed).at(-1)).toBeGreaterThan(alert!.openAt);
  expect(take(2_000, changed).at(-1)).toBeGreaterThan(alert!.openAt);
  expect(baseline.beyond()).toMatchObject([{ column: 0 }]);
  baseline.relearn();
  expect(Math.max(...take(2_000, changed))).toBeLessThanOrEqual(alert!.resolveAt);
});

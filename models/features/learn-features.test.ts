import { describe, expect, it } from 'vitest';
import { clipStd } from '../../shared/model/features.ts';
import { featuresFor, pathFor } from '../fit/design.ts';
import { conditionOffset, fleetDesign, fleetRuns, fleetType } from '../fit/fleet.testing.ts';

const { runs } = fleetRuns({ machines: 40, seed: 1 });
const { summary: _, ...byRows } = fleetDesign;
const features = featuresFor(byRows, fleetType, runs);
const path = pathFor(fleetType, features);
const [rows, inputs] = [fleetType.windowRows, fleetType.sensors.length];
const columns = path.width / rows;
const none = Number.NaN;

/** A window as the gateway builds it, from rows of the five sensors. */
function windowOf(...last: number[][]): Float32Array {
  const window = new Float32Array(rows * inputs).fill(none);
  window.set(last.flat(), (rows - last.length) * inputs);
  return window;
}

function prepared(window: Float32Array): { familiarity: number; row(at: number): number[] } {
  const out = new Float32Array(path.width);
  const familiarity = path.window(window, 0, out, 0);
  return { familiarity, row: (at) => [...out.subarray(at * columns, (at + 1) * columns)] };
}

/** A row of a healthy machine in one of the two conditions; noise keeps the sensors from standing still. */
const healthy = (condition: number, i = 0) => {
  const shown = conditionOffset[condition]! + 0.01 * i;
  return [[10, 40][condition]!, shown, 2 * shown, 0.1 * (i % 7), 7];
};
const full = (change: (row: number[], i: number) => number[] = (row) => row) =>
  windowOf(...Array.from({ length: rows }, (_, i) => change(healthy(i % 2, i), i)));

describe('learning from the training data', () => {
  it('finds two operating conditions with their own means', () => {
    expect(features.conditions.map(({ centre }) => Math.round(centre[0]!)).sort()).toEqual([10, 40]);
    const slow = features.conditions.find(({ centre }) => centre[0]! < 20)!;
    const fast = features.conditions.find(({ centre }) => centre[0]! > 20)!;
    expect(fast.mean[0]! - slow.mean[0]!).toBeCloseTo(conditionOffset[1]!, -1);
    expect(slow.std[0]!).toBeLessThan(10);
    expect(slow.share + fast.share).toBeCloseTo(1);
  });

  it('selects the sensors that vary and are not settings', () => {
    expect(features.channels.map((index) => fleetType.sensors[index]!.name)).toEqual([
      'wear',
      'echo',
      'noise',
    ]);
  });

  it('finds one condition if settings hardly vary or are disregarded', () => {
    const slow = runs.map((run) => {
      const values = run.values.map((value, i) => (i % inputs === 0 ? 10 + 0.01 * Math.sin(i) : value));
      return { ...run, values };
    });
    expect(featuresFor(fleetDesign, fleetType, slow).conditions).toHaveLength(1);
    const global = featuresFor({ ...fleetDesign, perCondition: false }, fleetType, runs);
    expect(global.conditions).toHaveLength(1);
    expect(global.conditions[0]!.std[0]!).toBeGreaterThan(100);
  });
});

describe('the feature path', () => {
  it('gives the same numbers for the same state in every operating condition', () => {
    const { row, familiarity } = prepared(full());
    expect(familiarity).toBe(1);
    expect(row(10)[0]!).toBeCloseTo(row(11)[0]!, 0);
  });

  it('assigns a row with unknown settings to the nearest condition, as unfamiliar', () => {
    const { row, familiarity } = prepared(
      full((values, i) => (i === 15 ? [30, ...values.slice(1)] : values)),
    );
    expect(Math.abs(row(15)[0]!)).toBeLessThan(clipStd);
    expect(familiarity).toBeCloseTo(15 / 16);
  });

  it('keeps the condition of the row before if a setting is missing', () => {
    const steady = (missing: number | null) =>
      windowOf(
        ...Array.from({ length: rows }, (_, i) => [i === missing ? none : 40, ...healthy(1, i).slice(1)]),
      );
    expect(prepared(steady(15)).row(15)).toEqual(prepared(steady(null)).row(15));
  });

  it('replaces a missing sensor by its expected value given the others', () => {
    const worn = (values: number[], i: number) => [
      values[0]!,
      values[1]! + 8,
      values[2]! + 16,
      0.1 * (i % 7),
      7,
    ];
    const all = prepared(full(worn)).row(15);
    const gap = prepared(full((values, i) => worn(values, i).map((value, s) => (s === 1 ? none : value))));
    expect(all[0]!).toBeGreaterThan(1.5);
    expect(gap.row(15)[0]!).toBeGreaterThan(0.8 * all[0]!);
    expect(gap.familiarity).toBeCloseTo(2 / 3);
  });

  it('treats a sensor as missing from its second equal value on if it never stood still so long in training', () => {
    const { row, familiarity } = prepared(
      full((values, i) => (i < 6 ? values : [...values.slice(0, 3), 99, 7])),
    );
    expect(row(6)[2]!).toBe(clipStd);
    expect(Math.abs(row(15)[2]!)).toBeLessThan(1);
    expect(familiarity).toBeCloseTo(1 - 10 / 48);
    const short = prepared(full((values, i) => (i < 13 ? values : [...values.slice(0, 3), 99, 7])));
    expect(short.row(15)[2]!).toBe(clipStd);
  });

  it('pads a short history with its first row, marked as absent', () => {
    const { row, familiarity } = prepared(windowOf(...[0, 1, 2, 3, 4].map((i) => healthy(i % 2, i))));
    expect(familiarity).toBe(1);
    expect(row(0).slice(0, 3)).toEqual(row(11).slice(0, 3));
    expect(row(10).at(-1)).toBe(0);
    expect(row(11).at(-1)).toBe(1);
  });

  it('has no familiarity for a window with too few rows or without values', () => {
    expect(prepared(windowOf(healthy(0), healthy(1), healthy(0))).familiarity).toBe(0);
    const nothing = prepared(windowOf());
    expect(nothing.familiarity).toBe(0);
    expect(nothing.row(15).length).toBeGreaterThan(0);
    expect(nothing.row(15).filter((value) => value !== 0)).toHaveLength(0);
  });

  it('repeats the row before if a whole row is missing', () => {
    const { row } = prepared(full((values, i) => (i === 9 ? values.map(() => none) : values)));
    expect(row(9)).toEqual(row(8));
  });

  it('limits an outlier to a few standard deviations', () => {
    const { row, familiarity } = prepared(
      full((values, i) => (i === 15 ? [values[0]!, 1e30, ...values.slice(2)] : values)),
    );
    expect(row(15)[0]).toBe(clipStd);
    expect(familiarity).toBeCloseTo(1 - 1 / 48);
  });
});

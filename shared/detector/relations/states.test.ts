import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../runtime/random.ts';
import { rowsOf, rowsPerDay } from './machine.testing.ts';
import { relationParameters } from './parameters.ts';
import { RelationDetector } from './relation-detector.ts';

const learnt = 40 * rowsPerDay;
const days = 50;

/** The product of each row: each for some hours, and the second shakes the machine 30 % more. */
function productsOf(rows: number, seed: number): Uint8Array {
  const random = seededRandom(1_000 + seed);
  const products = new Uint8Array(rows);
  let [product, left] = [0, 0];
  for (let at = 0; at < rows; at++) {
    if (--left <= 0) {
      product = Number(random.next() < 0.5);
      left = 120 + Math.floor(300 * random.next());
    }
    products[at] = product;
  }
  return products;
}

interface Run {
  knowsState: boolean;
  /** A fault multiplies the vibration of one product from the learnt days on. */
  fault?: { product: number; by: number };
}

function run(seed: number, { knowsState, fault }: Run) {
  const { rows, times } = rowsOf(days, seed);
  const products = productsOf(rows.length, seed);
  const detector = new RelationDetector(4);
  let [episodes, before] = [0, 'learning'];
  let foundAt: number | null = null;
  rows.forEach((row, at) => {
    const product = products[at]!;
    const isFaulty = fault?.product === product && at >= learnt;
    const vibration = row[0]! * (product === 1 ? 1.3 : 1) * (isFaulty ? fault.by : 1);
    const values = Float64Array.of(vibration, ...row.subarray(1));
    detector.push(values, 0, times[at]!, knowsState ? product : Number.NaN);
    const { state } = detector;
    if (state === 'unusual' && before !== 'unusual') {
      episodes++;
      if (foundAt === null && at >= learnt) foundAt = at - learnt;
    }
    before = state;
  });
  return { episodes, foundAt: foundAt as number | null };
}

describe('a machine that says which product it makes', () => {
  it('is told of a vibration that is 30 % too high with one product only, which is hidden where it does not say it', () => {
    const fault = { product: 0, by: 1.3 };
    for (const seed of [1, 2, 3]) {
      const { foundAt } = run(seed, { knowsState: true, fault });
      expect(foundAt).toBeLessThan(2 * rowsPerDay);
      expect(run(seed, { knowsState: false, fault }).foundAt).toBeNull();
    }
  });

  it('has hardly more episodes without cause than one that does not say it: levels are passed by chance once in 60 days', () => {
    const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
    const count = (knowsState: boolean) =>
      seeds.reduce((sum, seed) => sum + run(seed, { knowsState }).episodes, 0);
    expect(count(false)).toBeLessThanOrEqual(1);
    expect(count(true)).toBeLessThanOrEqual(2);
  });

  it('goes on after a restart as it would have', () => {
    const { rows, times } = rowsOf(12);
    const products = productsOf(rows.length, 1);
    const [one, other] = [new RelationDetector(4), { now: new RelationDetector(4) }];
    rows.forEach((row, at) => {
      if (at % 997 === 0) other.now = RelationDetector.fromBytes(other.now.toBytes());
      for (const each of [one, other.now]) each.push(row, 0, times[at]!, products[at]!);
      expect(other.now.ratio).toBe(one.ratio);
    });
    expect(other.now.toBytes()).toEqual(one.toBytes());
  });

  it('may have more states than are told apart, and others than numbers', () => {
    const { rows, times } = rowsOf(12);
    const detector = new RelationDetector(4);
    rows.forEach((row, at) => {
      const state = Math.floor(at / 50) % (3 * relationParameters.statesMax);
      detector.push(row, 0, times[at]!, state === 5 ? Number.POSITIVE_INFINITY : state);
      expect(Number.isFinite(detector.ratio)).toBe(true);
    });
    expect(detector.state).not.toBe('unusual');
    expect(detector.toBytes().length).toBe(new RelationDetector(4).toBytes().length + 320);
  });
});

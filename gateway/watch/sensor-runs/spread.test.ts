/** How values are spread, against the plain way: each value of each row is looked at. */
import { expect, it } from 'vitest';
import { seededRandom } from '../../../shared/runtime/random.ts';
import { Columns } from './columns.ts';
import { field, sensorFields } from './fields.ts';
import { Spread } from './spread.ts';

const columns = 6;

/** One of 64 marks for each value; a value is of this period or of the one before. */
class PlainSpread {
  private readonly marks = new Set<number>();
  private now: number[] = [];
  private before: number[] = [];

  take(value: number): void {
    const bits = new Int32Array(Float32Array.of(value).buffer)[0]!;
    this.marks.add(Math.imul(bits ^ (bits >>> 15), 0x9e3779b1) >>> 26);
    this.now.push(value);
  }

  isFine(): boolean {
    return this.marks.size >= 24;
  }

  isAtEnd(value: number): boolean {
    const all = [...this.now, ...this.before];
    return value <= Math.min(...all) || value >= Math.max(...all);
  }

  turn(): void {
    this.before = this.now;
    this.now = [];
  }
}

it.each([1, 2, 3, 4, 5, 6, 7, 8])('is what the values of all rows say, seed %i', (seed) => {
  const random = seededRandom(seed);
  const spread = new Spread(new Columns(sensorFields, columns), field);
  const plain = Array.from({ length: columns }, () => new PlainSpread());
  // A value that stands still, ones that do for long, a few levels, and some that never come twice.
  const kept = new Float32Array(columns).fill(7);
  const draws = [
    () => 20,
    (last: number) => (random.next() < 0.02 ? Math.floor(100 * random.next()) : last),
    (last: number) => (random.next() < 0.2 ? Math.floor(40 * random.next()) : last),
    () => Math.floor(3 * random.next()),
    () => 100 * random.next(),
    (last: number) => (random.next() < 0.5 ? Number.NaN : last),
  ];
  const cells = new Float32Array(2 * columns);
  const compare = () => {
    plain.forEach((each, column) => {
      expect(spread.isFine(column)).toBe(each.isFine());
      for (const value of [kept[column]!, kept[column]! + 1, 0, 50])
        expect(spread.isAtEnd(column, value)).toBe(each.isAtEnd(value));
    });
  };
  for (let row = 0; row < 400; row++) {
    const isWhole = random.next() < 0.5;
    for (let column = 0; column < columns; column++) {
      const value = draws[column]!(kept[column]!);
      const isSeen = !Number.isNaN(value) && (isWhole || random.next() < 0.7);
      if (!Number.isNaN(value)) kept[column] = value;
      cells[column] = kept[column]!;
      cells[columns + column] = Number(isSeen);
      if (isSeen) plain[column]!.take(kept[column]!);
    }
    const isAll = cells.subarray(columns).every((seen) => seen === 1);
    spread.take(cells, 0, isAll ? -1 : columns);
    if (row === 150) {
      spread.turn();
      for (const each of plain) each.turn();
    }
    if (row % 13 === 0) compare();
  }
  expect(plain.filter((each) => each.isFine()).length).toBeGreaterThan(1);
});

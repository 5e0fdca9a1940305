import { describe, expect, it } from 'vitest';
import { cellNumber, cellTimeMs } from './csv-values.ts';
import { TimeLine } from './pace.ts';

describe('the time line of a recording', () => {
  it('spaces rows without times at the rate of each machine, in the order of the file', () => {
    const interleaved = new TimeLine(2);
    expect(['a', 'b', 'a', 'b', 'a'].map((machine) => interleaved.secondsAt(machine, null))).toEqual([
      0, 0, 0.5, 0.5, 1,
    ]);
    const sorted = new TimeLine(2);
    expect(['a', 'a', 'b', 'b', 'a'].map((machine) => sorted.secondsAt(machine, null))).toEqual([
      0, 0.5, 0.5, 1, 1,
    ]);
  });

  it('keeps the intervals of rows with times, whatever their clock', () => {
    const line = new TimeLine(1);
    expect(line.secondsAt('a', 5_000_000)).toBe(0);
    expect(line.secondsAt('b', 5_001_500)).toBe(1.5);
    expect(line.secondsAt('a', 5_001_000)).toBe(1);
    expect(line.secondsAt('a', 5_004_000)).toBe(4);
  });

  it('lets each machine begin after the previous one in a file sorted by machine', () => {
    const line = new TimeLine(1);
    line.secondsAt('a', 0);
    expect(line.secondsAt('a', 10_000)).toBe(10);
    expect(line.secondsAt('b', 0)).toBe(10);
    expect(line.secondsAt('b', 10_000)).toBe(20);
    expect(line.secondsAt('c', 0)).toBe(20);
  });
});

describe('cells', () => {
  it.each([
    ['1.5', 1.5],
    [' -2e3 ', -2_000],
    ['', null],
    [undefined, null],
    ['NaN', Number.NaN],
    ['0x10', Number.NaN],
    ['1,5', 1.5],
    ['1,500', 1_500],
  ])('%o is %o', (text, number) => {
    expect(cellNumber(text, '.')).toBe(number);
  });

  it('takes what could be two numbers by the mark, and the others by themselves', () => {
    expect(cellNumber('1.500', ',')).toBe(1_500);
    expect(cellNumber('1.500', '.')).toBe(1.5);
    expect(cellNumber('1,5', ',')).toBe(1.5);
    expect(cellNumber('1.5', ',')).toBe(1.5);
    expect(cellNumber('1,500,2', ',')).toBeNaN();
  });

  it.each([
    ['1700000000', 'time', 1_700_000_000_000],
    ['1700000000000', 'time', 1_700_000_000_000],
    ['1700000000000000', 'time', 1_700_000_000_000],
    ['1700000000000000000', 'time', 1_700_000_000_000],
    ['12.5', 't_s', 12_500],
    ['12.5', 't_ms', 12.5],
    ['2024-05-01 10:00:00', 'time', 1_714_557_600_000],
    ['2024-05-01T10:00:00.5', 'time', 1_714_557_600_500],
    ['2024-05-01 12:00:00 +02:00', 'time', 1_714_557_600_000],
    ['2024-05-01', 'date', 1_714_521_600_000],
  ])('%s in column %s is %d ms', (text, column, ms) => {
    expect(cellTimeMs(text, column)).toBeCloseTo(ms, 3);
  });

  it.each(['', 'noon', '01/05/2024'])('%o is not a time', (text) => {
    expect(cellTimeMs(text, 'time')).toBeNaN();
  });
});

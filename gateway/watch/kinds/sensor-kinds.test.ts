import { describe, expect, it, vi } from 'vitest';
import type { Sensor } from '../../../shared/domain/machine-type.ts';
import { gaussian, seededRandom } from '../../../shared/runtime/random.ts';
import { CounterRate } from './counter-rate.ts';
import { FoundKind, type Kind } from './found-kind.ts';
import { SensorKinds } from './sensor-kinds.ts';

const random = seededRandom(7);

/** The kind after these values, and whether it is learnt. */
function kindOf(name: string, values: Iterable<number>): Kind | 'undecided' {
  const found = new FoundKind(name);
  let kind: Kind = 'quantity';
  for (const value of values) kind = found.take(Math.fround(value), true);
  return found.isKnown ? kind : 'undecided';
}

function series(rows: number, at: (row: number) => number): number[] {
  return Array.from({ length: rows }, (_, row) => at(row));
}

describe('a counter is recognised', () => {
  it.each([
    ['energy_total, in kWh', 'energy_total', series(80, (row) => 81_234.5 + row * 0.37)],
    ['a lifetime counter far along', 'pulses', series(80, (row) => 1_000_000 + 3 * row)],
    [
      'hours that rise once in a thousand rows',
      'operating_hours',
      series(3_000, (row) => 4_711 + Math.floor(row / 1_000)),
    ],
    ['camel case', 'partsTotal', series(80, (row) => row)],
    ['one that wraps', 'cycles', series(2_000, (row) => (65_000 + row) % 65_536)],
    ['one that is reset each shift', 'shots', series(2_000, (row) => row % 480)],
    ['whole numbers that go on rising, whatever the name', 'n17', series(600, (row) => 512 + 3 * row)],
    ['whole numbers with pauses', 'n18', series(1_800, (row) => 9_000 + Math.floor(row / 3))],
  ])('%s', (_, name, values) => {
    expect(kindOf(name, values)).toBe('counter');
  });
});

describe('a counter is not recognised', () => {
  it.each([
    [
      'a temperature that rises slowly',
      'temperature',
      series(5_000, (row) => 20 + row / 100 + gaussian(random) / 5),
    ],
    ['one without noise', 'temperature', series(5_000, (row) => 20 + row / 100)],
    ['one in whole degrees', 'oil_temp', series(5_000, (row) => Math.floor(20 + row / 20))],
    ['one without a name', 't1', series(5_000, (row) => 20 + row / 100)],
    [
      'an oven that warms up, in whole degrees',
      'zone1',
      series(900, (row) => Math.round(220 - 200 * Math.exp(-row / 150))),
    ],
    ['a tank that is filled and emptied', 'fill', series(2_000, (row) => (row % 100) * 1.5)],
    ['one in whole litres, often', 'fill', series(2_000, (row) => row % 10)],
    ['a step', 'n19', series(500, (row) => (row < 250 ? 40 : 50))],
    ['noise', 'x', series(500, () => gaussian(random))],
    ['whole noise', 'x', series(500, () => Math.round(50 + 3 * gaussian(random)))],
    [
      'what is called a count and goes up and down',
      'people_count',
      series(900, (row) => 3 + (Math.floor(row / 40) % 3)),
    ],
  ])('%s', (_, name, values) => {
    expect(kindOf(name, values)).toBe('quantity');
  });

  it('and what was taken for one is a quantity from its first small fall on', () => {
    const values = series(600, (row) => row);
    expect(kindOf('n20', values)).toBe('counter');
    expect(kindOf('n20', [...values, 598])).toBe('quantity');
    expect(kindOf('n20', [...values, 0, 1, 2])).toBe('counter');
  });
});

describe('a state', () => {
  it.each([
    ['0 and 1', 'pump_on', [0, 0, 1, 0, 1, 1], 'state'],
    ['0 alone', 'leak', [0, 0, 0, 0], 'state'],
    ['whole numbers under a name of states', 'mode', [0, 3, 3, 2, 7], 'state'],
    ['0, then another number', 'flow', [0, 0, 0, 37.5, 38], 'quantity'],
    ['0, then whole numbers that rise', 'n21', series(600, (row) => row), 'counter'],
    ['whole numbers under another name', 'level', [0, 3, 3, 2, 7], 'quantity'],
    ['fractions under a name of states', 'state', [0, 0.5, 0.7], 'quantity'],
  ] as const)('%s', (_, name, values, kind) => {
    expect(kindOf(name, values)).toBe(kind);
  });
});

describe('the rate of a counter', () => {
  const rates = (values: readonly number[], stepMs = 1_000) => {
    const rate = new CounterRate();
    return values.map((value, row) => rate.take(Math.fround(value), row * stepMs));
  };
  const all = (values: number[]) => [
    ...new Set(values.filter((value) => !Number.isNaN(value)).map((value) => value.toPrecision(2))),
  ];

  it('goes on over wraps and resets, and is never that of a fall', () => {
    expect(all(rates(series(500, (row) => (65_400 + 4 * row) % 65_536)))).toEqual(['4.0']);
    expect(all(rates(series(500, (row) => (row * 4) % 600)))).toEqual(['4.0']);
  });

  it('of a slow one is taken over as many rows as it needs', () => {
    expect(all(rates(series(9_000, (row) => 4_711 + Math.floor(row / 500))))).toEqual(['0.0020']);
  });

  it('of one that single precision can hardly hold is right all the same', () => {
    const found = rates(series(4_000, (row) => 200_000_000 + row)).filter((value) => !Number.isNaN(value));
    expect(found.length).toBeGreaterThan(1_000);
    for (const rate of found) expect(Math.abs(rate - 1)).toBeLessThan(0.1);
  });

  it('falls when it stops, and a break says nothing', () => {
    expect(rates([...series(100, (row) => 10 * row), ...series(60, () => 990)]).at(-1)).toBe(0);
    const rate = new CounterRate();
    for (let row = 0; row < 100; row++) rate.take(10 * row, row * 1_000);
    // It is not known until it is measured again, which takes a slow one so long that it holds.
    expect(rate.take(1_000, 3_600_000)).toBeNaN();
    expect(rate.take(1_010, 3_601_000)).toBe(10);
    const slow = new CounterRate();
    for (let row = 0; row < 1_000; row++) slow.take(Math.floor(row / 10), row * 1_000);
    expect(slow.take(100, 3_600_000)).toBeCloseTo(0.1);
  });

  it('follows a stop and a start within rows, and not after a quarter of an hour', () => {
    const rate = new CounterRate();
    let total = 0;
    const shown: number[] = [];
    for (let minute = 0; minute < 200; minute++) {
      if (minute < 100 || minute >= 150) total += 9;
      shown.push(rate.take(total, minute * 60_000));
    }
    expect(shown.slice(104, 150).every((each) => each === 0)).toBe(true);
    expect(shown.slice(154).every((each) => each === 9 / 60)).toBe(true);
  });
});

describe('the kinds of a machine', () => {
  const declared = (name: string, kind?: 'state' | 'counter'): Sensor => ({
    ...{ name, unit: '1', min: 0, max: 1e9 },
    ...(kind && { kind }),
  });
  const open = (name: string): Sensor => ({ name, unit: '1', min: -Number.MAX_VALUE, max: Number.MAX_VALUE });

  it('are nothing to know if its type declares quantities only', () => {
    expect(SensorKinds.of([declared('a'), declared('b')])).toBeNull();
    expect(SensorKinds.of([])).toBeNull();
  });

  it('give a baseline quantities, rates, and nothing of states', () => {
    const kinds = SensorKinds.of([
      declared('a'),
      declared('mode', 'state'),
      declared('meter', 'counter'),
      open('x'),
    ])!;
    let judged: number[] = [];
    for (let row = 0; row < 40; row++)
      judged = [...kinds.judged(Float32Array.of(9, 5, 2, 50 * row, Math.sin(row)), 1, row * 1_000)];
    expect(judged).toEqual([5, Number.NaN, 50, Math.fround(Math.sin(39))]);
  });

  it('are not looked at any more once a sensor is a quantity whatever comes, until it turns out to be one of texts', () => {
    const take = vi.spyOn(FoundKind.prototype, 'take');
    const kinds = SensorKinds.of([open('x'), open('pieces')])!;
    const judged = (row: number) => [...kinds.judged(Float32Array.of(row + 0.5, row), 0, row * 1_000)];
    for (let row = 0; row < 40; row++) judged(row);
    take.mockClear();
    expect(judged(40)[0]).toBe(40.5);
    expect(take).toHaveBeenCalledOnce();
    kinds.leaveOut(0);
    expect(judged(41)[0]).toBeNaN();
    take.mockRestore();
  });

  it('are the same after a restart, and what was learnt of values alone is known to have been', () => {
    const feed = (kinds: SensorKinds, rows: number, from = 0) => {
      let changes = 0;
      for (let row = from; row < from + rows; row++) {
        kinds.judged(Float32Array.of(1_000 + row, row % 2, Math.sin(row)), 0, row * 1_000);
        if (kinds.takeChanges()) changes++;
      }
      return changes;
    };
    const sensors = ['pieces', 'on', 'heat'].map(open);
    const kinds = SensorKinds.of(sensors)!;
    expect(feed(kinds, 100)).toBe(0);
    expect(kinds.save()).toEqual({ pieces: 'counter', on: 'state', heat: 'quantity' });
    const resumed = SensorKinds.of(sensors, kinds.save())!;
    expect(resumed.kindOf(0)).toBe('counter');
    expect(feed(resumed, 100, 100)).toBe(0);
    const old = SensorKinds.of(sensors, null)!;
    expect([0, 1, 2].map((column) => old.kindOf(column))).toEqual(['quantity', 'quantity', 'quantity']);
    expect(feed(old, 200, 100)).toBe(1);
    expect(old.kindOf(0)).toBe('counter');
  });

  it('change no more often than a few times', () => {
    const kinds = SensorKinds.of([open('n22')])!;
    let changes = 0;
    for (let row = 0; row < 9_000; row++) {
      kinds.judged(Float32Array.of(1_000 + (row % 600 === 599 ? row - 3 : row)), 0, row * 1_000);
      if (kinds.takeChanges()) changes++;
    }
    expect(changes).toBe(3);
  });
});

import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../shared/runtime/random.ts';
import { Columns } from './columns.ts';
import { sensorFields } from './fields.ts';
import { runsBench } from './sensor-runs.testing.ts';
import { SensorRuns } from './sensor-runs.ts';

const secondMs = 1_000;
const names = ['pressure', 'flow', 'temperature'] as const;

/** Readings of three sensors that move, once a second; `change` says what is different in each. */
function machine(seed = 1) {
  const bench = runsBench(names);
  const random = seededRandom(seed);
  let row = 0;
  return {
    ...bench,
    run(
      rows: number,
      change: (values: Record<string, number>, row: number) => void = () => {},
      stepMs = secondMs,
    ) {
      for (let i = 0; i < rows; i++) {
        const values: Record<string, number> = {};
        for (const name of names) values[name] = 5 + Math.sin(row / 40) + random.next();
        change(values, i);
        row++;
        bench.send({ atMs: row * stepMs, values });
      }
    },
    get atMs() {
      return row * secondMs;
    },
  };
}

const without =
  (...gone: string[]) =>
  (values: Record<string, number>) => {
    for (const name of gone) delete values[name];
  };

describe('a sensor that is missing', () => {
  it('is told after a minute with the time since when, and ends with its first value', () => {
    const bench = machine();
    bench.run(100);
    const lastMs = bench.atMs;
    bench.run(50, without('flow'));
    expect(bench.told).toEqual([]);
    bench.run(20, without('flow'));
    expect(bench.faults()).toEqual([
      {
        ...{ sensor: 'flow', value: null, isBeyondAlarm: false },
        missing: { sinceMs: lastMs, others: 2 },
      },
    ]);
    bench.run(2);
    expect(bench.told).toEqual(['+flow missing', '-flow missing']);
  });

  it('is told once in six rows and a minute where readings are rare', () => {
    const bench = machine();
    bench.run(40, undefined, 600_000);
    bench.run(7, without('flow'), 600_000);
    expect(bench.told).toEqual(['+flow missing']);
  });

  it('is told again after the first time, and not when that becomes usual', () => {
    const bench = machine();
    bench.run(200);
    for (let i = 0; i < 5; i++) {
      bench.run(90, without('flow'));
      bench.run(200);
    }
    expect(bench.told.filter((one) => one === '+flow missing')).toHaveLength(2);
  });

  it('is not one that this device never sends', () => {
    const bench = machine();
    bench.run(2_000, without('flow', 'pressure'));
    expect([bench.told, bench.unsent()]).toEqual([[], ['pressure', 'flow']]);
  });

  it('is not one that sends once an hour beside others every second; that is missing after three hours', () => {
    const bench = machine();
    const hourly = (values: Record<string, number>, row: number) => {
      if (row % 3_600 !== 3_599) delete values.temperature;
    };
    bench.run(24 * 3_600, hourly);
    expect(bench.told).toEqual([]);
    bench.run(2.8 * 3_600, without('temperature'));
    expect(bench.told).toEqual([]);
    bench.run(0.3 * 3_600, without('temperature'));
    expect(bench.told).toEqual(['+temperature missing']);
  });

  it('is not one whose values are refused: it is sent', () => {
    const bench = machine();
    bench.run(100);
    for (let i = 0; i < 30; i++) {
      bench.run(20, without('flow'));
      bench.window.sensorRuns.refused(1);
    }
    expect(bench.told).toEqual([]);
    bench.run(80, without('flow'));
    expect(bench.told).toEqual(['+flow missing']);
  });

  it('is none while the whole machine is off, for a night as for a month', () => {
    const bench = machine();
    bench.run(200);
    for (const daysOff of [0.5, 2, 30]) {
      const atMs = bench.window.newestMs + daysOff * 86_400_000;
      for (let i = 0; i < 10; i++)
        bench.send({ atMs: atMs + i * secondMs, values: { pressure: i, flow: i } });
      for (let i = 10; i < 40; i++)
        bench.send({ atMs: atMs + i * secondMs, values: { pressure: i, flow: i, temperature: i } });
    }
    expect(bench.told).toEqual([]);
  });

  it('is not told of rows that are read again, nor of late readings', () => {
    const bench = machine();
    bench.run(100);
    const { newestMs } = bench.window;
    for (let i = 1; i < 500; i++)
      bench.send({ atMs: newestMs + i * secondMs, values: { pressure: i, temperature: i } }, false);
    for (let i = 1; i < 25; i++) bench.send({ atMs: 10, values: { pressure: i, temperature: i } });
    expect(bench.told).toEqual([]);
  });
});

describe('a machine with several kinds of messages', () => {
  const kinds: Record<string, string[]> = { a: ['pressure'], b: ['flow', 'temperature'] };
  const ofKind = (kind: string) => without(...names.filter((name) => !kinds[kind]!.includes(name)));

  it.each([
    [1, 1],
    [1, 50],
    [100, 7],
    [600, 600],
    [30_000, 60_000],
  ])('has no missing sensors: %d of one, then %d of the other', (rowsA, rowsB) => {
    const bench = machine();
    for (let i = 0; i < 5; i++) {
      bench.run(rowsA, ofKind('a'));
      bench.run(rowsB, ofKind('b'));
    }
    expect(bench.told).toEqual([]);
  });

  it('has one, if one sensor of a kind stays away from its messages', () => {
    const bench = machine();
    for (let i = 0; i < 60; i++) {
      bench.run(20, ofKind('a'));
      bench.run(10, ofKind('b'));
    }
    for (let i = 0; i < 10; i++) {
      bench.run(20, ofKind('a'));
      bench.run(10, without('pressure', 'flow'));
    }
    expect(bench.told).toEqual(['+flow missing']);
  });
});

describe('a sensor that is stuck', () => {
  const stuckAt = (value: number) => (values: Record<string, number>) => {
    values.pressure = value;
  };

  it('is told with its value and since when, and ends when it moves', () => {
    const bench = machine();
    bench.run(300);
    const firstMs = bench.atMs + secondMs;
    bench.run(40, stuckAt(5.5));
    expect(bench.told).toEqual([]);
    bench.run(30, stuckAt(5.5));
    expect(bench.faults()).toEqual([
      { sensor: 'pressure', value: 5.5, isBeyondAlarm: false, stuck: { sinceMs: firstMs, longestMs: 0 } },
    ]);
    bench.run(1);
    expect(bench.told).toEqual(['+pressure stuck', '-pressure stuck']);
  });

  it('is told only after far longer than it ever kept a value', () => {
    const bench = machine();
    bench.run(300);
    bench.run(40, stuckAt(5.5));
    bench.run(300);
    bench.run(350, stuckAt(5.25));
    expect(bench.told).toEqual([]);
    bench.run(80, stuckAt(5.25));
    expect(bench.faults()[0]?.stuck?.longestMs).toBe(39 * secondMs);
  });

  it.each<[string, (values: Record<string, number>, row: number) => void]>([
    ['constant', stuckAt(4)],
    ['coarse', (values) => (values.pressure = Math.round(2 * values.pressure!) / 2)],
    ['a state', (values, row) => (values.pressure = row % 900 < 450 ? 1 : 0)],
    ['a state of several', (values, row) => (values.pressure = Math.floor(row / 700) % 9)],
    ['a set point that seldom changes', (values, row) => (values.pressure = 1_000 + Math.floor(row / 40))],
  ])('is not one that is %s by nature', (_, change) => {
    const bench = machine();
    bench.run(20_000, change);
    expect(bench.told).toEqual([]);
  });

  it('is none when the machine stops: its sensors become still together, or rest at an end of their range', () => {
    const bench = machine();
    for (let day = 0; day < 4; day++) {
      bench.run(2_000);
      bench.run(4_000, (values) => Object.assign(values, { pressure: 5.8, flow: 5.9 }));
      bench.run(2_000);
      bench.run(4_000, (values) => Object.assign(values, { pressure: 0 }));
      bench.run(2_000);
      bench.run(4_000, (values) => Object.assign(values, { pressure: 5.8, flow: 5.9, temperature: 20.5 }));
    }
    expect(bench.told).toEqual([]);
  });

  it('is told when it stays still after the machine has started again', () => {
    const bench = machine();
    bench.run(2_000);
    bench.run(4_000, (values) => Object.assign(values, { pressure: 5.8, flow: 5.9 }));
    bench.run(500, stuckAt(5.8));
    expect(bench.told).toEqual(['+pressure stuck']);
  });

  it('is told of a sensor that comes once an hour by its own values, not by the rows of others', () => {
    const bench = machine();
    const hourly = (values: Record<string, number>, row: number) => {
      if (row % 600 !== 7) delete values.temperature;
      else if (row % 1_200 === 7) values.temperature = 5.5;
    };
    bench.run(200 * 600, hourly);
    expect(bench.told).toEqual([]);
    bench.run(40 * 600, (values, row) => {
      if (row % 600 !== 7) delete values.temperature;
      else values.temperature = 5.5;
    });
    expect(bench.told).toEqual(['+temperature stuck']);
  });
});

it('the sensors that were not sent are listed anew only when that has changed', () => {
  const runs = new SensorRuns(3);
  const sensors = ['a', 'b', 'c'].map((name) => ({ name }));
  const send = (atMs: number, ...sent: number[]) =>
    runs.take(
      Float32Array.of(1, 2, 3, ...[0, 1, 2].map((column) => Number(sent.includes(column)))),
      0,
      3,
      atMs,
    );
  const unsent = runs.unsent(sensors);
  expect(unsent).toEqual(['a', 'b', 'c']);
  expect(runs.unsent(sensors)).toBe(unsent);
  send(1, 0);
  expect(runs.unsent(sensors)).toEqual(['b', 'c']);
  const after = runs.unsent(sensors);
  send(2, 0);
  expect(runs.unsent(sensors)).toBe(after);
  runs.refused(1);
  expect(runs.unsent(sensors)).toEqual(['c']);
  expect(runs.unsent(sensors.slice(0, 2))).toEqual([]);
  runs.forget(0);
  expect(runs.unsent(sensors)).toEqual(['a', 'c']);
  runs.widen(4);
  expect(runs.unsent([...sensors, { name: 'd' }])).toEqual(['a', 'c', 'd']);
});

it('what is known of a sensor takes 216 bytes, in one piece of memory for all sensors of its machine', () => {
  expect(Columns.bytesOf(sensorFields)).toBe(216);
  const columns = new Columns(sensorFields, 6);
  expect(columns.doubles.buffer).toBe(columns.floats.buffer);
  expect(columns.doubles.buffer.byteLength).toBe(6 * 216);
});

it('a sensor that is added changes nothing of the others, and one that is gone is known no more', () => {
  const columns = new Columns(sensorFields, 2);
  const values = (column: number) => Array.from({ length: 38 }, (_, at) => columns.get(at, column));
  const initial = values(0);
  for (let at = 0; at < 38; at++) for (const column of [0, 1]) columns.set(at, column, 100 * column + at);
  const before = [values(0), values(1)];
  columns.widen(3);
  expect([values(0), values(1), values(2)]).toEqual([...before, initial]);
  columns.reset(0);
  expect([values(0), values(1)]).toEqual([initial, before[1]]);
});

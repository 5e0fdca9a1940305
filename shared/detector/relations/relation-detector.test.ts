import { describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../runtime/random.ts';
import { dayMs, minuteMs, rowsOf, rowsPerDay, startMs } from './machine.testing.ts';
import { isLike } from './peoples-word.ts';
import { RelationDetector } from './relation-detector.ts';

const learnt = 40 * rowsPerDay;

function run(
  { rows, times }: ReturnType<typeof rowsOf>,
  to: number,
  map: (row: Float64Array, at: number) => ArrayLike<number> = (row) => row,
  sensors = 4,
) {
  const detector = new RelationDetector(sensors);
  const ratios: number[] = [];
  for (let at = 0; at < to; at++) {
    detector.push(map(rows[at]!, at), 0, times[at]!);
    ratios.push(detector.ratio);
  }
  return { detector, ratios };
}

const series = rowsOf(60);
/** Vibration 40 % too high for its speed from a time on: within what it has at other speeds. */
const worn =
  (from: number, to = Number.POSITIVE_INFINITY, by = 1.4) =>
  (row: Float64Array, at: number) =>
    at < from || at >= to ? row : Float64Array.of(row[0]! * by, ...row.subarray(1));

describe('a machine that is well', () => {
  it('is learning for a week, and then normal on each morning and at each speed', () => {
    const { rows, times } = series;
    const detector = new RelationDetector(4);
    const states = new Map<string, number>();
    rows.forEach((row, at) => {
      detector.push(row, 0, times[at]!);
      states.set(detector.state, (states.get(detector.state) ?? 0) + 1);
      if (at === 3 * rowsPerDay) expect(detector.learning).toMatchObject({ needed: 7 });
    });
    expect([...states.keys()]).toEqual(['learning', 'normal']);
    expect(states.get('learning')).toBeLessThan(12 * rowsPerDay);
  });
});

describe('a fault inside all ranges', () => {
  it('is told within an hour, by the sensor that is at fault, with what is usual beside the others', () => {
    const { detector } = run(series, learnt + 60, worn(learnt));
    expect(detector.state).toBe('unusual');
    const ratios = [0, 1, 2, 3].map((sensor) => detector.ratioOf(sensor));
    expect(ratios.indexOf(Math.max(...ratios))).toBe(0);
    const { low, high, value } = detector.expected(0)!;
    const now = 1.4 * series.rows[learnt + 59]![0]!;
    expect(now).toBeGreaterThan(high);
    expect(value).toBeGreaterThan(low);
    expect(Math.abs(value - now / 1.4)).toBeLessThan(0.25 * value);
    expect(detector.sinceMs).toBeGreaterThan(series.times[learnt - 1]!);
    expect(detector.sinceMs).toBeLessThan(series.times[learnt + 60]!);
  });

  it('ends when it is over', () => {
    const { detector } = run(series, learnt + 300, worn(learnt, learnt + 120));
    expect(detector.state).toBe('normal');
    expect(detector.signature()![0]).toBeGreaterThan(1);
  });

  it('that lasts is changed, to the end; a further one is told; and it is over when the machine is as it was', () => {
    const last = learnt + 4 * rowsPerDay;
    const { detector } = run(series, last, worn(learnt));
    expect(detector.state).toBe('changed');
    expect(detector.changedMs).toBeLessThan(series.times[learnt + 60]!);
    const further = new RelationDetector(4);
    const resumed = RelationDetector.fromBytes(detector.toBytes());
    expect(further.state).toBe('learning');
    for (let at = last; at < last + 90; at++)
      detector.push(worn(0, Number.POSITIVE_INFINITY, 2.2)(series.rows[at]!, at), 0, series.times[at]!);
    expect(detector.state).toBe('unusual');
    expect(detector.changedMs).not.toBeNull();
    let unusual = 0;
    for (let at = last; at < last + 500; at++) {
      resumed.push(series.rows[at]!, 0, series.times[at]!);
      if (resumed.state === 'unusual') unusual++;
    }
    expect(resumed.state).toBe('normal');
    expect(unusual).toBe(0);
  });
});

it('a sensor that has moved is told apart from those that only look wrong beside it', () => {
  // A belt that slips: its speed, the last sensor, falls at equal current, and the others are as they always were.
  const slips = (row: Float64Array, at: number) =>
    at < learnt ? row : Float64Array.of(row[0]!, row[1]!, row[2]!, row[3]! * 0.7);
  const { detector } = run(series, learnt + 120, slips);
  expect(detector.state).toBe('unusual');
  const beyond = [0, 1, 2, 3].filter((sensor) => detector.ratioOf(sensor) >= 1);
  expect(beyond.length).toBeGreaterThan(1);
  expect(beyond.filter(detector.moved())).toEqual([3]);
});

describe('the word of a person', () => {
  it('makes what lasts normal, in an episode and after a change', () => {
    for (const days of [0.1, 3]) {
      const at = learnt + Math.round(days * rowsPerDay);
      const { detector } = run(series, at, worn(learnt));
      expect(detector.confirmNormal()).toBe(true);
      expect(detector.confirmNormal()).toBe(false);
      for (let row = at; row < at + 2 * rowsPerDay; row++)
        detector.push(worn(0)(series.rows[row]!, row), 0, series.times[row]!);
      expect(detector.state).toBe('normal');
    }
  });

  it('makes it a fault that never becomes normal, and is recognised when it comes again', () => {
    const { detector } = run(series, learnt + 3 * rowsPerDay, worn(learnt));
    const changedMs = detector.changedMs;
    expect(detector.confirmFault()).toBe(true);
    expect(detector.state).toBe('unusual');
    expect(detector.sinceMs).toBe(changedMs);
    const known = detector.signature()!;
    for (let at = learnt + 3 * rowsPerDay; at < learnt + 5 * rowsPerDay; at++)
      detector.push(worn(0)(series.rows[at]!, at), 0, series.times[at]!);
    expect(detector.state).toBe('unusual');
    const repaired = learnt + 5 * rowsPerDay;
    for (let at = repaired; at < repaired + 2 * rowsPerDay; at++)
      detector.push(series.rows[at]!, 0, series.times[at]!);
    expect(detector.state).toBe('normal');
    for (let at = repaired + 2 * rowsPerDay; at < repaired + 3 * rowsPerDay; at++) {
      const row = series.rows[at]!;
      detector.push(worn(0, Number.POSITIVE_INFINITY, 1.5)(row, at), 0, series.times[at]!);
    }
    expect(isLike(detector.signature()!, known)).toBe(true);
    const other = run(series, learnt + 200, (row, at) =>
      at < learnt ? row : Float64Array.of(row[0]!, row[1]! + 40, row[2]!, row[3]!),
    ).detector;
    expect(other.state).toBe('unusual');
    expect(isLike(other.signature()!, known)).toBe(false);
  });
});

describe('what does not matter', () => {
  const to = learnt + 120;
  const { ratios } = run(series, to, worn(learnt));
  const farthest = (a: number[]) => Math.max(...a.map((ratio, at) => Math.abs(ratio - ratios[at]!)));

  it('is the unit and the zero of a sensor', () => {
    const mapped = run(series, to, (row, at) =>
      worn(learnt)(row, at).map((value, i) => (i % 2 ? 1_000 * value - 40_000 : 0.01 * value + 7)),
    );
    expect(farthest(mapped.ratios)).toBeLessThan(0.02);
  });

  it('is the order of sensors', () => {
    const turned = run(series, to, (row, at) => worn(learnt)(row, at).slice().reverse());
    expect(farthest(turned.ratios)).toBeLessThan(0.02);
  });

  it('is that a sensor comes twice: what is told stays the same', () => {
    const twice = run(series, to, (row, at) => [...worn(learnt)(row, at), row[3]!], 5);
    expect(twice.detector.state).toBe('unusual');
    expect(twice.detector.ratioOf(0)).toBeGreaterThan(1);
  });

  it('is a restart at any row', () => {
    for (const at of [1, 101, 2_000, 9 * rowsPerDay, learnt + 30]) {
      const { detector } = run(series, at, worn(learnt));
      const resumed = RelationDetector.fromBytes(detector.toBytes());
      for (let row = at; row < Math.min(to, at + 400); row++) {
        resumed.push(worn(learnt)(series.rows[row]!, row), 0, series.times[row]!);
        expect(resumed.ratio).toBe(ratios[row]);
      }
    }
  });
});

describe('rows as machines send them', () => {
  it('may lack values, hold other things than numbers, stand still, and have times that jump', () => {
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, -1e300, 0];
    const detector = new RelationDetector(5);
    series.rows.slice(0, learnt).forEach((row, at) => {
      const values = [...row, 7];
      if (at % 7 === 0) values[at % 4] = Number.NaN;
      detector.push(values, 0, series.times[at]!);
      expect(detector.state).not.toBe('unusual');
    });
    for (let at = 0; at < 200; at++) {
      detector.push(
        Array.from({ length: 5 }, (_, i) => odd[(at + i) % odd.length]!),
        0,
        startMs + (at % 3) * 50 * dayMs,
      );
      expect(Number.isFinite(detector.ratio)).toBe(true);
    }
  });

  it('may have one sensor, sixty, or more than are judged', () => {
    for (const sensors of [0, 1, 60, 80]) {
      const random = seededRandom(sensors);
      const detector = new RelationDetector(sensors);
      for (let at = 0; at < 3_000; at++)
        detector.push(
          Array.from({ length: sensors }, () => gaussian(random)),
          0,
          startMs + at * 10 * minuteMs,
        );
      expect(detector.state).toBe(sensors === 0 ? 'learning' : 'normal');
      for (let at = 3_000; at < 3_060; at++)
        detector.push(
          Array.from({ length: sensors }, () => 9),
          0,
          startMs + at * 10 * minuteMs,
        );
      if (sensors > 0) expect(detector.state).toBe('unusual');
      expect(detector.ratioOf(sensors - 1 + (sensors === 0 ? 1 : 0))).toBeGreaterThanOrEqual(0);
    }
  });

  it('may come each second: a day of them is not slower to judge', () => {
    const random = seededRandom(4);
    const detector = new RelationDetector(3);
    const push = (at: number, by: number) => {
      const load = Math.sin(at / 900);
      const row = [load + 0.1 * gaussian(random), 2 * load + 0.1 * gaussian(random) + by, gaussian(random)];
      detector.push(row, 0, startMs + at * 20_000);
    };
    for (let at = 0; at < 12 * 4_320; at++) push(at, 0);
    expect(detector.state).toBe('normal');
    for (let at = 12 * 4_320; at < 12 * 4_320 + 30; at++) push(at, 1);
    expect(detector.state).toBe('unusual');
  });
});

it('bytes of another version or length are refused by name', () => {
  const bytes = new RelationDetector(3).toBytes();
  expect(() => RelationDetector.fromBytes(bytes.subarray(0, 100))).toThrow(/learn them anew/);
  expect(() => RelationDetector.fromBytes(bytes.subarray(0, 3))).toThrow(/learn them anew/);
  const other = bytes.slice();
  other[0] = 7;
  expect(() => RelationDetector.fromBytes(other)).toThrow(/learn them anew/);
});

import { describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../runtime/random.ts';
import { dayMs, minuteMs, rowsOf, rowsPerDay, startMs } from './machine.testing.ts';
import { RelationDetector } from './relation-detector.ts';

/** Five sensors that follow an hour's and a day's swing, a row a minute without a break. */
function linearRows(days: number, seed: number): { rows: Float64Array[]; times: number[] } {
  const random = seededRandom(seed);
  const weights = Array.from({ length: 5 }, () => [gaussian(random), gaussian(random)] as const);
  const keep = Math.exp(-1 / 60);
  let swing = 0;
  const times = Array.from({ length: days * 1_440 }, (_, minute) => startMs + minute * minuteMs);
  const rows = times.map((time) => {
    swing = keep * swing + Math.sqrt(1 - keep * keep) * gaussian(random);
    const ofDay = Math.sin((2 * Math.PI * time) / dayMs);
    return Float64Array.from(weights, ([a, b]) => 50 + a * swing + b * ofDay + 0.3 * gaussian(random));
  });
  return { rows, times };
}

interface Counts {
  /** Rows at which it was unusual, and episodes that began, in the span that was asked for. */
  rows: number;
  episodes: number;
  state: string;
}

/** @param map the row; null: it is not sent @param isCounted by day */
function run(
  { rows, times }: ReturnType<typeof rowsOf>,
  map: (row: Float64Array, day: number, at: number) => Float64Array | null,
  isCounted: (day: number) => boolean,
  code = (_at: number) => Number.NaN,
): Counts {
  const detector = new RelationDetector(rows[0]!.length);
  const counts: Counts = { rows: 0, episodes: 0, state: '' };
  rows.forEach((row, at) => {
    const day = (times[at]! - startMs) / dayMs;
    const sent = map(row.slice(), day, at);
    if (!sent) return;
    detector.push(sent, 0, times[at]!, code(at));
    const { state } = detector;
    if (isCounted(day) && state === 'unusual') {
      counts.rows++;
      if (counts.state !== 'unusual') counts.episodes++;
    }
    counts.state = state;
  });
  return counts;
}

const within = (from: number, to: number) => (day: number) => day > from && day < to;
const put = (row: Float64Array, sensor: number, value: number): Float64Array => {
  row[sensor] = value;
  return row;
};

describe('one bad reading', () => {
  const series = rowsOf(24, 11);
  const isFaulty = within(20, 20.5);
  /** Minutes told of the twelve hours of a fault of 60 %, after one bad reading. */
  const toldAfter = (bad: number, badAt: number) =>
    run(
      series,
      (row, day, at) => put(row, 0, at === badAt ? bad : row[0]! * (isFaulty(day) ? 1.6 : 1)),
      isFaulty,
    ).rows;

  it('of a sensor hides no fault of the weeks after it', () => {
    for (const bad of [65_535, -9_999, 999])
      expect(toldAfter(bad, 15 * rowsPerDay + 300)).toBeGreaterThan(400);
  });

  it('may be the first one, or an early one', () => {
    expect(toldAfter(65_535, 0)).toBeGreaterThan(400);
    expect(toldAfter(1e9, 0)).toBeGreaterThan(400);
    for (const at of [10, 60, 200]) expect(toldAfter(65_535, at)).toBeGreaterThan(400);
  });

  it('is not what a lasting shift is, which is followed', () => {
    const counts = run(
      rowsOf(60, 12),
      (row, day) => {
        if (day > 20) row[1]! += 2_000;
        return put(row, 0, row[0]! * (day > 55 && day < 55.5 ? 1.6 : 1));
      },
      within(55, 55.5),
    );
    expect(counts.rows).toBeGreaterThan(400);
  });
});

it('a gap of days makes nothing unusual after it', () => {
  let episodes = 0;
  for (const gap of [4, 7, 14])
    for (let seed = 10; seed < 14; seed++)
      episodes += run(
        linearRows(23 + gap, seed),
        (row, day) => (day > 22 && day < 22 + gap ? null : row),
        within(22 + gap, 22.4 + gap),
      ).episodes;
  expect(episodes).toBeLessThanOrEqual(1);
});

describe('a sensor that is absent', () => {
  it('accuses no other one, for a day or for weeks, and is normal when it comes back', () => {
    for (const days of [1, 20])
      for (const seed of [1, 2, 3]) {
        const { episodes } = run(
          linearRows(25 + days, seed),
          (row, day) => (day > 20 && day < 20 + days ? put(row, 1, Number.NaN) : row),
          within(20, 25 + days),
        );
        expect(episodes).toBeLessThanOrEqual(1);
      }
  });

  it('does not hide a fault of the others', () => {
    const { rows } = run(
      linearRows(22, 1),
      (row, day) => {
        if (day > 20) row[1] = Number.NaN;
        if (day > 21) row[2]! += 3;
        return row;
      },
      within(21, 21.3),
    );
    expect(rows).toBeGreaterThan(300);
  });

  it('was beyond its level when it died: that is over some hours later', () => {
    const died = 20.05;
    const { rows, state } = run(
      rowsOf(22, 1),
      (row, day) => put(row, 0, day < 20 ? row[0]! : day < died ? row[0]! * 1.6 : Number.NaN),
      within(died, 22),
    );
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThan(180);
    expect(state).toBe('normal');
  });
});

describe('a sensor that says the state', () => {
  const series = rowsOf(24, 1);
  const isFaulty = within(20.2, 24);

  it('may say a new one each hour or shift, such as a batch number, and hides no fault', () => {
    for (const rowsOfBatch of [60, 240]) {
      const told = run(
        series,
        (row, day) => put(row, 0, row[0]! * (isFaulty(day) ? 1.4 : 1)),
        within(20.2, 20.6),
        (at) => Math.floor(at / rowsOfBatch),
      );
      expect(told.rows).toBeGreaterThan(300);
    }
  });

  it('may come with a bad reading in the first row of a state', () => {
    const first = 12 * rowsPerDay;
    const told = run(
      series,
      (row, day, at) => put(row, 0, at === first ? 65_535 : row[0]! * (isFaulty(day) ? 1.6 : 1)),
      within(20.2, 20.6),
      (at) => Number(at >= first),
    );
    expect(told.rows).toBeGreaterThan(300);
  });
});

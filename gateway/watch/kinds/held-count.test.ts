/** Counters over gaps: rows hold the value of before, and what was counted in the gap has not risen in one row. */
import { expect, it } from 'vitest';
import { CounterRate } from './counter-rate.ts';

const minuteMs = 60_000;
/** One count in four minutes. */
const countAt = (minute: number) => 3_000 + Math.floor(minute / 4);
const perSecond = 1 / (4 * 60);

/** Rates of a row each minute. @param shownAt the minute of which a row shows the count; null: there is no row */
function rates(shownAt: (minute: number) => number | null, counter = () => new CounterRate()) {
  let rate = counter();
  const found: number[] = [];
  for (let minute = 0; minute < 2_000; minute++) {
    const of = shownAt(minute);
    if (minute === 1_000) rate = counter();
    if (of !== null) found.push(rate.take(countAt(of), minute * minuteMs));
  }
  return found.filter((each) => !Number.isNaN(each));
}

it.each([0, 1, 3, 12])('the count of before a gap is in %i rows after it, and no rate is of both', (held) => {
  const kept = new CounterRate();
  const all = rates(
    (minute) => (minute < 900 || minute >= 1_020 + held ? minute : minute < 1_020 ? null : 899),
    () => kept,
  );
  expect(all.length).toBeGreaterThan(1_700);
  expect(Math.max(...all)).toBeLessThan(1.5 * perSecond);
});

it('a restart after a gap forgets the rates, and begins with no count of before it', () => {
  const all = rates((minute) => (minute < 900 || minute > 1_001 ? minute : minute < 1_000 ? null : 899));
  expect(Math.max(...all)).toBeLessThan(1.5 * perSecond);
});

it('one that stands still after a gap is known to stand still', () => {
  const kept = new CounterRate();
  const all = rates(
    (minute) => (minute < 900 ? minute : minute < 1_020 ? null : 899),
    () => kept,
  );
  expect(all.at(-1)).toBe(0);
});

/** The first day of a machine: what it does first after some hours is learnt, and a loose probe is not. */
import { expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../../shared/runtime/random.ts';
import { UsualRange } from './usual-range.ts';

const minuteMs = 60_000;
const random = seededRandom(3);
const noise = (size: number) => size * gaussian(random);

/** How often an alert would open about a stirrer whose first sensor is for five hours as it never was. */
function episodes(fromHours: number, odd: (minute: number) => number, lag = 25): number {
  const range = new UsualRange(5, 60);
  let warm = 45;
  let was = false;
  let count = 0;
  for (let minute = 0; minute < 60 * (fromHours + 12); minute++) {
    const isOdd = minute >= 60 * fromHours && minute < 60 * fromHours + 300;
    warm += ((isOdd ? odd(minute) : 45) - warm) / lag;
    const row = [warm + noise(0.1), 34 + noise(0.4), 95 + noise(0.2), 50 + noise(0.3), 1.7 + noise(0.1)];
    range.take(Float32Array.from(row), 0, minute * minuteMs);
    const score = range.score(1);
    if (score >= 0.65 && !was) count++;
    was = score >= 0.65 || (was && score > 0.4);
  }
  return count;
}

it.each([3, 8, 12, 20])('another product that comes first after %d hours is learnt', (hours) => {
  expect(episodes(hours, () => 62)).toBe(0);
});

it.each([1.5, 30])('what comes first after %d hours is told', (hours) => {
  expect(episodes(hours, () => 62)).toBe(1);
});

it('a probe that is loose is told after some hours too', () => {
  const loose = (minute: number) => (Math.floor(minute * 0.7) % 2 === 0 ? -127 : 45.1);
  expect(episodes(8, loose, 1)).toBeGreaterThan(0);
});

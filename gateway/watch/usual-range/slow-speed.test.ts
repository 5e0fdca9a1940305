/** A machine that runs slowly after a fault shows that it is over; one that stands still does not. */
import { expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../../shared/runtime/random.ts';
import { UsualRange } from './usual-range.ts';

const minuteMs = 60_000;
const hourRows = 60;
const dayRows = 24 * hourRows;

/** A pump of three speeds for nine days, whose bearing is too hot for six hours; it then runs at one speed (0: it stands). */
function repaired(speedAfter: number, isWithin?: boolean) {
  const random = seededRandom(6);
  const noise = (size: number) => size * gaussian(random);
  const range = new UsualRange(3, 600);
  const faultAt = 9 * dayRows;
  const repairAt = faultAt + 6 * hourRows;
  const by = isWithin === undefined ? undefined : { isWithin: () => isWithin };
  const take = (minute: number, speed: number) => {
    const isHot = minute >= faultAt && minute < repairAt;
    const row = [
      2_950 * speed + noise(5),
      24 * speed + noise(0.3),
      20 + 34 * speed + (isHot ? 45 : 0) + noise(0.3),
    ];
    range.take(Float32Array.from(row), 0, minute * minuteMs, by);
  };
  for (let minute = 0; minute < repairAt; minute++) {
    // It stands for some hours in its first days.
    const isRest = minute > dayRows && minute < 1.3 * dayRows && speedAfter === 0;
    take(minute, isRest ? 0 : [0.6, 0.8, 1][Math.floor(minute / 200) % 3]!);
  }
  expect(range.score(1)).toBeGreaterThan(0.65);
  for (let minute = repairAt; minute < repairAt + 4 * hourRows; minute++) take(minute, speedAfter);
  return range.score(1);
}

it('shows at its lowest speed that it is over, where the other sensors say what is usual then', () => {
  expect(repaired(0.6, true)).toBeLessThanOrEqual(0.4);
  expect(repaired(0.6, false)).toBeGreaterThan(0.4);
  expect(repaired(0.6)).toBeGreaterThan(0.4);
});

it('does not show it while it stands still', () => {
  expect(repaired(0, true)).toBeGreaterThan(0.4);
});

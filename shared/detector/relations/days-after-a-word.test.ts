import { expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../runtime/random.ts';
import { dayMs, minuteMs, startMs } from './machine.testing.ts';
import { RelationDetector } from './relation-detector.ts';

it('the day on which a person says that a fault of some hours is normal leaves its sensor as easy to judge as it was', () => {
  const random = seededRandom(5);
  const detector = new RelationDetector(2);
  let [slow, told] = [0, 0];
  let isSaid = false;
  for (let minute = 0; minute < 36 * 1_440; minute++) {
    const day = minute / 1_440;
    slow = 0.9945 * slow + 0.105 * gaussian(random);
    const ofDay = Math.sin(2 * Math.PI * day);
    const further = day > 35 ? 5 : 0;
    const first = (30 + 3 * ofDay + 2 * slow) * (day > 25 ? 1.4 : 1) + further + 0.2 * gaussian(random);
    const row = [first, 5 - 0.6 * ofDay - 0.5 * slow + 0.1 * gaussian(random)];
    detector.push(row, 0, startMs + day * dayMs);
    if (!isSaid && day > 25.1) isSaid = detector.confirmNormal();
    if (day > 35 && detector.state === 'unusual') told++;
  }
  expect(isSaid).toBe(true);
  expect(told * minuteMs).toBeGreaterThan(0.2 * dayMs);
});

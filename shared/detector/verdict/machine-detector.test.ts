import { describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../runtime/random.ts';
import { dayMs, startMs } from '../relations/machine.testing.ts';
import { MachineDetector } from './machine-detector.ts';

const rowMinutes = 2;
const fromDay = 13;

interface Followed {
  seed: number;
  /** True if the rows have times. */
  hasTimes: boolean;
  /** By how much of itself the vibration is too high, from a day on. */
  by: number;
  days?: number;
}

/** Follows a machine whose load wanders. */
function follow({ seed, hasTimes, by, days = 16 }: Followed) {
  const random = seededRandom(seed);
  const detector = new MachineDetector(3, { warmUpRows: 400 });
  const rows = { before: 0, noticed: 0, ofVibration: 0 };
  let newest = 0;
  const weights = new Float64Array(3);
  let wanders = 0;
  for (let minute = 0; minute < days * 1_440; minute += rowMinutes) {
    const day = minute / 1_440;
    wanders = 0.98 * wanders + 0.2 * gaussian(random);
    const load = 1 + 0.3 * Math.max(-2, Math.min(2, wanders));
    const worn = 1 + (day < fromDay ? 0 : by);
    const row = Float64Array.of(
      2 * load * worn * (1 + 0.03 * gaussian(random)),
      20 * load * (1 + 0.02 * gaussian(random)),
      50 + 30 * load + gaussian(random),
    );
    detector.push(row, 0, hasTimes ? startMs + day * dayMs : Number.NaN);
    newest = row[0]!;
    if (day < 11 || detector.state === 'normal') continue;
    if (day < fromDay) rows.before++;
    else {
      rows.noticed++;
      detector.contributions(weights);
      if (weights[0] === Math.max(...weights)) rows.ofVibration++;
    }
  }
  return { rows, detector, newest };
}

describe('a vibration beyond what the load explains, within what it shows at other loads', () => {
  it('is noticed to the end once days are known, by its sensor', () => {
    const [withTimes, without] = [true, false].map((hasTimes) => follow({ seed: 1, hasTimes, by: 0.1 }).rows);
    expect(withTimes!.before).toBe(without!.before);
    expect(withTimes!.noticed).toBeGreaterThan(2_000);
    expect(withTimes!.ofVibration).toBeGreaterThan(0.7 * withTimes!.noticed);
    expect(without!.noticed).toBeLessThan(0.7 * withTimes!.noticed);
  });

  it('is told with what is usual beside the others', () => {
    const { detector, newest } = follow({ seed: 1, hasTimes: true, by: 0.6, days: 13.05 });
    expect(detector.state).toBe('unusual');
    const { low, high } = detector.expected(0);
    expect(high - low).toBeLessThan(0.6 * newest);
    expect(newest).toBeGreaterThan(high);
    expect(newest / 1.6).toBeGreaterThan(0.9 * low);
  });
});

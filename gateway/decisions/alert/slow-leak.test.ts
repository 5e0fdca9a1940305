/** A leak that is slow and seen by several detectors for hours: its changes are told, and its numbers are not. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../../shared/runtime/random.ts';
import type { LimitState } from '../../ports/decision.ts';
import { alertBench } from './alert-bench.testing.ts';

let bench: Awaited<ReturnType<typeof alertBench>>;
beforeEach(async () => {
  bench = await alertBench();
});
afterEach(() => bench.dispose());

const random = seededRandom(5);
const noise = () => gaussian(random) / 3;
const minutes = 6 * 60;

/** Oil temperature rises from 70 to 106 °C, with noise: its limits are met for good at 85 and 100. */
const oil = (minute: number) => 70 + minute / 10 + noise();
/** Vibration comes and goes around its warning limit once the oil is thin. */
const vibration = (minute: number) => (minute > 200 && minute % 17 < 9 ? 4.8 : 4.2);

function limitsAt(minute: number, sinceMs: number): LimitState[] {
  const met = (sensor: string, value: number, warn: number, alarm: number): LimitState[] => {
    if (value < warn) return [];
    const severity = value >= alarm ? 'critical' : 'warning';
    const limit = {
      side: 'high',
      severity,
      at: severity === 'critical' ? alarm : warn,
      backAt: warn,
    } as const;
    return [{ sensor, value, met: { ...limit, sinceMs }, mayBe: null }];
  };
  // The dead band keeps noise from leaving a limit again.
  const warm = Math.max(oil(minute), minute > 150 ? 85 : 0, minute > 300 ? 100 : 0);
  return [...met('oil_temp', warm, 85, 100), ...met('vibration', vibration(minute), 4.5, 9)];
}

/** The subject of a reason: a sensor beyond a limit, or the remaining life with its first digits. */
function subjectOf(reason: string): string[] {
  const found = /^(?:(\w+) [\d.]+(?: mm\/s)?, above|(Remaining life (?:\d\d?|is not known)))/.exec(reason);
  return found ? [(found[1] ?? found[2])!] : [];
}

it('is told when it begins, when something else is seen, and when it becomes critical', async () => {
  const decision = await bench.started();
  const sinceMs = bench.clock.nowMs();
  for (let minute = 0; minute < minutes; minute++) {
    await bench.clock.advance(59_000);
    // The estimate falls all the time, and is not known now and then.
    bench.state.model = minute % 40 > 34 ? 'ignorant' : 'sound';
    const life = minute % 40 > 34 ? null : 100 - minute / 4.5;
    await bench.evaluate(decision, life, 1, { limits: limitsAt(minute, sinceMs) });
  }
  const news = bench.updated().filter(({ data }) => data.isNews !== false);
  const told = [...bench.opened(), ...news].map(
    ({ type, data }) =>
      `${type.split('.')[3]} ${data.severity} ${data.failureMode}: ${data.reasons.flatMap(subjectOf).join(', ')}`,
  );
  expect(bench.resolved()).toEqual([]);
  expect(told).toEqual([
    'opened warning limit: oil_temp',
    'updated warning limit: oil_temp, Remaining life 59',
    'updated warning limit: oil_temp, Remaining life is not known',
    'updated warning limit: oil_temp, vibration, Remaining life 54',
    'updated critical limit: oil_temp, Remaining life 33',
  ]);
  // The cloud knows the present values all the same.
  expect(bench.state.now.length).toBeGreaterThan(minutes / 3);
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { MachineType, Sensor } from '../../../shared/domain/machine-type.ts';
import { type LimitPlan, limitPlanOf } from './limit-plan.ts';
import { MachineLimits } from './machine-limits.ts';

const limited: Partial<Sensor>[] = [
  { warn: 4, alarm: 6 },
  { alarmLow: 1, warnLow: 2, warn: 8, alarm: 10, deadBand: 0.5, limitsAtRest: true },
  { warn: 6, deadBand: 0 },
];
const typeOf = (delays: { openAfterMs: number; resolveAfterMs: number }): MachineType => ({
  ...{ name: 'rig', version: '1.0.0', description: '', lifeUnit: 'cycles', stepMs: 1_000, windowRows: 30 },
  openSensors: false,
  sensors: limited.map((given, i) => ({ name: `s${i}`, unit: 'mm/s', min: 0, max: 60, ...given })),
  alerts: [{ failureMode: 'limit', on: 'limit', ...delays }],
});

/** The limits of a machine that knows of holes. @param isFull no value is ever taken for one that changes nothing */
function limitsOf(plan: LimitPlan, isFull: boolean): MachineLimits {
  const limits = new MachineLimits(plan);
  limits.holes.usualMs = () => 0;
  if (!isFull) return limits;
  Object.assign(limits, { isStillBack: () => false });
  Object.assign(limits['quiet'], { has: () => false });
  return limits;
}

/** Values on and about the limits and their ends, most of them inside all. */
const value = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(3, 3.1) },
  { weight: 2, arbitrary: fc.constantFrom(0.5, 1, 1.5, 2, 2.5, 3.9, 4, 5, 5.5, 6, 7.5, 8, 9.5, 10) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, 0, 11) },
);
const step = fc.record({
  values: fc.tuple(value, value, value),
  times: fc.integer({ min: 1, max: 8 }),
  passedMs: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 0, max: 20_000 }) },
    fc.constantFrom(-90_000, 70_000),
  ),
  kind: fc.oneof(
    { weight: 12, arbitrary: fc.constant('take' as const) },
    fc.constantFrom('interrupt', 'rested', 'forget', 'at rest', 'replayed', 'hear', 'renew'),
  ),
});

it('a value that is still back changes what is known as it would if it were judged in full', () => {
  let shortcuts = 0;
  let quiet = 0;
  const run = (
    steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[],
    plan: LimitPlan,
    isFull: boolean,
  ) => {
    let limits = limitsOf(plan, isFull);
    let atMs = 1_000_000;
    return steps.flatMap(({ values, times, passedMs, kind }) => {
      const row = Float32Array.from(values);
      if (kind === 'interrupt' || kind === 'rested') limits.interrupt(kind === 'rested');
      if (kind === 'forget') limits.forget(0);
      if (kind === 'renew') {
        const before = limits;
        limits = limitsOf(plan, isFull);
        limits.follow(before, row, atMs);
      }
      return Array.from({ length: times }, () => {
        atMs += passedMs;
        if (limits['isStillBack'](1, row[1]!, atMs)) shortcuts++;
        if (limits['quiet'].has(plan, row, 0, row.length, atMs, new Float32Array(row.length))) quiet++;
        limits.take(
          row,
          0,
          row.length,
          atMs,
          kind !== 'replayed',
          kind === 'at rest' ? limits.heldAside(false) : null,
        );
        const { isNews, hasMet } = limits;
        limits.isNews = false;
        return { isNews, hasMet, list: limits.list(), passed: kind === 'hear' ? limits.takePassed() : [] };
      });
    });
  };
  const delays = fc.record({
    openAfterMs: fc.constantFrom(0, 10_000),
    resolveAfterMs: fc.constantFrom(0, 60_000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), delays, (steps, each) => {
      const plan = limitPlanOf(typeOf(each))!;
      expect(run(steps, plan, false)).toEqual(run(steps, plan, true));
    }),
    { numRuns: 300 },
  );
  expect(shortcuts).toBeGreaterThan(1_000);
  expect(quiet).toBeGreaterThan(100);
});

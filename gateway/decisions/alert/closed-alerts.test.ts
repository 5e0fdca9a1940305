/** Alerts that a person has closed in the cloud: they end here, and their cause opens none again unless it ends or gets worse. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Closed } from '../../../shared/contract/alerts/closed.ts';
import type { LimitState } from '../../ports/decision.ts';
import { alertBench } from './alert-bench.testing.ts';
import type { AlertDecision } from './alert-decision.ts';

let bench: Awaited<ReturnType<typeof alertBench>>;
let decision: AlertDecision;
const flapping = { holdMs: 0 };
beforeEach(async () => {
  bench = await alertBench();
  decision = await bench.started({ sampleMs: 0, flapping });
});
afterEach(() => bench.dispose());

const why: Closed = { by: 'maria', reason: 'greased', severity: 'warning', toldGroups: ['maintenance'] };

async function close(closed: Closed = why): Promise<void> {
  const alertId = decision.open()[0]?.predictionId ?? bench.opened().at(-1)!.data.predictionId;
  await decision.ended([{ alertId, closed }]);
}

async function restart(): Promise<void> {
  await decision.stop();
  decision = await bench.started({ sampleMs: 0, flapping });
}

const counts = () => [bench.opened().length, bench.updated().length, bench.resolved().length];

function limits(...values: [sensor: string, value: number][]): { limits: LimitState[] } {
  const states = values.map(([sensor, value]): LimitState => {
    const severity = value >= 9 ? 'critical' : 'warning';
    const at = severity === 'critical' ? 9 : 4.5;
    const met = { side: 'high', severity, at, backAt: at, sinceMs: 0 } as const;
    return { sensor, value, met: value < 4.5 ? null : met, mayBe: null };
  });
  return { limits: states };
}

it('end as closed, with who and why and whom the cloud tells, once', async () => {
  await bench.evaluate(decision, 50, 3);
  await close();
  await close();
  expect(bench.resolved().map(({ data }) => data)).toMatchObject([
    {
      outcome: 'closed',
      reasons: ['It was closed by hand by maria: greased'],
      closed: { by: 'maria', reason: 'greased', toldGroups: ['maintenance'] },
      decisionId: bench.records().at(-1)!.data.decisionId,
    },
  ]);
  expect(decision.open()).toEqual([]);
  expect(decision.stats().open).toEqual({ warning: 0, critical: 0 });
});

it('do not open again while the cause lasts, over restarts, and do when it has ended and begins anew', async () => {
  await bench.evaluate(decision, 50, 3);
  await close();
  await bench.evaluate(decision, 40, 10);
  await restart();
  await bench.evaluate(decision, 40, 10);
  await restart();
  await bench.evaluate(decision, 50, 10);
  expect(counts()).toEqual([1, 0, 1]);
  await bench.evaluate(decision, 500, 6);
  expect(counts()).toEqual([1, 0, 1]);
  await bench.evaluate(decision, 50, 3);
  expect(counts()).toEqual([2, 0, 1]);
  expect(new Set(bench.opened().map(({ data }) => data.predictionId)).size).toBe(2);
});

it('open another one when the cause becomes critical, also after a restart', async () => {
  await bench.evaluate(decision, 50, 3);
  await close();
  await restart();
  await bench.evaluate(decision, 10, 4);
  expect(counts()).toEqual([2, 0, 1]);
  const [first, second] = bench.opened().map(({ data }) => data);
  expect(second).toMatchObject({ severity: 'critical' });
  expect(second!.predictionId).not.toBe(first!.predictionId);
  expect(second!.reasons.at(-1)).toBe(
    'An alert about it was closed by hand by maria (greased); it has become worse since',
  );
  await bench.evaluate(decision, 500, 6);
  expect(counts()).toEqual([2, 0, 2]);
});

it('are not closed by who only knew a warning, if they are critical meanwhile', async () => {
  await bench.evaluate(decision, 10, 3);
  await close();
  expect(counts()).toEqual([1, 0, 0]);
  await close({ ...why, severity: 'critical' });
  expect(counts()).toEqual([1, 0, 1]);
  await bench.evaluate(decision, 50, 3);
  await bench.evaluate(decision, 10, 5);
  expect(counts()).toEqual([1, 0, 1]);
});

it('about limits stay closed for the same sensors, over a restart, and open for another one or beyond the alarm', async () => {
  await bench.evaluate(decision, null, 1, limits(['vibration', 6]));
  await close();
  await bench.evaluate(decision, null, 5, limits(['vibration', 7]));
  await restart();
  await bench.evaluate(decision, null, 5, limits(['vibration', 7]));
  expect(counts()).toEqual([1, 0, 1]);
  await bench.clock.advance(120_000);
  await bench.evaluate(decision, null, 2, limits(['vibration', 6], ['current', 6]));
  expect(counts()).toEqual([2, 0, 1]);
  expect(bench.opened()[1]!.data.contributions.map(({ sensor }) => sensor)).toContain('current');
  await close();
  await bench.evaluate(decision, null, 2, limits(['vibration', 9.5], ['current', 6]));
  expect(counts()).toEqual([3, 0, 2]);
  expect(bench.opened()[2]!.data.severity).toBe('critical');
});

it('do not keep another cause from opening an alert of its own', async () => {
  await bench.evaluate(decision, null, 1, limits(['vibration', 6]));
  await close();
  await bench.evaluate(decision, 50, 3, limits(['vibration', 6]));
  expect(bench.opened().map(({ data }) => data.failureMode)).toEqual(['limit', 'wear']);
  await bench.evaluate(decision, 500, 6, limits(['vibration', 1]));
  expect(counts()[2]).toBe(2);
});

it('that had ended before an older state was put back are dropped, and what is still so opens anew', async () => {
  await bench.evaluate(decision, 50, 3);
  const [{ predictionId } = { predictionId: '' }] = decision.open();
  await decision.ended([{ alertId: predictionId }, { alertId: 'unknown' }]);
  expect(bench.resolved().map(({ data }) => data)).toMatchObject([{ predictionId, outcome: 'ended-before' }]);
  await bench.evaluate(decision, 50, 3);
  expect(counts()).toEqual([2, 0, 1]);
});

it('of a machine that was replaced are forgotten', async () => {
  await bench.evaluate(decision, 50, 3);
  await close();
  const about = { site: 'lab', machine: 'p1', machineType: 'pump' };
  await decision.lifecycle({ state: 'replaced', about, atMs: bench.clock.nowMs() });
  await bench.evaluate(decision, 500, 6);
  await bench.evaluate(decision, 50, 3);
  expect(counts()).toEqual([2, 0, 1]);
});

it('about limits are over when their cause ends, at any severity, with the damping that is usual', async () => {
  decision = await bench.started({ sampleMs: 0 });
  await bench.evaluate(decision, null, 1, limits(['vibration', 6]));
  await close();
  await decision.stop();
  decision = await bench.started({ sampleMs: 0 });
  await bench.evaluate(decision, null, 2, limits(['vibration', 9.5]));
  expect(counts()).toEqual([2, 0, 1]);
  await decision.stop();
  decision = await bench.started({ sampleMs: 0 });
  await close({ ...why, severity: 'critical' });
  await bench.evaluate(decision, null, 2, limits(['vibration', 9.5]));
  await bench.evaluate(decision, null, 2, limits(['vibration', 1]));
  await bench.evaluate(decision, null, 2, limits(['vibration', 6]));
  expect(counts()).toEqual([3, 0, 2]);
});

it('of a machine with few readings send estimates also when their cause ends, so that the cloud says so', async () => {
  const short = { isShort: true } as const;
  await bench.evaluate(decision, null, 2, { ...limits(['vibration', 6]), ...short });
  await close();
  const before = bench.state.estimates.length;
  await bench.evaluate(decision, null, 3, { ...limits(['vibration', 6]), ...short });
  const goesOn = expect.stringContaining('limits_met=1');
  expect(bench.state.estimates.slice(before)).toEqual([goesOn, goesOn, goesOn]);
  await bench.evaluate(decision, null, 3, {
    window: Float32Array.from([1, 1, 1, 1]),
    ...limits(['vibration', 1]),
    ...short,
  });
  expect(bench.state.estimates.slice(before + 3)[0]).toContain('limits_met=0');
});

it('of a machine with few readings are followed by further estimates, as long as it is not at rest', async () => {
  const short = { ...limits(['vibration', 1]), window: Float32Array.from([1, 1, 1, 1]), isShort: true };
  const estimates = () => bench.state.estimates.length;
  await bench.evaluate(decision, null, 2, { ...short, ...limits(['vibration', 6]) });
  await bench.evaluate(decision, null, 3, short);
  expect(bench.resolved()).toHaveLength(1);
  const atEnd = estimates();
  for (let i = 0; i < 5; i++) {
    await bench.clock.advance(60_000);
    await bench.evaluate(decision, null, 1, short);
  }
  expect(estimates()).toBe(atEnd + 5);
  await bench.clock.advance(60_000);
  await bench.evaluate(decision, null, 1, { ...short, isAtRest: true });
  expect(estimates()).toBe(atEnd + 5);
});

it('whose cause is over and only waited for its end are over: what begins then opens another, at any severity', async () => {
  decision = await bench.started({ sampleMs: 0 });
  const values = async (value: number, minutes: number) => {
    await bench.evaluate(decision, null, 1, limits(['vibration', value]));
    await bench.clock.advance(60_000 * minutes);
  };
  for (const value of [9.5, 1, 9.5, 1]) await values(value, 30);
  expect(counts()).toEqual([2, 0, 1]);
  await close({ ...why, severity: 'critical' });
  await values(1, 10);
  await values(9.5, 10);
  expect(counts()).toEqual([3, 0, 2]);
  await close({ ...why, severity: 'critical' });
  await values(9.5, 10);
  for (let i = 0; i < 13; i++) await values(1, 10);
  await values(9.5, 10);
  expect(counts()).toEqual([4, 0, 3]);
});

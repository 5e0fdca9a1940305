import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EstimatePolicy } from '../../../../shared/domain/alert-policy.ts';
import { type Change, type Estimate, hold, quiet, step, type Track } from './alert-state.ts';

const limits = { updateMsMin: 60_000, updateLifeChange: 0.2 };
const onLife: EstimatePolicy = {
  failureMode: 'wear',
  on: 'remaining-life',
  openAt: 60,
  resolveAt: 90,
  criticalAt: 20,
  minConfidence: 0.5,
  openAfter: 3,
  resolveAfter: 4,
};
const onAnomaly: EstimatePolicy = {
  failureMode: 'odd',
  on: 'anomaly',
  openAt: 0.8,
  resolveAt: 0.4,
  criticalAt: 0.95,
  minConfidence: 0.5,
  openAfter: 3,
  resolveAfter: 4,
};

interface Seen {
  change: Change;
  atMs: number;
  at: number;
}

function run(policy: EstimatePolicy, estimates: Estimate[], stepMs = 1_000, start: Track = quiet) {
  let track = start;
  const seen: Seen[] = [];
  estimates.forEach((estimate, at) => {
    const stepped = step(track, policy, limits, estimate, at * stepMs);
    track = stepped.track;
    if (stepped.change) seen.push({ change: stepped.change, atMs: at * stepMs, at });
  });
  return { track, seen, kinds: seen.map(({ change }) => change.kind) };
}

const life = (value: number | null, confidence = 0.9): Estimate => ({
  ...{ life: value, anomaly: 0, confidence },
  ...{ health: 0.3, source: 'model' },
});
const lives = (...values: (number | null)[]) => values.map((value) => life(value));
const anomalies = (...values: number[]): Estimate[] => values.map((anomaly) => ({ ...life(null), anomaly }));

describe('a remaining life that is not known any more', () => {
  const minute = 60_000;

  it('is told once, after as many estimates as open an alert, and the next number again', () => {
    const { seen, track } = run(onLife, lives(50, 50, 50, null, null, null, null, null, 48), minute);
    expect(seen.map(({ change, at }) => [change.kind, at])).toEqual([
      ['opened', 2],
      ['updated', 5],
      ['updated', 8],
    ]);
    expect(track.open).toMatchObject({ severity: 'warning', sentLife: 48 });
  });

  it('for an estimate or two says nothing, and ends nothing', () => {
    const { kinds, track } = run(onLife, lives(50, 50, 50, null, null, 50, null, null, 50), minute);
    expect(kinds).toEqual(['opened']);
    expect(track.open?.sentLife).toBe(50);
  });

  it('is not told while the window is not whole after a restart', () => {
    const cutOff = lives(null, null, null, null, null).map((each) => ({ ...each, isCutOff: true }));
    expect(run(onLife, [...lives(50, 50, 50), ...cutOff], minute).kinds).toEqual(['opened']);
  });

  it('is not told of an alert that is on something else', () => {
    expect(run(onAnomaly, anomalies(0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9), minute).kinds).toEqual(['opened']);
  });
});

describe('opening', () => {
  it('requires openAfter estimates in a row at or beyond the limit', () => {
    expect(run(onLife, lives(60, 59, 61, 60, 60)).kinds).toEqual([]);
    expect(run(onLife, lives(60, 59, 61, 60, 60, 60)).seen).toEqual([
      { change: { kind: 'opened', severity: 'warning' }, at: 5, atMs: 5_000 },
    ]);
    expect(run(onAnomaly, anomalies(0.8, 0.9, 0.85)).kinds).toEqual(['opened']);
  });

  it('is critical at once if all of the row is', () => {
    expect(run(onLife, lives(20, 10, 5)).seen[0]?.change).toEqual({ kind: 'opened', severity: 'critical' });
    expect(run(onLife, lives(30, 10, 5)).seen[0]?.change).toEqual({ kind: 'opened', severity: 'warning' });
  });

  it('ignores estimates that are not evidence', () => {
    const estimates = [life(50), life(500, 0.4), life(null), life(50), life(5, 0.1), life(50)];
    expect(run(onLife, estimates).seen.map(({ at }) => at)).toEqual([5]);
    expect(run(onLife, [life(5, 0.4), life(5, 0.4), life(5, 0.4), life(5, 0.4)]).kinds).toEqual([]);
  });

  it('happens once if a value flaps around the limit', () => {
    const flapping = Array.from({ length: 500 }, (_, i) => (Math.floor(i / 4) % 2 === 0 ? 59 : 61));
    expect(run(onLife, lives(...flapping)).kinds).toEqual(['opened']);
  });
});

describe('while open', () => {
  it('rises to critical once and stays there, whatever the interval', () => {
    const flapping = Array.from({ length: 40 }, (_, i) => (i % 8 < 4 ? 19 : 21));
    expect(run(onLife, lives(50, 50, 50, ...flapping)).seen.map(({ change }) => change)).toEqual([
      { kind: 'opened', severity: 'warning' },
      { kind: 'updated', severity: 'critical', why: 'severity' },
    ]);
  });

  it('reports a changed remaining life, but not more often than the interval', () => {
    const falling = Array.from({ length: 200 }, (_, i) => 60 - i * 0.19);
    const { seen } = run(onLife, lives(60, 60, 60, ...falling));
    expect(seen.length).toBeGreaterThan(2);
    for (let i = 1; i < seen.length; i++) {
      expect(seen[i]!.atMs - seen[i - 1]!.atMs).toBeGreaterThanOrEqual(60_000);
    }
    expect(run(onLife, lives(60, 60, 60, ...new Array(500).fill(55))).kinds).toEqual(['opened']);
  });

  it('resolves by hysteresis only', () => {
    expect(run(onLife, lives(50, 50, 50, 90, 90, 90, 89, 90, 90, 90)).kinds).toEqual(['opened']);
    expect(run(onLife, lives(50, 50, 50, 90, 91, 90, 95)).kinds).toEqual(['opened', 'resolved']);
    expect(run(onAnomaly, anomalies(0.9, 0.9, 0.9, 0.4, 0.3, 0.2, 0.1)).kinds).toEqual([
      'opened',
      'resolved',
    ]);
  });
});

describe('held', () => {
  it('after a failure, opens nothing until healthy again', () => {
    const { kinds, track } = run(onLife, lives(...new Array(2_000).fill(0)), 1_000, hold(null));
    expect(kinds).toEqual([]);
    expect(track.held).toEqual({ estimatesLeft: null, source: null });
    expect(run(onLife, lives(0, 0, 100, 100, 100, 100, 50, 50, 50), 1_000, hold(null)).kinds).toEqual([
      'opened',
    ]);
  });

  it('after a replacement, opens nothing while the window still shows the old machine', () => {
    const { seen } = run(onLife, lives(...new Array(50).fill(5)), 1_000, hold(30));
    expect(seen.map(({ at }) => at)).toEqual([32]);
  });
});

describe('for any sequence of estimates', () => {
  /** As often a plain state as any number: sequences of numbers alone rarely open an alert and end it again. */
  const between = (max: number, ...states: number[]) =>
    fc.oneof(fc.constantFrom(...states), fc.double({ min: 0, max, noNaN: true }));
  const estimate: fc.Arbitrary<Estimate> = fc.record({
    health: fc.double({ min: 0, max: 1, noNaN: true }),
    source: fc.constantFrom('model', 'rules'),
    life: fc.option(between(150, 5, 50, 120), { nil: null }),
    anomaly: between(1, 0.1, 0.85, 0.98),
    confidence: fc.oneof(
      { weight: 4, arbitrary: fc.double({ min: 0.5, max: 1, noNaN: true }) },
      { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
    ),
  });
  /** Each estimate persists for a while, as those of a machine do: independent ones hardly ever open an alert. */
  const lasting = fc
    .array(fc.tuple(estimate, fc.integer({ min: 1, max: 30 })), { maxLength: 30, size: 'large' })
    .map((parts) => parts.flatMap(([value, times]) => Array.from({ length: times }, () => value)));
  const scenario = fc.record({
    policy: fc.constantFrom(onLife, onAnomaly),
    estimates: lasting,
    stepMs: fc.integer({ min: 1, max: 100_000 }),
  });

  it('a prediction opens, may be updated, and resolves; there is never a second one', () => {
    let resolved = 0;
    fc.assert(
      fc.property(scenario, ({ policy, estimates, stepMs }) => {
        let isOpen = false;
        for (const { change } of run(policy, estimates, stepMs).seen) {
          expect(isOpen).toBe(change.kind !== 'opened');
          isOpen = change.kind !== 'resolved';
          if (!isOpen) resolved++;
        }
      }),
    );
    expect(resolved).toBeGreaterThan(0);
  });

  it('severity never falls, and only a rise ignores the interval', () => {
    let updated = 0;
    fc.assert(
      fc.property(scenario, ({ policy, estimates, stepMs }) => {
        const { seen } = run(policy, estimates, stepMs);
        seen.forEach(({ change, atMs }, i) => {
          if (change.kind !== 'updated') return;
          updated++;
          const before = seen[i - 1]!;
          if (before.change.severity === 'critical') expect(change.severity).toBe('critical');
          if (change.why === 'remaining-life') expect(atMs - before.atMs).toBeGreaterThanOrEqual(60_000);
        });
      }),
      { numRuns: 500 },
    );
    expect(updated).toBeGreaterThan(0);
  });

  it('nothing opens without openAfter confident estimates beyond the limit', () => {
    let opened = 0;
    fc.assert(
      fc.property(scenario, ({ policy, estimates, stepMs }) => {
        for (const { change, at } of run(policy, estimates, stepMs).seen) {
          if (change.kind !== 'opened') continue;
          opened++;
          const evidence = estimates
            .slice(0, at + 1)
            .filter((e) => e.confidence >= 0.5 && (policy.on === 'anomaly' || e.life !== null))
            .slice(-policy.openAfter);
          expect(evidence).toHaveLength(policy.openAfter);
          for (const e of evidence) {
            if (policy.on === 'anomaly') expect(e.anomaly).toBeGreaterThanOrEqual(policy.openAt);
            else expect(e.life).toBeLessThanOrEqual(policy.openAt);
          }
        }
      }),
    );
    expect(opened).toBeGreaterThan(0);
  });
});

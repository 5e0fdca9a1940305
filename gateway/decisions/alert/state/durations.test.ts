import { describe, expect, it } from 'vitest';
import type { EstimatePolicy } from '../../../../shared/domain/alert-policy.ts';
import { type Estimate, quiet, step, type Track } from './alert-state.ts';

const minuteMs = 60_000;
const base: EstimatePolicy = {
  ...{ failureMode: 'odd', on: 'anomaly', openAt: 0.65, resolveAt: 0.4, criticalAt: 0.9 },
  ...{ minConfidence: 0.5, openAfter: 3, resolveAfter: 4 },
};

/** Steps a policy through scores; returns what changed, with the minute, and the track. */
function run(policy: EstimatePolicy, scores: number[], everyMs = minuteMs, start: Track = quiet, fromMs = 0) {
  let track = start;
  const seen: string[] = [];
  scores.forEach((anomaly, at) => {
    const timeMs = fromMs + at * everyMs;
    const estimate: Estimate = { life: null, anomaly, confidence: 0.9, health: 0.3, source: 'model', timeMs };
    const stepped = step(track, policy, { updateMsMin: 0, updateLifeChange: 0.2 }, estimate, timeMs);
    track = stepped.track;
    if (stepped.change) seen.push(`${stepped.change.kind} ${stepped.change.severity} ${timeMs / minuteMs}`);
  });
  return { seen, track };
}
const times = (count: number, score: number) => Array.from({ length: count }, () => score);

describe('what must last for a time', () => {
  const policy = { ...base, openAfterMs: 5 * minuteMs, resolveAfterMs: 10 * minuteMs };

  it('opens an alert after that time, however fast rows come, and after the rows, however slowly', () => {
    expect(run(policy, times(2_000, 0.7), 1_000).seen).toEqual(['opened warning 5']);
    expect(run(policy, times(10, 0.7), 60 * minuteMs).seen).toEqual(['opened warning 120']);
    expect(run(base, times(10, 0.7), 1_000).seen).toEqual([`opened warning ${2 / 60}`]);
  });

  it('does not open one that comes and goes', () => {
    const flickers = Array.from({ length: 500 }, (_, i) => (i % 5 === 4 ? 0.5 : 0.7));
    expect(run(policy, flickers).seen).toEqual([]);
    expect(run(base, flickers).seen).toEqual(['opened warning 2']);
  });

  it('is critical by its distance after that time too', () => {
    expect(run(policy, [...times(10, 0.7), ...times(20, 0.95)]).seen).toEqual([
      'opened warning 5',
      'updated critical 15',
    ]);
  });

  it('resolves it after that time, from the first row on that is back', () => {
    const scores = [...times(10, 0.7), ...times(9, 0.3), 0.7, ...times(20, 0.3)];
    expect(run(policy, scores).seen).toEqual(['opened warning 5', 'resolved warning 30']);
    expect(run(base, scores).seen[1]).toBe('resolved warning 13');
  });

  it('is counted in rows alone where times are not known', () => {
    let track: Track = quiet;
    for (let row = 0; row < 3; row++) {
      const estimate: Estimate = { life: null, anomaly: 0.7, confidence: 1, health: 0.3, source: 'model' };
      track = step(track, policy, { updateMsMin: 0, updateLifeChange: 0.2 }, estimate, row).track;
    }
    expect(track.open?.severity).toBe('warning');
  });
});

describe('what lasts for long', () => {
  const policy = { ...base, criticalAfterMs: 60 * minuteMs };

  it('becomes critical, once, if it still is so then', () => {
    expect(run(policy, times(200, 0.7)).seen).toEqual(['opened warning 2', 'updated critical 60']);
    const eases = [...times(50, 0.7), ...times(30, 0.5), ...times(10, 0.7)];
    expect(run(policy, eases).seen).toEqual(['opened warning 2', 'updated critical 82']);
    expect(run(policy, [...times(50, 0.7), ...times(100, 0.5)]).seen).toEqual(['opened warning 2']);
  });

  it('is critical sooner if it is far', () => {
    expect(run(policy, times(200, 0.95)).seen).toEqual(['opened critical 2']);
  });

  it('counts from its opening over a restart', () => {
    const { track } = run(policy, times(30, 0.7));
    const restored = { ...quiet, open: track.open };
    expect(run(policy, times(60, 0.7), minuteMs, restored, 31 * minuteMs).seen).toEqual([
      'updated critical 60',
    ]);
  });

  it('never does without the setting', () => {
    expect(run({ ...base }, times(5_000, 0.7)).seen).toEqual(['opened warning 2']);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LimitState } from '../../../ports/decision.ts';
import type { Severity } from './alert-state.ts';
import { heldLimits, type LimitTrack, noLimits, stepLimits } from './limit-track.ts';

const limits = { updateMsMin: 60_000 };
type Level = 'warning' | 'critical' | 'maybe' | 'perhaps' | null;

/** `maybe`: the warning limit may be met; `perhaps`: the alarm limit may be, too. */
function state(sensor: string, level: Level, value: number | null = 5): LimitState[] {
  if (level === null) return [];
  const limit = (severity: Severity) => ({ side: 'high', severity, at: 4, backAt: 3.8 }) as const;
  const isMet = level === 'warning' || level === 'critical';
  const met = isMet ? { ...limit(level), sinceMs: 0 } : null;
  const mayBe = isMet ? null : limit(level === 'maybe' ? 'warning' : 'critical');
  return [{ sensor, value, met, mayBe }];
}

function run(rows: readonly LimitState[][], start: LimitTrack = noLimits, stepMs = 1_000) {
  let track = start;
  const told: string[] = [];
  rows.forEach((states, i) => {
    const stepped = stepLimits(track, states, limits, i * stepMs);
    track = stepped.track;
    const { change } = stepped;
    if (change)
      told.push(`${i} ${change.kind} ${change.severity}${change.kind === 'updated' ? ` ${change.why}` : ''}`);
  });
  return { track, told, names: track.met.map(({ sensor }) => sensor) };
}
const of = (...levels: Level[]) => levels.map((level) => state('a', level));
const open = run(of('warning')).track;
const critical = run(of('critical')).track;

it('severity follows both ways, and each change is told once', () => {
  const rows = of(null, 'warning', 'warning', 'critical', 'critical', 'warning', 'warning', null, null);
  expect(run(rows).told).toEqual([
    '1 opened warning',
    '3 updated critical severity',
    '5 updated warning severity',
    '7 resolved warning',
  ]);
});

it('several sensors are one, the worst first; further ones are told, but not more often than other updates', () => {
  const both = [...state('a', 'warning', 5), ...state('b', 'warning', 9)];
  const rows = [state('a', 'warning'), ...Array(100).fill(both)];
  const { told, names } = run(rows);
  expect(told).toEqual(['0 opened warning', '60 updated warning sensors']);
  expect(names).toEqual(['b', 'a']);
  expect(run([[...both, ...state('c', 'critical')]]).names).toEqual(['c', 'b', 'a']);
});

it('a sensor that comes and goes beside one that stays is told once', () => {
  const one = state('a', 'warning');
  const both = [...one, ...state('b', 'warning')];
  const rows = Array.from({ length: 400 }, (_, i) => (i % 80 < 40 ? one : both));
  expect(run(rows).told).toEqual(['0 opened warning', '60 updated warning sensors']);
  expect(run([...rows, ...of(null), both]).told.slice(2)).toEqual([
    '400 resolved warning',
    '401 opened warning',
  ]);
});

describe('what is not known yet', () => {
  it('opens nothing', () => {
    expect(run(of('maybe', 'perhaps')).told).toEqual([]);
  });

  it('keeps what was open, until it is known', () => {
    expect(run(of('perhaps', 'perhaps', 'warning', null), open).told).toEqual(['3 resolved warning']);
    expect(run(of('perhaps', 'critical', null), critical).told).toEqual(['2 resolved critical']);
    expect(run(of('perhaps', 'maybe', 'warning'), critical).told).toEqual(['1 updated warning severity']);
    expect(run(of('perhaps', null), open).told).toEqual(['1 resolved warning']);
  });

  it('of a sensor that has sent nothing keeps its last value', () => {
    expect(run([state('a', 'perhaps', null)], open).track.met).toEqual(open.met);
  });
});

describe('held', () => {
  it('after a failure, opens nothing until no sensor is beyond a limit', () => {
    const rows = of('critical', 'critical', 'perhaps', null, 'warning');
    expect(run(rows, heldLimits({ estimatesLeft: null, source: null })).told).toEqual(['4 opened warning']);
  });

  it('not by a sensor that sends nothing', () => {
    const rows = [state('a', 'perhaps', null), state('a', 'warning')];
    expect(run(rows, heldLimits({ estimatesLeft: null, source: null })).told).toEqual(['1 opened warning']);
  });

  it('after a replacement, ignores what the old machine met, for a window at most', () => {
    const held = (estimatesLeft: number) => heldLimits({ estimatesLeft, source: null, toMs: 0 });
    const ofNew = of('critical').map((states) =>
      states.map((each) => ({ ...each, met: { ...each.met!, sinceMs: 1 } })),
    );
    expect(run([...of('critical', 'critical'), ...ofNew], held(30)).told).toEqual(['2 opened critical']);
    expect(run(of('critical', 'maybe', 'warning'), held(30)).told).toEqual([]);
    expect(run([...of('critical', 'maybe'), ...ofNew], held(30)).told).toEqual(['2 opened critical']);
    // Readings of before come late, beside those of now.
    const { told, track } = run([...of(null, 'critical', null), ...ofNew, ...of(null)], held(30));
    expect(told).toEqual(['3 opened critical', '4 resolved critical']);
    expect(run(of(...Array(26).fill('critical')), track).told).toEqual(['25 opened critical']);
    expect(run(Array(40).fill(state('a', 'critical')), held(30)).told).toEqual(['30 opened critical']);
  });
});

it('for any findings: opens once, tells each severity once, ends once', () => {
  const level = fc.constantFrom<Level>('warning', 'critical', 'maybe', 'perhaps', null);
  const rows = fc.array(fc.tuple(level, level), { maxLength: 60 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 100_000 }), (levels, stepMs) => {
      const states = levels.map(([a, b]) => [...state('a', a), ...state('b', b)]);
      let severity: string | null = null;
      for (const text of run(states, noLimits, stepMs).told) {
        const [, kind, now, why] = text.split(' ') as [string, string, string, string?];
        expect(kind === 'opened').toBe(severity === null);
        if (why === 'severity') expect(now).not.toBe(severity);
        if (why === 'sensors' || kind === 'resolved') expect(now).toBe(severity);
        severity = kind === 'resolved' ? null : now;
      }
      const last = states.at(-1) ?? [];
      const known = last.flatMap(({ met }) => met?.severity ?? []);
      if (known.includes('critical')) expect(severity).toBe('critical');
      if (known.length > 0) expect(severity).not.toBeNull();
      if (last.length === 0) expect(severity).toBeNull();
    }),
    { numRuns: 500 },
  );
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Severity } from './alert-state.ts';
import { applySteps, type Cause, type CauseKind, type CauseStep, worstOf } from './causes.ts';

interface Alert {
  id: number;
  causes: Cause[];
}

const kinds: Record<string, CauseKind> = {
  limit: 'limit',
  wear: 'estimate',
  odd: 'estimate',
  probe: 'fault',
};
const step = (failureMode: string, kind: 'opened' | 'updated' | 'resolved', severity: Severity = 'warning') =>
  ({
    cause: { failureMode, kind: kinds[failureMode]!, source: null },
    change: kind === 'updated' ? { kind, severity, why: 'severity' } : { kind, severity },
  }) satisfies CauseStep;

/** Applies the steps of each decision in turn, and returns what was told: `opened 1 limit`, by the number of the alert. */
function told(...decisions: CauseStep[][]) {
  let alerts: Alert[] = [];
  let ids = 0;
  const said = decisions.map((steps) => {
    const outcomes = applySteps(alerts, steps);
    const kept = alerts.filter((alert) => !outcomes.some(({ before }) => before === alert));
    const now = outcomes.map(({ before, causes }) => ({ id: before?.id ?? ++ids, causes }));
    alerts = [...kept, ...now.filter(({ causes }) => causes.length > 0)].sort((a, b) => a.id - b.id);
    return outcomes.map(({ before, causes }, i) => {
      const kind = before === null ? 'opened' : causes.length === 0 ? 'resolved' : 'updated';
      const names = causes.map(({ failureMode }) => failureMode).join('+');
      return `${kind} ${now[i]!.id} ${worstOf(causes.length > 0 ? causes : before!.causes)} ${names}`.trim();
    });
  });
  return { said, alerts };
}

describe('a limit beside wear-out is one alert', () => {
  it('where wear-out is open first, and the alert ends with the last of both', () => {
    const { said } = told(
      [step('wear', 'opened')],
      [step('limit', 'opened', 'critical')],
      [step('wear', 'resolved')],
      [step('limit', 'updated', 'warning')],
      [step('limit', 'resolved')],
    );
    expect(said).toEqual([
      ['opened 1 warning wear'],
      ['updated 1 critical wear+limit'],
      ['updated 1 critical limit'],
      ['updated 1 warning limit'],
      ['resolved 1 warning'],
    ]);
  });

  it('where the limit is open first, with the same id', () => {
    const { said } = told([step('limit', 'opened')], [step('wear', 'opened')], [step('limit', 'resolved')]);
    expect(said).toEqual([
      ['opened 1 warning limit'],
      ['updated 1 warning limit+wear'],
      ['updated 1 warning wear'],
    ]);
  });

  it('where both begin, and where one begins as the other ends', () => {
    expect(told([step('limit', 'opened'), step('wear', 'opened')]).said).toEqual([
      ['opened 1 warning limit+wear'],
    ]);
    const { said } = told([step('limit', 'opened')], [step('limit', 'resolved'), step('wear', 'opened')]);
    expect(said[1]).toEqual(['updated 1 warning wear']);
  });

  it('and joins the oldest of two; a fault of a probe stays apart', () => {
    const { said } = told(
      [step('probe', 'opened')],
      [step('odd', 'opened'), step('wear', 'opened')],
      [step('limit', 'opened')],
    );
    expect(said).toEqual([
      ['opened 1 warning probe'],
      ['opened 2 warning odd', 'opened 3 warning wear'],
      ['updated 2 warning odd+limit'],
    ]);
  });
});

describe('for any sequence of decisions', () => {
  /** Toggles causes: each begins and ends in turn, and may change in between. */
  const decisions = fc
    .array(
      fc.array(
        fc.tuple(fc.constantFrom(...Object.keys(kinds)), fc.constantFrom<Severity>('warning', 'critical')),
      ),
      { maxLength: 40 },
    )
    .map((all) => {
      const open = new Map<string, Severity>();
      return all.map((wishes) => {
        const used = new Set<string>();
        return wishes.flatMap(([failureMode, severity]) => {
          if (used.has(failureMode)) return [];
          used.add(failureMode);
          const now = open.get(failureMode);
          const kind = now === undefined ? 'opened' : now === severity ? 'resolved' : 'updated';
          if (kind === 'resolved') open.delete(failureMode);
          else open.set(failureMode, severity);
          return [step(failureMode, kind, severity)];
        });
      });
    });

  it('each alert opens once, changes while it is open, ends once, and each cause is in exactly one', () => {
    let joined = 0;
    fc.assert(
      fc.property(decisions, (all) => {
        const states = new Map<string, string>();
        const { said, alerts } = told(...all);
        for (const text of said.flat()) {
          const [kind, id] = text.split(' ') as [string, string];
          const before = states.get(id);
          expect(kind === 'opened' ? before : before === 'open').toBe(kind === 'opened' ? undefined : true);
          states.set(id, kind === 'resolved' ? 'ended' : 'open');
        }
        for (const decision of said) {
          const ids = decision.map((text) => text.split(' ')[1]);
          expect(new Set(ids).size).toBe(ids.length);
        }
        const open = new Map<string, Severity>();
        all.forEach((steps, i) => {
          const isEstimateOpen = [...open.keys()].some((failureMode) => kinds[failureMode] === 'estimate');
          if (isEstimateOpen) expect(said[i]!.some((text) => /^opened .* limit/.test(text))).toBe(false);
          if (open.has('limit'))
            expect(said[i]!.some((text) => /^opened .* (wear|odd)/.test(text))).toBe(false);
          for (const { cause, change } of steps)
            if (change.kind === 'resolved') open.delete(cause.failureMode);
            else open.set(cause.failureMode, change.severity);
        });
        const causes = alerts.flatMap((alert) => alert.causes);
        expect(new Map(causes.map(({ failureMode, severity }) => [failureMode, severity]))).toEqual(open);
        expect(causes).toHaveLength(open.size);
        expect(alerts.every((alert) => alert.causes.length > 0)).toBe(true);
        const withLimit = alerts.find((alert) => alert.causes.some(({ kind }) => kind === 'limit'));
        if (withLimit && withLimit.causes.length > 1) joined++;
        if (withLimit) expect(withLimit.causes.some(({ kind }) => kind === 'fault')).toBe(false);
      }),
      { numRuns: 500 },
    );
    expect(joined).toBeGreaterThan(20);
  });
});

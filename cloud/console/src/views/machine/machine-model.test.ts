import { describe, expect, it } from 'vitest';
import { ApiFailure } from '../../api/api-failure.ts';
import { badgeLabel, keyOf } from '../../machine-states.ts';
import { alertOf, machine, pumpType } from '../../plant.testing.ts';
import {
  allDecisionsHref,
  machineAlerts,
  machineProblem,
  subjectOf,
  summaryModel,
  unknownTypeText,
} from './machine-model.ts';

describe('a machine’s page', () => {
  it('prefers what the live stream says to what was fetched', () => {
    const fetched = machine({ health: 0.9 });
    const detail = { machine: fetched, type: pumpType, alerts: [] };
    const streamed = machine({ health: 0.3 });
    expect(subjectOf(null, new Map([[keyOf(streamed), streamed]]))).toBeNull();
    expect(subjectOf(detail, new Map())).toEqual({ machine: fetched, type: pumpType });
    expect(subjectOf(detail, new Map([[keyOf(streamed), streamed]]))?.machine.health).toBe(0.3);
  });

  it('summarises location, judge and age', () => {
    const pump = machine({ source: 'self-learned', lastSeenMs: 0 });
    expect(summaryModel(pump, 7_000, 0)).toMatchObject({
      location: 'leeds · Pump · gateway gw-1',
      source: 'Self-learned',
      seen: '7 s ago',
    });
    expect(summaryModel(machine({ source: null }), 0, 0).source).toBe('–');
  });

  it('says until when people work on it, on its badge, and what is planned', () => {
    const nowMs = new Date(2026, 2, 10, 9).getTime();
    const hours = (count: number) => nowMs + count * 3_600_000;
    const on = machine({
      ...{ state: 'maintenance', stateReason: 'In maintenance until 14:00 CET (maria)', since: hours(-1) },
      maintenance: { fromMs: hours(-1), toMs: hours(5), by: 'maria' },
    });
    expect(badgeLabel(on, nowMs)).toBe('Maintenance until 14:00');
    const muted = { by: 'maria', why: 'new bearing', untilMs: hours(5) };
    expect(badgeLabel(machine({ muted }), nowMs)).toBe('OK · muted');
    expect(summaryModel(machine({ muted }), nowMs, 0).why).toContain(
      ' · nobody is told of its alerts until 14:00 (maria: new bearing)',
    );
    expect(badgeLabel({ ...on, maintenance: { ...on.maintenance!, toMs: hours(29) } }, nowMs)).toBe(
      'Maintenance until 11 Mar, 14:00',
    );
    expect(summaryModel(on, nowMs, 0).why).not.toContain('planned');
    const planned = machine({ maintenance: { fromMs: hours(2), toMs: hours(5), by: 'maria' } });
    expect(badgeLabel(planned, nowMs)).toBe('OK');
    expect(summaryModel(planned, nowMs, 0).why).toBe(
      'Judged by its model · maintenance planned from 10 Mar, 11:00 to 10 Mar, 14:00',
    );
  });

  it('says in which mode it is, as long as it runs and is heard', () => {
    const sinceMs = new Date(2026, 2, 10, 14, 5).getTime();
    const mode = { number: 2, of: 3, name: 'speed about 1450 rpm', sinceMs, isNew: false };
    const why = (over: Parameters<typeof machine>[0]) => summaryModel(machine(over), 0, 0).why;
    expect(why({ mode })).toBe(
      'Judged by its model · mode 2 of 3 (speed about 1450 rpm), since 10 Mar, 14:05',
    );
    expect(why({ mode: { ...mode, of: null, name: 'AUTO', isNew: true } })).toContain(
      ' · mode AUTO, since 10 Mar, 14:05, for the first time',
    );
    expect(why({ mode: { ...mode, number: null, isNew: true } })).toContain(
      ' · in a mode that was never seen before (speed about 1450 rpm), since 10 Mar, 14:05',
    );
    expect(why({ mode, state: 'stopped' })).not.toContain('2 of 3');
  });

  it('says when it will know how its sensors go together', () => {
    const behaviour = {
      state: 'learning',
      sinceMs: null,
      beyond: null,
      learning: { days: 2, needed: 7 },
    } as const;
    expect(summaryModel(machine({ behaviour }), 0, 0).why).toBe(
      'Judged by its model · how its sensors go together is being learnt: 2 of 7 days on which it runs',
    );
  });

  it('says that its type is not known to the cloud, and what to do', () => {
    expect(unknownTypeText({ machine: machine({ machineType: 'saw' }), type: null })).toMatch(
      /machine type “saw”.*machineTypesDir/,
    );
    expect(unknownTypeText({ machine: machine(), type: pumpType })).toBeNull();
  });

  it('keeps the scale of remaining life while life runs out, and widens it', () => {
    const at = (p90: number) => machine({ remainingLife: { p10: 1, p50: 2, p90, unit: 'cycles' } });
    const first = summaryModel(at(240), 0, 0).lifeScaleMax;
    expect(first).toBe(250);
    expect(summaryModel(at(30), 0, first).lifeScaleMax).toBe(250);
    expect(summaryModel(machine({ remainingLife: null }), 0, first).lifeScaleMax).toBe(250);
    expect(summaryModel(at(400), 0, first).lifeScaleMax).toBe(500);
  });

  it('parts open alerts from resolved ones', () => {
    const resolved = (alertId: string) => alertOf({ alertId, state: 'resolved' });
    const {
      open,
      resolved: past,
      resolvedTitle,
    } = machineAlerts([alertOf({}), resolved('2'), resolved('3')]);
    expect(open.map(({ alertId }) => alertId)).toEqual(['alert-1']);
    expect(past.map(({ alertId }) => alertId)).toEqual(['2', '3']);
    expect(resolvedTitle).toBe('2 resolved alerts');
    expect(machineAlerts([resolved('2')]).resolvedTitle).toBe('One resolved alert');
    expect(machineAlerts([alertOf({})]).resolvedTitle).toBe('');
  });

  it('links to further decisions only where there are any', () => {
    expect(allDecisionsHref('leeds/pump 1', null)).toBeNull();
    expect(allDecisionsHref('leeds/pump 1', 'x')).toBe('#/decisions?subject=leeds%2Fpump%201');
  });

  it('tells an unknown machine from an answer that failed', () => {
    expect(machineProblem(new ApiFailure(404, 'no such machine'))).toEqual({ kind: 'unknown-machine' });
    expect(machineProblem(new ApiFailure(503, 'busy'))).toEqual({ kind: 'failure', text: 'busy' });
    expect(machineProblem(new TypeError('odd'))).toEqual({ kind: 'failure', text: 'TypeError: odd' });
  });
});

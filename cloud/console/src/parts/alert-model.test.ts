import { describe, expect, it } from 'vitest';
import { condition } from '../../../../shared/notifiers/condition.testing.ts';
import { dateTime } from '../format.ts';
import { alertOf, machine, pumpType } from '../plant.testing.ts';
import type { Alert } from '../wire.ts';
import { alertModel, alertsDue, alertTimes, bySeverity, placeName } from './alert-model.ts';

const openedMs = 1_750_000_000_000;
const options = { nowMs: openedMs + 180_000, withMachine: true, type: pumpType };

describe('an alert', () => {
  it('says which machine, what fails, since when and why', () => {
    const model = alertModel(alertOf({ prediction: { machine: 'pump 1' } }), options);
    expect(model).toMatchObject({
      state: 'critical',
      machine: { name: 'leeds / pump 1', href: '#/machines/leeds/pump%201?gateway=gw-1' },
      title: 'Bearing wear',
      times: `since ${dateTime(openedMs)} · 3 min ago`,
    });
    expect(model.reasons).toHaveLength(2);
    expect(alertModel(alertOf({}), { ...options, withMachine: false }).machine).toBeNull();
  });

  it('has a scale of its own for the remaining life, or none', () => {
    expect(alertModel(alertOf({}), options).life?.scaleMax).toBe(50);
    expect(alertModel(alertOf({ prediction: { remainingLife: null } }), options).life).toBeNull();
  });

  it('compares contributions with the largest, and gives values in the sensor’s unit', () => {
    const { contributions } = alertModel(alertOf({}), options);
    expect(contributions).toEqual([
      { sensor: 'vibration_rms', width: 100, share: '62 %', value: '7.41 mm/s' },
      { sensor: 'bearing_temperature', width: (0.27 / 0.62) * 100, share: '27 %', value: '81.3 °C' },
      { sensor: 'current', width: (0.11 / 0.62) * 100, share: '11 %', value: '' },
    ]);
    expect(alertModel(alertOf({}), { ...options, type: null }).contributions[0]?.value).toBe('7.41');
    expect(alertModel(alertOf({ prediction: { contributions: [] } }), options).contributions).toEqual([]);
  });

  it('names the judge: a model, the machine’s own past, or rules', () => {
    const origin = (prediction: Parameters<typeof alertOf>[0]['prediction']) =>
      alertModel(alertOf({ prediction: prediction ?? {} }), options).origin;
    expect(origin({})).toBe(
      'Model pump-life 1.2.0 · confidence 86 % · health 24 % · anomaly 71 % · gateway gw-1',
    );
    expect(origin({ source: 'rules', model: null })).toMatch(/^Rules, without a model · /);
    const detector = { name: 'baseline', version: '1' };
    expect(origin({ source: 'rules', model: null, detector })).toMatch(/^Self-learned: /);
  });

  it('says what it turned out to be, and by whom that is known', () => {
    const said = { at: '2026-11-30T12:00:00Z', by: 'maria', cause: 'worn coupling', note: '' };
    const outcome = { verdict: 'false-alarm', isInferred: false, ...said } as const;
    expect(alertModel({ ...alertOf({}), outcome }, options).outcome).toBe(
      'false alarm by maria: worn coupling',
    );
    expect(alertModel(alertOf({}), options).outcome).toBe('');
  });

  it('that is resolved says when, and how long it was open', () => {
    const resolvedMs = openedMs + 5_400_000;
    const alert = alertOf({ state: 'resolved', resolvedAt: new Date(resolvedMs).toISOString() });
    expect(alertModel(alert, options).state).toBe('resolved');
    expect(alertTimes(alert, 0)).toBe(`resolved ${dateTime(resolvedMs)} · was open 1 h 30 min`);
  });
});

describe('an open alert as it is now', () => {
  const live = machine({
    estimateMs: openedMs + 170_000,
    lastSeenMs: openedMs + 175_000,
    remainingLife: { p10: 4, p50: 12, p90: 20, unit: 'cycles' },
    health: 0.2,
  });

  it('has the figures of its machine, and their age', () => {
    const model = alertModel(alertOf({}), { ...options, machine: live });
    expect(model).toMatchObject({ asOf: 'as of 10 s ago', isUnknown: false });
    expect(model.life?.remaining.p50).toBe(12);
    expect(model.origin).toContain('health 20 %');
  });

  it('shows no number of before where nothing is known', () => {
    const unknown = { sinceMs: openedMs + 100_000, reason: 'No reading of the last 20 min has come' };
    const model = alertModel(alertOf({}), { ...options, machine: { ...live, unknown } });
    expect(model).toMatchObject({ life: null, isUnknown: true, asOf: 'last known 10 s ago' });
    expect(model.reasons[0]).toMatch(/^Last known, at /);
    expect(model.reasons[1]).toMatch(
      /^Whether this still holds is unknown since .*: No reading of the last 20 min/,
    );
    expect(model.contributions.map(({ value }) => value)).toEqual(['', '', '']);
  });

  it('says how it opened and what has changed since', () => {
    const at = (minutes: number) => new Date(openedMs + minutes * 60_000).toISOString();
    const remainingLife = { p10: 20, p50: 40, p90: 60, unit: 'cycles' };
    const history = [
      { change: 'opened', at: at(0), severity: 'warning', reasons: ['It wears.'], remainingLife },
      { change: 'updated', at: at(1), severity: 'critical', reasons: ['Soon.'] },
      { change: 'updated', at: at(2), severity: 'critical', reasons: ['A second sensor.'] },
    ] as const;
    const alert = alertOf({ history: history.map((each) => ({ ...each, reasons: [...each.reasons] })) });
    expect(alertModel(alert, options).history.map(({ text }) => text)).toEqual([
      'opened as warning: 40 cycles left · It wears.',
      'became critical: Soon.',
      'changed: A second sensor.',
    ]);
  });
});

describe('alerts', () => {
  it('are ordered critical first, then by the latest change', () => {
    const alert = (alertId: string, severity: 'critical' | 'warning', minute: number) =>
      alertOf({ alertId, updatedAt: `2026-01-01T00:0${minute}:00Z`, prediction: { severity } });
    const alerts = [alert('a', 'warning', 5), alert('b', 'critical', 1), alert('c', 'critical', 3)];
    expect(alerts.sort(bySeverity).map(({ alertId }) => alertId)).toEqual(['c', 'b', 'a']);
  });

  it('are drawn again when one changes, and every minute for their ages', () => {
    expect(alertsDue(1, 0)).toBe(alertsDue(1, 59_999));
    expect(alertsDue(1, 0)).not.toBe(alertsDue(1, 60_000));
    expect(alertsDue(1, 0)).not.toBe(alertsDue(2, 0));
  });
});

it('an alert about Harbinger itself says what is wrong and where, and links to no machine', () => {
  const { prediction: _, ...state } = alertOf({});
  const alert: Alert = { ...state, gateway: '', condition };
  expect(alertModel(alert, options)).toMatchObject({
    state: 'warning',
    machine: null,
    title: 'Disk space · gateway north',
    reasons: condition.reasons,
    life: null,
    contributions: [],
    origin: 'Found by the cloud',
  });
  expect(placeName(alert)).toBe('gateway north');
  expect([alert, alertOf({})].sort(bySeverity).map(placeName)).toEqual(['leeds / pump-1', 'gateway north']);
});

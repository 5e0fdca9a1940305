import { describe, expect, it } from 'vitest';
import type { Assessment } from '../../../shared/contract/events.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { AlertInput } from '../../ports/decision.ts';
import { evidenceFields } from './evidence.ts';

const type: MachineType = {
  name: 'pump',
  version: '1.0.0',
  description: 'a pump',
  lifeUnit: 'cycles',
  stepMs: 1_000,
  windowRows: 2,
  openSensors: false,
  sensors: [
    { name: 'vibration', unit: 'mm/s', min: 0, max: 100, warn: 4.5, alarm: 9 },
    { name: 'pressure', unit: 'bar', min: 0, max: 10, warnLow: 2 },
    { name: 'speed', unit: 'r/min', min: 0, max: 3_000 },
  ],
  alerts: [
    {
      failureMode: 'wear',
      on: 'remaining-life',
      openAt: 60,
      resolveAt: 90,
      criticalAt: 20,
      minConfidence: 0.5,
      openAfter: 3,
      resolveAfter: 4,
    },
  ],
};

const assessment = (p50: number | null, confidence = 0.8): Assessment => ({
  source: 'model',
  model: null,
  remainingLife: p50 === null ? null : { p10: p50, p50, p90: p50, unit: 'cycles' },
  health: 1,
  anomaly: 0,
  confidence,
  contributions: [],
});

function input(newest: [number, number, number], over: Partial<AlertInput> = {}): AlertInput {
  return {
    machine: { site: 's', machine: 'm', type },
    timeMs: 1,
    window: Float32Array.from([1, 5, 1_000, ...newest]),
    rows: 2,
    ...over,
  };
}

const met = (severity: 'warning' | 'critical') => ({
  sensor: 'vibration',
  value: 7,
  met: { side: 'high', severity, at: 4.5, backAt: 4, sinceMs: 0 } as const,
  mayBe: null,
});

describe('evidence in estimate lines', () => {
  it('counts the limits of sensors that send', () => {
    expect(evidenceFields(input([1, 5, 1_000]), assessment(null))[0]).toBe('limits=3');
    expect(evidenceFields(input([1, Number.NaN, 1_000]), assessment(null))[0]).toBe('limits=2');
    expect(evidenceFields(input([Number.NaN, Number.NaN, 1]), assessment(null))[0]).toBe('limits=0');
  });

  it('says the worst limit that is met, also while nobody is told of it yet, and of which value', () => {
    const limitsMet = (of: AlertInput) => evidenceFields(of, assessment(null))[1];
    expect(limitsMet(input([4.4, 5, 1]))).toBe('limits_met=0');
    expect(limitsMet(input([7, 5, 1]))).toBe('limits_met=1');
    expect(limitsMet(input([4.2, 5, 1], { limits: [met('warning')] }))).toBe('limits_met=1');
    expect(limitsMet(input([9.5, 5, 1], { limits: [met('warning')] }))).toBe('limits_met=2');
    const beyond = ['beyond_sensor=1', 'beyond_value=1.9', 'beyond_at=2'];
    const { name } = type.sensors[1]!;
    expect(evidenceFields(input([1, 1.9, 1]), assessment(null)).slice(2, 6)).toEqual([
      ...beyond,
      `beyond_sensor_text="${name}"`,
    ]);
    expect(limitsMet(input([7, 5, 1], { limits: [met('warning')] }))).toBe('limits_met=1');
    expect(limitsMet(input([7, 5, 1], { limits: [met('critical'), met('warning')] }))).toBe('limits_met=2');
  });

  it('names no value as beyond a limit that is back inside, while the end of the limit waits', () => {
    const told = (value: number | null, severity: 'warning' | 'critical', at: number) => ({
      ...{ sensor: 'vibration', value, mayBe: null },
      met: { side: 'high', severity, at, backAt: at - 1, sinceMs: 0 } as const,
    });
    const said = (vibration: number, ...limits: ReturnType<typeof told>[]) =>
      evidenceFields(input([vibration, 5, 1], { limits }), assessment(null)).slice(1, 6);
    expect(said(1, told(1, 'critical', 9))).toEqual(['limits_met=2', 'limits_now=0', 'policies_met=0']);
    expect(said(6, told(6, 'critical', 9))).toEqual([
      ...['limits_met=2', 'limits_now=1', 'beyond_sensor=0', 'beyond_value=6', 'beyond_at=4.5'],
    ]);
    // Between the limit and its return it is met, and nothing is beyond it.
    expect(said(8.5, told(8.5, 'critical', 9))[1]).toBe('limits_now=1');
    expect(said(10, told(10, 'critical', 9))[1]).toBe('beyond_sensor=0');
    expect(said(Number.NaN, told(null, 'critical', 9))).toEqual(['limits_met=2', 'policies_met=0']);
  });

  it('says it at once where limits raise no alert', () => {
    const quiet = { site: 's', machine: 'm', type: { ...type, limitAlerts: false } };
    const limitsMet = (newest: [number, number, number]) =>
      evidenceFields(input(newest, { machine: quiet }), assessment(null))[1];
    expect(limitsMet([1, 5, 1])).toBe('limits_met=0');
    expect(limitsMet([1, 1.9, 1])).toBe('limits_met=1');
    expect(limitsMet([9, 1.9, 1])).toBe('limits_met=2');
  });

  it.each([
    [null, 0.8, 0],
    [61, 0.8, 0],
    [60, 0.8, 1],
    [20, 0.8, 2],
    [20, 0.4, 0],
  ])('says what a life of %s (confidence %d) reaches of the policies: %d', (life, confidence, level) => {
    const fields = evidenceFields(input([1, 5, 1]), assessment(life, confidence));
    expect(fields[2]).toBe(`policies_met=${level}`);
  });

  it('says the progress of learning and the pace, if they are known', () => {
    const more = { learning: { rows: 40, needed: 600 }, rowMs: 60_012.345 };
    expect(evidenceFields(input([1, 5, 1], more), assessment(null)).slice(3)).toEqual([
      'normal_rows=40',
      'normal_rows_needed=600',
      'row_s=60.01',
    ]);
    expect(evidenceFields(input([1, 5, 1]), assessment(null))).toHaveLength(3);
  });
});

describe('how the sensors of a machine go together', () => {
  const fieldsOf = (over: Partial<AlertInput>) =>
    evidenceFields(input([1, 5, 1], { timeMs: 1_000_000, ...over }), assessment(null)).slice(3);

  it('is in its estimate lines, with the band of the farthest sensor', () => {
    const beyond = [
      { sensor: 'vibration', level: 2.3123456, low: 1.6, high: 1.8, isBesideOthers: true as const },
      { sensor: 'speed', level: 1, low: 2, high: 3 },
    ];
    const behaviour = { state: 'unusual', sinceMs: 400_000 } as const;
    expect(fieldsOf({ behaviour, beyond, onset: 0.25 })).toEqual([
      ...[
        'onset=0.25',
        'behaviour=2',
        'behaviour_s=600',
        'unusual=2.3123',
        'usual_low=1.6',
        'usual_high=1.8',
      ],
      'unusual_text="vibration"',
    ]);
    expect(fieldsOf({ behaviour: { state: 'learning', sinceMs: null } })).toEqual(['behaviour=0']);
    const learning = { days: 2, needed: 7 };
    expect(fieldsOf({ behaviour: { state: 'learning', sinceMs: null, learning } })).toEqual([
      ...['behaviour=0', 'behaviour_days=2', 'behaviour_days_needed=7'],
    ]);
    expect(fieldsOf({})).toEqual([]);
  });

  it('are followed by its mode, which a state sensor says or its levels', () => {
    const said = { number: 2, of: 3, name: 'speed about 1450 rpm', sensor: 'speed' };
    const mode = { ...said, sinceMs: 940_000, isNew: false };
    const levels = ['mode=2', 'modes=3', 'mode_s=60', 'mode_text="speed about 1450 rpm"'];
    expect(fieldsOf({ mode: () => mode })).toEqual(levels);
    const never = { ...mode, number: null, isNew: true };
    expect(fieldsOf({ mode: () => never })).toEqual([
      'mode=0',
      'modes=3',
      'mode_s=60',
      'mode_new=1',
      levels[3],
    ]);
    expect(fieldsOf({ mode: () => ({ ...mode, of: null, name: 'AUTO' }) })).toEqual([
      'mode=2',
      'mode_s=60',
      'mode_text="AUTO"',
    ]);
  });
});

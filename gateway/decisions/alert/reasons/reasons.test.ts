import { describe, expect, it } from 'vitest';
import type { Assessment } from '../../../../shared/contract/events.ts';
import type { EstimatePolicy } from '../../../../shared/domain/alert-policy.ts';
import type { MachineType } from '../../../../shared/domain/machine-type.ts';
import type { AlertInput } from '../../../ports/decision.ts';
import {
  beyondReasons,
  changedReasons,
  changeReason,
  contributionReasons,
  endingReasons,
  lifeText,
  numberText,
} from './reasons.ts';

const assessment: Assessment = {
  source: 'model',
  model: { name: 'wear', version: '1.0.0' },
  remainingLife: { p10: 24, p50: 38.2, p90: 57, unit: 'cycles' },
  health: 0.3,
  anomaly: 0.83,
  confidence: 0.8,
  contributions: [
    { sensor: 'vibration_x', share: 0.41, value: 6.8123 },
    { sensor: 'pressure', share: 0.3, value: 2 },
    { sensor: 'ratio', share: 0.2, value: 0.5 },
    { sensor: 'load', share: 0.09, value: 3 },
  ],
};
const sensor = { min: -100, max: 100 };
const type = {
  name: 'pump',
  sensors: [
    { ...sensor, name: 'vibration_x', unit: 'mm/s', warn: 4.5, alarm: 9 },
    { ...sensor, name: 'pressure', unit: 'bar', warn: 4, alarm: 1 },
    { ...sensor, name: 'ratio', unit: '1' },
  ],
} as MachineType;
const policy: EstimatePolicy = {
  failureMode: 'wear',
  on: 'remaining-life',
  openAt: 60,
  resolveAt: 90,
  criticalAt: 40,
  minConfidence: 0.5,
  openAfter: 3,
  resolveAfter: 10,
};

describe('a technician reads', () => {
  it('which limit was met', () => {
    expect(changeReason({ kind: 'opened', severity: 'warning' }, assessment, policy)).toBe(
      'Remaining life 38.2 cycles (80 % interval 24–57), below the limit of 60',
    );
    expect(
      changeReason({ kind: 'updated', severity: 'critical', why: 'severity' }, assessment, policy),
    ).toMatch(/, below the critical limit of 40$/);
    expect(
      changeReason({ kind: 'opened', severity: 'warning' }, assessment, {
        ...policy,
        on: 'anomaly',
        openAt: 0.7,
        resolveAt: 0.4,
      }),
    ).toBe('Its readings are unusual for this machine (0.83 of 1, above the limit of 0.7)');
  });

  it('which sensors contributed, with units and what is normal', () => {
    expect(contributionReasons(assessment, type)).toEqual([
      'vibration_x 6.81 mm/s, normal below 4.5 mm/s: 41 % of this estimate',
      'pressure 2 bar, normal above 4 bar: 30 % of this estimate',
      'ratio 0.5: 20 % of this estimate',
    ]);
  });

  it('why a sensor weighs although its value is normal', () => {
    const contributions = [{ sensor: 'vibration_x', share: 0.85, value: 2 }];
    expect(contributionReasons({ ...assessment, contributions }, type)).toEqual([
      'vibration_x 2 mm/s is inside its limits (below 4.5 mm/s); how it changes is 85 % of this estimate',
    ]);
  });

  it('remaining life in time of running, where the pace of the machine is known', () => {
    const life = { p10: 20, p50: 36, p90: 60, unit: 'cycles' };
    expect(lifeText(life, 3_600_000)).toBe(
      'Remaining life 36 cycles (80 % interval 20–60), about 36 h of running (20 to 60 h)',
    );
    expect(lifeText(life, 500)).toBe(
      'Remaining life 36 cycles (80 % interval 20–60), about 18 s of running (10 to 30 s)',
    );
    expect(lifeText(life)).toBe('Remaining life 36 cycles (80 % interval 20–60)');
  });

  it('how a prediction ended', () => {
    const opened = { atMs: 0, life: assessment.remainingLife };
    expect(endingReasons({ state: 'failed', atMs: 3 * 3_600_000, note: 'bearing seized' }, opened)).toEqual([
      'The machine failed 3 h 0 min after the first warning, which expected 38.2 cycles more (80 % interval 24–57)',
      'Note: bearing seized',
    ]);
    expect(endingReasons({ state: 'replaced', atMs: 43_000 }, opened)).toEqual([
      'The machine was replaced 43 s after the first warning',
    ]);
  });
});

it('writes numbers short', () => {
  expect([0, 0.12345, 6.8, 99.96, 1234.5, -250.4].map(numberText)).toEqual([
    '0',
    '0.123',
    '6.8',
    '100',
    '1235',
    '-250',
  ]);
});

describe('how the sensors of a machine go together', () => {
  const timeMs = Date.UTC(2026, 2, 20, 9, 30);
  const input = (over: Partial<AlertInput>) =>
    ({
      ...{ machine: { site: 'hall', machine: 'p1', type }, timeMs, window: new Float32Array(0), rows: 0 },
      ...over,
    }) as AlertInput;
  const beyond = [
    { sensor: 'vibration_x', level: 2.31, low: 1.6, high: 1.79, isBesideOthers: true as const },
  ];
  const like = { atMs: Date.UTC(2026, 2, 12, 8), note: 'worn coupling' };

  it('comes with what would be usual beside the others, and which named fault it is like', () => {
    const behaviour = { state: 'unusual', sinceMs: timeMs - 600_000, like } as const;
    const [first, second] = beyondReasons(input({ beyond, behaviour }));
    expect(first).toBe(
      'vibration_x is 2.31 mm/s on average of its last readings; while the other sensors are as they are now, between 1.6 and 1.79 mm/s is usual',
    );
    expect(beyondReasons(input({ beyond: [{ ...beyond[0]!, low: 1.7, high: 1.7 }] }))[0]).toMatch(
      /as they are now, about 1.7 mm\/s is usual$/,
    );
    expect(second).toMatch(/^It is like what was named a fault on .*12.*: worn coupling$/);
    expect(beyondReasons(input({ beyond }))).toHaveLength(1);
  });

  it('names rates of counters by the hour or day, as people do', () => {
    const counters = {
      ...type,
      sensors: [...type.sensors, { ...type.sensors[0]!, name: 'energy', unit: 'kW.h' }],
    };
    const said = (sensor: string, level: number, more = {}) => {
      const rate = { sensor, level, low: 0.000368, high: 0.000402, isRate: true as const, ...more };
      return beyondReasons({
        ...input({ beyond: [rate] }),
        machine: { site: 'hall', machine: 'p1', type: counters },
      } as AlertInput)[0];
    };
    expect(said('starts', 0.000245)).toBe(
      'starts rises by about 0.882 an hour; until now it was always between 1.32 and 1.45 an hour',
    );
    expect(said('energy', 0.02)).toMatch(/^energy rises by about 1.2 kWh a minute; .* kWh a minute$/);
    expect(said('starts', 0.0002, { low: 0.0001, high: 0.00012 })).toMatch(
      /17.3 a day.*8.64 and 10.4 a day$/,
    );
    expect(said('starts', 0.00025, { isBesideOthers: true })).toMatch(
      /^starts rises by 0.9 an hour on average .* 1.32 and 1.45 an hour is usual$/,
    );
  });

  it('says that a machine stands where a sensor of its speed says so', () => {
    const speed = { ...type.sensors[0]!, name: 'fan_rpm', unit: 'r/min' };
    const fan = { ...type, sensors: [type.sensors[0]!, speed] };
    const at = (rpm: number, usual: AlertInput['beyond'] = beyond) =>
      beyondReasons({
        ...input({ beyond: usual, window: Float32Array.of(9, 1480, 0.05, rpm), rows: 2 }),
        machine: { site: 'hall', machine: 'p1', type: fan },
      })[0];
    expect(at(0)).toBe('The machine stands: fan_rpm is 0 rpm');
    expect(at(12)).not.toContain('stands');
    const slow = { sensor: 'fan_rpm', level: 12, low: 1450, high: 1490 };
    expect(at(12, [...beyond, slow])).toBe('The machine stands: fan_rpm is 12 rpm');
    expect(at(1480)).not.toContain('stands');
  });

  it('has changed, with what a person can say of it', () => {
    const behaviour = { state: 'changed', sinceMs: timeMs - 10 * 3_600_000 } as const;
    const [said] = changedReasons(input({ behaviour }));
    expect(said).toMatch(/^It has changed since .+harbinger machines relearn hall\/p1 --what state/);
    expect(said).toContain('harbinger machines fault hall/p1');
    expect(changedReasons(input({ behaviour: { state: 'normal', sinceMs: null } }))).toEqual([]);
    expect(beyondReasons(input({ beyond, behaviour }))[1]).toBe(said);
  });

  it('has changed, with the sensor, its value and the one rule of its end', () => {
    const hourMs = 3_600_000;
    const most = { sensor: 'vibration_x', level: 2.31, low: 1.6, high: 1.79 };
    const behaviour = {
      ...{ state: 'changed' as const, sinceMs: timeMs - 10 * hourMs, endsAfterMs: 24 * hourMs, most },
    };
    const [said, ends] = changedReasons(input({ behaviour }), 0);
    expect(said).toContain(
      ': vibration_x is 2.31 mm/s on average of its last readings; before, between 1.6 and 1.79 mm/s was usual beside the other sensors. Say whether',
    );
    expect(ends).toBe('This alert ends once the machine has run as it did before for 24 h 0 min');
    expect(changedReasons(input({ behaviour }), 36 * hourMs)[1]).toContain('for 36 h 0 min');
    expect(changedReasons(input({ behaviour }))).toHaveLength(1);
  });
});

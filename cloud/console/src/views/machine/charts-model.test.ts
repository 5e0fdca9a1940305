import { describe, expect, it } from 'vitest';
import { machine, pumpType } from '../../plant.testing.ts';
import { csvOf, dueKey, queriesOf, rangeOf, sensorOrder, sensorsOf } from './charts-model.ts';

describe('charts', () => {
  it('end at the machine’s last reading, which is part of them', () => {
    const range = rangeOf(machine({ lastSeenMs: 5_000_000.7 }), 'minutes15');
    expect(range).toEqual({ fromMs: 4_100_001, toMs: 5_000_001 });
  });

  it('ask for estimates and readings of the same range', () => {
    const { estimates, readings } = queriesOf(machine(), { fromMs: 1, toMs: 2 });
    const address = { gateway: 'gw-1', site: 'leeds', machine: 'pump-1', from: 1, to: 2 };
    expect(estimates).toEqual({ ...address, measurement: 'estimate', points: 600 });
    expect(readings).toEqual({ ...address, points: 300 });
  });

  it('come in the order of the machine type, others by name', () => {
    const names = ['zeta', 'bearing_temperature', 'alpha', 'vibration_rms'];
    expect(sensorOrder(names, pumpType)).toEqual(['vibration_rms', 'bearing_temperature', 'alpha', 'zeta']);
    expect(sensorOrder(names, null)).toEqual(['alpha', 'bearing_temperature', 'vibration_rms', 'zeta']);
  });

  it('are those of sensors that the type declares, or that have a value: none of other machines’ sensors', () => {
    const values = { speed: [null, null], force: [null, 2], vibration_rms: [null, null] };
    const states = { mode: { timesMs: [1], texts: ['AUTO'] } };
    expect(sensorsOf({ values, states }, null)).toEqual(['force', 'mode']);
    expect(sensorsOf({ values, states: {} }, pumpType)).toEqual(['vibration_rms', 'force']);
  });
});

describe('fetches of readings', () => {
  it('are due when the machine has reported, at most every three seconds, and of long spans less often', () => {
    const at = (lastSeenMs: number, wanted: Parameters<typeof dueKey>[1], nowMs = lastSeenMs) =>
      dueKey(machine({ lastSeenMs }), wanted, nowMs);
    expect(at(3_000, 'minutes15')).not.toBe(at(2_999, 'minutes15'));
    expect(at(3_000, 'minutes15')).toBe(at(4_000, 'minutes15'));
    expect(at(4_000, 'minutes15', 8_000)).not.toBe(at(4_000, 'minutes15'));
    expect(at(3_000, 'year')).toBe(at(30_000, 'year'));
    expect(at(3_000, { fromMs: 1, toMs: 2 })).toBe(at(9_000_000, { fromMs: 1, toMs: 2 }));
  });
});

it('charts can be saved as CSV, whatever sensors are called', () => {
  const values = { temperature: [1.5, null], '=cmd,"x"': [null, 2] };
  expect(csvOf({ timesMs: [0, 1_000], values })).toBe(
    'time,temperature,"=cmd,""x"""\r\n1970-01-01T00:00:00.000Z,1.5,\r\n1970-01-01T00:00:01.000Z,,2\r\n',
  );
});

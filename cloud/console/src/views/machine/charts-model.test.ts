import { describe, expect, it } from 'vitest';
import { machine, pumpType } from '../../plant.testing.ts';
import { ChartFetches, queriesOf, rangeOf, sensorOrder, sensorsOf, spans } from './charts-model.ts';

describe('charts', () => {
  it('end at the machine’s last reading, which is part of them', () => {
    const range = rangeOf(machine({ lastSeenMs: 5_000_000.7 }), spans[0].ms);
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
  it('are due when the machine has reported, at most every three seconds', () => {
    const fetches = new ChartFetches();
    expect(fetches.isDue(100, 0)).toBe(true);
    fetches.succeed(fetches.begin(0), 100);
    expect(fetches.isDue(100, 60_000)).toBe(false);
    expect(fetches.isDue(200, 3_000)).toBe(false);
    expect(fetches.isDue(200, 3_001)).toBe(true);
  });

  it('show only the answer of the newest one', () => {
    const fetches = new ChartFetches();
    const [older, newer] = [fetches.begin(0), fetches.begin(1)];
    expect([fetches.succeed(newer, 100), fetches.succeed(older, 100), fetches.fail(older)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(fetches.isDue(100, 60_000)).toBe(false);
  });

  it('are repeated after a failure even if the machine is silent', () => {
    const fetches = new ChartFetches();
    fetches.succeed(fetches.begin(0), 100);
    expect(fetches.fail(fetches.begin(10_000))).toBe(true);
    expect(fetches.isDue(100, 11_000)).toBe(false);
    expect(fetches.isDue(100, 13_001)).toBe(true);
  });

  it('show nothing after the page was left', () => {
    const fetches = new ChartFetches();
    const number = fetches.begin(0);
    fetches.stop();
    expect([fetches.succeed(number, 100), fetches.fail(number)]).toEqual([false, false]);
  });
});

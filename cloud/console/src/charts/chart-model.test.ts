import { describe, expect, it } from 'vitest';
import { time } from '../format.ts';
import { pumpType } from '../plant.testing.ts';
import { extent, lifeLimits, lifeReadout, sensorReadout, sensorText, stampText } from './chart-model.ts';

describe('charts', () => {
  it('take limits, unit and description from the machine type', () => {
    expect(sensorText('vibration_rms', pumpType)).toEqual({
      unit: 'mm/s',
      description: undefined,
      limits: [
        { value: 4, color: 'warning' },
        { value: 6, color: 'critical' },
      ],
    });
    expect(sensorText('bearing_temperature', pumpType)).toMatchObject({ unit: '°C', limits: [] });
    expect(sensorText('undeclared', pumpType)).toEqual({ unit: '', description: undefined, limits: [] });
    expect(lifeLimits(pumpType)).toEqual([{ value: 60, color: 'warning' }]);
    expect(lifeLimits(null)).toEqual([]);
  });

  it('show limits of both sides, and one that stands alone', () => {
    const sensors = [
      { name: 'oil', unit: 'bar', min: 0, max: 10, warn: 6, alarm: 8, warnLow: 2, alarmLow: 1 },
      { name: 'flow', unit: 'm3/h', min: 0, max: 10, alarmLow: 1 },
    ];
    const type = { ...pumpType, sensors };
    expect(sensorText('oil', type).limits).toEqual([
      { value: 6, color: 'warning' },
      { value: 8, color: 'critical' },
      { value: 2, color: 'warning' },
      { value: 1, color: 'critical' },
    ]);
    expect(sensorText('flow', type).limits).toEqual([{ value: 1, color: 'critical' }]);
  });

  it('read out the value under the pointer, else the latest', () => {
    const [xs, ys] = [
      [10, 20, 30],
      [1, 2, null],
    ];
    expect(sensorReadout(0, xs, ys, 'mm/s')).toEqual({ value: '1 mm/s', when: time(10_000) });
    expect(sensorReadout(null, xs, ys, '')).toEqual({ value: '2', when: '' });
    expect(sensorReadout(2, xs, ys, '')).toEqual({ value: '2', when: '' });
  });

  it('read out remaining life with its interval, and nothing in a gap', () => {
    expect(lifeReadout(10, { p10: 9, p50: 18, p90: 31 })).toBe(`${time(10_000)}: 18 (9–31)`);
    expect(lifeReadout(10, { p10: null, p50: 18, p90: null })).toBe(`${time(10_000)}: 18 (18–18)`);
    expect(lifeReadout(10, { p50: null })).toBe('');
    expect(lifeReadout(undefined, { p50: 18 })).toBe('');
  });

  it('leave room around the data, and show a constant line', () => {
    expect(extent(0, 100, false)).toEqual([-8, 108]);
    expect(extent(10, 100, true)[0]).toBe(0);
    expect(extent(100, 100, false)).toEqual([95, 105]);
    expect(extent(0, 0, false)).toEqual([-1, 1]);
    expect(extent(Number.NaN, Number.NaN, false)).toEqual([0, 1]);
  });

  it('label time as exactly as the distance of the labels asks for', () => {
    expect(stampText(0, 1)).toMatch(/^\d\d:\d\d:\d\d$/);
    expect(stampText(0, 60)).toMatch(/^\d\d:\d\d$/);
    expect(stampText(0, 86_400)).toMatch(/^\d+ \w+$/);
  });
});

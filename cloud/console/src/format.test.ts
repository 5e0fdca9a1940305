import { describe, expect, it } from 'vitest';
import { age, duration, life, niceCeiling, number, percent, unit, words } from './format.ts';

describe('format', () => {
  it('writes numbers with four significant digits', () => {
    expect([7.40612, 1_480.6, 0.00012, 0, null, Number.NaN].map(number)).toEqual([
      '7.406',
      '1,481',
      '1.20e-4',
      '0',
      '–',
      '–',
    ]);
    expect([percent(0.236), percent(null)]).toEqual(['24 %', '–']);
  });

  it('rounds an interval of remaining life like its median', () => {
    expect([life(18.4), life(5.13, 18.4), life(5.13)]).toEqual(['18', '5', '5.1']);
  });

  it('writes an age in its largest units', () => {
    expect([900, 42_000, 300_000, 3_600_000, 5_000_000, 200_000_000].map(age)).toEqual([
      'now',
      '42 s ago',
      '5 min ago',
      '1 h ago',
      '1 h 23 min ago',
      '2 d ago',
    ]);
    expect(duration(-5)).toBe('0 s');
  });

  it('writes names and units for people', () => {
    expect([words('bearing-wear'), unit('Cel'), unit('1'), unit('mm/s'), unit('{rev}/min')]).toEqual([
      'Bearing wear',
      '°C',
      '',
      'mm/s',
      'rpm',
    ]);
  });

  it('ends scales at round numbers', () => {
    expect([0, 0.07, 1, 31, 240, 250, 6_000].map(niceCeiling)).toEqual([1, 0.1, 1, 50, 250, 250, 10_000]);
  });
});

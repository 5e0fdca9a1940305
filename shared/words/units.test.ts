import { describe, expect, it } from 'vitest';
import { loadMachineTypes } from '../domain/machine-types.ts';
import { unitAfter, unitText } from './units.ts';

describe('units for people', () => {
  it.each([
    ['81.3', 'Cel', '81.3 °C'],
    ['1450', 'r/min', '1450 rpm'],
    ['12', 'm3/h', '12 m³/h'],
    ['0.3', '1', '0.3'],
    ['40', '%', '40 %'],
    ['7', 'deg', '7°'],
    ['3', 'widgets', '3 widgets'],
  ])('%s %s is %s', (number, unit, text) => {
    expect(`${number}${unitAfter(unit)}`).toBe(text);
  });

  it('leave no unit of a ready type in a notation that only computers read', () => {
    const units = [...loadMachineTypes().values()].flatMap(({ sensors }) => sensors.map(({ unit }) => unit));
    const odd = [...new Set(units.map(unitText))].filter((text) => /[[\]{}]|Cel|[a-z]\d|^1$/.test(text));
    expect(odd).toEqual([]);
  });
});

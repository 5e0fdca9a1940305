/** Drafts of machine types: they are valid, and what is guessed is right where names and values say it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtInTypesDir, loadMachineTypes } from '../machine-types.ts';
import { fittingTypes } from './fitting-types.ts';
import { guessUnit } from './guess-unit.ts';
import { draftType, type SeenField } from './proposal.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-proposal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function field(name: string, seen: Partial<SeenField> = {}): SeenField {
  const counts = { count: 9, numbers: 9, texts: 0, booleans: 0, rises: 4, falls: 4 };
  return { name, ...counts, low: 1, high: 2, isWhole: false, states: [], hasMoreStates: false, ...seen };
}
const text = (name: string, states: string[]) =>
  field(name, { numbers: 0, texts: 9, low: null, high: null, states });

function load(toml: string) {
  writeFileSync(join(folder, 'draft.toml'), toml);
  return loadMachineTypes([builtInTypesDir, folder]);
}

describe('a draft', () => {
  it('is a type that can be loaded, with kinds, units and ranges, and limits as comments only', () => {
    const fields = [
      field('bearing_temperature', { low: 21.5, high: 63 }),
      field('speed_rpm', { low: 1480, high: 1495, isWhole: true }),
      field('mode', { numbers: 9, low: 0, high: 3, isWhole: true }),
      text('state', ['RUN', 'he said "x"\n']),
      field('running', { numbers: 0, booleans: 9, low: null, high: null }),
      field('energy_kwh', { low: 1000, high: 1010, rises: 8, falls: 0 }),
      field('zork', { low: -4, high: 5e7 }),
      field('level', { low: -20, high: 260 }),
      field('no name', {}),
      field('ts', {}),
    ];
    const toml = draftType({ site: 'hall3', machine: 'saw-12', messages: 9, stepMs: 9_999.6, fields });
    const type = load(toml).get('saw')!;
    expect(type).toMatchObject({ stepMs: 10_000, openSensors: true });
    const sensors = Object.fromEntries(type.sensors.map(({ name, ...rest }) => [name, rest]));
    expect(sensors).toMatchObject({
      bearing_temperature: { unit: 'Cel', min: -100 },
      speed_rpm: { unit: '{rev}/min' },
      mode: { kind: 'state' },
      state: { kind: 'state' },
      running: { kind: 'state' },
      energy_kwh: { kind: 'counter', unit: 'kW.h' },
      zork: { unit: '1', min: -1e9, max: 1e9 },
      level: { unit: '%', min: -10_000, max: 10_000 },
    });
    expect(Object.keys(sensors)).toHaveLength(8);
    expect(type.sensors.some(({ warn, alarm }) => warn !== undefined || alarm !== undefined)).toBe(false);
    expect(toml).toContain('# Not in this draft: no name, ts.');
    expect(toml).toContain('unit = "Cel" # likely: its name and its values fit');
    expect(toml).toMatch(/# warn = 73\.38/);
  });

  it('of a machine without a word as its name, and of one message, is a type too', () => {
    const seen = { site: 'a', machine: '17', messages: 1, stepMs: null, fields: [] };
    expect(load(draftType(seen)).has('type-17')).toBe(true);
    expect(load(draftType(seen, 'lathe')).has('lathe')).toBe(true);
  });
});

it.each([
  ['temperature', 18, 40, 'Cel', 'likely'],
  ['motorTemp', 18, 40, 'Cel', 'likely'],
  ['temp_f', 64, 90, '[degF]', 'sure'],
  ['temperature', 290, 300, 'K', 'likely'],
  ['pressure', 990, 1020, 'hPa', 'likely'],
  ['pressure', 5.5, 6.2, 'bar', 'likely'],
  ['pressure_kpa', 5.5, 6.2, 'kPa', 'sure'],
  ['vibration_x', 0.4, 3, 'mm/s', 'likely'],
  ['humidity', 30, 60, '%', 'likely'],
  ['humidity', 300, 600, '%', 'unsure'],
  ['power_factor', 0.8, 0.9, '1', 'likely'],
  ['power_w', 100, 900, 'W', 'sure'],
  ['current', 3, 9, 'A', 'likely'],
  ['voltage_l1', 228, 233, 'V', 'likely'],
  ['running_hours', 5000, 5001, 'h', 'sure'],
  ['flow', 3, 9, 'm3/h', 'unsure'],
])('%s between %d and %d is %s, %s', (name, low, high, unit, sure) => {
  expect(guessUnit(name, { low, high })).toMatchObject({ unit, sure });
});

it('of a name that says nothing no unit is guessed', () => {
  for (const name of ['x', 'value7', 'attempt', 'expression', 'zork'])
    expect(guessUnit(name, { low: 1, high: 2 })).toBeNull();
});

describe('a ready type', () => {
  const types = loadMachineTypes();
  it('is suggested if it has several of the fields, and its ranges hold them', () => {
    const fields = [field('winding_temperature'), field('motor_current'), field('vibration_x'), field('oil')];
    const [best] = fittingTypes(fields, types);
    expect(best?.sensors).toHaveLength(3);
    expect(best?.passedOver).toEqual([]);
    const names = fittingTypes(fields, types).map(({ name }) => name);
    expect(names).toContain('motor');
  });

  it('is not suggested for one field of the name, nor for values that it would refuse', () => {
    expect(fittingTypes([field('vibration_x'), field('oil')], types)).toEqual([]);
    const hot = field('winding_temperature', { high: 900 });
    expect(fittingTypes([hot, field('motor_current')], types)).toEqual([]);
  });
});

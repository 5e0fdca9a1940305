import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limitPolicyOf, limitsOf } from './limits.ts';
import { builtInTypesDir, loadMachineTypes, readMachineTypes } from './machine-types.ts';
import { vibrationClassNames } from './vibration-classes.ts';

const ready = ['motor', 'centrifugal-pump', 'fan', 'compressor', 'gearbox', 'conveyor'];
const shipped = loadMachineTypes();
const limitsAt = (types: typeof shipped, type: string, sensor: string) => {
  const found = types.get(type)!.sensors.find(({ name }) => name === sensor)!;
  return limitsOf(found).map(({ severity, at }) => `${severity} ${at}`);
};

describe('a ready type', () => {
  it.each(ready)('%s has limits for vibration in every class, and takes further sensors', (name) => {
    for (const type of [name, ...vibrationClassNames.map((each) => `${name}-${each}`)]) {
      const known = shipped.get(type)!;
      expect(known.openSensors).toBe(true);
      expect(limitPolicyOf(known)).toMatchObject({ on: 'limit' });
      expect(limitsAt(shipped, type, 'vibration')).toHaveLength(2);
      expect(limitsAt(shipped, type, 'bearing_temperature')).toEqual(['warning 90', 'critical 100']);
    }
  });

  it('has the zones B/C and C/D of its class, and those of a medium machine on a rigid foundation without one', () => {
    const of = (type: string) => limitsAt(shipped, type, 'vibration_x').join(', ');
    expect(of('motor')).toBe('warning 2.8, critical 4.5');
    expect(of('motor-medium-rigid')).toBe('warning 2.8, critical 4.5');
    expect(of('motor-medium-flexible')).toBe('warning 4.5, critical 7.1');
    expect(of('motor-large-rigid')).toBe('warning 4.5, critical 7.1');
    expect(of('motor-large-flexible')).toBe('warning 7.1, critical 11');
  });
});

describe('a type of a site', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'harbinger-types-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const read = (text: string) => {
    writeFileSync(join(folder, 'own.toml'), text);
    return readMachineTypes([builtInTypesDir, folder]);
  };

  it('that extends a ready one names its class, and a limit of its own stays', () => {
    const { types, problems } = read(`name = "mill"
extends = "motor"
vibrationClass = "large-flexible"
[[sensors]]
name = "vibration_y"
unit = "mm/s"
min = 0
max = 100
zones = "iso-20816-3"
warn = 5
`);
    expect(problems).toEqual([]);
    expect(limitsAt(types, 'mill', 'vibration')).toEqual(['warning 7.1', 'critical 11']);
    expect(limitsAt(types, 'mill', 'vibration_y')).toEqual(['warning 5']);
    expect(types.has('mill-large-rigid')).toBe(false);
  });

  it('with the name of a class of another type is that which is declared', () => {
    const { types } = read(
      'name = "motor-large-rigid"\nextends = "motor"\nvibrationClass = "medium-rigid"\n',
    );
    expect(limitsAt(types, 'motor-large-rigid', 'vibration')).toEqual(['warning 2.8', 'critical 4.5']);
  });

  it('is told where its class says nothing, and where its unit is another', () => {
    const { problems } = read(`name = "own"
version = "1.0.0"
description = "x"
stepMs = 1000
vibrationClass = "large-rigid"
[[sensors]]
name = "a"
unit = "g"
min = 0
max = 9
`);
    expect(problems.map(({ line, message }) => `${line} ${message}`)).toEqual([
      '5 vibrationClass is set, and no sensor has zones = "iso-20816-3"',
    ]);
    const { problems: others } = read(`name = "own"
version = "1.0.0"
description = "x"
stepMs = 1000
[[sensors]]
name = "a"
unit = "g"
min = 0
max = 9
zones = "iso-20816-3"
`);
    expect(others.map(({ message }) => message)).toEqual([
      'sensors[0].zones is for a velocity in mm/s, not for g',
    ]);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readMachineTypes } from './machine-types.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kinds-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Reads a type with these sensors: what it has become, or its problems with their lines. */
function read(sensors: string) {
  writeFileSync(
    join(folder, 'valve.toml'),
    `name = "valve"\nversion = "1.0.0"\ndescription = "A valve"\nstepMs = 1000\n${sensors}`,
  );
  const { types, problems } = readMachineTypes([folder]);
  return {
    sensors: types.get('valve')?.sensors,
    problems: problems.map(({ line, message }) => `${line}: ${message}`),
  };
}

it('states and counters need no unit and no range', () => {
  const { sensors, problems } = read(`
[[sensors]]
name = "mode"
kind = "state"
states = ["OFF", "AUTO"]
[[sensors]]
name = "fault"
kind = "state"
[[sensors]]
name = "strokes"
kind = "counter"
unit = "{strokes}"
`);
  expect(problems).toEqual([]);
  expect(sensors).toMatchObject([
    { name: 'mode', unit: '1', min: 0, max: 1, states: ['OFF', 'AUTO'] },
    { name: 'fault', unit: '1', min: 0, max: 65_535 },
    { name: 'strokes', unit: '{strokes}', min: 0, max: Number.MAX_SAFE_INTEGER },
  ]);
});

it('what contradicts itself is refused, with its line', () => {
  const { problems } = read(`
[[sensors]]
name = "mode"
kind = "state"
states = ["ON", "on"]
[[sensors]]
name = "mode_text"
unit = "1"
min = 0
max = 1
states = ["a"]
[[sensors]]
name = "speed"
unit = "1"
`);
  expect(problems.map((text) => text.replace(/^(\d+): /, '$1 ').slice(0, 60))).toEqual([
    expect.stringContaining("7 sensors[0].name: the texts of 'mode' are stored as"),
    expect.stringContaining("9 sensors[0].states has 'on' twice"),
    expect.stringContaining('15 sensors[1].states is for kind = "state"'),
    expect.stringContaining('sensors[2].min is missing'),
    expect.stringContaining('sensors[2].max is missing'),
  ]);
});

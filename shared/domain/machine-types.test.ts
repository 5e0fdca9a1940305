import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtInTypesDir, loadMachineTypes, readMachineTypes } from './machine-types.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-types-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sensor = (name: string, max: number) =>
  `\n[[sensors]]\nname = "${name}"\nunit = "1"\nmin = 0\nmax = ${max}\n`;
const head = (name: string) => `name = "${name}"\nversion = "1.0.0"\ndescription = "d"\n`;
const write = (file: string, text: string) => writeFileSync(join(folder, `${file}.toml`), text);

describe('a machine type that extends another', () => {
  it('inherits all that it does not declare; sensors of the same name are replaced in place', () => {
    write('base', `${head('base')}stepMs = 7\nwindowRows = 40\n${sensor('a', 1)}${sensor('b', 1)}`);
    write('own', `extends = "base"\n${head('own')}windowRows = 50\n${sensor('a', 2)}${sensor('c', 3)}`);
    const types = loadMachineTypes([folder]);
    expect(types.get('own')).toMatchObject({ name: 'own', stepMs: 7, windowRows: 50 });
    expect(types.get('own')!.sensors.map(({ name, max }) => [name, max])).toEqual([
      ['a', 2],
      ['b', 1],
      ['c', 3],
    ]);
    expect(types.get('base')!.sensors.map(({ max }) => max)).toEqual([1, 1]);
  });

  it('may extend a built-in type', () => {
    write('own', `extends = "pump"\n${head('own')}`);
    const types = loadMachineTypes([builtInTypesDir, folder]);
    expect(types.get('own')!.sensors).toEqual(types.get('pump')!.sensors);
  });

  it.each([
    ['nobody', `extends = "nobody"\n${head('own')}${sensor('a', 1)}`],
    ['itself', `extends = "own"\n${head('own')}${sensor('a', 1)}`],
  ])('is refused, with its file named, if it extends %s', (_, text) => {
    write('own', text);
    expect(() => loadMachineTypes([folder])).toThrow(/own\.toml.*extends no other/);
  });
});

it('a missing folder is named', () => {
  expect(() => loadMachineTypes([join(folder, 'nowhere')])).toThrow(
    expect.objectContaining({
      code: 'MACHINE_TYPE_INVALID',
      message: expect.stringMatching(/nowhere.*a folder/),
    }),
  );
});

it('a window whose minimum of rows exceeds its length is refused', () => {
  write('own', `${head('own')}stepMs = 1\nwindowRows = 10\nwindowRowsMin = 11\n${sensor('a', 1)}`);
  expect(() => loadMachineTypes([folder])).toThrow(/windowRowsMin must not be above windowRows/);
});

it.each(['pump-rul/', '../x', '/pump-rul', 'a//b', 'a/../b', '.', ''])(
  "a model in '%s' is refused: it may lead out of the folder of models",
  (model) => {
    write('own', `${head('own')}stepMs = 1\nwindowRows = 10\nmodel = "${model}"\n${sensor('a', 1)}`);
    expect(() => loadMachineTypes([folder])).toThrow(/model must be a folder such as pump-rul/);
  },
);

describe('the problems of a file', () => {
  const problemsOf = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    const read = readMachineTypes([builtInTypesDir, folder]);
    return { ...read, found: read.problems.map(({ line, message }) => `${line}: ${message}`) };
  };

  it('are all listed, each with its line', () => {
    const { found, isBroken } = problemsOf(
      'fan.toml',
      `name = "fan"
version = "1"
description = "a fan"
stepMs = 1_000
windowRowsMin = 40
sensors = [
  { name = "rpm", unit = "1/s", min = 5, max = 5, warn = 4, alarm = 4 },
  { name = "rpm", unit = "1/s", min = 0 },
  { name = "time", unit = "s", min = 0, max = 1 },
]
[[alerts]]
failureMode = "stall"
on = "anomaly"
openAt = 0.5
resolveAt = 0.6
openAfter = 0
`,
    );
    expect(found).toEqual([
      expect.stringMatching(/^2: version must /),
      '5: windowRowsMin must not be above windowRows',
      '7: sensors[0]: min must be below max',
      '7: sensors[0].alarm must differ from warn (4); set alarm alone if there is no warning limit',
      expect.stringMatching(/^8: sensors\[1\].max is missing/),
      "8: sensors[1].name: 'rpm' is taken by sensors[0].name; choose another",
      expect.stringMatching(/^9: sensors\[2\].name: 'time' is reserved/),
      '15: alerts[0].resolveAt must be below openAt (0.5), on the healthy side',
      '16: alerts[0].openAfter must be at least 1, not 0',
    ]);
    expect([isBroken('fan'), isBroken('pmp')]).toEqual([true, false]);
  });

  it('in alert policies are those of the kind that each is', () => {
    const { found } = problemsOf(
      'fan.toml',
      `${head('fan')}stepMs = 1_000
limitAlerts = false
${sensor('rpm', 60)}
[[alerts]]
failureMode = "stall"
[[alerts]]
failureMode = "stall"
on = "limits"
[[alerts]]
on = "limit"
openAt = 4
[[alerts]]
on = "limit"
failureMode = "hot"
openAfterMs = -1
[[alerts]]
on = "anomaly"
failureMode = "odd"
openAt = 0.6
holdMs = 3
[[alerts]]
on = "anomaly"
failureMode = "odder"
openAt = 0.6
resolveAt = 0.3
openAfterMs = 600_000
criticalAfterMs = 300_000
`,
    );
    expect(found).toEqual([
      '5: limitAlerts = false switches alerts[2] off; remove one of them',
      expect.stringMatching(/^13: alerts\[0\] must have on = "remaining-life" or "anomaly" or "limit"$/),
      expect.stringMatching(/^17: alerts\[1\] must have on = .* or "limit", not "limits"$/),
      expect.stringMatching(/^20: alerts\[2\]: unknown property 'openAt'/),
      '22: alerts[3].on: alerts[2] is on = "limit" already; one policy is for all limits',
      '24: alerts[3].openAfterMs must be at least 0, not -1',
      expect.stringMatching(/^25: alerts\[4\].resolveAt is missing/),
      expect.stringMatching(/^29: alerts\[4\]: unknown property 'holdMs'/),
      '36: alerts[5].criticalAfterMs must not be below openAfterMs (600000)',
    ]);
  });

  it('have the lines of sensors also where others come from the type that it extends', () => {
    const { found } = problemsOf(
      'own.toml',
      `name = "own"
extends = "pump"
[[sensors]]
name = "depth"
unit = "m"
min = 3
max = 2
`,
    );
    expect(found).toEqual([expect.stringMatching(/^7: sensors\[\d+\]: min must be below max$/)]);
  });

  it('tell which type may be in a file that is not TOML', () => {
    const { isBroken } = problemsOf('fan.toml', 'name = ');
    expect([isBroken('fan'), isBroken('pmp')]).toEqual([true, false]);
  });
});

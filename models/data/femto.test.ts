import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { packageRoot } from '../../shared/files/paths.ts';
import { madeUpBearings, writeFemto } from './bearings.testing.ts';
import { bearingSensors, femtoColumns as header, readFemto } from './femto.ts';

const femto = join(packageRoot, '..', 'shared', 'data', 'femto');
const bearing = loadMachineTypes().get('bearing')!;
const line = (row: number) =>
  [row + 1, 10 * row, 2_560, ...bearingSensors.map((_, i) => row + i / 100)].join(',');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-femto-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, ...lines: string[]) =>
  writeFileSync(join(folder, name), `${lines.join('\n')}\n`);

describe('a folder of FEMTO bearings', () => {
  it('has the sensors of its machine type, in order', () => {
    expect(bearingSensors).toEqual(bearing.sensors.map((sensor) => sensor.name));
  });

  it('is read as one run per file, named after its bearing', () => {
    write('Learning_set_Bearing1_2.csv', header, line(0), line(1), line(2));
    write('mill-7.csv', header, line(0));
    const { runs } = readFemto(folder);
    expect(runs.map(({ machine, rows }) => [machine, rows])).toEqual([
      ['Bearing1_2', 3],
      ['mill-7', 1],
    ]);
    expect(runs[0]!.values[2 * bearingSensors.length + 3]).toBeCloseTo(2.03);
  });

  it('is read back as it was written', () => {
    const bearings = madeUpBearings({ bearings: 2, seed: 1 });
    writeFemto(folder, bearings);
    expect(readFemto(folder).runs).toEqual(bearings.runs);
  });

  it('is refused with file and line if it is malformed', () => {
    expect(() => readFemto(join(folder, 'nowhere'))).toThrow(/nowhere cannot be read/);
    expect(() => readFemto(folder)).toThrow(/no CSV file/);
    write('a.csv', header);
    expect(() => readFemto(folder)).toThrow(/a\.csv: it has no rows/);
    write('a.csv', header, line(0), `${line(1)},7`);
    expect(() => readFemto(folder)).toThrow(/a\.csv: line 3 does not have 17 numbers/);
    write('a.csv', header, line(0).replace(/[^,]+$/, 'x'));
    expect(() => readFemto(folder)).toThrow(/line 2 does not have/);
    write('a.csv', header, line(1), line(0));
    expect(() => readFemto(folder)).toThrow(/line 3: its time is not after/);
    write('a.csv', header.replace('rms_v', 'speed'), line(0));
    expect(() => readFemto(folder)).toThrow(/'rms_v' is not in place/);
  });

  it.skipIf(!existsSync(femto))(
    'of the recorded learning set is read whole, within the contract (needs the FEMTO recordings)',
    () => {
      const { runs } = readFemto(femto);
      expect(runs.map(({ rows }) => rows)).toEqual([2_803, 871, 911, 797, 515, 1_637]);
      const sensors = bearing.sensors.length;
      const broken = runs.flatMap(({ values }) =>
        [...values].filter(
          (value, i) =>
            !(value >= bearing.sensors[i % sensors]!.min && value <= bearing.sensors[i % sensors]!.max),
        ),
      );
      expect(broken).toEqual([]);
    },
  );
});

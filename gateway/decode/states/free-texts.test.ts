import { expect, it } from 'vitest';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { checkReading } from '../contract.ts';
import { Machines } from '../machines/machines.ts';
import { newRow } from '../row.ts';

const type: MachineType = {
  ...{ name: 'open', version: '1.0.0', description: 'for tests', lifeUnit: 'rows', stepMs: 1_000 },
  ...{ windowRows: 4, openSensors: true, sensors: [], alerts: [] },
};

/** Reads values of one field beside a temperature. Returns which of them the windows hear of: `!` as of a probe that is not well. */
function told(name: string, values: readonly unknown[]): string[] {
  const unknown = { type: type.name };
  const types = new Map([[type.name, type]]);
  const schema = new Machines({ gateway: 'g', types, rules: [], unknown, machinesMax: 9 }).find('s', 'm');
  const row = newRow();
  return values.flatMap((value) => {
    checkReading(schema, { temperature: 20, [name]: value }, row);
    return row.refused.map((field) => `${field.isText ? 'text' : '!'} ${field.value}`);
  });
}

it('a text among numbers says that a probe is not well, however often it comes', () => {
  const values = [21.5, 'ERR', 21.4, 'ERR', 'ERR', 'err_7', 'SENSOR FAULT', 'n/a', '---', 'open circuit'];
  expect(told('probe', values)).toEqual(
    values.filter((each) => typeof each === 'string').map((each) => `! ${each}`),
  );
  expect(told('probe', [21.5, 'X', 'X', 21.5, 'X', 'X'])).toEqual(['! X', '! X', '! X', '! X']);
});

it('a field of many texts, of which some are numbers, is one of texts: nothing is wrong with it', () => {
  expect(told('batch', [77, 'A-17', 12, 'B-3', 'A-17', 9, 'C-40', 78, 'D-1', 'ERR'])).toEqual([
    ...['! A-17', '! B-3', '! A-17', 'text C-40', 'text D-1', '! ERR'],
  ]);
});

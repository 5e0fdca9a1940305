import { expect, it } from 'vitest';
import { checkReading } from '../contract.ts';
import { readingsIn, testMachines } from '../fixtures.testing.ts';
import { json } from '../formats/json/json.ts';
import { ColumnSets } from '../machines/column-set.ts';
import { type MachineSchema, openSensorsMax } from '../machines/machine-schema.ts';
import { newRow } from '../row.ts';
import { learnLayout } from './learn-layout.ts';

/** Takes a message as the machine's, and learns its layout. */
function learn(schema: MachineSchema, text: string) {
  const [payload, row] = [Buffer.from(text), newRow()];
  const [reading] = readingsIn(json.decode(payload, { site: schema.site, machine: schema.machine }));
  checkReading(schema, reading!.values, row);
  return learnLayout(payload, schema, undefined, row);
}

it('what the owner of a machine has no room for is not taken for a field of another kind', () => {
  const machines = testMachines();
  const sets = new ColumnSets({ shared: 2, alone: 0 });
  const [full, other] = ['one', 'another'].map((owner) =>
    Object.assign(machines.find('lab', `of-${owner}`, owner), { sets }),
  );
  expect(learn(full!, '{"flow":1}')).not.toBeNull();
  expect(learn(Object.assign(machines.find('lab', 'b', 'one'), { sets }), '{"level":1}')).not.toBeNull();
  for (const value of ['2', 'true', '"AUTO"'])
    expect(learn(full!, `{"flow":1,"more_mode":${value}}`)).toBeNull();
  expect(full!.set.sensors).toEqual(['flow']);
  // The same text, of a machine with the same sensors.
  learn(other!, '{"flow":1}');
  expect(other!.set).toBe(full!.set);
  expect(learn(other!, '{"flow":1,"more_mode":2}')).not.toBeNull();
  expect(other!.set.sensors).toEqual(['flow', 'more_mode']);
});

it('a machine with as many sensors as one may have keeps its layout', () => {
  const machine = testMachines().find('lab', 'm1', 'one');
  const fields = Array.from({ length: openSensorsMax + 2 }, (_, i) => `"f${i}":${i}`);
  expect(learn(machine, `{${fields.join(',')}}`)).not.toBeNull();
});

import { expect, it } from 'vitest';
import { alertInput } from './watched-machine.ts';
import { batch, newWindows, type Row } from './windows.testing.ts';

const newMachines = [{ machineIndex: 0, site: 's', machine: 'o', machineType: 'open' }];
const newSensors = ['t', 'batch'].map((sensor) => ({ machineIndex: 0, sensor }));
const refused = { machineIndex: 0, column: 1, row: 0, value: null, isBeyondAlarm: false, sent: '"C-40"' };

it('a sensor that turns out to be one of texts has no fault, and its numbers are not judged', () => {
  const { windows, clock } = newWindows();
  const rows = (from: number, number: number) =>
    Array.from({ length: 700 }, (_, i): Row => [0, 4 * (from + i), 20 + (i % 7), number + (i % 5)]);
  windows.add(batch(rows(0, 70.5), { newMachines, newSensors }));
  const baseline = windows.baselineOf({ site: 's', machine: 'o' })!;
  const { rows: learnt } = baseline;
  const inputNow = () => {
    clock.advance(1_000);
    const [machine] = windows.take(1);
    const input = machine && alertInput(machine, 0);
    windows.release(machine ? [machine] : []);
    return input;
  };
  windows.add(batch([], { refused: [refused] }));
  expect(inputNow()?.faults).toMatchObject([{ sensor: 'batch', sent: '"C-40"' }]);
  windows.add(batch([], { refused: [{ ...refused, isText: true }] }));
  windows.add(batch(rows(700, 9_000)));
  expect(inputNow()?.faults).toBeUndefined();
  expect(baseline.kindOf(1)).toBe('state');
  expect(baseline.beyond()).toEqual([]);
  expect(baseline.rows).toBeGreaterThan(learnt);
});

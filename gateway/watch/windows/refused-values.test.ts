import { expect, it } from 'vitest';
import { alertInput } from './watched-machine.ts';
import { batch, named, newWindows } from './windows.testing.ts';

const refused = [{ machineIndex: 0, column: 1, row: 0, value: 2e9, isBeyondAlarm: true }];

it('a refused value is a fault of its sensor, makes its machine due, and ends with the next value', async () => {
  const { windows, clock } = newWindows();
  windows.add(
    batch(
      Array.from({ length: 4 }, (_, i) => [0, i, i, i]),
      { newMachines: named('m0') },
    ),
  );
  windows.release(windows.take(1));
  await clock.advance(1_000);
  expect(windows.take(1)).toEqual([]);
  windows.add(batch([], { refused }));
  const faults = [{ sensor: 'b', value: 2e9, isBeyondAlarm: true }];
  const [machine] = windows.take(1);
  expect(alertInput(machine!, 0).faults).toEqual(faults);
  windows.add(batch([[0, 5, 1, Number.NaN]]));
  expect(alertInput(machine!, 0).faults).toEqual(faults);
  windows.add(batch([[0, 6, 1, 2]]));
  expect(alertInput(machine!, 0).faults).toBeUndefined();
  windows.add(batch([[0, 7, 1, 2]], { refused: [{ ...refused[0]!, row: 1 }] }));
  expect(alertInput(machine!, 0).faults).toEqual(faults);
});

it('a text in place of a number is a fault that says so, and its sensor is not missing', async () => {
  const { windows } = newWindows();
  windows.add(batch([], { newMachines: named('m0') }));
  for (let i = 0; i < 200; i++) {
    const isBroken = i >= 40;
    const sent = { machineIndex: 0, column: 1, row: 1, value: null, isBeyondAlarm: false, sent: '"n/a"' };
    windows.add(batch([[0, i * 10_000, i, isBroken ? Number.NaN : i]], isBroken ? { refused: [sent] } : {}));
  }
  const [machine] = windows.take(1);
  const faults = [{ sensor: 'b', value: null, isBeyondAlarm: false, sent: '"n/a"' }];
  expect(alertInput(machine!, 0).faults).toEqual(faults);
});

it('a machine whose every value was refused is decided about at the present time', () => {
  const { windows } = newWindows();
  windows.add(batch([], { newMachines: named('m0'), refused }));
  expect(alertInput(windows.take(1)[0]!, 1_234)).toMatchObject({ timeMs: 1_234, isShort: true });
});

it('inputs have one shape, whatever is known of their machines', () => {
  const { windows } = newWindows();
  const rows = Array.from({ length: 5 }, (_, i): [number, number, number, number] => [1, i, i, i]);
  windows.add(batch(rows, { newMachines: named('m0', 'm1'), refused }));
  const [unheard, whole] = windows.take(2).map((machine) => alertInput(machine, 0));
  expect([unheard?.isShort, whole?.isShort]).toEqual([true, undefined]);
  expect([unheard?.faults?.length, whole?.faults]).toEqual([1, undefined]);
  expect(Object.keys(unheard!)).toEqual(Object.keys(whole!));
});

import { expect, it } from 'vitest';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { seededRandom } from '../../../shared/runtime/random.ts';
import { batch, newWindows, type } from '../windows/windows.testing.ts';

const minuteMs = 60_000;
const fan: MachineType = {
  ...type,
  name: 'fan',
  sensors: [type.sensors[0]!, type.sensors[1]!, { ...type.sensors[0]!, name: 'c' }],
  runsWhen: { sensor: 'b', above: 100 },
  stepMs: minuteMs,
};

it('a sensor that was missing is well again once it is sent, at rest too', () => {
  const clock = manualClock();
  const random = seededRandom(3);
  const { windows } = newWindows({ clock, types: new Map([['fan', fan]]), intervalMsMin: 0 });
  let minutes = 0;
  /** Sends a reading, and returns how many sensors each decision hears to be missing. */
  const add = (a: number, speed: number) => {
    clock.advanceNow(minuteMs);
    const newMachines =
      minutes === 0 ? [{ machineIndex: 0, site: 's', machine: 'm', machineType: 'fan' }] : [];
    windows.add(batch([[0, minutes++ * minuteMs, a, speed, random.next()]], { newMachines }));
    const taken = windows.take(9);
    windows.release(taken);
    return taken.map(({ window }) => window.sensorRuns.out);
  };
  for (let i = 0; i < 100; i++) add(random.next(), 150);
  for (let i = 0; i < 30; i++) add(Number.NaN, 150);
  expect(add(Number.NaN, 150)).toEqual([1]);
  expect(add(Number.NaN, 0)).toEqual([]);
  expect(add(random.next(), 0)).toEqual([0]);
  // The alert ends once it has been well for a while.
  expect(add(random.next(), 0)).toEqual([0]);
  expect(add(random.next(), 150)).toEqual([0]);
});

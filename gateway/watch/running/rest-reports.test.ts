import { expect, it } from 'vitest';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { batch, newWindows, type } from '../windows/windows.testing.ts';

const minuteMs = 60_000;
const fan: MachineType = { ...type, name: 'fan', runsWhen: { sensor: 'b', above: 100 }, stepMs: minuteMs };

it('the cloud is told when a machine comes to rest and when it runs, and again each hour at rest', () => {
  const clock = manualClock();
  const { windows } = newWindows({ clock, types: new Map([['fan', fan]]), intervalMsMin: 0 });
  let minutes = 0;
  const told = (b: number, replay = false) => {
    clock.advanceNow(minuteMs);
    const newMachines =
      minutes === 0 ? [{ machineIndex: 0, site: 's', machine: 'm', machineType: 'fan' }] : [];
    windows.add(batch([[0, minutes++ * minuteMs, 1, b]], { newMachines, replay }));
    return windows.aside.rest.take('gw');
  };
  expect(told(150, true)).toEqual([]);
  expect(told(150)).toEqual([
    'estimate,gateway=gw,machine=m,site=s at_rest=0,running_s=60,type="fan" 60000000000',
  ]);
  expect(told(150)).toEqual([]);
  expect(told(0)).toEqual([
    'estimate,gateway=gw,machine=m,site=s at_rest=1,running_s=180,rest_s=0,type="fan" 180000000000',
  ]);
  const further = Array.from({ length: 60 }, () => told(0)).flat();
  expect(further).toEqual([
    'estimate,gateway=gw,machine=m,site=s at_rest=1,running_s=180,rest_s=3600,type="fan" 3780000000000',
  ]);
  expect(told(150)).toEqual([expect.stringContaining('at_rest=0')]);
});

it('a machine of a type that does not say when it runs is told nothing of', () => {
  const { windows } = newWindows();
  windows.add(
    batch([[0, 1, 1, 0]], {
      newMachines: [{ machineIndex: 0, site: 's', machine: 'm', machineType: 'rig' }],
    }),
  );
  expect(windows.aside.rest.take('gw')).toEqual([]);
});

it('the cloud is told when a machine settles after a start, and until when, also if its type does not say when it runs', () => {
  const settles = { ...type, settleMs: 90_000, stepMs: minuteMs };
  const types = new Map<string, MachineType>([
    ['fan', { ...fan, settleMs: 90_000 }],
    ['mill', { ...settles, name: 'mill' }],
  ]);
  for (const [name, first] of [
    ['fan', ['at_rest=1']],
    ['mill', []],
  ] as const) {
    const clock = manualClock();
    const { windows } = newWindows({ clock, types, intervalMsMin: 0 });
    let isFirst = true;
    const told = (minute: number, b: number) => {
      clock.advanceNow(minuteMs);
      const machine = { machineIndex: 0, site: 's', machine: 'm', machineType: name };
      windows.add(batch([[0, minute * minuteMs, 1, b]], isFirst ? { newMachines: [machine] } : {}));
      isFirst = false;
      return windows.aside.rest
        .take('gw')
        .map((line) => / (at_rest=\d).*?(,settles_s=\d+)?,type/.exec(line)!);
    };
    expect(told(0, 0).map(([, rest]) => rest)).toEqual(first);
    expect(told(600, 150).map(([, rest, settling]) => `${rest}${settling}`)).toEqual([
      'at_rest=0,settles_s=90',
    ]);
    expect(told(601, 150)).toEqual([]);
    expect(told(602, 150)).toEqual([]);
  }
});

/** A machine of which nobody has said when it rests: what its window does once that was learnt, and how it goes on. */
import { expect, it } from 'vitest';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { gaussian, seededRandom } from '../../../shared/runtime/random.ts';
import { silenceBench } from '../silence/silence.testing.ts';
import { batch, newWindows, type as rig } from '../windows/windows.testing.ts';

const minuteMs = 60_000;
const dayMinutes = 1_440;
const sensor = (name: string, more = {}) => ({ name, unit: '1', min: -1e9, max: 1e9, ...more });
const press: MachineType = {
  ...rig,
  name: 'press',
  stepMs: minuteMs,
  sensors: [sensor('vibration', { warn: 9, warnLow: 0.001 }), sensor('current'), sensor('tank', { warn: 9 })],
};

/** A press that works from 6 to 22. @param type with `learnRest` or not */
function bench(type: MachineType) {
  const clock = manualClock();
  const random = seededRandom(7);
  const { silence: hearings } = silenceBench(type);
  const types = new Map([['press', type]]);
  const { windows } = newWindows({ clock, intervalMsMin: 0, types, hearings });
  let minute = 0;
  const isWork = () => minute % dayMinutes >= 360 && minute % dayMinutes < 1_320;
  const send = (tank: number, isOn: boolean, scale = 1) => {
    clock.advanceNow(minuteMs);
    const noise = () => gaussian(random);
    const values = isOn
      ? [2 + 0.1 * noise(), 20 + 0.5 * noise()]
      : [scale * (0.08 + 0.02 * noise()), 0.05 * noise()];
    const newMachines =
      minute === 0 ? [{ machineIndex: 0, site: 's', machine: 'm', machineType: 'press' }] : [];
    windows.add(batch([[0, minute * minuteMs, ...values, tank]], { newMachines }));
    minute++;
    const taken = windows.take(9);
    windows.release(taken);
    return taken;
  };
  return {
    windows,
    send,
    hearing: () => hearings.of({ site: 's', machine: 'm', type })!,
    days(count: number) {
      const lines: string[] = [];
      for (const end = minute + count * dayMinutes; minute < end; ) {
        send(isWork() ? 3 + 0.02 * gaussian(random) : 3, isWork());
        lines.push(...windows.aside.rest.take('gw'));
      }
      return lines;
    },
  };
}

it('is learnt, told with what it was learnt from, kept, and begins anew when the machine is replaced', () => {
  const { windows, days, hearing } = bench(press);
  expect(days(3)).toEqual([]);
  const lines = days(4);
  expect(lines[0]).toMatch(
    /at_rest=0,running_s=0,type="press",detector="rest: vibration below 0\.\d+ and current below [\d.]+"/,
  );
  expect(lines.some((line) => /at_rest=1,running_s=\d+,rest_s=300,.*detector="rest: /.test(line))).toBe(true);
  expect(windows.stats().aside).toBeGreaterThan(400);
  const { learntRest, ran } = hearing();
  expect(learntRest).toMatchObject([{ sensor: 'vibration' }, { sensor: 'current' }]);
  expect(ran!.ms / minuteMs).toBeGreaterThan(16 * 60);
  windows.reset('s', 'm');
  expect([hearing().learntRest, hearing().ran, hearing().isResting]).toEqual([null, null, false]);
  expect(days(2)).toEqual([]);
});

it('is not learnt where the type says so', () => {
  const { windows, days, hearing } = bench({ ...press, learnRest: false });
  expect([days(9), windows.stats().aside, hearing().learntRest]).toEqual([[], 0, null]);
});

it('spares the limits of the sensors that show it, and no others', () => {
  const { send, days, windows } = bench(press);
  days(7);
  const before = windows.stats().aside;
  const met = Array.from({ length: 200 }, (_, i) => send(i < 100 ? 3 : 12, false, 0.001)).flat();
  expect(windows.stats().aside).toBe(before + 200);
  const told = met.flatMap(({ limits }) => limits?.list().filter((each) => each.met) ?? []);
  expect(told.map((each) => each.sensor)).toEqual(['tank']);
});

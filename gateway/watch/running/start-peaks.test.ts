import { expect, it } from 'vitest';
import { loadMachineTypes } from '../../../shared/domain/machine-types.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { gaussian, seededRandom } from '../../../shared/runtime/random.ts';
import { alertInput } from '../windows/watched-machine.ts';
import { Windows } from '../windows/windows.ts';

const types = loadMachineTypes();
const names = types.get('conveyor')!.sensors.map(({ name }) => name);

/** A conveyor of two shifts that shakes 2.6 times as much for two minutes after each start; returns when a limit is met. */
function live(days: number) {
  const clock = manualClock();
  const windows = new Windows({ types, machinesMax: 9, intervalMsMin: 200, clock });
  const random = seededRandom(2);
  const noise = (size: number) => size * gaussian(random);
  const met: number[] = [];
  let hasRest = false;
  let running = 0;
  for (let minute = 0; minute < days * 1_440; minute++) {
    const now = minute % 1_440;
    const runs = now >= 360 && now < 1_320;
    running = runs ? running + 1 : 0;
    const shown: Record<string, number> = {
      vibration: runs ? (1.3 + noise(0.1)) * (running <= 2 ? 2.6 : 1) : 0.05 + Math.abs(noise(0.01)),
      motor_current: runs ? (9 + noise(0.2)) * (running <= 1 ? 5 : 1) : Math.abs(noise(0.03)),
      belt_speed: runs ? 1.2 + noise(0.01) : 0,
    };
    clock.advanceNow(60_000);
    const values = Float32Array.from(names, (name) => shown[name] ?? Number.NaN);
    windows.add({
      newMachines:
        minute === 0 ? [{ machineIndex: 0, site: 's', machine: 'm', machineType: 'conveyor' }] : [],
      newSensors: [],
      machineIndex: Int32Array.of(0),
      timeMs: Float64Array.of(minute * 60_000),
      offset: Int32Array.of(0, values.length),
      values,
      replay: false,
    });
    const taken = windows.take(1);
    for (const machine of taken) {
      hasRest ||= machine.running?.mayRest === true;
      if (alertInput(machine, clock.nowMs()).limits?.some((limit) => limit.met)) met.push(minute);
    }
    windows.release(taken);
  }
  return { met, hasRest };
}

it('the peaks of starts meet no limit, before rest is learnt and after it', () => {
  expect(live(12)).toEqual({ met: [], hasRest: true });
});

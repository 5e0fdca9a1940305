/** Ready types with devices that send some of their sensors, and others that the type does not know. */
import { expect, it } from 'vitest';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { gaussian, seededRandom } from '../../shared/runtime/random.ts';
import type { AlertInput } from '../ports/decision.ts';
import { createRulesAssessor } from './assessors/rules-assessor.ts';
import { createSelfLearnedAssessor } from './assessors/self-learned-assessor.ts';
import { alertInput } from './windows/watched-machine.ts';
import { Windows } from './windows/windows.ts';

const types = loadMachineTypes();
const ready = ['motor', 'centrifugal-pump', 'fan', 'compressor', 'gearbox', 'conveyor'];

/** A machine that sends one declared sensor and one that the type does not know, a reading a minute. */
function machineOf(typeName: string) {
  const clock = manualClock();
  const windows = new Windows({ types, machinesMax: 9, intervalMsMin: 200, clock });
  const declared = types.get(typeName)!.sensors;
  const vibrationAt = declared.findIndex(({ name }) => name === 'vibration');
  let minutes = 0;
  const add = (vibration: number, own: number): AlertInput | null => {
    const values = new Float32Array(declared.length + 1).fill(Number.NaN);
    values[vibrationAt] = vibration;
    values[declared.length] = own;
    clock.advanceNow(60_000);
    windows.add({
      newMachines: minutes === 0 ? [{ machineIndex: 0, site: 's', machine: 'm', machineType: typeName }] : [],
      newSensors: minutes === 0 ? [{ machineIndex: 0, sensor: 'lube_level' }] : [],
      machineIndex: Int32Array.of(0),
      timeMs: Float64Array.of(minutes++ * 60_000),
      offset: Int32Array.of(0, values.length),
      values,
      replay: false,
    });
    const taken = windows.take(1);
    const [input] = taken.map(alertInput);
    windows.release(taken);
    return input ?? null;
  };
  /** The machine is switched off, with its device. */
  const wait = (silentMinutes: number): void => {
    minutes += silentMinutes;
    clock.advanceNow(silentMinutes * 60_000);
  };
  return { windows, add, wait };
}

it.each(ready)(
  'a steady %s is healthy, whatever it does not send, and is told beyond its limit',
  async (name) => {
    const { windows, add } = machineOf(name);
    const random = seededRandom(3);
    const baselineOf = windows.baselineOf.bind(windows);
    const assessors = [createSelfLearnedAssessor({ baselineOf }), createRulesAssessor({ baselineOf })];
    let judged = 0;
    for (let i = 0; i < 800; i++) {
      const input = add(1 + 0.1 * gaussian(random), 50 + gaussian(random));
      if (!input) continue;
      for (const assessor of assessors) {
        const [answer] = await assessor.assess([input], new AbortController().signal);
        if (!answer) continue;
        judged++;
        expect(answer.anomaly).toBeLessThan(0.65);
        expect(answer.health).toBeGreaterThan(0.5);
      }
      expect(input.limits?.some(({ met }) => met) ?? false).toBe(false);
    }
    expect(judged).toBeGreaterThan(700);
    add(3.1, 50);
    const met = add(3.1, 50)?.limits?.filter((state) => state.met);
    expect(met).toMatchObject([{ sensor: 'vibration', met: { severity: 'warning', at: 2.8 } }]);
  },
);

it('what is unusual far from all limits names its own sensor, not the one that is nearest to a limit', async () => {
  const { windows, add } = machineOf('compressor');
  const random = seededRandom(4);
  const rules = createRulesAssessor({ baselineOf: windows.baselineOf.bind(windows) });
  const signal = new AbortController().signal;
  let input: AlertInput | null = null;
  for (let i = 0; i < 3_000; i++)
    input = add(1.6 + 0.1 * gaussian(random), (i < 2_900 ? 50 : 90) + gaussian(random)) ?? input;
  const [answer] = await rules.assess([input!], signal);
  expect(answer!.anomaly).toBeGreaterThan(0.65);
  expect(input!.beyond![0]!.sensor).toBe('lube_level');
  expect(answer!.contributions[0]!.sensor).toBe('lube_level');
});

it.each(ready)('the peaks of a start of a %s are not told, and what stays after it is', (name) => {
  const { add, wait } = machineOf(name);
  for (let i = 0; i < 100; i++) add(1, 50);
  wait(10 * 60);
  const start = [12, 9, 3.1, 1.2, 1, 1].map((vibration) => add(vibration, 50));
  expect(start.flatMap((input) => input?.limits?.filter((state) => state.met) ?? [])).toEqual([]);
  wait(10 * 60);
  const broken = [12, 9, 9, 9, 9].map((vibration) => add(vibration, 50));
  expect(broken.at(-1)?.limits?.filter((state) => state.met)).toMatchObject([
    { sensor: 'vibration', met: { severity: 'critical' } },
  ]);
});

import { describe, expect, it } from 'vitest';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import { createPumpLife, failureModes, lifeCyclesMax, lifeCyclesMin, type PumpLife } from './pump.ts';
import { pumpSensors } from './pump-sensors.ts';

const pump = loadMachineTypes().get('pump')!;

function lives(count: number): PumpLife[] {
  const random = seededRandom(7);
  return Array.from({ length: count }, () => createPumpLife(random));
}

describe('the life of a virtual pump', () => {
  it('has the sensors of its machine type, in order', () => {
    expect([...pumpSensors]).toEqual(pump.sensors.map((sensor) => sensor.name));
    expect(Object.keys(createPumpLife(seededRandom(1)).sample(0))).toEqual([...pumpSensors]);
  });

  it('is the same for the same seed, whatever the order of reading', () => {
    const one = createPumpLife(seededRandom(3));
    const two = createPumpLife(seededRandom(3));
    const late = two.sample(two.lifeCycles - 1);
    expect(one.lifeCycles).toBe(two.lifeCycles);
    expect(one.sample(10)).toEqual(two.sample(10));
    expect(one.sample(one.lifeCycles - 1)).toEqual(late);
    expect(createPumpLife(seededRandom(4)).sample(10)).not.toEqual(one.sample(10));
  });

  it('keeps every reading within the contract, and every life within its bounds', () => {
    const seen = new Set<string>();
    for (const life of lives(100)) {
      seen.add(life.failureMode);
      expect(life.lifeCycles).toBeGreaterThanOrEqual(lifeCyclesMin);
      expect(life.lifeCycles).toBeLessThanOrEqual(lifeCyclesMax);
      for (let cycle = 0; cycle < life.lifeCycles; cycle++) {
        const reading: Record<string, number> = life.sample(cycle);
        const broken = pump.sensors.filter(
          ({ name, min, max }) => !(reading[name]! >= min && reading[name]! <= max),
        );
        expect(broken).toEqual([]);
      }
    }
    expect([...seen].sort()).toEqual([...failureModes].sort());
  });

  it.each([
    ['bearing-wear', 'vibration_x'],
    ['seal-leak', 'seal_leakage'],
    ['impeller-erosion', 'vibration_z'],
    ['winding-fault', 'winding_temp'],
  ] as const)('%s ends near the alarm limit of %s, having begun below the warning', (failureMode, sensor) => {
    const limits = pump.sensors.find(({ name }) => name === sensor)!;
    const random = seededRandom(11);
    let raised = 0;
    for (let i = 0; i < 20; i++) {
      const life = createPumpLife(random, { failureMode });
      expect(life.failureMode).toBe(failureMode);
      expect(life.sample(0)[sensor]).toBeLessThan(limits.warn!);
      if (life.sample(life.lifeCycles - 1)[sensor] > limits.warn!) raised++;
    }
    expect(raised).toBeGreaterThanOrEqual(18);
  });

  it('can start late in a life', () => {
    const life = createPumpLife(seededRandom(5));
    expect(life.cycleWithRemaining(100)).toBe(life.lifeCycles - 101);
    expect(life.cycleWithRemaining(1_000)).toBe(0);
    expect(() => life.sample(life.lifeCycles)).toThrow(RangeError);
  });
});

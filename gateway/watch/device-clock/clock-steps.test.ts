/** A device's clock that is put back: what it sends from then on is of now, though it is older by its own time. */
import { expect, it } from 'vitest';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { alertInput } from '../windows/watched-machine.ts';
import { batch, newWindows } from '../windows/windows.testing.ts';
import { ClockSteps } from './clock-steps.ts';

const fan: MachineType = {
  ...{ name: 'fan', version: '1.0.0', description: '', lifeUnit: 'hours', stepMs: 1_000, windowRows: 30 },
  openSensors: false,
  sensors: [
    { name: 'vibration', unit: 'mm/s', min: 0, max: 60, warn: 4.5, alarm: 7.1 },
    { name: 'speed', unit: '1/s', min: 0, max: 60 },
  ],
  alerts: [],
};

function bench(type: MachineType = fan) {
  const { windows, clock } = newWindows({ types: new Map([['fan', type]]), intervalMsMin: 200 });
  let isNew = true;
  /** Sends a reading. @param aheadMs by how much the device's clock is ahead */
  const send = (vibration: number, { aheadMs = 0, speed = 25, everyMs = 1_000 } = {}) => {
    clock.advanceNow(everyMs);
    const newMachines = isNew ? [{ machineIndex: 0, site: 's', machine: 'm', machineType: 'fan' }] : [];
    isNew = false;
    windows.add(batch([[0, clock.nowMs() + aheadMs, vibration, speed]], { newMachines }));
    const taken = windows.take(1);
    const [input] = taken.map((machine) => alertInput(machine, clock.nowMs()));
    windows.release(taken);
    return input;
  };
  return { windows, clock, send };
}

it('what was met when it was put back ends as soon as if it had not been', () => {
  const { send, clock } = bench();
  for (let i = 0; i < 60; i++) send(9, { aheadMs: 280_000 });
  let endedMs = Number.NaN;
  const fromMs = clock.nowMs();
  for (let i = 0; i < 120 && Number.isNaN(endedMs); i++) {
    const input = send(1);
    if (input && !input.limits) endedMs = clock.nowMs() - fromMs;
  }
  expect(endedMs).toBeLessThanOrEqual(75_000);
});

it('what begins after it is met after its delay, dated by the new clock, also at a reading a minute', () => {
  for (const everyMs of [1_000, 60_000]) {
    const { send, clock } = bench();
    for (let i = 0; i < 20; i++) send(1, { aheadMs: 280_000, everyMs });
    const fromMs = clock.nowMs();
    const found = Array.from({ length: 30 }, () => send(9, { everyMs })).find(
      (input) => input?.limits?.[0]?.met,
    );
    expect(found?.limits?.[0]?.met?.severity).toBe('critical');
    expect(found!.timeMs - fromMs).toBeLessThanOrEqual(Math.max(25_000, 4 * everyMs));
    expect(found!.limits![0]!.met!.sinceMs).toBeGreaterThan(fromMs);
  }
});

it('a machine that was at rest then runs, and is judged', () => {
  const { send, windows } = bench({ ...fan, runsWhen: { sensor: 'speed', above: 10 } });
  for (let i = 0; i < 30; i++) send(1, { aheadMs: 3_600_000 });
  for (let i = 0; i < 30; i++) send(1, { aheadMs: 3_600_000, speed: 0 });
  const { rows } = windows.stats();
  for (let i = 0; i < 20; i++) send(1);
  expect(windows.stats().rows).toBeGreaterThan(rows + 5);
});

it('what comes faster than it was measured, or not in its order, is late', () => {
  const order = (times: number[], everyMs: number) => {
    const clock = new ClockSteps(30);
    clock.takes(10_000_000, 0);
    return new Set(times.map((timeMs, i) => clock.takes(timeMs, 1_000 + i * everyMs)));
  };
  const hour = Array.from({ length: 120 }, (_, i) => 60_000 * i);
  for (const everyMs of [0, 10, 500]) expect([...order(hour, everyMs)]).toEqual(['late']);
  expect([...order(hour.toReversed(), 1_000)]).toEqual(['late']);
  expect([...order(hour, 60_000)]).toContain('back');
});

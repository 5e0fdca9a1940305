/** One device of a machine has kept its own, while another went on. */
import { describe, expect, it } from 'vitest';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { AlertInput } from '../../ports/decision.ts';
import { alertInput } from '../windows/watched-machine.ts';
import { batch, newWindows, type Row } from '../windows/windows.testing.ts';

const minuteMs = 60_000;

describe('a machine of two devices, of which one goes on while the other keeps its own', () => {
  const type: MachineType = {
    ...{
      name: 'fan',
      version: '1.0.0',
      description: '',
      lifeUnit: 'hours',
      stepMs: minuteMs,
      windowRows: 30,
    },
    openSensors: false,
    alerts: [],
    sensors: [
      { name: 'vibration', unit: 'mm/s', min: 0, max: 60, warn: 4.5, alarm: 7.1 },
      { name: 'temperature', unit: 'Cel', min: -50, max: 300, warn: 80, alarm: 95 },
    ],
  };

  /** Returns words of what is told of a temperature beyond its alarm from minute 20 to 30, of which all came at minute 40, after a restart. */
  function toldOf(order: 'oldest first' | 'newest first', restMinutes = 0, untilMinute = 30): string[] {
    const { windows, clock } = newWindows({ types: new Map([['fan', type]]), intervalMsMin: 200 });
    const told: string[] = [];
    const add = (rows: Row[], replay = false, newMachines: { machineIndex: number }[] = []) => {
      windows.add(batch(rows, { newMachines: newMachines as never, replay }));
      const taken = windows.take(1);
      for (const { severity, sensor, sinceMs, untilMs } of taken.flatMap(
        (machine) => alertInput(machine, clock.nowMs()).passed ?? [],
      ))
        told.push(
          `${severity} ${sensor} ${Math.round(sinceMs / minuteMs)}–${Math.round(untilMs / minuteMs)}`,
        );
      windows.release(taken);
    };
    const known = { machineIndex: 0, site: 's', machine: 'm', machineType: 'fan' };
    const before = Array.from({ length: 10 }, (_, i): Row => [0, i * minuteMs, 1, 50]);
    add(before, true, [known]);
    clock.advanceNow(10 * minuteMs);
    for (let i = 10; i < 40 - restMinutes; i += 0.25) {
      add([[0, i * minuteMs, 1, Number.NaN]]);
      clock.advanceNow(minuteMs / 4);
    }
    clock.advanceNow(restMinutes * minuteMs);
    const kept = Array.from({ length: 120 }, (_, i): Row => {
      const minute = 10 + i / 4;
      return [0, minute * minuteMs + 1, Number.NaN, minute >= 20 && minute < untilMinute ? 99 : 50];
    });
    // Its vibration comes again first, so that the machine was not heard since a time that is newer than what is kept.
    if (restMinutes > 0) add([[0, 40 * minuteMs, 1, Number.NaN]]);
    for (const row of order === 'oldest first' ? kept : kept.toReversed()) {
      add([row]);
      clock.advanceNow(20);
    }
    for (let i = 0; i < (untilMinute === 30 ? 400 : 100); i++) {
      clock.advanceNow(1_000);
      if (i % 15 === 0) add([[0, clock.nowMs(), 1, 50]]);
    }
    return told;
  }

  it.each(['oldest first', 'newest first'] as const)('is told of it, %s', (order) => {
    expect(toldOf(order).sort()).toEqual(['critical temperature 20–30', 'warning temperature 20–30']);
  });

  it('soon, if it was back at the last of what was kept, though not for long enough by that alone', () => {
    for (const order of ['oldest first', 'newest first'] as const)
      expect(toldOf(order, 0, 39)).toContainEqual(expect.stringMatching(/^critical temperature 20–/));
  });

  it('once and as a whole, also if both were unheard at last', () => {
    for (const order of ['oldest first', 'newest first'] as const)
      expect(toldOf(order, 15).sort()).toEqual(['critical temperature 20–30', 'warning temperature 20–30']);
  });

  it.each([0, 20])(
    'goes on in what is live, though the machine was heard for the first time minutes, and %i minutes, before',
    (minutes) => {
      const { windows, clock } = newWindows({ types: new Map([['fan', type]]), intervalMsMin: 200 });
      const inputs: AlertInput[] = [];
      let newMachines: unknown[] = [{ machineIndex: 0, site: 's', machine: 'm', machineType: 'fan' }];
      const add = (...rows: Row[]) => {
        windows.add(batch(rows, { newMachines: newMachines as never }));
        newMachines = [];
        const taken = windows.take(1);
        inputs.push(...taken.map((machine) => alertInput(machine, clock.nowMs())));
        windows.release(taken);
      };
      const [metFrom, backFrom] = [150 + 60 * minutes, 300 + 60 * minutes];
      const vibrationAt = (second: number): Row => [0, second * 1_000, second >= metFrom ? 5 : 1, Number.NaN];
      for (let second = 0; second < backFrom + 300; second += 5) {
        add([0, second * 1_000, Number.NaN, 50]);
        if (second < 120 || second > backFrom) add(vibrationAt(second + 1));
        if (second === backFrom) for (let kept = backFrom; kept >= 120; kept -= 5) add(vibrationAt(kept + 1));
        clock.advanceNow(5_000);
      }
      expect(inputs.flatMap(({ passed }) => passed ?? [])).toEqual([]);
      const begins = inputs.flatMap(({ limits = [] }) => limits.flatMap(({ met }) => met?.sinceMs ?? []));
      expect([...new Set(begins)]).toEqual([(metFrom + 1) * 1_000]);
    },
  );

  it.each([
    ['that is over by what comes first', [59, 60.5]],
    ['that is met yet when the rest is judged', [60.5]],
  ])('is not told twice of a spell that was told before both fell silent, %s', (_, first) => {
    const { windows, clock } = newWindows({ types: new Map([['fan', type]]), intervalMsMin: 200 });
    const inputs: AlertInput[] = [];
    let newMachines: unknown[] = [{ machineIndex: 0, site: 's', machine: 'm', machineType: 'fan' }];
    const look = () => {
      const taken = windows.take(1);
      inputs.push(...taken.map((machine) => alertInput(machine, clock.nowMs())));
      windows.release(taken);
    };
    const add = (row: Row) => {
      windows.add(batch([row], { newMachines: newMachines as never }));
      newMachines = [];
    };
    const temperatureAt = (minute: number): Row => {
      const isMet = minute >= 5 && minute < 30.5;
      return [0, minute * minuteMs + 1_000, Number.NaN, isMet ? 86 : 50];
    };
    for (let minute = 0; minute < 30; minute += 0.25) {
      add([0, minute * minuteMs, 1, Number.NaN]);
      if (minute < 20) add(temperatureAt(minute));
      look();
      clock.advanceNow(minuteMs / 4);
    }
    clock.advanceNow(30 * minuteMs);
    const kept = Array.from({ length: 160 }, (__, i) => 20 + i / 4);
    for (const minute of first) add(temperatureAt(minute));
    for (const minute of kept) {
      add(temperatureAt(minute));
      look();
      clock.advanceNow(20);
    }
    for (let i = 0; i < 400; i++) {
      clock.advanceNow(1_000);
      if (i % 15 === 0) add([0, clock.nowMs(), 1, 50]);
      look();
    }
    const begins = inputs.flatMap(({ limits = [] }) => limits.flatMap(({ met }) => met?.sinceMs ?? []));
    expect(new Set(begins).size).toBe(1);
    expect(inputs.flatMap(({ passed }) => passed ?? [])).toEqual([]);
  });
});

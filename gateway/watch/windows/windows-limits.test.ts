/** Machines that are due because a sensor is beyond a limit, also before their window is full. */
import { describe, expect, it } from 'vitest';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import type { AlertInput } from '../../ports/decision.ts';
import type { ColumnBatch } from '../../ports/watch.ts';
import { createModelAssessor } from '../assessors/model-assessor.ts';
import { createRulesAssessor } from '../assessors/rules-assessor.ts';
import { createSelfLearnedAssessor } from '../assessors/self-learned-assessor.ts';
import { alertInput } from './watched-machine.ts';
import { Windows } from './windows.ts';

const type: MachineType = {
  ...{ name: 'fan', version: '1.0.0', description: '', lifeUnit: 'hours', stepMs: 60_000, windowRows: 30 },
  openSensors: false,
  sensors: [
    { name: 'vibration', unit: 'mm/s', min: 0, max: 60, warn: 4.5, alarm: 7.1 },
    { name: 'speed', unit: '1/s', min: 0, max: 60 },
  ],
  alerts: [],
};

function fan(of: MachineType = type) {
  const clock = manualClock();
  clock.setWall(0);
  const windows = new Windows({ types: new Map([['fan', of]]), machinesMax: 9, intervalMsMin: 200, clock });
  let minutes = 0;
  let isKnown = false;
  /** Adds a reading a minute after the one before. Returns the input of the decision that is due, or null. */
  const add = (
    vibration: number,
    more: Partial<ColumnBatch> & { atMs?: number; afterMs?: number } = {},
  ): AlertInput | null => {
    const { atMs = minutes++ * 60_000, afterMs = 60_000, ...batch } = more;
    clock.advanceNow(afterMs);
    windows.add({
      newMachines: isKnown ? [] : [{ machineIndex: 0, site: 's', machine: 'm', machineType: 'fan' }],
      newSensors: [],
      machineIndex: Int32Array.of(0),
      timeMs: Float64Array.of(atMs),
      offset: Int32Array.of(0, 2),
      values: Float32Array.of(vibration, 25),
      replay: false,
      ...batch,
    });
    isKnown = true;
    const taken = windows.take(1);
    const [input] = taken.map(alertInput);
    windows.release(taken);
    return input ?? null;
  };
  return { windows, add, clock };
}

describe('a machine is due', () => {
  it('with its second reading beyond a limit, and with each one after it until its window is full', () => {
    const { add } = fan();
    expect(add(6.2)).toBeNull();
    expect(add(6.2)).toMatchObject({
      isShort: true,
      limits: [{ sensor: 'vibration', value: 6.2, met: { severity: 'warning', sinceMs: 0 } }],
    });
    const later = Array.from({ length: 28 }, () => add(6.2));
    expect(later.map((input) => input?.isShort)).toEqual([...Array(27).fill(true), undefined]);
    expect(later.every((input) => input?.limits?.length === 1)).toBe(true);
  });

  it('when the limit is met no more', () => {
    const { add } = fan();
    for (let i = 0; i < 3; i++) add(6.2);
    add(1);
    expect(add(1)).toMatchObject({ isShort: true });
    expect(add(1)).toMatchObject({ limits: undefined });
  });

  it('once when its limits are known, and then not before its window is full', () => {
    const { add } = fan();
    const due = Array.from({ length: 30 }, () => add(1) !== null);
    expect(due.flatMap((is, i) => (is ? [i] : []))).toEqual([1, 29]);
  });

  it('with the first live reading, if a limit was met by those that were read again', () => {
    const { add } = fan();
    for (let i = 0; i < 3; i++) expect(add(6.2, { replay: true })).toBeNull();
    expect(add(6.2)).toMatchObject({ isShort: true, limits: [{ met: { sinceMs: 0 } }] });
  });

  it('after a start, if an alert of before may be over by what was read again', () => {
    const { add, windows } = fan();
    for (const value of [6.2, 6.2, 6.2, 1, 1, 1]) expect(add(value, { replay: true })).toBeNull();
    windows.replayed([{ site: 's', machine: 'other' }]);
    expect(windows.take(1)).toEqual([]);
    windows.replayed([{ site: 's', machine: 'm' }]);
    const [machine] = windows.take(1);
    expect(alertInput(machine!, 0).limits).toBeUndefined();
  });

  it('not because of readings that are late, or with limitAlerts = false', () => {
    const { add } = fan();
    for (let i = 0; i < 3; i++) add(1);
    for (let i = 0; i < 5; i++) expect(add(50, { atMs: i * 1_000 })).toBeNull();
    const off = fan({ ...type, limitAlerts: false });
    for (let i = 0; i < 20; i++) expect(off.add(50)).toBeNull();
  });

  it('by old readings that come one after the other only when no newer ones follow, of what is so then', () => {
    const hourMs = 3_600_000;
    const burst = (values: number[]) => {
      const { add, windows, clock } = fan();
      clock.setWall(hourMs);
      const early = values.map((value, i) => add(value, { atMs: i * 60_000, afterMs: 10 }));
      // It is looked once a second.
      for (let second = 0; second < 3; second++) {
        clock.advanceNow(1_000);
        expect(windows.take(1)).toEqual([]);
      }
      clock.advanceNow(1_000);
      const taken = windows.take(1);
      return { early, late: taken.map((machine) => alertInput(machine, 0))[0] };
    };
    const over = burst([...Array(10).fill(1), ...Array(20).fill(9), ...Array(10).fill(1)]);
    expect(over.early.every((each) => each === null)).toBe(true);
    expect(over.late).toMatchObject({ limits: undefined });
    expect(over.late?.passed).toMatchObject([
      { severity: 'warning', sinceMs: 600_000, untilMs: 1_800_000 },
      { severity: 'critical', value: 9 },
    ]);
    expect(burst([1, 1, ...Array(20).fill(9)]).late?.limits).toMatchObject([
      { met: { severity: 'critical' } },
    ]);
  });

  it('by a value that was refused, which meets no limit', () => {
    const { add } = fan();
    for (let i = 0; i < 3; i++) add(1);
    const refused = [{ machineIndex: 0, column: 0, row: 0, value: 70, isBeyondAlarm: true }];
    const input = add(Number.NaN, { refused });
    expect(input).toMatchObject({ isShort: true, faults: [{ sensor: 'vibration', value: 70 }] });
    expect(input).toMatchObject({ limits: undefined });
  });

  it('not because of the machine that it replaces', () => {
    const { windows, add } = fan();
    for (let i = 0; i < 3; i++) add(6.2);
    windows.reset('s', 'm');
    expect(add(1)).toBeNull();
    expect(add(1)).toMatchObject({ limits: undefined });
  });
});

it('a short window is for rules alone, which say what is beyond a limit', async () => {
  const { windows, add } = fan();
  add(8);
  const input = add(8)!;
  const baselineOf = windows.baselineOf.bind(windows);
  const { signal } = new AbortController();
  const asked: unknown[] = [];
  const model = createModelAssessor({
    client: {
      available: true,
      status: () => ({ models: [] }) as never,
      modelOf: () => ({ windowRows: 30, inputs: 2 }) as never,
      score: (request: unknown) => Promise.reject(asked.push(request)),
    },
    baselineOf,
  });
  expect(await model.assess([input], signal)).toEqual([null]);
  expect(asked).toEqual([]);
  expect(await createSelfLearnedAssessor({ baselineOf }).assess([input], signal)).toEqual([null]);
  expect(await createRulesAssessor({ baselineOf }).assess([input], signal)).toMatchObject([
    { health: 0, remainingLife: null, contributions: [{ sensor: 'vibration', share: 1, value: 8 }] },
  ]);
});

describe('a device that has buffered for two hours, with an alarm in it,', () => {
  const minuteMs = 60_000;
  const buffer = Array.from({ length: 120 }, (_, i) => [10 + i, i >= 40 && i < 70 ? 9 : 2] as const);
  const run = (send: (add: ReturnType<typeof fan>['add'], windows: Windows) => void) => {
    const { add, windows } = fan();
    const passed: unknown[] = [];
    const noted = (...args: Parameters<typeof add>) => {
      const input = add(...args);
      passed.push(...(input?.passed ?? []));
      return input;
    };
    for (let i = 0; i < 10; i++) noted(2);
    send(noted, windows);
    for (let i = 0; i < 12; i++) noted(2, { atMs: (140 + i) * minuteMs });
    return passed;
  };
  const told = [{ severity: 'critical', value: 9, sinceMs: 50 * minuteMs, untilMs: 80 * minuteMs }];

  it('is heard of it though what is new comes first', () => {
    const passed = run((add) => {
      add(2, { atMs: 130 * minuteMs });
      for (const [minute, value] of buffer) add(value, { atMs: minute * minuteMs, afterMs: 100 });
    });
    expect(passed).toMatchObject(told.flatMap((each) => [{ ...each, severity: 'warning' }, each]));
  });

  it('is heard of it though what is new comes between', () => {
    const passed = run((add) => {
      for (const [i, [minute, value]] of buffer.entries()) {
        if (i % 12 === 0) add(2, { atMs: (130 + i / 12) * minuteMs });
        add(value, { atMs: minute * minuteMs, afterMs: 100 });
      }
    });
    expect(passed).toMatchObject(told.flatMap((each) => [{ ...each, severity: 'warning' }, each]));
  });

  it('is heard of it once, though it sends all twice', () => {
    const passed = run((add) => {
      add(2, { atMs: 130 * minuteMs });
      for (let i = 0; i < 2; i++)
        for (const [minute, value] of buffer) add(value, { atMs: minute * minuteMs, afterMs: 100 });
    });
    expect(passed).toHaveLength(2);
  });

  it('is heard of it in one batch with the newest first', () => {
    const passed = run((add) => {
      const backwards = [...buffer].reverse();
      add(0, {
        machineIndex: new Int32Array(120),
        timeMs: Float64Array.from(backwards, ([minute]) => minute * minuteMs),
        offset: Int32Array.from({ length: 121 }, (_, i) => 2 * i),
        values: Float32Array.from(backwards.flatMap(([, value]) => [value, 25])),
      });
    });
    expect(passed).toMatchObject(told.flatMap((each) => [{ ...each, severity: 'warning' }, each]));
  });

  it('says since when it is so, if it goes on', () => {
    const { add } = fan();
    for (let i = 0; i < 10; i++) add(2);
    for (let i = 0; i < 2; i++) add(9, { atMs: (130 + i) * minuteMs });
    for (let i = 10; i < 130; i++) add(i < 50 ? 2 : 9, { atMs: i * minuteMs, afterMs: 100 });
    const input = add(9, { atMs: 132 * minuteMs });
    expect(input?.limits).toMatchObject([{ met: { severity: 'critical', sinceMs: 50 * minuteMs } }]);
    expect(input?.passed).toBeUndefined();
  });
});

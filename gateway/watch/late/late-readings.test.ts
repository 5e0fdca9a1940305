/** In which order a device sends what it has kept makes no difference to what is heard of its limits. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlertInput, PassedLimit } from '../../ports/decision.ts';
import { alertInput } from '../windows/watched-machine.ts';
import { batch, newWindows, type Row } from '../windows/windows.testing.ts';
import { fan, minuteMs } from './fan.testing.ts';

/** A fan that was heard each minute for ten minutes, and not again for two hours. */
function bench(gapMinutes = 120) {
  const { windows, clock } = newWindows({ types: new Map([['fan', fan]]), intervalMsMin: 200 });
  const inputs: AlertInput[] = [];
  let isNew = true;
  const look = () => {
    const taken = windows.take(10);
    inputs.push(...taken.map((machine) => alertInput(machine, clock.nowMs())));
    windows.release(taken);
  };
  const add = (rows: readonly (readonly [minute: number, value: number])[], afterMs = 0) => {
    clock.advanceNow(afterMs);
    const newMachines = isNew ? [{ machineIndex: 0, site: 's', machine: 'm', machineType: 'fan' }] : [];
    isNew = false;
    windows.add(
      batch(
        rows.map(([minute, value]): Row => [0, minute * minuteMs, value]),
        { newMachines },
      ),
    );
    look();
  };
  const wait = (seconds: number) => {
    for (let i = 0; i < seconds; i++) {
      clock.advanceNow(1_000);
      look();
    }
  };
  for (let minute = 0; minute < 10; minute++) add([[minute, 1]], minute === 0 ? 0 : minuteMs);
  clock.advanceNow(gapMinutes * minuteMs);
  return { windows, clock, add, wait, inputs };
}

type Reading = readonly [minute: number, value: number];
const bufferOf = (valueAt: (minute: number) => number, from = 10, to = 128): Reading[] =>
  Array.from({ length: to - from + 1 }, (_, i) => [from + i, valueAt(from + i)]);

/** Returns what decisions have heard once all has come, and since when limits are met then. */
function heardOf(send: (at: ReturnType<typeof bench>) => void) {
  const at = bench();
  send(at);
  at.wait(70);
  at.wait(400);
  const passed: PassedLimit[] = at.inputs.flatMap((input) => input.passed ?? []);
  const said = passed.map(
    ({ severity, sinceMs, untilMs, value }) =>
      `${severity} ${sinceMs / minuteMs}–${untilMs / minuteMs} ${value}`,
  );
  const met = at.inputs.at(-1)?.limits?.map((limit) => limit.met && [limit.met.severity, limit.met.sinceMs]);
  return { said: said.sort(), met: met ?? [] };
}

const orders = {
  'newest first': (readings: Reading[]) => readings.toReversed(),
  'in pairs that are swapped': (readings: Reading[]) =>
    readings.flatMap((each, i) => (i % 2 ? [each, readings[i - 1]!] : i + 1 < readings.length ? [] : [each])),
  'the even ones first': (readings: Reading[]) => [
    ...readings.filter((_, i) => i % 2 === 0),
    ...readings.filter((_, i) => i % 2 === 1),
  ],
};
const shapes: Record<string, (minute: number) => number> = {
  'an alarm that is over': (minute) => (minute >= 50 && minute < 70 ? 9 : 1),
  'two alarms that are over': (minute) =>
    (minute >= 20 && minute < 30) || (minute >= 80 && minute < 90) ? 9 : 1,
  'a warning that became an alarm and is over': (minute) =>
    minute < 40 || minute >= 100 ? 1 : minute < 70 ? 5 : 9,
  'an alarm that goes on': (minute) => (minute >= 100 ? 9 : 1),
  'an alarm that is a warning now': (minute) => (minute < 70 ? 1 : minute < 100 ? 9 : 5),
};

describe.each(Object.entries(shapes))('%s', (_, valueAt) => {
  const inOrder = heardOf(({ add }) => {
    for (const each of bufferOf(valueAt)) add([each], 10);
  });

  it.each(Object.entries(orders))('is heard of once, %s', (_, order) => {
    const sent = order(bufferOf(valueAt));
    expect(inOrder.said.length + inOrder.met.length).toBeGreaterThan(0);
    const oneByOne = heardOf(({ add }) => {
      for (const each of sent) add([each], 10);
    });
    expect(oneByOne).toEqual(inOrder);
    expect(heardOf(({ add }) => add(sent))).toEqual(inOrder);
  });
});

it('in any order, at once or one by one, whatever it is', () => {
  const value = fc.constantFrom(1, 1, 1, 1, 5, 9, 9, 9);
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 20, maxLength: 118 }),
      fc.infiniteStream(fc.nat()),
      fc.boolean(),
      (values, keys, isAtOnce) => {
        const readings = bufferOf((minute) => values[minute - 10] ?? 1);
        const mixed = readings.map((each) => [keys.next().value!, each] as const);
        const order = mixed.sort(([a], [b]) => a - b).map(([, each]) => each);
        const send = (all: readonly Reading[]) =>
          heardOf(({ add }) => {
            for (const each of isAtOnce ? [all] : all.map((one) => [one])) add(each, 10);
          });
        expect(send(order)).toEqual(send(readings));
      },
    ),
    { numRuns: 60 },
  );
});

it('live readings between, and what follows only a minute later, make no difference', () => {
  const valueAt = shapes['an alarm that is over']!;
  const heard = heardOf(({ add }) => {
    for (const [i, each] of bufferOf(valueAt, 10, 110).entries()) {
      if (i % 12 === 0) add([[130 + i / 12, 1]], minuteMs);
      add([each], 100);
    }
  });
  expect(heard).toEqual({ said: ['critical 50–70 9', 'warning 50–70 9'], met: [] });
});

it('also if the gateway was started again while its device kept them', () => {
  const { windows, clock } = newWindows({ types: new Map([['fan', fan]]), intervalMsMin: 200 });
  const rows = (from: number, to: number, valueAt: (second: number) => number): Row[] =>
    Array.from({ length: to - from }, (_, i) => [0, 1_000 * (from + i), valueAt(from + i)]);
  const newMachines = [{ machineIndex: 0, site: 's', machine: 'm', machineType: 'fan' }];
  windows.add(
    batch(
      rows(0, 600, () => 1),
      { newMachines, replay: true },
    ),
  );
  clock.advanceNow(1_200_000);
  const kept = rows(600, 1_200, (second) => (second >= 800 && second < 830 ? 9 : 1));
  // In steps that are never as long as a gap.
  const shuffled = [...kept.filter((_, i) => i % 30 === 29), ...kept.filter((_, i) => i % 30 !== 29)];
  const passed: PassedLimit[] = [];
  for (const row of shuffled) {
    clock.advanceNow(20);
    windows.add(batch([row]));
  }
  for (let i = 0; i < 70; i++) {
    clock.advanceNow(1_000);
    windows.add(batch([[0, clock.nowMs(), 1]]));
    const taken = windows.take(1);
    passed.push(...taken.flatMap((machine) => alertInput(machine, clock.nowMs()).passed ?? []));
    windows.release(taken);
  }
  expect(passed.map(({ severity, sinceMs }) => [severity, sinceMs])).toContainEqual(['critical', 800_000]);
});

it('what is sent long after the live readings began again is judged by itself', () => {
  const at = bench();
  for (let minute = 0; minute < 60; minute++) at.add([[130 + minute, 1]], minuteMs);
  for (const each of bufferOf(shapes['an alarm that is over']!).toReversed()) at.add([each], 10);
  at.wait(10);
  const passed = at.inputs.flatMap((input) => input.passed ?? []);
  expect(passed).toMatchObject([
    { severity: 'warning', sinceMs: 50 * minuteMs, untilMs: 70 * minuteMs },
    { severity: 'critical', sinceMs: 50 * minuteMs, untilMs: 70 * minuteMs },
  ]);
});

it('what the first readings of all are followed by is heard of, and says nothing of now', () => {
  const { windows, clock } = newWindows({ types: new Map([['fan', fan]]), intervalMsMin: 200 });
  const inputs: AlertInput[] = [];
  const add = (minute: number, value: number, isFirst = false) => {
    const newMachines = isFirst ? [{ machineIndex: 0, site: 's', machine: 'm', machineType: 'fan' }] : [];
    windows.add(batch([[0, minute * minuteMs, value]], { newMachines }));
    clock.advanceNow(10);
  };
  for (let i = 0; i < 3; i++) add(1_440 + i, 1, i === 0);
  for (let i = 0; i < 120; i++) add(i, 9);
  for (let i = 0; i < 70; i++) {
    clock.advanceNow(5_000);
    const taken = windows.take(1);
    inputs.push(...taken.map((machine) => alertInput(machine, clock.nowMs())));
    windows.release(taken);
  }
  expect(inputs.flatMap(({ limits = [] }) => limits.filter(({ met }) => met))).toEqual([]);
  expect(inputs.flatMap(({ passed = [] }) => passed).map(({ severity }) => severity)).toEqual([
    'warning',
    'critical',
  ]);
});

it('of what came at once and goes on, a decision hears only when it is in its order', () => {
  const at = bench(8);
  at.add([[18, 9]], 0);
  at.clock.advanceNow(minuteMs);
  at.add(
    [19, 17, 12, 14, 11, 13, 15, 16, 10].map((minute) => [minute, minute >= 12 ? 9 : 1]),
    0,
  );
  at.wait(20);
  const begins = at.inputs.flatMap(({ limits = [] }) => limits.flatMap(({ met }) => met?.sinceMs ?? []));
  expect([...new Set(begins)]).toEqual([12 * minuteMs]);
});

it('what is met keeps its beginning over a restart, though its device had sent the newest first of what it had kept', () => {
  const { windows, clock } = newWindows({ types: new Map([['fan', fan]]), intervalMsMin: 200 });
  const row = (minute: number): Row => [0, minute * minuteMs, minute < 40 ? 1 : 9];
  const minutes = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  const newMachines = [{ machineIndex: 0, site: 's', machine: 'm', machineType: 'fan' }];
  const journalled = [...minutes(0, 50), ...minutes(50, 100).toReversed()].map(row);
  windows.add(batch(journalled, { newMachines, replay: true }));
  clock.advanceNow(100 * minuteMs);
  windows.add(batch([row(100)]));
  const inputs = windows.take(10).map((machine) => alertInput(machine, clock.nowMs()));
  const begins = inputs.flatMap(({ limits = [] }) => limits.map(({ met }) => met && met.sinceMs / minuteMs));
  expect(begins).toEqual([40]);
});

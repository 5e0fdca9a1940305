/** A hole in what a device has kept ends what is known of its limits. */
import { describe, expect, it } from 'vitest';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { AlertInput } from '../../ports/decision.ts';
import { alertInput } from '../windows/watched-machine.ts';
import { batch, newWindows, type Row } from '../windows/windows.testing.ts';
import { fan, minuteMs } from './fan.testing.ts';

const hourMs = 60 * minuteMs;
const type: MachineType = { ...fan, stepMs: 2_000 };

/** A fan that sends each two seconds, and its decisions. Times are those of its readings, which are of now unless said otherwise. */
function bench() {
  const { windows, clock } = newWindows({ types: new Map([['fan', type]]), intervalMsMin: 200 });
  clock.setWall(0);
  const inputs: AlertInput[] = [];
  let newMachines: unknown[] = [{ machineIndex: 0, site: 's', machine: 'm', machineType: 'fan' }];
  const look = () => {
    const taken = windows.take(10);
    inputs.push(...taken.map((machine) => alertInput(machine, clock.nowMs())));
    windows.release(taken);
  };
  const send = (rows: readonly Row[]) => {
    windows.add(batch([...rows], { newMachines: newMachines as never }));
    newMachines = [];
    look();
  };
  const live = (forMs: number, value = 1) => {
    for (const endMs = clock.nowMs() + forMs; clock.nowMs() < endMs; ) {
      clock.advanceNow(2_000);
      send([[0, clock.nowMs(), value]]);
    }
  };
  const off = (forMs: number) => clock.advanceNow(forMs);
  const passed = () =>
    inputs
      .flatMap((input) => input.passed ?? [])
      .map(({ severity, sinceMs, untilMs }) => [severity, sinceMs, untilMs]);
  const begins = () => [
    ...new Set(inputs.flatMap(({ limits = [] }) => limits.flatMap(({ met }) => met?.sinceMs ?? []))),
  ];
  return { clock, send, live, off, passed, begins };
}

const rowsOf = (fromMs: number, toMs: number, value: number, stepMs = 2_000): Row[] =>
  Array.from({ length: (toMs - fromMs) / stepMs + 1 }, (_, i) => [0, fromMs + stepMs * i, value]);

const orders = {
  'oldest first, before what is live': (kept: Row[]) => kept,
  'newest first, before what is live': (kept: Row[]) => kept.toReversed(),
};

describe.each([12, 24, 72])('of %i hours of which a device has kept 80 seconds', (hours) => {
  it.each(Object.entries(orders))('it tells these as over, %s', (_, order) => {
    const at = bench();
    at.live(10 * minuteMs);
    const fromMs = at.clock.nowMs() + minuteMs;
    at.off(hours * hourMs);
    at.send(order(rowsOf(fromMs, fromMs + 80_000, 9)));
    at.live(10 * minuteMs);
    const span = [fromMs, fromMs + 80_000];
    expect(at.passed()).toEqual([
      ['warning', ...span],
      ['critical', ...span],
    ]);
    expect(at.begins()).toEqual([]);
  });

  it.each(['oldest first', 'newest first'])('and these alone after what is live, %s', (order) => {
    const at = bench();
    at.live(10 * minuteMs);
    const fromMs = at.clock.nowMs() + minuteMs;
    at.off(hours * hourMs);
    at.live(minuteMs);
    const kept = rowsOf(fromMs, fromMs + 80_000, 9);
    at.send(order === 'oldest first' ? kept : kept.toReversed());
    at.live(10 * minuteMs);
    const span = [fromMs, fromMs + 80_000];
    expect(at.passed()).toEqual([
      ['warning', ...span],
      ['critical', ...span],
    ]);
    expect(at.begins()).toEqual([]);
  });
});

it('what is beyond before and after a hole is beyond since its end', () => {
  const at = bench();
  at.live(10 * minuteMs);
  at.live(8_000, 9);
  at.off(4 * minuteMs);
  const sinceMs = at.clock.nowMs() + 2_000;
  at.live(minuteMs, 9);
  expect(at.begins()).toEqual([sinceMs]);
});

it('what people were told of goes on over a hole, until its value is back', () => {
  const at = bench();
  at.live(10 * minuteMs);
  const sinceMs = at.clock.nowMs() + 2_000;
  at.live(minuteMs, 9);
  at.off(hourMs);
  at.live(minuteMs, 9);
  at.live(2 * minuteMs);
  expect(at.begins()).toEqual([sinceMs]);
  expect(at.passed()).toEqual([]);
});

it('what was kept is whole if it is sparse throughout', () => {
  const at = bench();
  at.live(10 * minuteMs);
  const fromMs = at.clock.nowMs() + 2 * minuteMs;
  at.off(4 * hourMs);
  at.live(2_000);
  at.send(rowsOf(fromMs, fromMs + 2 * hourMs, 9, 2 * minuteMs));
  at.live(10 * minuteMs);
  const [, critical] = at.passed();
  expect(critical![0]).toBe('critical');
  expect(critical![1] as number).toBeLessThanOrEqual(fromMs + 4 * minuteMs);
  expect(critical![2]).toBe(fromMs + 2 * hourMs);
});

it('of a machine of which little is known yet, shuffled, it ends what is known too', () => {
  const at = bench();
  at.live(4_000);
  const fromMs = at.clock.nowMs() + minuteMs;
  at.off(15 * minuteMs);
  at.live(2_000);
  const kept = [
    ...rowsOf(fromMs, fromMs + minuteMs, 1, 10_000),
    ...rowsOf(fromMs + 70_000, fromMs + 190_000, 9, 10_000),
    ...rowsOf(fromMs + 9 * minuteMs, fromMs + 12 * minuteMs, 1, 10_000),
  ];
  const shuffled = kept.map((row, i) => ({ row, place: (i * 17) % kept.length }));
  at.send(shuffled.sort((a, b) => a.place - b.place).map(({ row }) => row));
  at.live(10 * minuteMs);
  const span = [fromMs + 70_000, fromMs + 190_000];
  expect(at.passed()).toEqual([
    ['warning', ...span],
    ['critical', ...span],
  ]);
  expect(at.begins()).toEqual([]);
});

import { expect, it } from 'vitest';
import { MachineWindow } from './machine-window.ts';

const minuteMs = 60_000;

it('counts the time of readings without pauses, however many come before it is looked at', () => {
  const window = new MachineWindow(4, 1, {}, { stepMs: minuteMs });
  const push = (minute: number) => window.push(Float32Array.of(1), 0, 1, minute * minuteMs);
  push(0);
  const before = window.judgedMs;
  for (let minute = 1; minute <= 300; minute++) push(minute);
  expect(window.judgedMs - before).toBe(300 * minuteMs);
  // A weekend without readings counts as an hour.
  push(300 + 2 * 1_440);
  expect(window.judgedMs - before).toBe(360 * minuteMs);
  push(200);
  expect(window.judgedMs - before).toBe(360 * minuteMs);
});

it('knows no pauses of a machine that sends once a day', () => {
  const window = new MachineWindow(4, 1, {}, { stepMs: 1_440 * minuteMs });
  const push = (day: number) => window.push(Float32Array.of(1), 0, 1, day * 1_440 * minuteMs);
  push(0);
  const before = window.judgedMs;
  for (const day of [1, 2, 4]) push(day);
  expect(window.judgedMs - before).toBe(4 * 1_440 * minuteMs);
});

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

it('goes on with the device whose clock is behind, when the one that is ahead has fallen silent', () => {
  const window = new MachineWindow(4, 2);
  const send = (column: number, timeMs: number, arrivedMs: number) => {
    const step = window.clock.takes(timeMs, arrivedMs, column);
    const values = Float32Array.of(Number.NaN, Number.NaN);
    values[column] = 1;
    window.push(values, 0, 2, window.clock.atMs, true, step);
  };
  const aheadMs = 2 * minuteMs;
  for (let ms = 0; ms <= 2 * minuteMs; ms += 5_000) {
    if (ms <= minuteMs) send(0, ms + aheadMs, ms);
    send(1, ms, ms + 100);
  }
  expect(window.newestMs).toBe(aheadMs + 2 * minuteMs + 100);
});

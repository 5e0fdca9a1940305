import { describe, expect, it } from 'vitest';
import { MachineWindow } from './machine-window.ts';

const none = Number.NaN;

/** A window of four rows with two sensors. */
function newWindow() {
  const window = new MachineWindow(4, 2);
  const push = (timeMs: number, ...values: number[]) =>
    window.push(Float32Array.from(values), 0, values.length, timeMs);
  const fill = () => [0, 1, 2, 3].map((row) => push(row, row, 10 * row));
  return { window, push, fill };
}

describe('a machine’s window', () => {
  it('accepts whole rows', () => {
    const { window, fill } = newWindow();
    expect(fill()).toEqual(['row', 'row', 'row', 'row']);
    expect(window.ready).toBe(true);
    expect([...window.copy()]).toEqual([0, 0, 1, 10, 2, 20, 3, 30]);
  });

  it('accepts a row from the middle of a block', () => {
    const { window, fill } = newWindow();
    fill();
    window.push(Float32Array.of(9, 9, 4, 40, 9), 2, 4, 4);
    expect([...window.copy()]).toEqual([1, 10, 2, 20, 3, 30, 4, 40]);
  });

  it('keeps the last value of a silent sensor', () => {
    const { window, push, fill } = newWindow();
    fill();
    expect(push(4, 4, none)).toBe('part');
    expect(push(5, 5, none)).toBe('row');
    expect([...window.copy()]).toEqual([1, 10, 2, 20, 3, 30, 4, 30]);
  });

  it('assembles rows from messages of one sensor each, in any order', () => {
    const { window, push } = newWindow();
    for (let row = 0; row < 4; row++) {
      const messages = [
        [row, none],
        [none, 10 * row],
      ];
      if (row % 2 === 1) messages.reverse();
      expect(push(row, ...messages[0]!)).toBe('part');
      expect(push(row, ...messages[1]!)).toBe('row');
    }
    expect([...window.copy()]).toEqual([0, 0, 1, 10, 2, 20, 3, 30]);
  });

  it('has NaN for a sensor that has sent nothing yet', () => {
    const { window, push } = newWindow();
    for (let row = 0; row < 5; row++) push(row, row, none);
    expect([...window.copy()]).toEqual([0, none, 1, none, 2, none, 3, none]);
  });

  it('accepts a message without any value, but adds no row', () => {
    const { push, fill } = newWindow();
    fill();
    expect(push(4, none, none)).toBe('part');
    expect(push(5)).toBe('part');
  });

  it('ignores readings older than the newest, unless the machine’s clock went back permanently', () => {
    const { window, push, fill } = newWindow();
    fill();
    for (let i = 0; i < 4; i++) expect(push(-500, 7, 7)).toBe('late');
    expect([...window.copy()]).toEqual([0, 0, 1, 10, 2, 20, 3, 30]);
    expect(push(-400, 8, 8)).toBe('row');
    expect(window.ready).toBe(false);
    for (const time of [-300, -200, -100]) push(time, 8, 8);
    expect(window.ready).toBe(true);
    expect([...window.copy()]).toEqual([8, 8, 8, 8, 8, 8, 8, 8]);
  });

  it('takes what a device has kept and sends at once for late, however much it is', () => {
    const window = new MachineWindow(4, 1);
    const push = (timeMs: number, arrivedMs: number) =>
      window.push(Float32Array.of(1), 0, 1, timeMs, true, window.clock.takes(timeMs, arrivedMs));
    const dayMs = 86_400_000;
    for (let i = 0; i < 4; i++) push(dayMs + 60_000 * i, 60_000 * i);
    // Two hours of yesterday within a minute; then in any order.
    for (let i = 0; i < 120; i++) expect(push(60_000 * i, 240_000 + 500 * i)).toBe('late');
    for (let i = 0; i < 120; i++) expect(push(60_000 * (120 - i), 300_000 + 500 * i)).toBe('late');
    expect(push(dayMs + 240_000, 400_000)).toBe('row');
    // A clock that went back: its readings go on at their own pace.
    const taken = Array.from({ length: 8 }, (_, i) => push(60_000 * i, 500_000 + 60_000 * i));
    expect(taken).toEqual([...Array(2).fill('late'), ...Array(6).fill('row')]);
  });

  it('passes each row to the baseline once, when it completes', () => {
    const { window, push } = newWindow();
    for (let i = 0; i < 70; i++) push(i, i, i % 7);
    push(70, 70, none);
    expect(window.baseline).toMatchObject({ rows: 70, ready: true });
  });
});

describe('a window that may be short', () => {
  it('is ready from its least number of rows; missing rows are NaN, at the beginning', () => {
    const window = new MachineWindow(4, 1, {}, { rowsMin: 2 });
    window.push(Float32Array.of(1), 0, 1, 1);
    expect(window.ready).toBe(false);
    window.push(Float32Array.of(2), 0, 1, 2);
    expect(window.ready).toBe(true);
    expect([...window.copy()]).toEqual([none, none, 1, 2]);
  });

  it('forgets its rows when the machine’s clock went back', () => {
    const window = new MachineWindow(4, 1, {}, { rowsMin: 1 });
    for (let row = 0; row < 4; row++) window.push(Float32Array.of(row), 0, 1, 1_000 + row);
    expect(window.cutOff).toBe(false);
    for (let row = 0; row < 5; row++) window.push(Float32Array.of(10 + row), 0, 1, row);
    expect([...window.copy()]).toEqual([none, none, none, 14]);
    expect(window.cutOff).toBe(true);
    for (let row = 0; row < 3; row++) window.push(Float32Array.of(row), 0, 1, 100 + row);
    expect(window.cutOff).toBe(false);
  });
});

describe('a window whose rows are steps of time', () => {
  function stepped() {
    const window = new MachineWindow(5, 1, {}, { stepMs: 10 });
    const push = (timeMs: number, value: number) => window.push(Float32Array.of(value), 0, 1, timeMs);
    return { window, push };
  }

  it('keeps the newest reading of each step', () => {
    const { window, push } = stepped();
    push(0, 0);
    push(9, 1);
    push(12, 1.5);
    push(21, 2);
    push(29, 3);
    expect([...window.copy()]).toEqual([none, 0, 1.5, 2, 3]);
  });

  it('has an empty row for each step without a reading', () => {
    const { window, push } = stepped();
    push(0, 0);
    push(30, 3);
    expect([...window.copy()]).toEqual([none, 0, none, none, 3]);
  });

  it('is empty except for the newest row after a gap longer than the window', () => {
    const { window, push } = stepped();
    for (let row = 0; row < 5; row++) push(10 * row, row);
    push(1e12, 9);
    expect([...window.copy()]).toEqual([none, none, none, none, 9]);
  });

  it('has the right time for a row whose end is known only when the next one begins', () => {
    const window = new MachineWindow(4, 2, {}, { stepMs: 10 });
    window.push(Float32Array.of(1, none), 0, 2, 0);
    window.push(Float32Array.of(2, none), 0, 2, 20);
    window.push(Float32Array.of(3, none), 0, 2, 30);
    expect([...window.copy()].filter((_, i) => i % 2 === 0)).toEqual([none, 1, none, 2]);
  });
});

import { describe, expect, it } from 'vitest';
import { MachineWindow } from './machine-window.ts';

const none = Number.NaN;

/** A window of four rows of two sensors. */
function newWindow() {
  const window = new MachineWindow(4, 2);
  const push = (timeMs: number, ...values: number[]) =>
    window.push(Float32Array.from(values), 0, values.length, timeMs);
  const fill = () => [0, 1, 2, 3].map((row) => push(row, row, 10 * row));
  return { window, push, fill };
}

describe('a machine’s window', () => {
  it('takes whole rows', () => {
    const { window, fill } = newWindow();
    expect(fill()).toEqual(['row', 'row', 'row', 'row']);
    expect(window.full).toBe(true);
    expect([...window.copy()]).toEqual([0, 0, 1, 10, 2, 20, 3, 30]);
  });

  it('takes a row out of the middle of a block', () => {
    const { window, fill } = newWindow();
    fill();
    window.push(Float32Array.of(9, 9, 4, 40, 9), 2, 4, 4);
    expect([...window.copy()]).toEqual([1, 10, 2, 20, 3, 30, 4, 40]);
  });

  it('holds a sensor that is silent', () => {
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

  it('has NaN where a sensor has never spoken', () => {
    const { window, push } = newWindow();
    for (let row = 0; row < 5; row++) push(row, row, none);
    expect([...window.copy()]).toEqual([0, none, 1, none, 2, none, 3, none]);
  });

  it('takes a message without any value, and makes no row of it', () => {
    const { push, fill } = newWindow();
    fill();
    expect(push(4, none, none)).toBe('part');
    expect(push(5)).toBe('part');
  });

  it('ignores what is older than the newest, unless the machine’s clock went back for good', () => {
    const { window, push, fill } = newWindow();
    fill();
    for (let i = 0; i < 4; i++) expect(push(-500, 7, 7)).toBe('late');
    expect([...window.copy()]).toEqual([0, 0, 1, 10, 2, 20, 3, 30]);
    expect(push(-400, 8, 8)).toBe('row');
    expect(window.full).toBe(false);
    for (const time of [-300, -200, -100]) push(time, 8, 8);
    expect(window.full).toBe(true);
    expect([...window.copy()]).toEqual([8, 8, 8, 8, 8, 8, 8, 8]);
  });

  it('shows the machine’s normal each row once, as it completes', () => {
    const { window, push } = newWindow();
    for (let i = 0; i < 70; i++) push(i, i, i % 7);
    push(70, 70, none);
    expect(window.baseline).toMatchObject({ rows: 70, ready: true });
  });
});

import { describe, expect, it } from 'vitest';
import { batch, newWindows, type Row, type } from './windows.testing.ts';
import type { Windows } from './windows.ts';

describe('shares of senders', () => {
  const names = (owner: string, count: number, from = 0) =>
    Array.from({ length: count }, (_, i) => ({
      machineIndex: from + i,
      site: owner,
      machine: `m${i}`,
      machineType: 'rig',
    }));
  const owned = (owner: string, count: number, from = 0) =>
    Array.from({ length: count }, (_, i) => ({ machineIndex: from + i, owner }));
  const rowsOf = (count: number, from = 0) =>
    Array.from({ length: count }, (_, i): Row => [from + i, 0, 1, 1]);
  const watched = (windows: Windows, owner: string, count: number) =>
    names(owner, count).filter(({ site, machine }) => windows.baselineOf({ site, machine, type }) !== null)
      .length;

  function shared(refused: string[] = []) {
    const made = newWindows({ machinesMax: 8, refused: (owner) => refused.push(owner) });
    made.windows.add(batch(rowsOf(30), { newMachines: names('greedy', 30), newOwners: owned('greedy', 30) }));
    return made;
  }

  it('one who makes up machines keeps none of another from being watched, and is told of once a machine', () => {
    const refused: string[] = [];
    const { windows } = shared(refused);
    windows.add(batch(rowsOf(30)));
    expect([watched(windows, 'greedy', 30), refused]).toEqual([8, Array(22).fill('greedy')]);
    windows.add(batch(rowsOf(4, 30), { newMachines: names('good', 4, 30), newOwners: owned('good', 4, 30) }));
    expect([watched(windows, 'greedy', 30), watched(windows, 'good', 4)]).toEqual([8, 4]);
    expect(refused).toHaveLength(22);
  });

  it('and takes no window of a machine of another that sends seldom', () => {
    const { windows, clock } = newWindows({ machinesMax: 8 });
    windows.add(batch(rowsOf(4), { newMachines: names('good', 4), newOwners: owned('good', 4) }));
    for (let hour = 0; hour < 23; hour++) {
      clock.advanceNow(3_600_000);
      const newMachines = names(`greedy-${hour}`, 8, 4 + 8 * hour);
      windows.add(
        batch(rowsOf(8, 4 + 8 * hour), { newMachines, newOwners: owned('greedy', 8, 4 + 8 * hour) }),
      );
    }
    expect(watched(windows, 'good', 4)).toBe(4);
    expect(windows.stats().machines).toBeLessThan(16);
  });

  it('what has been silent for a day makes room for anybody', () => {
    const { windows, clock } = shared();
    windows.add(batch(rowsOf(4, 30), { newMachines: names('good', 4, 30), newOwners: owned('good', 4, 30) }));
    clock.advanceNow(86_400_000);
    windows.add(batch(rowsOf(5, 30), { newMachines: names('late', 1, 34), newOwners: owned('good', 1, 34) }));
    expect(watched(windows, 'good', 4)).toBe(4);
    expect(watched(windows, 'late', 1)).toBe(1);
    expect(watched(windows, 'greedy', 30)).toBe(7);
  });

  it('machines that the journal knows count for their sender as soon as it is known', () => {
    const refused: string[] = [];
    const { windows } = newWindows({ machinesMax: 8, refused: (owner) => refused.push(owner) });
    windows.add(batch(rowsOf(8), { newMachines: names('good', 8), replay: true }));
    windows.add(batch(rowsOf(1, 8), { newMachines: names('x', 1, 8), replay: true }));
    expect([watched(windows, 'x', 1), refused]).toEqual([0, []]);
    windows.add(batch(rowsOf(9), { newOwners: [...owned('good', 8), { machineIndex: 8, owner: 'x' }] }));
    expect(watched(windows, 'x', 1)).toBe(1);
  });
});

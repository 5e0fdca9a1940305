/** The settling time of a machine after maintenance. */
import { describe, expect, it } from 'vitest';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { alertInput } from '../windows/watched-machine.ts';
import { batch, newWindows, type as rig } from '../windows/windows.testing.ts';
import { MaintenanceBook } from './maintenance.ts';

const hourMs = 3_600_000;
const who = { by: 'maria', address: '10.0.0.9' };

describe('a machine that settles', () => {
  const press = { site: 's', machine: 'press' };
  const sensors = [{ ...rig.sensors[0]!, warn: 60 }, rig.sensors[1]!];
  const settleMs = 300_000;

  /** A press with a reading each ten seconds; `sent` returns when its limit is first met, in s from the first one. */
  function pressed(over: Partial<MachineType> = {}) {
    const clock = manualClock();
    const book = new MaintenanceBook({ gateway: 'gw', clock, log: silentLog });
    const hot: MachineType = { ...rig, name: 'press', stepMs: 10_000, sensors, settleMs, ...over };
    const { windows } = newWindows({ clock, maintenance: book, types: new Map([[hot.name, hot]]) });
    book.connect(() => windows.remaintain(), { estimates: () => {}, event: async () => {} });
    const fromMs = clock.nowMs();
    let isKnown = false;
    const sent = (value: number, seconds: number): number | null => {
      let metS: number | null = null;
      for (let s = 0; s < seconds; s += 10) {
        clock.advanceNow(10_000);
        const atMs = clock.nowMs();
        const newMachines = [{ machineIndex: 0, ...press, machineType: hot.name }];
        windows.add(batch([[0, atMs, value, 1]], isKnown ? {} : { newMachines }));
        isKnown = true;
        const taken = windows.take(1);
        const met = taken.map((each) => alertInput(each, atMs).limits?.some((limit) => limit.met));
        windows.release(taken);
        if (met.includes(true)) metS ??= (atMs - fromMs) / 1_000;
      }
      return metS;
    };
    return { book, sent };
  }

  it('is not judged for that time after maintenance either, and what is beyond a limit still is told then', async () => {
    const { book, sent } = pressed();
    sent(50, 100);
    await book.set(press, who);
    expect(sent(90, 200)).toBeNull();
    await book.end(press, who);
    expect(sent(90, 290)).toBeNull();
    expect(sent(90, 600)).toBeGreaterThanOrEqual(600);
  });

  it('and has cooled down by then tells nobody', async () => {
    const { book, sent } = pressed();
    sent(50, 100);
    await book.set(press, who);
    sent(90, 200);
    await book.end(press, who);
    expect([sent(90, 280), sent(50, 600)]).toEqual([null, null]);
  });

  it('is judged at once where the type has no such time, and after a window that was dropped before it began', async () => {
    const { book, sent } = pressed({ settleMs: 0 });
    await book.set(press, who);
    sent(90, 100);
    await book.end(press, who);
    expect(sent(90, 100)).toBeLessThan(200);
    const other = pressed();
    other.sent(50, 10);
    const planned = await other.book.set({ ...press, fromMs: manualClock().nowMs() + hourMs }, who);
    await other.book.end({ id: planned.id }, who);
    expect(other.sent(90, 200)).toBeLessThan(200);
  });
});

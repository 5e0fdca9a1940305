/** Late readings that wait when the gateway is killed are judged after its start. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../../shared/runtime/log.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { keepLate } from '../savers.ts';
import { alertInput } from '../windows/watched-machine.ts';
import { batch, newWindows, type Row } from '../windows/windows.testing.ts';
import { fan, minuteMs } from './fan.testing.ts';
import { LateNotes } from './late-notes.ts';

const newMachines = [{ machineIndex: 0, site: 's', machine: 'm', machineType: 'fan' }];
const block = (seq: number) => ({ journal: 'j', seq });
/** Readings that a fan has kept for two hours, newest first: an alarm from minute 50 to 70. */
const kept = Array.from({ length: 118 }, (_, i): Row => {
  const minute = 127 - i;
  return [0, minute * minuteMs, minute >= 50 && minute < 70 ? 9 : 1];
});
const before = Array.from({ length: 10 }, (_, i): Row => [0, i * minuteMs, 1]);

function run(notes: LateNotes) {
  const { windows, clock } = newWindows({ types: new Map([['fan', fan]]), lateNotes: notes });
  const heard = () => {
    const taken = windows.take(1);
    const passed = taken.flatMap((machine) => alertInput(machine, clock.nowMs()).passed ?? []);
    windows.release(taken);
    return passed.map(({ severity, sinceMs, isAgain }) => [severity, sinceMs / minuteMs, isAgain]);
  };
  const heardIn = (seconds: number) =>
    Array.from({ length: seconds }, () => {
      clock.advanceNow(1_000);
      return heard();
    }).flat();
  return { windows, clock, heardIn };
}

it('is in the notes until decisions have had time to hear of it, and judged again by the next run', () => {
  const clock = manualClock();
  const first = new LateNotes(clock);
  const one = run(first);
  one.windows.add(batch(before, { newMachines, block: block(3) }));
  one.clock.advanceNow(118 * minuteMs);
  one.windows.add(batch([[0, 128 * minuteMs, 1]], { block: block(4) }));
  expect([...first.saved()]).toEqual([]);
  one.windows.add(batch(kept, { block: block(5) }));
  const saved = [...first.saved()];
  expect(saved).toEqual([['s/m', 'j', 5]]);
  expect(one.heardIn(10)).toContainEqual(['critical', 50, undefined]);
  expect([...first.saved()]).toEqual(saved);
  clock.advanceNow(5_000);
  expect([...first.saved()]).toEqual([]);

  // The first run was killed before it heard of that.
  const second = new LateNotes(manualClock());
  second.restore(saved);
  const two = run(second);
  const all = [before, [[0, 128 * minuteMs, 1] as Row], kept];
  all.forEach((rows, i) => {
    two.windows.add(
      batch(rows, { block: block(3 + i), replay: true, newMachines: i === 0 ? newMachines : [] }),
    );
  });
  second.replayed();
  expect([...second.saved()]).toEqual(saved);
  expect(two.heardIn(10)).toContainEqual(['critical', 50, true]);
});

it('is only what came since the first of it, in the same journal', () => {
  const notes = new LateNotes(manualClock());
  notes.restore([['s/m', 'j', 5]]);
  expect(notes.waited('s/m', block(4))).toBe(false);
  expect(notes.waited('s/m', block(6))).toBe(true);
  expect(notes.waited('s/m', { journal: 'new', seq: 6 })).toBe(false);
  expect(notes.waited('s/other', block(6))).toBe(false);
  notes.replayed();
  expect(notes.waited('s/m', block(6))).toBe(false);
  expect([...notes.saved()]).toEqual([]);
});

describe('the file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'harbinger-late-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('has a machine as soon as it waits, and not any more some seconds after that was judged', async () => {
    const clock = manualClock();
    const latePath = join(folder, 'late.json');
    const saverOf = (notes: LateNotes) => {
      const config = { saveNormalsMs: 1, machinesMax: 1 };
      return keepLate({ latePath, types: new Map(), config, clock, log: silentLog }, notes)!;
    };
    const inFile = () => (existsSync(latePath) ? JSON.parse(readFileSync(latePath, 'utf8')).machines : null);
    const notes = new LateNotes(clock);
    const saver = saverOf(notes);
    await saver.start();
    saver.keep();
    notes.waits('s/m', block(5));
    notes.waits('s/m', block(6));
    await clock.advance(50);
    await vi.waitFor(() => expect(inFile()).toEqual([['s/m', 'j', 5]]));
    const again = new LateNotes(clock);
    await saverOf(again).start();
    expect(again.waited('s/m', block(5))).toBe(true);
    notes.judged('s/m');
    await clock.advance(6_000);
    await vi.waitFor(() => expect(inFile()).toEqual([]));
  });
});

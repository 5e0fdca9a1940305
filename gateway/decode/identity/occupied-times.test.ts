/** Many readings of one machine that share one time of its device, as those of devices that send many a second do. */
import { expect, it, vi } from 'vitest';
import { checkReading } from '../contract.ts';
import { testMachines } from '../fixtures.testing.ts';
import { newRow } from '../row.ts';
import { OccupiedTimes } from './occupied-times.ts';
import { ReadingIdentity } from './reading-identity.ts';
import { RecentReadings } from './recent-readings.ts';

const ms = 1_700_000_000_000;

it('with running numbers of their own they cost no search, and are recognised when resent', () => {
  const machine = testMachines().find('plant', 'meter-1');
  const recent = new RecentReadings(1 << 13);
  const find = vi.spyOn(recent, 'find');
  const note = () => {};
  const bounds = { aheadMsMax: 60_000, behindMsMax: 3_600_000 };
  const identity = new ReadingIdentity(recent, bounds, { assumed: { note }, still: { note } });
  const row = newRow();
  const assign = (seq: number) => {
    checkReading(machine, { flow: seq }, row);
    const origin = { receivedMs: ms, resend: false, connection: 0 };
    const isNew = identity.assign(machine, { seq, deviceTime: { ms, ns: 0 } }, row, origin);
    return isNew ? identity.ns : 'resend';
  };
  const numbers = Array.from({ length: 200 }, (_, seq) => seq);
  expect(numbers.map(assign)).toEqual(numbers);
  // Its number, its time, and the way from those that are searched to those that are noted.
  expect(find.mock.calls.length).toBeLessThan(2.2 * numbers.length);
  expect(numbers.map(assign)).toEqual(numbers.map(() => 'resend'));
});

it('notes the latest time of each machine, and others for as long as there is room', () => {
  const occupied = new OccupiedTimes();
  const time = { ms, ns: 5 };
  for (const machine of [0, 1, 70_000]) for (let n = 1; n <= 40; n++) occupied.note(machine, time, n);
  expect([0, 1, 2, 70_000].map((machine) => occupied.latest(machine, time))).toEqual([40, 40, 0, 0]);
  expect([0, 1, 2, 70_000].map((machine) => occupied.count(machine, time))).toEqual([40, 40, 0, 40]);
  occupied.note(0, { ms: ms + 1, ns: 0 }, 1);
  expect([occupied.latest(0, time), occupied.count(0, time)]).toEqual([0, 32]);
  occupied.clear();
  expect([0, 1, 70_000].map((machine) => occupied.count(machine, time))).toEqual([0, 0, 0]);
});

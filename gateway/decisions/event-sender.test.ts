import { expect, it } from 'vitest';
import { silentLog } from '../../shared/runtime/log.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { lossEvent } from '../lanes/events.ts';
import { EventSender } from './event-sender.ts';

it('holds every subject while 10,000 events are unsent, and none once they are', async () => {
  let fails = true;
  const event = async () => {
    if (fails) throw new Error('disk');
  };
  const sender = new EventSender({ event, estimates() {} }, manualClock(0), silentLog);
  const loss = { lane: 'readings', cause: 'torn-tail', blocks: 1, lines: 1, bytes: 1 };
  const add = (i: number) => sender.add(lossEvent('g', String(i), 0, loss), true);
  for (let i = 0; i < 9_999; i++) add(i);
  expect(sender.holds('hall-1/pump-1')).toBe(false);
  add(9_999);
  expect(sender.holds('hall-1/pump-1')).toBe(true);
  await sender.flush();
  expect(sender.holds('hall-1/pump-1')).toBe(true);
  expect(sender.pending()).toHaveLength(10_000);
  fails = false;
  await sender.flush();
  expect(sender.holds('hall-1/pump-1')).toBe(false);
  expect(sender.counts).toEqual({ sent: 10_000, failed: 10_000, lost: 0 });
});

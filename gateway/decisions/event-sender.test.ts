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

it('sends what is added while it sends with the next time, and holds its subject until then', async () => {
  const written: (() => void)[] = [];
  const got: string[] = [];
  const event = ({ id }: { id: string }) =>
    new Promise<void>((resolve) => {
      got.push(id);
      written.push(resolve);
    });
  const sender = new EventSender({ event, estimates() {} }, manualClock(0), silentLog);
  const loss = { lane: 'readings', cause: 'torn-tail', blocks: 1, lines: 1, bytes: 1 };
  const first = lossEvent('g', 'first', 0, loss);
  const later = { ...lossEvent('g', 'later', 0, loss), subject: 'hall-1/pump-1' };
  sender.add(first, false);
  const flushing = sender.flush();
  await expect.poll(() => written.length).toBe(1);
  sender.add(later, true);
  for (const each of written.splice(0)) each();
  await flushing;
  expect([got, sender.counts.sent]).toEqual([[first.id], 1]);
  expect(sender.pending()).toEqual([later]);
  expect(sender.holds('hall-1/pump-1')).toBe(true);
  const again = sender.flush();
  await expect.poll(() => written.length).toBe(1);
  for (const each of written.splice(0)) each();
  await again;
  expect([got, sender.counts, sender.pending()]).toEqual([
    [first.id, later.id],
    { sent: 2, failed: 0, lost: 0 },
    [],
  ]);
  expect(sender.holds('hall-1/pump-1')).toBe(false);
});

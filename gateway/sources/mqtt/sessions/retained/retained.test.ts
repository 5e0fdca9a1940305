import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../../../../shared/runtime/log.ts';
import { manualClock } from '../../../../../shared/runtime/manual-clock.ts';
import { Mirror } from '../mirror.ts';
import { FailingDisk, openTestSessions } from '../opened.testing.ts';
import { Retained } from './retained.ts';

it('a message that has expired goes while the disk fails, and goes from the disk when it works again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'harbinger-retained-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const unhandled: unknown[] = [];
  const note = (error: unknown) => void unhandled.push(error);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const [disk, clock] = [new FailingDisk(), manualClock(0)];
  const { records, loaded } = await openTestSessions(folder, { disk });
  const mirror = new Mirror(records, clock, silentLog);
  const limits = { retainedMessagesMax: 100, retainedBytesMax: 1e6 };
  const others = {
    sessionsMax: 1,
    sessionExpiryHours: 1,
    queueMessagesMax: 1,
    queueBytesMax: 1,
    willBytesMax: 1,
  };
  const retained = new Retained(mirror, { ...limits, ...others }, undefined, () => clock.nowMs());
  mirror.begin([retained], loaded);
  const message = { cmd: 'publish', payload: Buffer.from('1'), qos: 1, dup: false } as const;
  await retained.store({ ...message, topic: 'x/a', messageExpiry: 1_000, properties: {} }, true);
  await retained.store({ ...message, topic: 'x/b' }, true);
  clock.advanceNow(2_000);
  disk.isFailing = true;
  expect([...retained.matching(['x/#'])].map(({ topic }) => topic)).toEqual(['x/b']);
  await expect.poll(() => mirror.writeFailures).toBe(1);
  await new Promise(setImmediate); // in which Node would tell of a rejection
  expect(unhandled).toEqual([]);
  expect(retained.count).toBe(1);
  disk.isFailing = false;
  clock.advanceNow(1_000);
  await expect.poll(() => [...records.keys()].filter((key) => key.startsWith('r!'))).toEqual(['r!x/b']);
  await mirror.stop();
});

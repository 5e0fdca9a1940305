/** When sessions of absent clients end, also while the clock jumps. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseFilter } from '../../../../shared/mqtt/topic-filter.ts';
import type { Clock } from '../../../../shared/runtime/clock.ts';
import { silentLog } from '../../../../shared/runtime/log.ts';
import { manualClock } from '../../../../shared/runtime/manual-clock.ts';
import { Interest } from './interest.ts';
import { FailingDisk, openTestSessions } from './opened.testing.ts';
import { BrokerPersistence } from './persistence.ts';

const hourMs = 3_600_000;
const limits = {
  retainedMessagesMax: 100,
  retainedBytesMax: 1e6,
  sessionsMax: 2,
  sessionExpiryHours: 168,
  queueMessagesMax: 100,
  queueBytesMax: 1e6,
  willBytesMax: 1e7,
};

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-expiry-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function open(clock: Clock) {
  const interest = new Interest([parseFilter('telemetry/#')!]);
  const opened = await openTestSessions(folder, { disk: new FailingDisk() });
  const takeovers = { isShared: () => false };
  return {
    interest,
    persistence: new BrokerPersistence(opened, { interest, clock, log: silentLog, takeovers }, limits),
  };
}

it('expires the sessions of absent clients, not those of connected ones', async () => {
  const clock = manualClock();
  const { persistence, interest } = await open(clock);
  for (const id of ['away', 'here']) persistence.sessions.open(id, 'user');
  await persistence.addSubscriptions({ id: 'away' }, [{ topic: 'telemetry/#', qos: 1 }]);
  await persistence.addSubscriptions({ id: 'here' }, [{ topic: 'x', qos: 1 }]);
  expect(persistence.sessions.open('third', 'user')).toBe('full');
  clock.advanceNow(168 * hourMs);
  expect(persistence.expireSessions((id) => id === 'here')).toBe(0);
  clock.advanceNow(hourMs);
  expect(persistence.expireSessions((id) => id === 'here')).toBe(1);
  expect(persistence.sessions.size).toBe(1);
  expect(interest.wants('telemetry/a')).toBe(false);
  expect(persistence.sessions.open('third', 'user')).toBe('opened');
  await persistence.destroy();
});

it.each([91 * 24, -91 * 24])(
  'does not expire sessions by a clock that jumps %d hours and back',
  async (hours) => {
    const clock = manualClock();
    const { persistence } = await open(clock);
    const nobody = () => false;
    const wait = (ms: number) => {
      for (const endMs = clock.monotonicMs() + ms; clock.monotonicMs() < endMs; ) {
        clock.advanceNow(Math.min(persistence.expireEveryMs, endMs - clock.monotonicMs()));
        expect(persistence.expireSessions(nobody)).toBe(0);
      }
    };
    persistence.sessions.open('before', 'user');
    wait(2 * hourMs);
    clock.setWall(clock.nowMs() + hours * hourMs);
    persistence.sessions.open('meanwhile', 'user');
    persistence.sessions.left('before');
    wait(28_000);
    clock.setWall(clock.nowMs() - hours * hourMs);
    wait(20 * hourMs);
    expect(persistence.sessions.size).toBe(2);
    await persistence.destroy();
  },
);

/** A gateway that runs for 50 minutes between two starts; a kill leaves what was written. */
async function livesOf50Minutes(
  clock: ReturnType<typeof manualClock>,
  isOver: (persistence: BrokerPersistence) => boolean,
  isConnected: (clientId: string) => boolean,
): Promise<number> {
  for (let lives = 1; lives <= 400; lives++) {
    const { persistence } = await open(clock);
    for (let at = 0; at < 50 * 60_000; at += persistence.expireEveryMs) {
      persistence.expireSessions(isConnected);
      clock.advanceNow(persistence.expireEveryMs);
    }
    const isEnd = isOver(persistence);
    await persistence.destroy();
    if (isEnd) return lives;
  }
  return Number.POSITIVE_INFINITY;
}

it('sessions expire on a gateway that is restarted before each hour is over, neither early nor late', async () => {
  const clock = manualClock();
  const { persistence } = await open(clock);
  persistence.sessions.open('away', 'user');
  persistence.sessions.left('away');
  await persistence.destroy();
  const startMs = clock.nowMs();
  await livesOf50Minutes(
    clock,
    ({ sessions }) => sessions.size === 0,
    () => false,
  );
  const hours = (clock.nowMs() - startMs) / hourMs;
  expect(hours).toBeGreaterThan(168);
  expect(hours).toBeLessThan(168 + 4);
});

it('the session of a client that was connected for longer than its expiry outlives a kill', async () => {
  const clock = manualClock();
  const { persistence } = await open(clock);
  persistence.sessions.open('here', 'user');
  const nobody = () => false;
  for (let at = 0; at < 400 * hourMs; at += persistence.expireEveryMs) {
    persistence.expireSessions(() => true);
    clock.advanceNow(persistence.expireEveryMs);
  }
  await persistence.destroy();
  const after = (await open(clock)).persistence;
  for (let at = 0; at < 2 * hourMs; at += after.expireEveryMs) {
    expect(after.expireSessions(nobody)).toBe(0);
    clock.advanceNow(after.expireEveryMs);
  }
  expect(after.sessions.size).toBe(1);
  await after.destroy();
});

it('a gateway that was off for longer than sessions live gives their clients time to come back', async () => {
  const clock = manualClock();
  const { persistence } = await open(clock);
  persistence.sessions.open('away', 'user');
  for (let at = 0; at < 3 * hourMs; at += persistence.expireEveryMs) {
    persistence.expireSessions(() => true);
    clock.advanceNow(persistence.expireEveryMs);
  }
  await persistence.destroy();
  clock.setWall(clock.nowMs() + 1_000 * hourMs);
  const after = (await open(clock)).persistence;
  for (let at = 0; at < 0.9 * hourMs; at += after.expireEveryMs) {
    expect(after.expireSessions(() => false)).toBe(0);
    clock.advanceNow(after.expireEveryMs);
  }
  for (let at = 0; at < 0.3 * hourMs; at += after.expireEveryMs) {
    after.expireSessions(() => false);
    clock.advanceNow(after.expireEveryMs);
  }
  expect(after.sessions.size).toBe(0);
  await after.destroy();
});

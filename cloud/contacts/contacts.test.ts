import { afterEach, expect, it } from 'vitest';
import { silentLog } from '../../shared/runtime/log.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import type { KeptContact } from '../ports/contacts/contacts.ts';
import { Contacts } from './contacts.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const silentAfterMs = 5 * minuteMs;

const clock = manualClock();
let kept = new Map<string, KeptContact>();
let contacts = open();
afterEach(() => {
  kept = new Map();
  contacts = open();
});

function open(configured = ['gw1', 'gw2'], latestBatchMs = new Map<string, number>()): Contacts {
  const store = {
    load: () => new Map(kept),
    async save(changed: ReadonlyMap<string, KeptContact>) {
      for (const [gateway, contact] of changed) kept.set(gateway, contact);
    },
  };
  return new Contacts({ configured, latestBatchMs, store, silentAfterMs, clock, log: silentLog });
}

/** Ends the cloud's watch in order, and begins it again. */
async function restart(configured?: string[]): Promise<void> {
  await contacts.stop();
  contacts = open(configured);
}

const stateOf = (gateway: string) => contacts.of(gateway)?.state;

function sendFor(gateway: string, ms: number, everyMs: number): void {
  for (let passed = 0; passed < ms; passed += everyMs) {
    clock.advanceNow(everyMs);
    contacts.sent(gateway);
  }
}

it('a gateway is silent when it is lost for longer than it may be, since it was heard last, until it connects', () => {
  contacts.connected('gw1');
  sendFor('gw1', minuteMs, 1_000);
  const heardMs = clock.nowMs();
  clock.advanceNow(10_000);
  contacts.disconnected('gw1');
  clock.advanceNow(silentAfterMs - 1);
  expect(contacts.of('gw1')).toMatchObject({ state: 'heard', silentSinceMs: null, isConnected: false });
  clock.advanceNow(1);
  expect(contacts.of('gw1')).toMatchObject({ state: 'silent', silentSinceMs: heardMs });
  clock.setWall(clock.nowMs() + dayMs);
  expect(contacts.of('gw1')).toMatchObject({ silentSinceMs: heardMs });
  contacts.connected('gw1');
  expect(contacts.of('gw1')).toMatchObject({ state: 'heard', silentSinceMs: null, isConnected: true });
});

it('a gateway with two connections is heard until both have closed', () => {
  contacts.connected('gw1');
  contacts.connected('gw1');
  contacts.disconnected('gw1');
  clock.advanceNow(10 * silentAfterMs);
  contacts.heard('gw1');
  expect(stateOf('gw1')).toBe('heard');
});

it('a gateway that was stopped in order is told as stopped, and no more when it runs again', () => {
  contacts.connected('gw1');
  clock.advanceNow(minuteMs);
  contacts.stopped('gw1');
  const stoppedMs = clock.nowMs();
  contacts.disconnected('gw1');
  clock.advanceNow(silentAfterMs);
  expect(contacts.of('gw1')).toMatchObject({ state: 'stopped', silentSinceMs: stoppedMs });
  contacts.connected('gw1');
  contacts.disconnected('gw1');
  clock.advanceNow(12 * silentAfterMs);
  expect(stateOf('gw1')).toBe('silent');
});

it('a gateway that is often lost is told later, but not later than its bound', () => {
  for (const [outageMs, untilMs] of [
    [4 * minuteMs, 8 * minuteMs],
    [50 * minuteMs, 12 * silentAfterMs],
  ] as const) {
    contacts.connected('gw1');
    clock.advanceNow(minuteMs);
    contacts.disconnected('gw1');
    clock.advanceNow(outageMs);
    contacts.connected('gw1');
    contacts.disconnected('gw1');
    clock.advanceNow(untilMs - minuteMs);
    expect(stateOf('gw1')).toBe('heard');
    clock.advanceNow(2 * minuteMs);
    expect(stateOf('gw1')).toBe('silent');
  }
});

it('a restart of the cloud gives gateways time, forgets none that never comes back, and keeps who was silent', async () => {
  contacts.connected('gw1');
  contacts.connected('gw2');
  const heardMs = clock.nowMs();
  contacts.disconnected('gw1');
  clock.advanceNow(silentAfterMs);
  contacts.heard('gw2');
  await restart();
  expect(contacts.of('gw1')).toMatchObject({ state: 'silent', silentSinceMs: heardMs });
  expect(stateOf('gw2')).toBe('heard');
  clock.advanceNow(silentAfterMs - 1);
  expect(stateOf('gw2')).toBe('heard');
  clock.advanceNow(1);
  expect(stateOf('gw2')).toBe('silent');
  await restart();
  expect([stateOf('gw1'), stateOf('gw2')]).toEqual(['silent', 'silent']);
  contacts.connected('gw1');
  expect([stateOf('gw1'), stateOf('gw2')]).toEqual(['heard', 'silent']);
});

it('one that an earlier version has heard is watched; one that may not connect any more, or never has, is not', async () => {
  contacts = open(['gw1', 'gw2'], new Map([['gw1', clock.nowMs() - hourMs]]));
  clock.advanceNow(silentAfterMs);
  expect(contacts.all()).toMatchObject([{ gateway: 'gw1', state: 'silent' }]);
  await restart(['gw2']);
  expect(contacts.all()).toEqual([]);
  contacts.connected('stranger');
  expect(contacts.all()).toEqual([]);
});

it('a connected gateway is idle when it sends nothing for longer than in a whole week before', () => {
  contacts.connected('gw1');
  clock.advanceNow(2 * dayMs);
  expect(stateOf('gw1')).toBe('heard');
  sendFor('gw1', 9 * dayMs, 10 * hourMs);
  const sentMs = clock.nowMs();
  contacts.heard('gw1');
  clock.advanceNow(25 * hourMs);
  expect(stateOf('gw1')).toBe('heard');
  clock.advanceNow(6 * dayMs);
  contacts.heard('gw1');
  expect(contacts.of('gw1')).toMatchObject({ state: 'idle', idleSinceMs: sentMs, silentSinceMs: null });
  contacts.sent('gw1');
  expect(stateOf('gw1')).toBe('heard');
});

it('one that is idle stays so over restarts and lost connections, until it sends or is silent', async () => {
  contacts.connected('gw1');
  sendFor('gw1', 9 * dayMs, 10 * hourMs);
  const sentMs = clock.nowMs();
  clock.advanceNow(8 * dayMs);
  const idle = { state: 'idle', idleSinceMs: sentMs, silentSinceMs: null };
  expect(contacts.of('gw1')).toMatchObject(idle);
  contacts.disconnected('gw1');
  clock.advanceNow(minuteMs);
  expect(contacts.of('gw1')).toMatchObject(idle);
  contacts.connected('gw1');
  expect(contacts.of('gw1')).toMatchObject(idle);
  await restart();
  expect(contacts.of('gw1')).toMatchObject(idle);
  contacts.connected('gw1');
  clock.advanceNow(hourMs);
  expect(contacts.of('gw1')).toMatchObject(idle);
  contacts.disconnected('gw1');
  clock.advanceNow(12 * silentAfterMs);
  expect(contacts.of('gw1')).toMatchObject({ state: 'silent', idleSinceMs: null });
  contacts.connected('gw1');
  expect(contacts.of('gw1')).toMatchObject({ state: 'heard', idleSinceMs: null });
  contacts.sent('gw1');
  await restart();
  expect(stateOf('gw1')).toBe('heard');
});

it('one that comes back from a long silence is not idle before it could have sent something', async () => {
  contacts.connected('gw1');
  sendFor('gw1', 9 * dayMs, hourMs);
  contacts.disconnected('gw1');
  clock.advanceNow(8 * dayMs);
  expect(stateOf('gw1')).toBe('silent');
  contacts.connected('gw1');
  expect(stateOf('gw1')).toBe('heard');
  contacts.sent('gw1');
  // The silence has not taught that it pauses for so long.
  clock.advanceNow(dayMs);
  expect(stateOf('gw1')).toBe('idle');
});

it('one that is lost for a minute is lost, long before it is silent, and is back when it connects again', async () => {
  contacts.connected('gw1');
  const heardMs = clock.nowMs();
  contacts.disconnected('gw1');
  clock.advanceNow(59_000);
  expect(contacts.of('gw1')).toMatchObject({ lostSinceMs: null, state: 'heard' });
  contacts.connected('gw1');
  expect(contacts.of('gw1')).toMatchObject({ lostSinceMs: null, backSinceMs: null });
  contacts.disconnected('gw1');
  clock.advanceNow(61_000);
  expect(contacts.of('gw1')).toMatchObject({ lostSinceMs: heardMs + 59_000, silentSinceMs: null });
  contacts.connected('gw1');
  const back = { lostSinceMs: null, backSinceMs: clock.nowMs() };
  expect(contacts.of('gw1')).toMatchObject(back);
  await restart();
  contacts.connected('gw1');
  expect(contacts.of('gw1')).toMatchObject(back);
});

it('one that was stopped is back after it, and so is one that connects long after the cloud was down', async () => {
  contacts.connected('gw1');
  contacts.stopped('gw1');
  contacts.disconnected('gw1');
  clock.advanceNow(5_000);
  contacts.connected('gw1');
  expect(contacts.of('gw1')?.backSinceMs).toBe(clock.nowMs());
  await contacts.stop();
  clock.advanceNow(hourMs);
  contacts = open();
  contacts.connected('gw1');
  expect(contacts.of('gw1')?.backSinceMs).toBe(clock.nowMs());
});

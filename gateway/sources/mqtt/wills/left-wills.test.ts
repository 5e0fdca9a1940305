import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeRecord } from '../../../../shared/files/json/json-record.ts';
import { manualClock } from '../../../../shared/runtime/manual-clock.ts';
import { TestBroker, until } from '../harness.testing.ts';
import type { PublishPacket } from '../packet.ts';
import { openTestSessions } from '../sessions/opened.testing.ts';
import { LeftWills } from './left-wills.ts';
import { Wills } from './wills.ts';

const willOf = (clientId: string): PublishPacket => ({
  cmd: 'publish',
  topic: `lifecycle/${clientId}`,
  payload: Buffer.from('gone'),
  qos: 1,
  retain: false,
  clientId,
});

describe('wills left to an earlier process', () => {
  /** The wills of clients with these keep-alives, as a process finds them on disk. */
  function left(keepalivesMs: Record<string, number>, more: Partial<PublishPacket> = {}) {
    const timersMs: number[] = [];
    const manual = manualClock();
    const setTimer: typeof manual.setTimer = (delayMs, fn) => {
      timersMs.push(delayMs);
      return manual.setTimer(delayMs, fn);
    };
    const clock = { ...manual, setTimer };
    const before = new Wills(() => undefined, 1e6);
    for (const [clientId, keepaliveMs] of Object.entries(keepalivesMs))
      before.put(clientId, { ...willOf(clientId), ...more }, { closed: false, keepaliveMs });
    const deleted: string[] = [];
    const wills = new Wills((changes) => {
      for (const { key, value } of changes) if (value === null) deleted.push(key);
    }, 1e6);
    for (const [key, value] of before.records()) wills.load(key, decodeRecord(value)!);
    const published: string[] = [];
    let isFailing = false;
    const sessionsS: Record<string, number> = { short: 60, long: 3_600, kept: 30 * 86_400 };
    const sessions = { expiryOf: (clientId: string) => sessionsS[clientId] ?? null };
    const leftWills = new LeftWills({ wills, sessions }, clock, async ({ topic }) => {
      if (isFailing) throw new Error('disk full');
      published.push(topic);
    });
    leftWills.start();
    const fail = (failing: boolean) => {
      isFailing = failing;
    };
    return { clock, timersMs, wills, leftWills, published, deleted, fail };
  }

  it('are published after one and a half keep-alives, each in its time, and forgotten', async () => {
    const { clock, published, deleted } = left({ slow: 120_000, quick: 10_000, none: 0, rare: 3_600_000 });
    await clock.advance(14_999);
    expect(published).toEqual([]);
    await clock.advance(1);
    expect([published, deleted]).toEqual([['lifecycle/quick'], ['w!quick']]);
    await clock.advance(75_000);
    expect(published.slice(1)).toEqual(['lifecycle/none']);
    await clock.advance(90_000);
    expect(published.slice(2)).toEqual(['lifecycle/slow']);
    await clock.advance(60_000);
    expect(published.slice(3)).toEqual(['lifecycle/rare']);
    expect(deleted.length).toBe(4);
  });

  it('are not published of clients that are back, with another will or without one', async () => {
    const { clock, wills, published } = left({ with: 10_000, without: 10_000, away: 10_000 });
    wills.put('with', willOf('with'), { closed: false, keepaliveMs: 10_000 });
    wills.take('without');
    await clock.advance(600_000);
    expect(published).toEqual(['lifecycle/away']);
    expect(wills.all().map(({ topic }) => topic)).toEqual(['lifecycle/with']);
  });

  it('wait for the delay that was asked for, and no longer than their session lasts', async () => {
    const keepalives = { none: 10_000, short: 10_000, long: 10_000, kept: 10_000 };
    const { clock, published } = left(keepalives, { properties: { willDelayInterval: 4_294_967_295 } });
    await clock.advance(15_000);
    expect(published).toEqual(['lifecycle/none']);
    await clock.advance(45_000);
    expect(published.slice(1)).toEqual(['lifecycle/short']);
    await clock.advance(3_540_000);
    expect(published.slice(2)).toEqual(['lifecycle/long']);
    for (let day = 0; day < 29; day++) await clock.advance(86_400_000);
    expect(published.slice(3)).toEqual([]);
    await clock.advance(86_400_000);
    expect(published.slice(3)).toEqual(['lifecycle/kept']);
  });

  it('ask for no timer that is longer than Node has', async () => {
    const { timersMs } = left({ kept: 10_000 }, { properties: { willDelayInterval: 4_294_967_295 } });
    expect(timersMs.length).toBe(1);
    expect(timersMs[0]).toBeLessThan(2 ** 31);
  });

  it('that could not be stored are published later, unless the broker stops', async () => {
    const { clock, wills, leftWills, published, fail } = left({ a: 10_000, b: 30_000 });
    fail(true);
    await clock.advance(18_000);
    fail(false);
    await clock.advance(2_000);
    expect(published).toEqual(['lifecycle/a']);
    leftWills.stop();
    await clock.advance(600_000);
    expect([published, wills.all().length]).toEqual([['lifecycle/a'], 1]);
  });
});

describe('wills on disk', () => {
  let gateway: TestBroker;
  let copy: string;
  beforeEach(async () => {
    gateway = new TestBroker();
    copy = mkdtempSync(join(tmpdir(), 'harbinger-wills-'));
    await gateway.start();
  });
  afterEach(async () => {
    await gateway.remove();
    rmSync(copy, { recursive: true, force: true });
  });

  const will = { topic: 'lifecycle/a', payload: Buffer.from('died'), qos: 1, retain: true };

  /** The keys of the wills that a process finds if this one is killed now. */
  async function willsOnDisk(): Promise<string[]> {
    rmSync(join(copy, 'sessions'), { recursive: true, force: true });
    cpSync(join(gateway.dataDir, 'sessions'), join(copy, 'sessions'), { recursive: true });
    rmSync(join(copy, 'sessions', 'lock'), { force: true });
    const { records, loaded } = await openTestSessions(copy);
    await records.stop();
    return loaded.map(([key]) => key).filter((key) => key.startsWith('w!'));
  }

  it('the will of a client that has taken its own connection over is there until it disconnects', async () => {
    const first = await gateway.sensor({ clientId: 'c', will });
    const second = await gateway.sensor({ clientId: 'c', will });
    await until(() => expect(first.closed).toBe(true));
    await until(() => expect(gateway.intake.texts).toEqual(['lifecycle/a died'])); // that of the first connection
    second.publish('telemetry/a', 'x');
    await until(() => expect(second.of('puback').length).toBe(1));
    // Wills are written a little later, in order: with that of another client, all before it is on disk.
    await gateway.sensor({ clientId: 'd', will: { ...will, topic: 'lifecycle/d' } });
    await expect.poll(willsOnDisk).toContain('w!d');
    expect((await willsOnDisk()).sort()).toEqual(['w!c', 'w!d']);
    second.send({ cmd: 'disconnect' });
    await until(() => expect(second.closed).toBe(true));
    await expect.poll(willsOnDisk).toEqual(['w!d']);
  });

  it('after a stop in order it waits for its client too, and is published and retained if that stays away', async () => {
    await gateway.sensor({ clientId: 'away', keepalive: 60, will });
    await gateway.sensor({ clientId: 'back', will: { ...will, topic: 'lifecycle/b' } });
    const polite = await gateway.sensor({ clientId: 'polite', will });
    polite.send({ cmd: 'disconnect' });
    await until(() => expect(polite.closed).toBe(true));
    await gateway.broker.stop();
    expect((await willsOnDisk()).sort()).toEqual(['w!away', 'w!back']);
    expect(gateway.intake.messages).toEqual([]);
    const clock = manualClock();
    gateway.clock = clock;
    await gateway.start();
    await gateway.sensor({ clientId: 'back' });
    await clock.advance(89_999);
    expect(gateway.intake.messages).toEqual([]);
    await clock.advance(1);
    await until(() => expect(gateway.intake.texts).toEqual(['lifecycle/a died']));
    await expect.poll(willsOnDisk).toEqual([]);
    expect(gateway.broker.stats().retained.messages).toBe(1);
    expect(gateway.intake.texts).toEqual(['lifecycle/a died']);
  });
});

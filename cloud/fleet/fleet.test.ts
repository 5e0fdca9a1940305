/** The fleet as people and gateways meet it; faults of all kinds are drawn by test/simulation/fleet. */
import { describe, expect, it } from 'vitest';
import { type DesiredDocument, keyOf } from '../../shared/contract/fleet/documents.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import type { FleetStore } from '../ports/fleet/fleet.ts';
import { Fleet } from './fleet.ts';
import { fleetKinds } from './kinds/kinds.ts';

const week = 7 * 86_400_000;
const who = { who: 'maria', why: 'trial' };

function fleetOn(kept: Map<string, DesiredDocument>) {
  const clock = manualClock(1_000 * week);
  const waits: (() => void)[] = [];
  const store: FleetStore & { isSlow: boolean } = {
    isSlow: false,
    secret: Buffer.alloc(32, 1),
    forgottenVersion: 0,
    get: (key) => kept.get(key),
    all: () => [...kept.values()],
    reported: () => [],
    compared: () => [],
    async put(documents) {
      if (store.isSlow) await new Promise<void>((resolve) => void waits.push(resolve));
      for (const document of documents) kept.set(keyOf(document), document);
    },
  };
  const contacts = { of: () => ({ isConnected: true, state: 'heard', heardMs: 1 }) as never };
  const about = { store, kinds: fleetKinds, gateways: ['north', 'south'], contacts };
  const fleet = new Fleet({ ...about, clock, random: seededRandom(1), log: silentLog });
  const mute = (more: { untilMs?: number; inPlaceOf?: number } = {}) => {
    const body = { site: 'hall', machine: 'fan-1', action: 'mute' };
    return fleet.set({ kind: 'overrides', body, ...who, ...more });
  };
  return { fleet, clock, store, mute, goOn: () => waits.shift()?.() };
}

const name = { kind: 'overrides', name: 'mute:hall/fan-1' };
const key = keyOf(name);

it('keeps how each gateway says that it is, and when it said so', async () => {
  const { fleet, clock } = fleetOn(new Map());
  const figures = {
    ...{ version: '1.0.0', startedMs: 1, backlog: null, disk: null, aheadOfCloudMs: null, deadLetters: 0 },
    ...{ refusedBatches: 0, certificateExpiresMs: null, models: [] },
  };
  expect(fleet.figuresOf('north')).toBeNull();
  await fleet.answer('north', { have: [], documents: [], figures });
  const atMs = clock.nowMs();
  await clock.advance(60_000);
  await fleet.answer('north', { have: [], documents: [] });
  expect(fleet.figuresOf('north')).toEqual({ ...figures, atMs });
  expect(fleet.figuresOf('south')).toBeNull();
});

describe('a cloud that was put back to an older state', () => {
  it('asks for more than what its gateways have: a wish is not undone by what was there before it', async () => {
    const { fleet, mute, clock } = fleetOn(new Map());
    const heard = clock.nowMs() + 3_600_000;
    const have: [string, number, string][] = [[key, heard, 'removed']];
    await fleet.answer('north', { have, documents: [] });
    expect((await mute()).version).toBeGreaterThan(heard);
    expect((await fleet.answer('north', { have, documents: [] })).documents).toHaveLength(1);
  });

  it('does not give the version of one gateway’s document to another document', async () => {
    const { fleet, clock } = fleetOn(new Map());
    const heard = clock.nowMs() + 3_600_000;
    await fleet.answer('south', { have: [[key, heard, 'in-force']], documents: [] });
    const older = { ...name, version: heard - 1, body: {}, ...who, askedMs: 1, seal: 'x' };
    const have: [string, number, string][] = [[key, heard - 1, 'in-force']];
    const { documents } = await fleet.answer('north', { have, documents: [older] });
    expect(documents[0]!.version).toBeGreaterThan(heard);
  });

  it('keeps a wish that is later than what a gateway brings, and outbids it', async () => {
    const before = new Map<string, DesiredDocument>();
    const lost = fleetOn(before);
    const aheadMs = lost.clock.nowMs() + 3_600_000;
    await lost.fleet.answer('north', { have: [[key, aheadMs, 'removed']], documents: [] });
    await lost.mute();
    const brought = before.get(key)!;
    const { fleet, clock, mute } = fleetOn(new Map());
    await clock.advance(60_000);
    await mute({ untilMs: clock.nowMs() + week });
    expect(brought.version).toBeGreaterThan(clock.nowMs());
    const have: [string, number, string][] = [[key, brought.version, 'in-force']];
    const { documents } = await fleet.answer('north', { have, documents: [brought] });
    expect(documents[0]!.version).toBeGreaterThan(brought.version);
    expect(documents[0]!.untilMs).toBeDefined();
  });

  it('is not led far ahead of its time by a gateway that says so', async () => {
    const { fleet, mute, clock } = fleetOn(new Map());
    await fleet.answer('north', { have: [[key, 2 ** 52, 'in-force']], documents: [] });
    expect((await mute()).version).toBe(clock.nowMs());
  });
});

describe('a document that somebody has changed meanwhile', () => {
  it('is not changed by one who has read it before', async () => {
    const { fleet, mute } = fleetOn(new Map());
    const { version } = await mute();
    await mute();
    await expect(mute({ inPlaceOf: version })).rejects.toThrow(/was changed or removed meanwhile/);
    await fleet.remove(name, who);
    await expect(mute({ inPlaceOf: version })).rejects.toThrow(/was changed or removed meanwhile/);
  });

  it('that was asked for anew while what is over is tidied away stays', async () => {
    const kept = new Map<string, DesiredDocument>();
    const { fleet, mute, clock, store, goOn } = fleetOn(kept);
    await fleet.start();
    await mute({ untilMs: clock.nowMs() + 1_000 });
    await clock.advance(week);
    store.isSlow = true;
    const anew = mute({ untilMs: clock.nowMs() + 30 * week });
    await clock.advance(3_600_000);
    store.isSlow = false;
    goOn();
    await anew;
    await clock.advance(1);
    expect(kept.get(key)!.removed).toBeUndefined();
    await fleet.stop();
  });
});

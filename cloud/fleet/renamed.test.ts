/** The words of people about machines that were renamed. */
import { expect, it } from 'vitest';
import { type DesiredDocument, keyOf } from '../../shared/contract/fleet/documents.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import type { FleetStore } from '../ports/fleet/fleet.ts';
import { Fleet } from './fleet.ts';
import { fleetKinds } from './kinds/kinds.ts';
import { followGateway, followMachine } from './renamed.ts';

const nowMs = 1_000 * 86_400_000;
const old = { gateway: 'north', site: 'hall', machine: 'fan-1' };
const now = { ...old, machine: 'fan-9' };

function fleetOf() {
  const kept = new Map<string, DesiredDocument>();
  const store: FleetStore = {
    ...{ secret: Buffer.alloc(32, 1), forgottenVersion: 0, reported: () => [], compared: () => [] },
    get: (key) => kept.get(key),
    all: () => [...kept.values()],
    async put(documents) {
      for (const document of documents) kept.set(keyOf(document), document);
    },
  };
  const about = { store, kinds: fleetKinds, gateways: ['north', 'south'], contacts: { of: () => undefined } };
  const clock = manualClock(nowMs);
  const fleet = new Fleet({ ...about, clock, random: seededRandom(1), log: silentLog });
  const set = (body: object, more: object = {}) =>
    fleet.set({ kind: 'overrides', body: { ...body }, who: 'maria', why: 'trial', ...more });
  const wanted = () => fleet.wanted('overrides').map(keyOf).sort();
  return { fleet, set, wanted };
}

it('a mute and a pin go with the machine, for as long as they have left; others and those of another gateway stay', async () => {
  const { fleet, set, wanted } = fleetOf();
  const untilMs = nowMs + 3_600_000;
  const { site, machine } = old;
  await set({ site, machine, action: 'mute' }, { untilMs });
  await set({ site, machine, action: 'pin', model: 'fan@1.0.0' }, { gateway: 'north' });
  await set({ site, machine, action: 'rules' }, { gateway: 'south' });
  await set({ site, machine: 'fan-2', action: 'mute' });
  await set({ site, action: 'mute' });
  expect(await followMachine(fleet, [old, now], true)).toEqual([]);
  expect(wanted()).toEqual([
    'overrides/mute:hall',
    'overrides/mute:hall/fan-2',
    'overrides/mute:hall/fan-9',
    'overrides/pin:hall/fan-9@north',
    'overrides/rules:hall/fan-1@south',
  ]);
  const mute = fleet.list().find(({ name }) => name === 'mute:hall/fan-9');
  expect(mute).toMatchObject({ untilMs, who: 'maria', why: 'trial' });
});

it('while something has the old name, it stays muted too; one that the new name has stays, and what cannot be given is reported', async () => {
  const { fleet, set, wanted } = fleetOf();
  const { site, machine } = old;
  await set({ site, machine, action: 'mute' });
  await followMachine(fleet, [old, now], false);
  expect(wanted()).toEqual(['overrides/mute:hall/fan-1', 'overrides/mute:hall/fan-9']);
  await set({ site, machine: 'fan-9', action: 'mute' }, { why: 'its own' });
  await followMachine(fleet, [old, now], true);
  expect(fleet.wanted('overrides').map(({ name, why }) => [name, why])).toEqual([
    ['mute:hall/fan-9', 'its own'],
  ]);
  await set({ type: 'fan', action: 'rules' }, { gateway: 'north' });
  expect(await followGateway(fleet, 'north', 'south')).toEqual([]);
  expect(wanted()).toEqual(['overrides/mute:hall/fan-9', 'overrides/rules:type:fan@south']);
  expect(await followGateway(fleet, 'south', 'west')).toEqual([
    expect.stringMatching(/^What people have said of it \(type fan: judged by rules alone\) stays .* 'west'/),
  ]);
  expect(wanted()).toEqual(['overrides/mute:hall/fan-9', 'overrides/rules:type:fan@south']);
});

import { Fleet } from '../../../../cloud/fleet/fleet.ts';
import { fleetKinds } from '../../../../cloud/fleet/kinds/kinds.ts';
import type { FleetStore } from '../../../../cloud/ports/fleet/fleet.ts';
import { Rollouts } from '../../../../cloud/updates/rollouts.ts';
import { type DesiredDocument, keyOf } from '../../../../shared/contract/fleet/documents.ts';
import { silentLog } from '../../../../shared/runtime/log.ts';
import { manualClock } from '../../../../shared/runtime/manual-clock.ts';
import { seededRandom } from '../../../../shared/runtime/random.ts';
import type { NewScene } from './scene.ts';

const dayMs = 86_400_000;
const gateways = ['north', 'south'];
const overrides = { kind: 'overrides', name: 'mute:hall/fan-1' };
const updates = { kind: 'updates', name: 'system' };

/** Documents for gateways: an override that is over for long, and an update that goes on by itself. */
export const fleetScene: NewScene = async (disk) => {
  const clock = manualClock(7_000 * dayMs);
  const kept = new Map<string, DesiredDocument>();
  /** The version of the update that all gateways have followed, so that it goes on. */
  let followed = 0;
  const store: FleetStore = {
    secret: Buffer.alloc(32, 1),
    forgottenVersion: 0,
    get: (key) => kept.get(key),
    all: () => [...kept.values()],
    reported: () => gateways.map((gateway) => reportOf(gateway, followed)),
    compared: () => [],
    async put(documents) {
      await disk();
      for (const document of documents) kept.set(keyOf(document), document);
    },
  };
  const contacts = { of: () => ({ isConnected: true, state: 'heard', heardMs: 1 }) as never };
  const fleet = new Fleet({
    ...{ store, kinds: fleetKinds, gateways, contacts, clock },
    ...{ random: seededRandom(1), log: silentLog },
  });
  const rollouts = new Rollouts({ fleet, gateways, clock, log: silentLog });
  const mute = async (who: string, action: string, inPlaceOf?: number) => {
    const more = inPlaceOf === undefined ? {} : { inPlaceOf };
    const body = { site: 'hall', machine: 'fan-1', action };
    const { text } = await fleet.set({
      ...overrides,
      body,
      who,
      why: 'trial',
      ...more,
      untilMs: clock.nowMs() + dayMs,
    });
    return text;
  };
  const update = async (who: string, system: string, stages: number[]) => {
    const body = { system, source: `https://updates.example.org/${system}.raucb`, stages };
    await fleet.set({ ...updates, body, who, why: 'new' });
    return system;
  };
  const remove = (name: typeof updates, who: string) => fleet.remove(name, { who, why: 'no more' });
  await mute('maria', 'mute');
  clock.advanceNow(9 * dayMs);
  await update('maria', '0.2.0', [0.5, 1]);
  followed = kept.get(keyOf(updates))!.version;
  const read = kept.get(keyOf(overrides))!.version;
  return {
    requests: {
      'maria mutes': () => mute('maria', 'mute'),
      'jo has rules only': () => mute('jo', 'rules'),
      'jo changes what he has read': () => mute('jo', 'rules', read),
      'maria changes what she has read': () => mute('maria', 'mute', read),
      'maria removes it': () => remove(overrides, 'maria'),
      'what is over is removed': () =>
        Reflect.apply(Reflect.get(fleet, 'tidy') as () => Promise<void>, fleet, []),
      'the update goes on': () => rollouts.look(),
      'jo removes the update': () => remove(updates, 'jo'),
      'maria wants another update': () => update('maria', '0.3.0', [1]),
    },
    // Versions grow by chance.
    state: () =>
      [...kept.values()].map(({ kind, name, body, who, removed = false, untilMs = 0 }) =>
        JSON.stringify([kind, name, body, who, removed, untilMs]),
      ),
  };
};

const reportOf = (gateway: string, version: number) =>
  ({ gateway, version, state: 'in-force', atMs: 1, body: {} }) as unknown as ReturnType<
    FleetStore['reported']
  >[number];

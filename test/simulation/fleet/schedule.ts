import { type DesiredDocument, isSealed, keyOf } from '../../../shared/contract/fleet/documents.ts';
import { type Random, seededRandom } from '../../../shared/runtime/random.ts';
import { newCloud } from './disk.ts';
import { World } from './world.ts';

const machines = ['fan-1', 'fan-2', 'pump-1'];
const actions = ['mute', 'rules'];
/** A gateway that is connected follows within so long. */
const followMsMax = 5_000;
/** An end is noticed within so long. */
const lookMsMax = 2_000;

/** Draws faults and wishes, ends the faults, and returns what is not as it must be. */
export async function runSchedule(seed: number): Promise<string[]> {
  const random = seededRandom(seed);
  const world = new World(random);
  const { cloud, gateways } = world;
  /** The newest version of each key that a person was told of, and of which nothing was put back since. */
  const promised = new Map<string, number>();
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)]!;
  const faults: Record<string, () => void> = {
    cut: () => pick(gateways).cut(),
    'kill gateway': () => pick(gateways).kill(),
    'kill cloud': () => cloud.kill(),
    'gateway put back': () => {
      const gateway = pick(gateways);
      gateway.kill();
      if (gateway.disk.putBack(random.next())) gateway.start();
      forgetUnheld(world, promised);
    },
    'gateway’s disk replaced': () => {
      const gateway = pick(gateways);
      gateway.kill();
      gateway.disk.content = null;
      forgetUnheld(world, promised);
    },
    'cloud put back': () => {
      cloud.kill();
      cloud.disk.putBack(random.next());
      promiseHeld(world, promised);
    },
    'cloud’s disk replaced': () => {
      cloud.kill();
      cloud.disk.content = newCloud();
      promised.clear();
    },
    'gateway’s disk fails': () => {
      pick(gateways).disk.failing = true;
    },
    'gateway’s clock jumps': () => {
      pick(gateways).wall.offsetMs = pick([0, -50 * 365 * 86_400_000, 86_400_000, -7_200_000, 300_000]);
    },
    'cloud’s clock jumps': () => {
      cloud.wall.offsetMs = pick([0, 60_000, -60_000, 3_600_000]);
    },
  };
  const steps = 30 + Math.floor(random.next() * 30);
  for (let step = 0; step < steps; step++) {
    await world.pass(random.next() < 0.3 ? random.next() * 50 : random.next() * 20_000);
    if (random.next() < 0.35) pick(Object.values(faults))();
    if (random.next() < 0.3) recover(world);
    if (random.next() < 0.2) pick([cloud.disk, ...gateways.map(({ disk }) => disk)]).backUp();
    if (random.next() < 0.6) void wish(world, random, promised);
  }
  // The faults end. A clock that is wrong stays wrong at a gateway, which hears the time of its cloud.
  cloud.wall.offsetMs = 0;
  for (const { disk } of gateways) disk.failing = false;
  recover(world, true);
  await world.pass(180_000);
  checkAgreed(world, promised);
  await checkFollowed(world, random, promised);
  return world.problems;
}

function recover({ cloud, gateways, random }: World, all = false): void {
  if (all || random.next() < 0.7) cloud.start();
  for (const gateway of gateways) {
    if (all || random.next() < 0.7) gateway.start();
    if (all || random.next() < 0.7) gateway.connect();
    if (all || random.next() < 0.5) gateway.disk.failing = false;
  }
}

async function wish(world: World, random: Random, promised: Map<string, number>): Promise<void> {
  const { cloud } = world;
  const { fleet, process } = cloud;
  if (!fleet || !process) return;
  const machine = machines[Math.floor(random.next() * machines.length)]!;
  const action = actions[Math.floor(random.next() * actions.length)]!;
  const only = random.next() < 0.3 ? { gateway: random.next() < 0.5 ? 'north' : 'south' } : {};
  const name = { kind: 'overrides', name: `${action}:hall/${machine}`, ...only };
  try {
    if (random.next() < 0.25) {
      await fleet.remove(name, { who: 'maria', why: 'done' });
      const version = cloud.disk.content.desired[keyOf(name)]?.version;
      if (process.isAlive && version !== undefined) promised.set(keyOf(name), version);
      return;
    }
    const until =
      random.next() < 0.5 ? { untilMs: process.clock.nowMs() + 1_000 + random.next() * 600_000 } : {};
    const body = { site: 'hall', machine, action };
    const { version } = await fleet.set({
      kind: 'overrides',
      body,
      who: 'maria',
      why: 'trial',
      ...only,
      ...until,
    });
    if (process.isAlive) promised.set(keyOf(name), version);
  } catch {
    // It was not there, or the disk takes nothing: nothing was promised.
  }
}

/** Documents that gateways hold outlive a cloud that was put back, and no others do. One that it does not know need not be removed. */
function promiseHeld({ cloud, gateways }: World, promised: Map<string, number>): void {
  promised.clear();
  const { secret } = cloud.disk.content;
  for (const { disk } of gateways)
    for (const document of disk.content?.documents ?? [])
      if (!document.removed && isSealed(Buffer.from(secret, 'base64'), document))
        promised.set(keyOf(document), Math.max(document.version, promised.get(keyOf(document)) ?? 0));
}

/** A document that a gateway alone still knew is forgotten with its disk. */
function forgetUnheld({ cloud, gateways }: World, promised: Map<string, number>): void {
  for (const [key, version] of promised) {
    const held = gateways.flatMap(({ disk }) => disk.content?.documents ?? []);
    const known = [...held, ...Object.values(cloud.disk.content.desired)];
    if (!known.some((each) => keyOf(each) === key && each.version >= version)) promised.delete(key);
  }
}

function checkAgreed(world: World, promised: ReadonlyMap<string, number>): void {
  const { cloud, gateways } = world;
  const desired = Object.values(cloud.disk.content.desired);
  // A removal that was on its way to a gateway when the cloud was put back has come about, though the cloud need not know of it.
  const removals = gateways
    .flatMap(({ disk }) => disk.content?.documents ?? [])
    .filter((each) => each.removed);
  for (const [key, version] of promised) {
    const known = [...desired, ...removals].filter((each) => keyOf(each) === key);
    if (!known.some((each) => each.version >= version)) world.broken(`${key} ${version} is forgotten`);
  }
  for (const gateway of gateways) {
    const nowMs = cloud.process!.clock.nowMs();
    // A document that ends just now may be seen as over or not.
    const isSure = ({ untilMs = 0 }: DesiredDocument) => Math.abs(untilMs - nowMs) > lookMsMax;
    const own = desired.filter((each) => (each.gateway ?? gateway.name) === gateway.name && isSure(each));
    const meant = own.filter(({ removed, untilMs = nowMs + 1 }) => !removed && untilMs > nowMs);
    const followed = gateway.followed.filter(isSure);
    const ids = (list: readonly { kind: string; name: string; gateway?: string; version: number }[]) =>
      list
        .map((each) => `${keyOf(each)} ${each.version}`)
        .sort()
        .join(', ');
    if (ids(meant) !== ids(followed))
      world.broken(`${gateway.name} follows [${ids(followed)}], meant is [${ids(meant)}]`);
  }
}

/** The cloud must show how it stands. */
function checkReported(world: World): void {
  const { cloud, gateways } = world;
  for (const gateway of gateways)
    for (const document of Object.values(cloud.disk.content.desired)) {
      const told = cloud.disk.content.reported[`${gateway.name} ${keyOf(document)}`];
      const held = gateway.disk.content?.documents.find((each) => keyOf(each) === keyOf(document));
      if (!held) continue;
      const report = gateway.disk.content?.reports.find(({ key }) => key === keyOf(document));
      if (told?.version !== held.version || told.state !== report?.state)
        world.broken(`${gateway.name} was not heard of ${keyOf(document)}: ${told?.state} ${report?.state}`);
    }
}

/** Without faults, a wish is in force within five seconds, and over when it ends. */
async function checkFollowed(world: World, random: Random, promised: Map<string, number>): Promise<void> {
  for (let i = 0; i < 5; i++) {
    void wish(world, random, promised);
    await world.pass(followMsMax);
    checkAgreed(world, promised);
  }
  await world.pass(700_000);
  checkAgreed(world, promised);
  checkReported(world);
}

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeBatch } from '../../shared/contract/batch.ts';
import { type Lane, lanes } from '../../shared/contract/lanes.ts';
import { nextTurn, sleep } from '../../shared/runtime/clock.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { type Random, seededRandom } from '../../shared/runtime/random.ts';
import type { Journal } from '../ports/journal.ts';
import type { CloudLink } from '../ports/uplink.ts';
import { memoryJournal } from './memory-journal.testing.ts';
import { memoryRefused } from './memory-refused-batches.testing.ts';
import { Uplink } from './uplink.ts';

/**
 * A cloud that stores each block once, over a link that fails according to the seed: before storing, or before the ack.
 */
function flakyCloud(random: Random, failureRate: number) {
  const stored: Record<Lane, number[]> = { events: [], estimates: [], readings: [] };
  const order: Lane[] = [];
  let unconfirmedMax = 0;
  const link = (): CloudLink => {
    let close = () => {};
    const closed = new Promise<void>((resolve) => {
      close = resolve;
    });
    let open = true;
    let unconfirmed = 0;
    const end = () => {
      open = false;
      close();
    };
    return {
      closed,
      connect: async () => {
        if (random.next() < failureRate) throw new Error('refused');
      },
      async send(lane, frame) {
        unconfirmedMax = Math.max(unconfirmedMax, ++unconfirmed);
        await new Promise(setImmediate);
        const { header } = decodeBatch(frame);
        if (random.next() < failureRate) end();
        if (!open) throw new Error('link lost before the batch arrived');
        const watermark = stored[lane].at(-1) ?? 0;
        for (const { seq } of header.blocks) if (seq > watermark) stored[lane].push(seq);
        order.push(lane);
        if (random.next() < failureRate) {
          end();
          throw new Error('link lost before the ack');
        }
        unconfirmed--;
      },
      close: async () => end(),
    };
  };
  return { link, stored, order, most: () => unconfirmedMax };
}

const config = {
  connectMsMax: 1_000,
  ackMsMax: 60_000,
  backoffFirstMs: 100,
  backoffMaxMs: 5_000,
  lingerMs: 10,
  batchBytesMax: 1_024,
  inFlightMax: 3,
  refusedMsMax: 3_600_000,
  refusedCountMax: 10,
  refusedBytesMax: 1 << 20,
};

type SetUp = ReturnType<typeof setUp>;

async function delivered({ uplink, journals, clock }: SetUp, counts: Record<Lane, number>) {
  uplink.start();
  const done = () => lanes.every((lane) => journals[lane].cursor('uplink').seq === counts[lane]);
  for (let steps = 0; !done(); steps++) {
    if (steps > 200_000) throw new Error('standstill: an hour has passed and not everything is delivered');
    await clock.advance(20);
  }
  await uplink.stop();
}

function setUp(random: Random, failureRate: number) {
  const cloud = flakyCloud(random, failureRate);
  const journals = {
    events: memoryJournal('events'),
    estimates: memoryJournal('estimates'),
    readings: memoryJournal('readings'),
  };
  const clock = manualClock();
  const deps = {
    gateway: 'gw',
    journals,
    setAside: memoryRefused(),
    link: cloud.link,
    clock,
    random,
    log: silentLog,
  };
  return { cloud, journals, clock, uplink: new Uplink(config, deps) };
}

it('delivers every block once and in order, however often the link fails, and moves the cursors to the last', async () => {
  const schedule = fc.record({
    seed: fc.integer(),
    failurePercent: fc.integer({ min: 0, max: 40 }),
    counts: fc.record({ events: fc.nat(20), estimates: fc.nat(20), readings: fc.nat(60) }),
  });
  await fc.assert(
    fc.asyncProperty(schedule, async ({ seed, failurePercent, counts }) => {
      const parts = setUp(seededRandom(seed), failurePercent / 100);
      const { cloud, journals } = parts;
      for (const lane of lanes) for (let i = 0; i < counts[lane]; i++) journals[lane].add('x'.repeat(300));
      await delivered(parts, counts);
      for (const lane of lanes)
        expect(cloud.stored[lane]).toEqual(Array.from({ length: counts[lane] }, (_, i) => i + 1));
      expect(cloud.most()).toBeLessThanOrEqual(config.inFlightMax * lanes.length);
    }),
    { numRuns: 40 },
  );
}, 240_000);

it('sends a backlog of events before the readings', async () => {
  const parts = setUp(seededRandom(1), 0);
  const { cloud, journals } = parts;
  for (let i = 0; i < 30; i++) journals.events.add('e'.repeat(600));
  for (let i = 0; i < 30; i++) journals.readings.add('r'.repeat(600));
  await delivered(parts, { events: 30, estimates: 0, readings: 30 });
  const firstReading = cloud.order.indexOf('readings');
  expect(
    cloud.order.slice(0, firstReading).filter((lane) => lane === 'events').length,
  ).toBeGreaterThanOrEqual(30 - config.inFlightMax);
});

it('waits while the cloud is silent, keeps its cursor, and stops when told', async () => {
  const { journals, clock } = setUp(seededRandom(1), 0);
  journals.readings.add('r');
  const never = new Promise<void>(() => {});
  let sent = 0;
  const silent: CloudLink = {
    closed: never,
    connect: async () => {},
    send: () => {
      sent++;
      return never;
    },
    close: async () => {},
  };
  const uplink = new Uplink(config, {
    gateway: 'gw',
    journals,
    setAside: memoryRefused(),
    link: () => silent,
    clock,
    random: seededRandom(1),
    log: silentLog,
  });
  uplink.start();
  while (uplink.stats.lastError === null) await clock.advance(1_000);
  expect(uplink.stats.lastError).toMatch(/did not confirm/);
  expect(sent).toBeGreaterThan(0);
  expect(journals.readings.cursor('uplink').seq).toBe(0);
  await uplink.stop();
});

it('stops when it is told to in the moment in which it has connected', async () => {
  const { journals, clock } = setUp(seededRandom(1), 0);
  let stopped: Promise<void> | undefined;
  const link: CloudLink = {
    closed: new Promise<void>(() => {}),
    connect: async () => {
      await nextTurn();
      stopped = uplink.stop();
    },
    send: async () => {},
    close: async () => {},
  };
  const uplink = new Uplink(config, {
    gateway: 'gw',
    journals,
    setAside: memoryRefused(),
    link: () => link,
    clock,
    random: seededRandom(1),
    log: silentLog,
  });
  uplink.start();
  while (!stopped) await clock.advance(0);
  await stopped;
});

it('a temporarily unreadable lane keeps its position, logs an error, and delays no other lane', async () => {
  const { cloud, journals, clock } = setUp(seededRandom(1), 0);
  let isBad = true;
  const events: Journal = {
    ...journals.events,
    read: (afterSeq, maxBytes) =>
      isBad ? Promise.reject(new Error('EIO: disk')) : journals.events.read(afterSeq, maxBytes),
  };
  const deps = {
    gateway: 'gw',
    setAside: memoryRefused(),
    link: cloud.link,
    clock,
    random: seededRandom(1),
    log: silentLog,
  };
  const uplink = new Uplink(config, { ...deps, journals: { ...journals, events } });
  for (let i = 0; i < 3; i++) for (const lane of lanes) journals[lane].add('x');
  uplink.start();
  while (cloud.stored.readings.length < 3) await clock.advance(100);
  await clock.advance(2_000);
  expect(uplink.stats).toMatchObject({ lastError: 'EIO: disk', connects: 1 });
  expect(cloud.stored.events).toEqual([]);
  isBad = false;
  while (journals.events.cursor('uplink').seq < 3) await clock.advance(100);
  expect(cloud.stored.events).toEqual([1, 2, 3]);
  expect(uplink.stats).toMatchObject({ lastError: null, connects: 1 });
  await uplink.stop();
});

it('leaves no listener on a connection’s signal, however often readings wait for events', async () => {
  const warnings: string[] = [];
  const note = (warning: Error) => warnings.push(warning.name);
  process.on('warning', note);
  try {
    const { journals, clock } = setUp(seededRandom(1), 0);
    const sent: Lane[] = [];
    const slow: CloudLink = {
      closed: new Promise<void>(() => {}),
      connect: async () => {},
      async send(lane) {
        sent.push(lane);
        await sleep(clock, 30);
      },
      close: async () => {},
    };
    const deps = {
      gateway: 'gw',
      journals,
      setAside: memoryRefused(),
      link: () => slow,
      clock,
      random: seededRandom(1),
      log: silentLog,
    };
    const uplink = new Uplink(config, deps);
    uplink.start();
    for (let i = 1; i <= 15; i++) {
      journals.readings.add('r');
      for (let event = 0; event <= config.inFlightMax; event++) journals.events.add('e'.repeat(900));
      while (journals.readings.cursor('uplink').seq < i) await clock.advance(5);
      expect(sent.splice(0).indexOf('readings')).toBe(config.inFlightMax + 1);
    }
    await uplink.stop();
    await new Promise(setImmediate);
  } finally {
    process.off('warning', note);
  }
  expect(warnings).toEqual([]);
});

it('sends an event before batches of readings that were already read', async () => {
  const { journals, clock } = setUp(seededRandom(1), 0);
  const readings = memoryJournal('readings', 2);
  const sent: Lane[] = [];
  const slow: CloudLink = {
    closed: new Promise<void>(() => {}),
    connect: async () => {},
    async send(lane) {
      sent.push(lane);
      await sleep(clock, 1_000);
    },
    close: async () => {},
  };
  const deps = {
    gateway: 'gw',
    journals: { ...journals, readings },
    setAside: memoryRefused(),
    link: () => slow,
    clock,
    random: seededRandom(1),
    log: silentLog,
  };
  const uplink = new Uplink({ ...config, inFlightMax: 1 }, deps);
  for (let i = 0; i < 3; i++) readings.add('r');
  uplink.start();
  while (sent.length === 0) await clock.advance(5);
  // Two batches of readings wait for the first one's confirmation; these two events have one slot in flight too.
  for (let i = 0; i < 2; i++) journals.events.add('e'.repeat(900));
  while (sent.length < 5) await clock.advance(50);
  await uplink.stop();
  expect(sent).toEqual(['readings', 'events', 'events', 'readings', 'readings']);
});

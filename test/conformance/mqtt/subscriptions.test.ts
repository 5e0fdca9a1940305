/** SUBSCRIBE and UNSUBSCRIBE, properties of messages, windows (chapters 3.8 to 3.11, 3.3, 4.7 to 4.9). */
import { describe, expect } from 'vitest';
import { rule, type Site, siteOfTests } from './rules.ts';
import {
  packet,
  publishPacket,
  subscribePacket,
  text,
  unsubscribePacket,
  type Version,
  type Wire,
} from './wire.ts';

const site = siteOfTests();

/** A client with these subscriptions. */
async function viewerOf(
  of: Site,
  version: Version,
  filters: [string, number][],
  properties?: number[],
): Promise<Wire> {
  const viewer = await of.connected(version);
  viewer.send(subscribePacket(version, 1, filters, properties));
  await viewer.got(9);
  return viewer;
}
/** Resolves when everything sent before has been handled. */
async function settled(wire: Wire): Promise<void> {
  const count = wire.of(13).length + 1;
  wire.send(packet(0xc0));
  await wire.got(13, count);
}

describe('subscriptions', () => {
  rule(
    '3.1.1: 3.8.4-1, 3.8.4-2, 3.8.4-4, 3.8.4-5, 3.9.3-1, 3.9.3-2; 5: 3.8.4-1, 3.8.4-2, 3.8.4-5, 3.8.4-6, 3.8.4-7, 3.9.3-1, 3.9.3-2',
    'SUBACK has a code for each filter, in their order',
    async (version) => {
      const wire = await site.connected(version, { user: 'sensor', password: 'secret' });
      const filters: [string, number][] = [
        ['telemetry/9', 2],
        ['$SYS/#', 1],
        ['telemetry/9', 0],
        ['telemetry/1', 1],
        ['__proto__', 0],
      ];
      wire.send(subscribePacket(version, 7, filters));
      const [answer] = await wire.got(9);
      const [no, bad] = version === 5 ? [0x87, 0x8f] : [0x80, 0x80];
      expect([...answer!.body]).toEqual([0, 7, ...(version === 5 ? [0] : []), 0, no, 0, 1, bad]);
    },
  );
  rule('3.1.1: 3.8.4-3; 5: 3.8.4-3', 'an equal filter replaces the earlier one', async (version) => {
    const topic = site.name();
    const viewer = await viewerOf(site, version, [[topic, 2]]);
    viewer.send(publishPacket(version, topic, 'kept', { qos: 1, id: 9, retain: true }));
    await viewer.got(3);
    viewer.send(subscribePacket(version, 2, [[topic, 0]]));
    await viewer.got(3, 2);
    viewer.send(publishPacket(version, topic, 'x', { qos: 1 }));
    await viewer.got(3, 3);
    await settled(viewer);
    expect(viewer.messages(version).map(({ qos, retain: kept }) => [qos, kept])).toEqual([
      [1, false],
      [0, true],
      [0, false],
    ]);
  });
  rule(
    '3.1.1: 3.8.4-6, 3.3.5-1, 3.3.2-3, 3.8.3-2; 5: 3.8.4-8, 3.3.4-2, 3.3.2-3',
    'overlapping filters: the topic as it was published, at the highest QoS granted',
    async (version) => {
      const topic = site.name();
      const viewer = await viewerOf(site, version, [
        [`${topic}/#`, 1],
        [`${topic}/+`, 0],
      ]);
      viewer.send(publishPacket(version, `${topic}/a`, 'x', { qos: 2, id: 8 }));
      await viewer.got(3);
      await settled(viewer);
      expect(viewer.messages(version)).toMatchObject([{ topic: `${topic}/a`, qos: 1 }]);
    },
  );
  rule(
    '5: 3.3.4-3, 3.3.4-4',
    'Subscription Identifiers of all filters that match come with the message',
    async (version) => {
      const topic = site.name();
      const viewer = await viewerOf(site, version, [[`${topic}/#`, 1]], [0x0b, 7]);
      viewer.send(
        subscribePacket(version, 2, [[`${topic}/a`, 1]], [0x0b, 9]),
        subscribePacket(version, 3, [[`${topic}/+`, 1]]),
      );
      await viewer.got(9, 3);
      viewer.send(publishPacket(version, `${topic}/a`, 'x', { qos: 1 }));
      await viewer.got(3);
      await settled(viewer);
      expect(viewer.messages(version).map(({ properties }) => properties.toString('hex'))).toEqual([
        '0b070b09',
      ]);
    },
  );
  rule('5: 3.8.3-3', 'No Local', async (version) => {
    const topic = site.name();
    const viewer = await viewerOf(site, version, [[topic, 5]]);
    viewer.send(publishPacket(version, topic, 'own', { qos: 1 }));
    await settled(viewer);
    (await site.connected(version)).send(publishPacket(version, topic, 'other'));
    await viewer.got(3);
    expect(viewer.messages(version)).toMatchObject([{ payload: 'other' }]);
  });
  rule(
    '3.1.1: 3.10.4-1, 3.10.4-2, 3.10.4-4, 3.10.4-5, 3.10.4-6; 5: 3.10.4-1, 3.10.4-2, 3.10.4-4, 3.10.4-5, 3.10.4-6, 3.11.3-1, 3.11.3-2',
    'UNSUBSCRIBE is answered for each filter, also for unknown ones',
    async (version) => {
      const topic = site.name();
      const viewer = await viewerOf(site, version, [
        [topic, 1],
        [`${topic}/b`, 1],
      ]);
      viewer.send(unsubscribePacket(version, 5, [`${topic}/+`, topic, topic.toUpperCase()]));
      const [answer] = await viewer.got(11);
      expect([...answer!.body]).toEqual([0, 5, ...(version === 5 ? [0, 0x11, 0, 0x11] : [])]);
      viewer.send(
        publishPacket(version, topic, 'x', { qos: 1 }),
        publishPacket(version, `${topic}/b`, 'y', { qos: 1, id: 2 }),
      );
      await viewer.got(3);
      await settled(viewer);
      expect(viewer.messages(version)).toMatchObject([{ payload: 'y' }]);
    },
  );
  rule('3.1.1: 3.10.4-3; 5: 3.10.4-3', 'what is under way is finished after UNSUBSCRIBE', async (version) => {
    const topic = site.name();
    const viewer = await viewerOf(site, version, [[topic, 2]]);
    viewer.send(publishPacket(version, topic, 'x', { qos: 2, id: 6 }));
    await viewer.got(3);
    const { id } = viewer.messages(version)[0]!;
    viewer.send(unsubscribePacket(version, 5, [topic]));
    await viewer.got(11);
    viewer.send(packet(0x50, [id >> 8, id & 255]));
    await viewer.got(6);
  });
  rule(
    '3.1.1: 4.7.2-1; 5: 4.7.2-1',
    'wildcards at the first level do not match topics with $',
    async (version) => {
      const viewer = await viewerOf(site, version, [
        ['#', 0],
        ['+/+/heartbeat', 0],
      ]);
      const [sender, topic] = [await site.connected(version), site.name()];
      sender.send(publishPacket(version, topic, 'x'));
      await viewer.got(3);
      expect(viewer.messages(version).every((each) => !each.topic.startsWith('$'))).toBe(true);
    },
  );
  rule('5: 4.8.2-1', 'a shared subscription is refused with 0x9E', async (version) => {
    const viewer = await viewerOf(site, version, [
      ['$share/group/a', 1],
      ['a/b', 1],
    ]);
    expect([...viewer.of(9)[0]!.body.subarray(3)]).toEqual([0x9e, 1]);
  });
});

describe('properties of messages', () => {
  const given = Buffer.concat([
    Buffer.from([1, 1, 3]),
    text('a/b'),
    Buffer.from([8]),
    text('to/me'),
    Buffer.from([9]),
    text('id'),
    Buffer.from([0x26]),
    text('b'),
    text('2'),
    Buffer.from([0x26]),
    text('a'),
    text('1'),
    Buffer.from([0x26]),
    text('a'),
    text('0'),
  ]);
  rule(
    '5: 3.3.2-4, 3.3.2-15, 3.3.2-16, 3.3.2-17, 3.3.2-18, 3.3.2-20',
    'go to subscribers as they came',
    async (version) => {
      const topic = site.name();
      const viewer = await viewerOf(site, version, [[topic, 1]]);
      viewer.send(publishPacket(version, topic, 'x', { qos: 1, properties: given }));
      await viewer.got(3);
      expect(viewer.messages(version)[0]!.properties.toString('latin1')).toBe(given.toString('latin1'));
    },
  );
  rule(
    '5: 3.3.2-7, 3.3.2-10, 3.3.2-11, 3.1.2-26, 3.1.2-27',
    'aliases hold for one connection, and the broker sends none',
    async (version) => {
      const topic = site.name();
      const viewer = await viewerOf(site, version, [[topic, 1]]);
      viewer.send(
        publishPacket(version, topic, '1', { qos: 1, properties: [0x23, 0, 1] }),
        publishPacket(version, '', '2', { qos: 1, id: 2, properties: [0x23, 0, 1] }),
      );
      await viewer.got(3, 2);
      expect(viewer.messages(version)).toMatchObject([
        { topic, payload: '1' },
        { topic, payload: '2' },
      ]);
      expect(viewer.messages(version).every(({ properties }) => properties.length === 0)).toBe(true);
      const other = await site.connected(version);
      other.send(publishPacket(version, '', '3', { properties: [0x23, 0, 1] }));
      expect(await other.ended()).toMatch(/ 14:94/);
    },
  );
  rule(
    '5: 3.3.4-9, 3.3.4-10, 4.9.0-1, 4.9.0-2',
    'no more than the client’s Receive Maximum at once, and everything else goes on',
    async (version) => {
      const topic = site.name();
      const viewer = await site.connected(version, { properties: [0x21, 0, 1] });
      viewer.send(subscribePacket(version, 1, [[topic, 1]]));
      await viewer.got(9);
      viewer.send(
        publishPacket(version, topic, '1', { qos: 1, id: 1 }),
        publishPacket(version, topic, '2', { qos: 1, id: 2 }),
      );
      await viewer.got(3);
      viewer.send(publishPacket(version, topic, '0'));
      await viewer.got(3, 2);
      await settled(viewer);
      expect(viewer.messages(version).map(({ payload }) => payload)).toEqual(['1', '0']);
      const { id } = viewer.messages(version)[0]!;
      viewer.send(packet(0x40, [id >> 8, id & 255]));
      await viewer.got(3, 3);
    },
  );
  rule('5: 3.1.2-24, 3.1.2-25', 'nothing larger than the client’s Maximum Packet Size', async (version) => {
    const topic = site.name();
    const viewer = await site.connected(version, { properties: [0x27, 0, 0, 0, 60] });
    viewer.send(subscribePacket(version, 1, [[topic, 0]]));
    await viewer.got(9);
    viewer.send(publishPacket(version, topic, 'x'.repeat(60)), publishPacket(version, topic, 'y'));
    await viewer.got(3);
    expect(viewer.messages(version)).toMatchObject([{ payload: 'y' }]);
  });
});

/** PUBLISH, its acknowledgements, SUBSCRIBE and UNSUBSCRIBE (chapters 3.3 to 3.11, 4.3 to 4.9). */
import { describe, expect } from 'vitest';
import { rule, type Site, siteOfTests } from './rules.ts';
import { connectPacket, packet, publishPacket, subscribePacket, type Version, type Wire } from './wire.ts';

const site = siteOfTests();
const texts = () => site.broker.intake.texts;

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

describe('acknowledgements', () => {
  rule(
    '3.1.1: 4.3.1-1, 3.3.4-1, 2.3.1-5; 5: 4.3.1-1, 3.3.4-1, 2.2.1-2',
    'QoS 0 has no packet id and no answer',
    async (version) => {
      const [wire, topic] = [await site.connected(version), `telemetry/${site.name()}`];
      wire.send(publishPacket(version, topic, 'x'));
      await settled(wire);
      expect(wire.received.map(({ type }) => type)).toEqual([2, 13]);
      expect(texts()).toContain(`${topic} x`);
    },
  );
  rule(
    '3.1.1: 4.3.2-2; 5: 4.3.2-4, 4.3.2-5',
    'QoS 1: each PUBLISH is answered, and is a new message after PUBACK',
    async (version) => {
      const [wire, topic] = [await site.connected(version), `telemetry/${site.name()}`];
      for (const [count, payload] of [
        [1, 'a'],
        [2, 'b'],
      ] as const) {
        wire.send(publishPacket(version, topic, payload, { qos: 1, id: 3 }));
        await wire.got(4, count);
      }
      expect(texts().filter((each) => each.startsWith(topic))).toEqual([`${topic} a`, `${topic} b`]);
    },
  );
  rule(
    '3.1.1: 4.3.3-2; 5: 4.3.3-8, 4.3.3-10, 4.3.3-11, 4.3.3-12',
    'QoS 2: until PUBREL a PUBLISH with its id is a copy, then PUBCOMP, then a new message',
    async (version) => {
      const [wire, topic] = [await site.connected(version), `telemetry/${site.name()}`];
      const publish = (payload: string, dup = false) =>
        publishPacket(version, topic, payload, { qos: 2, id: 4, dup });
      wire.send(publish('a'));
      await wire.got(5);
      wire.send(publish('a', true));
      await wire.got(5, 2);
      expect(texts().filter((each) => each.startsWith(topic))).toEqual([`${topic} a`]);
      wire.send(packet(0x62, [0, 4]));
      await wire.got(7);
      wire.send(publish('b'));
      await wire.got(5, 3);
      expect(texts().filter((each) => each.startsWith(topic))).toEqual([`${topic} a`, `${topic} b`]);
    },
  );
  rule('5: 4.3.3-9', 'QoS 2: after a PUBREC with an error, its id is a new message', async (version) => {
    const [wire, topic] = [
      await site.connected(version, { user: 'sensor', password: 'secret' }),
      `telemetry/${site.name()}`,
    ];
    wire.send(publishPacket(version, 'commands/a', 'x', { qos: 2, id: 4 }));
    await wire.got(5);
    wire.send(publishPacket(version, topic, 'y', { qos: 2, id: 4, dup: true }));
    expect((await wire.got(5, 2)).map(({ body }) => body[2] ?? 0)).toEqual([0x87, 0]);
    expect(texts()).toContain(`${topic} y`);
  });
  rule('5: 4.3.3-13', 'QoS 2 goes on after the message has expired', async (version) => {
    const wire = await site.connected(version);
    wire.send(publishPacket(version, site.name(), 'x', { qos: 2, id: 4, properties: [2, 0, 0, 0, 0] }));
    await wire.got(5);
    wire.send(packet(0x62, [0, 4]));
    await wire.got(7);
  });
  rule(
    '3.1.1: 4.3.2-1, 4.3.3-1, 2.3.1-2, 2.3.1-4; 5: 4.3.2-1, 4.3.2-2, 4.3.3-1, 4.3.3-2, 4.3.3-3, 4.3.3-5, 4.3.3-6, 2.2.1-4',
    'the broker sends with new ids and without DUP, and PUBREL after PUBREC, with its id',
    async (version) => {
      const topic = site.name();
      const viewer = await viewerOf(site, version, [[topic, 2]]);
      viewer.send(
        publishPacket(version, topic, '1', { qos: 1, id: 1 }),
        publishPacket(version, topic, '2', { qos: 2, id: 2 }),
      );
      await viewer.got(3, 2);
      const sent = viewer.messages(version);
      expect(new Set(sent.map(({ id }) => id)).size).toBe(2);
      expect(sent.every(({ id, dup }) => id > 0 && !dup)).toBe(true);
      const two = sent.find(({ qos }) => qos === 2)!;
      viewer.send(packet(0x50, [two.id >> 8, two.id & 255]));
      const [release] = await viewer.got(6);
      expect([release!.flags, release!.body.readUInt16BE(0)]).toEqual([2, two.id]);
    },
  );
  rule('5: 4.3.3-4, 3.6.2-2', 'PUBREC with an error ends the exchange without PUBREL', async (version) => {
    const topic = site.name();
    const viewer = await viewerOf(site, version, [[topic, 2]]);
    viewer.send(publishPacket(version, topic, '2', { qos: 2, id: 2 }));
    await viewer.got(3);
    const { id } = viewer.messages(version)[0]!;
    viewer.send(packet(0x50, [id >> 8, id & 255, 0x97]));
    await settled(viewer);
    expect(viewer.of(6)).toEqual([]);
  });
  rule(
    '3.1.1: 4.6.0-2, 4.6.0-3, 4.6.0-5, 4.6.0-6; 5: 4.6.0-1',
    'answers and messages come in the order of the messages',
    async (version) => {
      const topic = `telemetry/${site.name()}`;
      const viewer = await viewerOf(site, version, [[topic, 1]]);
      const sender = await site.connected(version);
      const ids = Array.from({ length: 40 }, (_, i) => i + 1);
      sender.send(...ids.map((id) => publishPacket(version, topic, `${id}`, { qos: 1, id })));
      const answers = await sender.got(4, 40);
      expect(answers.map(({ body }) => body.readUInt16BE(0))).toEqual(ids);
      await viewer.got(3, 40);
      expect(viewer.messages(version).map(({ payload }) => Number(payload))).toEqual(ids);
    },
  );
  rule(
    '3.1.1: 4.6.0-6; 5: 4.6.0-1',
    'a kept session gets what waited before what comes live while that is sent',
    async (version) => {
      for (const receiveMaximum of version === 5 ? [65_535, 2] : [0]) {
        const [topic, id] = [site.name(), site.name()];
        const window = [0x21, receiveMaximum >> 8, receiveMaximum & 255];
        const lasting = version === 5 ? { properties: [0x11, 0, 0, 0, 100, ...window] } : {};
        const fields = { id, user: 'operator', password: 'secret2', clean: false, ...lasting };
        const away = await site.connected(version, fields);
        away.send(subscribePacket(version, 1, [[topic, 1]]));
        await away.got(9);
        await site.gone(away);
        const sender = await site.connected(version);
        const publish = (from: number, to: number) =>
          sender.send(
            ...Array.from({ length: to - from + 1 }, (_, i) =>
              publishPacket(version, topic, `${from + i}`, { qos: 1, id: from + i }),
            ),
          );
        publish(1, 200);
        await sender.got(4, 200);
        const back = await site.open();
        back.send(connectPacket(version, fields));
        publish(201, 300);
        for (let count = 1; count <= 300; count++) {
          await back.got(3, count);
          const { id: sent } = back.messages(version)[count - 1]!;
          back.send(packet(0x40, [sent >> 8, sent & 255]));
        }
        const payloads = back.messages(version).map(({ payload }) => Number(payload));
        expect(payloads).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
      }
    },
  );
  rule('5: 3.3.2-5', 'what has expired in a queue takes no place of the window', async (version) => {
    const [topic, id] = [site.name(), site.name()];
    const properties = [0x11, 0, 0, 0, 100, 0x21, 0, 1];
    const fields = { id, user: 'operator', password: 'secret2', clean: false, properties };
    const away = await site.connected(version, fields);
    away.send(subscribePacket(version, 1, [[topic, 1]]));
    await away.got(9);
    await site.gone(away);
    const sender = await site.connected(version);
    const expired = { qos: 1 as const, properties: [2, 0, 0, 0, 0] };
    sender.send(
      ...[1, 2].map((number) => publishPacket(version, topic, `${number}`, { ...expired, id: number })),
      publishPacket(version, topic, '3', { qos: 1, id: 3 }),
    );
    await sender.got(4, 3);
    const back = await site.connected(version, fields);
    await back.got(3);
    expect(back.messages(version).map(({ payload }) => payload)).toEqual(['3']);
  });
  rule('3.1.1: 3.3.5-2', 'a topic without a right closes the connection', async (version) => {
    const wire = await site.connected(version, { user: 'sensor', password: 'secret' });
    wire.send(publishPacket(version, 'commands/a', 'x', { qos: 1 }));
    expect(await wire.ended()).toMatch(/^2:\w+$/);
  });
  rule(
    '5: 3.4.2-2, 3.5.2-2, 3.1.2-29',
    'a topic without a right is answered with 0x87, with a text only for those who want one',
    async (version) => {
      for (const [properties, isTold] of [
        [[], true],
        [[0x17, 0], false],
      ] as const) {
        const wire = await site.connected(version, { user: 'sensor', password: 'secret', properties });
        wire.send(
          publishPacket(version, 'commands/a', 'x', { qos: 1 }),
          publishPacket(version, 'commands/a', 'x', { qos: 2, id: 2 }),
        );
        for (const type of [4, 5]) {
          const [answer] = await wire.got(type);
          expect(answer!.body[2]).toBe(0x87);
          expect(answer!.body.length > 4).toBe(isTold);
        }
      }
    },
  );
  rule(
    '5: 3.3.4-7, 3.3.4-8, 4.9.0-3',
    'more QoS 2 messages than the window has end the connection with 0x93',
    async (version) => {
      const [wire, topic] = [await site.connected(version), `telemetry/${site.name()}`];
      for (let from = 1; from <= 10_001; from += 1_000) {
        const ids = Array.from({ length: Math.min(1_000, 10_002 - from) }, (_, i) => from + i);
        wire.send(...ids.map((id) => publishPacket(version, topic, `${id}`, { qos: 2, id })));
      }
      expect(await wire.ended()).toMatch(/ 14:93/);
    },
  );
});

describe('retained messages', () => {
  const retain = async (version: Version, payload: string, qos: 0 | 1 = 1) => {
    const [sender, topic] = [await site.connected(version), site.name()];
    sender.send(publishPacket(version, topic, payload, { qos, retain: true }));
    await settled(sender);
    return { sender, topic };
  };
  rule(
    '3.1.1: 3.3.1-5, 3.3.1-6, 3.3.1-8; 5: 3.3.1-5, 3.3.1-9',
    'a new subscription gets the last one, with RETAIN',
    async (version) => {
      const { sender, topic } = await retain(version, 'one');
      sender.send(publishPacket(version, topic, 'two', { qos: 1, retain: true }));
      await sender.got(4, 2);
      const viewer = await viewerOf(site, version, [[topic, 1]]);
      await viewer.got(3);
      expect(viewer.messages(version)).toMatchObject([{ payload: 'two', retain: true }]);
    },
  );
  rule('3.1.1: 3.3.1-7', 'one of QoS 0 takes the place of the one before', async (version) => {
    const { sender, topic } = await retain(version, 'one');
    sender.send(publishPacket(version, topic, 'zero', { retain: true }));
    await settled(sender);
    const viewer = await viewerOf(site, version, [[topic, 1]]);
    await viewer.got(3);
    expect(viewer.messages(version)).toMatchObject([{ payload: 'zero', qos: 0 }]);
  });
  rule(
    '3.1.1: 3.3.1-9, 3.3.1-10, 3.3.1-11, 3.3.1-12; 5: 3.3.1-6, 3.3.1-7, 3.3.1-8, 3.3.1-12',
    'those who are there get RETAIN 0; an empty one removes, and RETAIN 0 changes nothing',
    async (version) => {
      const { sender, topic } = await retain(version, 'one');
      sender.send(publishPacket(version, topic, 'passing', { qos: 1 }));
      await sender.got(4, 2);
      const viewer = await viewerOf(site, version, [[topic, 1]]);
      await viewer.got(3);
      expect(viewer.messages(version)).toMatchObject([{ payload: 'one', retain: true }]);
      sender.send(publishPacket(version, topic, '', { qos: 1, retain: true }));
      await viewer.got(3, 2);
      expect(viewer.messages(version)[1]).toMatchObject({ payload: '', retain: false });
      const late = await viewerOf(site, version, [[topic, 1]]);
      await settled(late);
      expect(late.of(3)).toEqual([]);
    },
  );
  rule(
    '5: 3.3.1-10, 3.3.1-11, 3.8.4-4',
    'Retain Handling says which subscriptions get them',
    async (version) => {
      const { topic } = await retain(version, 'one');
      const viewer = await viewerOf(site, version, [[topic, 0x20]]);
      viewer.send(subscribePacket(version, 2, [[topic, 0x10]]));
      await viewer.got(9, 2);
      await settled(viewer);
      expect(viewer.of(3)).toEqual([]);
      const fresh = await viewerOf(site, version, [[topic, 0x10]]);
      await fresh.got(3);
    },
  );
  rule('5: 3.3.1-13', 'Retain As Published keeps the flag', async (version) => {
    const topic = site.name();
    const viewer = await viewerOf(site, version, [[topic, 8]]);
    viewer.send(publishPacket(version, topic, 'x', { retain: true }));
    await viewer.got(3);
    viewer.send(publishPacket(version, topic, 'y'));
    await viewer.got(3, 2);
    expect(viewer.messages(version).map(({ retain: kept }) => kept)).toEqual([true, false]);
  });
});

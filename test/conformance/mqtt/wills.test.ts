/** Wills, DISCONNECT, and the limits that the broker tells (chapters 3.1, 3.2, 3.14). */
import { describe, expect } from 'vitest';
import { rule, siteOfTests } from './rules.ts';
import { connectPacket, packet, sessionExpiry, subscribePacket, text, type Version } from './wire.ts';

const site = siteOfTests();
const answerOf = async (version: Version, fields = {}) => {
  const wire = await site.open();
  wire.send(connectPacket(version, { id: site.name(), ...fields }));
  const [answer] = await wire.got(2);
  return { wire, answer: [...answer!.body.subarray(0, 2)], properties: answer!.body.subarray(3) };
};

describe('wills and DISCONNECT', () => {
  const withWill = async (version: Version, more = {}) => {
    const topic = `lifecycle/${site.name()}`;
    const viewer = await site.connected(version);
    viewer.send(subscribePacket(version, 1, [[topic, 2]]));
    await viewer.got(9);
    const wire = await site.connected(version, { will: { topic, payload: 'gone', qos: 1, ...more } });
    return { topic, viewer, wire };
  };
  rule(
    '3.1.1: 3.1.2-8, 3.1.2-16, 3.1.2-9; 5: 3.1.2-7, 3.1.2-8, 3.1.2-14, 3.1.2-9',
    'a will is published when the connection ends without DISCONNECT',
    async (version) => {
      const { viewer, wire, topic } = await withWill(version);
      await site.gone(wire);
      await viewer.got(3);
      expect(viewer.messages(version)).toMatchObject([{ topic, payload: 'gone', qos: 1, retain: false }]);
      const late = await site.connected(version);
      late.send(subscribePacket(version, 1, [[topic, 1]]), packet(0xc0));
      await late.got(13);
      expect(late.of(3)).toEqual([]);
    },
  );
  rule('3.1.1: 3.1.2-17; 5: 3.1.2-15', 'a will with Will Retain is retained', async (version) => {
    const { viewer, wire, topic } = await withWill(version, { retain: true });
    await site.gone(wire);
    await viewer.got(3);
    const late = await site.connected(version);
    late.send(subscribePacket(version, 1, [[topic, 1]]));
    await late.got(3);
    expect(late.messages(version)).toMatchObject([{ payload: 'gone', retain: true }]);
  });
  rule(
    '3.1.1: 3.1.2-10, 3.1.2-12, 3.14.4-3; 5: 3.1.2-10, 3.14.4-3',
    'DISCONNECT takes the will away, and the connection ends',
    async (version) => {
      const { viewer, wire } = await withWill(version);
      wire.send(packet(0xe0));
      await wire.ended();
      viewer.send(packet(0xc0));
      await viewer.got(13);
      expect(viewer.of(3)).toEqual([]);
    },
  );
  rule('5: 3.14.4-3', 'DISCONNECT with reason 0x04 publishes the will', async (version) => {
    const { viewer, wire } = await withWill(version);
    wire.send(packet(0xe0, [4]));
    await viewer.got(3);
    expect(viewer.messages(version)).toMatchObject([{ payload: 'gone' }]);
  });
  rule('5: 3.1.3-9', 'a will that waits is not sent where the client is back', async (version) => {
    const topic = `lifecycle/${site.name()}`;
    const [viewer, id] = [await site.connected(version), site.name()];
    viewer.send(subscribePacket(version, 1, [[topic, 1]]));
    await viewer.got(9);
    const will = { topic, payload: 'gone', qos: 1, properties: [0x18, 0, 0, 0, 1] };
    await site.gone(await site.connected(version, { id, will, properties: sessionExpiry(100) }));
    const back = await site.connected(version, { id, clean: false, properties: sessionExpiry(100) });
    const other = await site.connected(version, {
      id: site.name(),
      will: { ...will, payload: 'later' },
      properties: sessionExpiry(100),
    });
    await site.gone(other);
    await viewer.got(3);
    expect(viewer.messages(version)).toMatchObject([{ payload: 'later' }]);
    expect(back.closed).toBe(false);
  });
  rule(
    '5: 3.1.2-8, 3.1.3-9',
    'a will that waits is sent when its session ends by Clean Start',
    async (version) => {
      const topic = `lifecycle/${site.name()}`;
      const viewer = await site.connected(version);
      viewer.send(subscribePacket(version, 1, [[topic, 1]]));
      await viewer.got(9);
      const withWill = (id: string) => {
        const will = { topic, payload: id, qos: 1, properties: [0x18, 0, 0, 0x0f, 0xff] };
        return site.connected(version, { id, will, properties: sessionExpiry(10_000) });
      };
      const ids = [site.name(), site.name(), site.name()];
      const [away, open, old] = ids as [string, string, string];
      await site.gone(await withWill(away));
      await site.gone(await withWill(old));
      await withWill(open);
      await site.connected(5, { id: away, clean: true });
      await site.connected(4, { id: old, clean: true });
      await site.connected(5, { id: open, clean: true });
      await viewer.got(3, 3);
      expect(viewer.messages(version).map(({ payload }) => payload)).toEqual([away, old, open]);
    },
  );
  rule(
    '3.1.1: 3.1.2-11, 3.1.2-13, 3.1.2-15; 5: 3.1.2-11, 3.1.2-13',
    'QoS and Retain of a will without Will Flag are refused',
    async (version) => {
      for (const flags of [0x08, 0x20]) {
        const wire = await site.open();
        wire.send(connectPacket(version, { flags }));
        await wire.ended();
        expect(wire.of(2).every(({ body }) => body[1]! >= 0x80)).toBe(true);
      }
    },
  );
  rule('3.1.1: 3.1.2-14; 5: 3.1.2-12', 'a will of QoS 3 is refused', async (version) => {
    const wire = await site.open();
    wire.send(connectPacket(version, { will: { topic: 'lifecycle/a', payload: 'x', qos: 3 } }));
    expect(await wire.ended()).toMatch(version === 5 ? /^2:0081/ : /^$/);
  });
  rule(
    '3.1.1: 3.14.1-1; 5: 3.14.1-1',
    'DISCONNECT with flags closes the connection, and the will is sent',
    async (version) => {
      const { viewer, wire } = await withWill(version);
      wire.send(packet(0xe1));
      await wire.ended();
      await viewer.got(3);
    },
  );
  rule(
    '5: 3.14.2-2, 3.14.0-1',
    'a broker’s DISCONNECT has no Session Expiry, and comes only after CONNACK',
    async (version) => {
      const wire = await site.connected(version);
      wire.send(packet(0x30, text('a/#'), [0]));
      const said = await wire.ended();
      expect(said).toMatch(/ 14:8[12]/);
      expect(wire.of(14)[0]!.body.subarray(2)[0]).not.toBe(0x11);
      const early = await site.open();
      early.send(packet(0x10, text('MQTT'), [5, 2, 0, 0, 3, 0x11, 0, 0], text('c')));
      expect(await early.ended()).toMatch(/^2:0081/);
    },
  );
  rule(
    '5: 3.14.4-3',
    'a DISCONNECT that prolongs a session without an expiry is a protocol error',
    async (version) => {
      const wire = await site.connected(version);
      wire.send(packet(0xe0, [0, 5], sessionExpiry(100)));
      expect(await wire.ended()).toMatch(/ 14:82/);
    },
  );
});

describe('limits that the broker tells', () => {
  rule(
    '5: 3.2.2-9, 3.2.2-10, 3.2.2-13, 3.2.2-1, 3.1.2-28',
    'CONNACK says what is there and what is not',
    async (version) => {
      const { properties } = await answerOf(version, { properties: [0x19, 0] });
      const told = properties.toString('hex');
      expect(told).toContain('2a00'); // no shared subscriptions
      expect(told).toContain('220010'); // topic aliases
      expect(told).toContain('212710'); // receive maximum
      expect(told).toContain('2700040005'); // maximum packet size
      for (const absent of [0x24, 0x25, 0x28, 0x29, 0x1a])
        expect(properties.includes(absent) && told.includes(`${absent.toString(16)}00`)).toBe(false);
    },
  );
  rule(
    '5: 3.2.2-15, 3.2.2-19',
    'a larger packet is answered with 0x95, and with no text where the client takes none',
    async (version) => {
      const wire = await site.connected(version, { properties: [0x27, 0, 0, 0, 20] });
      wire.send(Buffer.from([0x32, 0x80, 0x80, 0x40]));
      expect(await wire.ended()).toMatch(/ 14:95$/);
    },
  );
  rule(
    '5: 4.12.0-1, 4.12.0-6, 3.15.1-1',
    'an authentication method is refused with 0x8C, and AUTH ends the connection',
    async (version) => {
      const { wire, answer } = await answerOf(version, { properties: [0x15, ...text('SCRAM-SHA-1')] });
      expect(answer).toEqual([0, 0x8c]);
      await wire.ended();
      const other = await site.connected(version);
      other.send(packet(0xf0, [0x18, 0]));
      expect(await other.ended()).toMatch(/ 14:8[12]/);
    },
  );
});

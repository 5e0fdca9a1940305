/** CONNECT, CONNACK, sessions, wills and DISCONNECT (chapters 3.1, 3.2, 3.14, 4.1). */
import { describe, expect } from 'vitest';
import { rule, siteOfTests } from './rules.ts';
import {
  connectPacket,
  packet,
  publishPacket,
  sessionExpiry,
  subscribePacket,
  until,
  type Version,
} from './wire.ts';

const site = siteOfTests();
const stored = () => site.broker.intake.texts;
/** CONNACK without its properties. */
const connack = (present: number, code: number) => [present, code];
const answerOf = async (version: Version, fields = {}) => {
  const wire = await site.open();
  wire.send(connectPacket(version, { id: site.name(), ...fields }));
  const [answer] = await wire.got(2);
  return { wire, answer: [...answer!.body.subarray(0, 2)], properties: answer!.body.subarray(3) };
};
const lasting = (version: Version, id: string) => ({
  id,
  clean: false,
  ...(version === 5 && { properties: sessionExpiry(600) }),
});

describe('the first packets', () => {
  rule('3.1.1: 3.1.0-1; 5: 3.1.0-1', 'a packet before CONNECT closes the connection', async (version) => {
    const wire = await site.open();
    wire.send(publishPacket(version, 'telemetry/first', 'x'));
    expect(await wire.ended()).toBe('');
    expect(stored().join()).not.toContain('telemetry/first');
  });
  rule('3.1.1: 3.1.0-2; 5: 3.1.0-2', 'a second CONNECT closes the connection', async (version) => {
    const wire = await site.connected(version);
    wire.send(connectPacket(version, { id: 'again' }));
    expect(await wire.ended()).toMatch(version === 5 ? / 14:82/ : /^2:\w+$/);
  });
  rule('3.1.1: 3.1.2-1; 5: 3.1.2-1', 'another protocol name closes the connection', async (version) => {
    const wire = await site.open();
    wire.send(connectPacket(version, { name: 'MQTX' }));
    expect(await wire.ended()).not.toMatch(/^2:0000/);
  });
  rule('3.1.1: 3.1.2-2', 'an unknown level is answered with code 1', async (version) => {
    const { wire, answer } = await answerOf(version, { level: 7 });
    expect(answer).toEqual(connack(0, 1));
    await wire.ended();
  });
  rule(
    '3.1.1: 3.1.2-3; 5: 3.1.2-3',
    'the reserved flag of CONNECT closes the connection',
    async (version) => {
      const wire = await site.open();
      wire.send(connectPacket(version, { flags: 1 }));
      await wire.ended();
      expect(wire.of(2).every(({ body }) => body[1]! >= 0x80)).toBe(true);
    },
  );
  rule(
    '3.1.1: 3.2.0-1, 3.1.4-4; 5: 3.2.0-1, 3.2.0-2, 3.1.4-5',
    'CONNACK with code 0 comes first, and once',
    async (version) => {
      const wire = await site.open();
      const id = site.name();
      const more = [packet(0xc0), subscribePacket(version, 9, [['c/first', 1]])];
      wire.send(connectPacket(version, { id, user: 'operator', password: 'secret2' }), ...more);
      await wire.got(13);
      await wire.got(9);
      expect(wire.received[0]).toMatchObject({ type: 2 });
      expect([...wire.of(2)[0]!.body.subarray(0, 2)]).toEqual([0, 0]);
      expect(wire.of(2).length).toBe(1);
    },
  );
  rule(
    '3.1.1: 3.1.4-5, 3.2.2-4, 3.2.2-5; 5: 3.1.4-6, 3.2.2-6, 3.2.2-7, 3.2.2-8',
    'after a refusal nothing is processed, and the connection is closed',
    async (version) => {
      const wire = await site.open();
      const id = site.name();
      wire.send(
        connectPacket(version, { id, password: 'wrong' }),
        publishPacket(version, `telemetry/${id}`, 'x', { qos: 1 }),
      );
      const said = await wire.ended();
      expect(said).toMatch(version === 5 ? /^2:0086\w*$/ : /^2:0004$/);
      expect(stored().join()).not.toContain(id);
    },
  );
  rule(
    '3.1.1: 3.1.4-1; 5: 3.1.4-1, 3.1.4-2',
    'a CONNECT that does not fit its fields is refused',
    async (version) => {
      const wire = await site.open();
      const whole = connectPacket(version, { id: 'longer' });
      wire.send(Buffer.concat([Buffer.from([0x10, whole.length - 4]), whole.subarray(2, -2)]));
      const said = await wire.ended();
      expect(said).toMatch(/^(2:00[89]\w*)?$/);
    },
  );
  rule(
    '3.1.1: 3.1.2-22, 3.1.2-20, 3.1.2-18; 5: 3.1.2-16, 3.1.2-18',
    'fields whose flags are not set are not there',
    async (version) => {
      const { answer } = await answerOf(version, { user: null, password: null });
      expect(answer[1]).toBe(version === 5 ? 0x86 : 4); // anonymous clients are not let in
      const wire = await site.open();
      wire.send(connectPacket(version, { user: null, password: 'secret' }));
      expect(await wire.ended()).toMatch(version === 5 ? /^2:0086/ : /^$/);
    },
  );
  rule(
    '3.1.1: 3.1.2-19, 3.1.2-21; 5: 3.1.2-17, 3.1.2-19',
    'fields whose flags are set must be there',
    async (version) => {
      const wire = await site.open();
      wire.send(connectPacket(version, { user: null, password: null, flags: 0xc0 }));
      await wire.ended();
      expect(wire.of(2).every(({ body }) => body[1]! >= 0x80)).toBe(true);
    },
  );
});

describe('client ids', () => {
  rule('3.1.1: 3.1.3-5; 5: 3.1.3-5', 'ids of 1 to 23 letters and digits are taken', async (version) => {
    for (const id of ['a', '0123456789abcdefghijABC'])
      expect((await answerOf(version, { id })).answer).toEqual([0, 0]);
  });
  rule('3.1.1: 3.1.3-6', 'an empty id gets one that nobody else has', async (version) => {
    const both = [await answerOf(version, { id: '' }), await answerOf(version, { id: '' })];
    expect(both.map(({ answer }) => answer[1])).toEqual([0, 0]);
    expect(both.map(({ wire }) => wire.closed)).toEqual([false, false]);
  });
  rule(
    '5: 3.1.3-6, 3.1.3-7, 3.2.2-16',
    'an empty id gets a unique one, and CONNACK says which',
    async (version) => {
      const both = [await answerOf(version, { id: '' }), await answerOf(version, { id: '', clean: false })];
      const ids = both.map(({ properties }) => {
        const at = properties.indexOf(0x12);
        return properties.toString('utf8', at + 3, at + 3 + properties.readUInt16BE(at + 1));
      });
      expect(new Set(ids).size).toBe(2);
      expect(ids.every((id) => id.length > 5)).toBe(true);
    },
  );
  rule(
    '3.1.1: 3.1.3-7, 3.1.3-8, 3.1.3-9; 5: 3.1.3-8',
    'an id that is not taken is answered so',
    async (version) => {
      const bad = version === 5 ? { id: 'x'.repeat(200) } : { id: '', clean: false };
      const { wire, answer } = await answerOf(version, bad);
      expect(answer).toEqual([0, version === 5 ? 0x85 : 2]);
      await wire.ended();
    },
  );
  rule('3.1.1: 3.1.4-2; 5: 3.1.4-3', 'a second connection with an id ends the first one', async (version) => {
    const id = site.name();
    const first = await site.connected(version, { id });
    await site.connected(version, { id });
    expect(await first.ended()).toMatch(version === 5 ? / 14:8e/ : /^2:\w+$/);
  });
});

describe('keep-alive', () => {
  rule(
    '3.1.1: 3.1.2-24; 5: 3.1.2-22, 3.2.2-22',
    'silence of one and a half intervals ends the connection',
    async (version) => {
      const wire = await site.connected(version, { keepalive: 1 });
      const beganMs = performance.now();
      expect(await wire.ended()).toMatch(version === 5 ? / 14:8d/ : /^2:\w+$/);
      expect(performance.now() - beganMs).toBeGreaterThan(1_400);
    },
  );
  rule('3.1.1: 3.12.4-1; 5: 3.12.4-1', 'PINGREQ is answered', async (version) => {
    const wire = await site.connected(version);
    wire.send(packet(0xc0), packet(0xc0));
    expect(await wire.got(13, 2)).toMatchObject([{ flags: 0 }, { flags: 0 }]);
  });
});

describe('sessions', () => {
  rule(
    '3.1.1: 3.1.2-4, 3.1.2-5, 3.2.2-2, 3.2.2-3, 4.1.0-1, 4.5.0-1; 5: 3.1.2-5, 3.1.2-6, 3.1.2-23, 3.2.2-3, 4.1.0-1, 4.5.0-1',
    'a session is resumed with what came meanwhile, and CONNACK says whether there was one',
    async (version) => {
      const [id, topic] = [site.name(), site.name()];
      const before = await site.connected(version, lasting(version, id));
      expect(before.of(2)[0]!.body[0]).toBe(0);
      before.send(subscribePacket(version, 1, [[topic, 2]]));
      await before.got(9);
      await site.gone(before);
      const sender = await site.connected(version);
      sender.send(
        publishPacket(version, topic, 'one', { qos: 1, id: 1 }),
        publishPacket(version, topic, 'two', { qos: 2, id: 2 }),
      );
      await sender.got(4);
      await sender.got(5);
      const after = await site.connected(version, lasting(version, id));
      expect(after.of(2)[0]!.body[0]).toBe(1);
      await after.got(3, 2);
      expect(after.messages(version)).toMatchObject([
        { payload: 'one', qos: 1 },
        { payload: 'two', qos: 2 },
      ]);
    },
  );
  rule(
    '3.1.1: 3.1.2-6, 3.1.4-3, 3.2.2-1; 5: 3.1.2-4, 3.1.4-4, 3.2.2-2',
    'a clean start discards what there was',
    async (version) => {
      const [id, topic] = [site.name(), site.name()];
      const before = await site.connected(version, lasting(version, id));
      before.send(subscribePacket(version, 1, [[topic, 1]]));
      await before.got(9);
      await site.gone(before);
      const clean = await site.connected(version, { ...lasting(version, id), clean: true });
      expect(clean.of(2)[0]!.body[0]).toBe(0);
      clean.send(publishPacket(version, topic, 'x', { qos: 1 }));
      await clean.got(4);
      clean.send(packet(0xc0));
      await clean.got(13);
      expect(clean.of(3)).toEqual([]);
    },
  );
  rule('5: 4.1.0-2', 'a session ends when its time is over', async (version) => {
    const id = site.name();
    const before = await site.connected(version, { id, clean: false, properties: sessionExpiry(1) });
    await site.gone(before);
    await until(() =>
      expect(
        site.broker.broker.sessions!()
          .list()
          .some(({ clientId }) => clientId === id),
      ).toBe(false),
    );
    const after = await site.connected(version, { id, clean: false });
    expect(after.of(2)[0]!.body[0]).toBe(0);
  });
  rule('3.1.1: 3.1.2-7', 'retained messages outlive the session of their sender', async (version) => {
    const [id, topic] = [site.name(), site.name()];
    const wire = await site.connected(version, { id });
    wire.send(publishPacket(version, topic, 'kept', { qos: 1, retain: true }));
    await wire.got(4);
    await site.gone(wire);
    const other = await site.connected(version, { id });
    other.send(subscribePacket(version, 1, [[topic, 1]]));
    await other.got(3);
    expect(other.messages(version)).toMatchObject([{ payload: 'kept', retain: true }]);
  });
  rule(
    '3.1.1: 4.4.0-1, 3.3.1-1; 5: 4.4.0-1, 3.3.1-1',
    'what was not acknowledged is sent again at the next connection, and only then',
    async (version) => {
      const [id, topic] = [site.name(), site.name()];
      const before = await site.connected(version, lasting(version, id));
      before.send(subscribePacket(version, 1, [[topic, 1]]));
      await before.got(9);
      before.send(publishPacket(version, topic, 'x', { qos: 1, id: 5 }));
      await before.got(3);
      before.send(packet(0xc0));
      await before.got(13);
      expect(before.of(3).length).toBe(1);
      await site.gone(before);
      const after = await site.connected(version, lasting(version, id));
      await after.got(3);
      expect(after.messages(version)).toMatchObject([
        { payload: 'x', dup: true, id: before.messages(version)[0]!.id },
      ]);
    },
  );
});

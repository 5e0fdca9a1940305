import mqttPacket from 'mqtt-packet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestBroker, until } from './harness.testing.ts';

const users = ['greedy', 'modest', 'late'].map((name) => ({
  name,
  password: name,
  publish: ['telemetry/#', 'state/#', 'commands/#'],
  subscribe: ['telemetry/#', 'state/#', 'commands/#'],
}));
const as = (user: string) => ({ username: user, password: Buffer.from(user) });

let gateway: TestBroker;
beforeEach(() => {
  gateway = new TestBroker();
});
afterEach(() => gateway.remove());

const start = (more: Record<string, unknown>) => gateway.start({ users, ...more });

async function restart(more: Record<string, unknown>): Promise<void> {
  await gateway.broker.stop();
  await start(more);
}

/** Opens kept sessions until one is refused; returns how many there are. */
async function openSessions(user: string): Promise<number> {
  for (let i = 0; ; i++) {
    const code = await gateway.connackOf({ ...as(user), clientId: `${user}-${i}`, clean: false });
    if (code !== 0) {
      expect(code).toBe(3);
      return i;
    }
  }
}

describe('quotas of kept sessions', () => {
  it('one user who takes all that there are locks nobody else out, also after a restart', async () => {
    await start({ sessionsMax: 40 });
    expect(await openSessions('greedy')).toBe(40);
    expect(await openSessions('modest')).toBe(20);
    await restart({ sessionsMax: 40 });
    expect(await openSessions('late')).toBe(10);
    const { sessions, refused, latestRefusal } = gateway.broker.stats();
    expect([sessions, refused['session-limit']]).toEqual([70, 1]);
    expect(latestRefusal?.message).toContain('user late has as many kept sessions');
    // Those that are there can be resumed, and a clean session makes room for its own user.
    expect(await gateway.connackOf({ ...as('greedy'), clientId: 'greedy-0', clean: false })).toBe(0);
    expect(await gateway.connackOf({ ...as('modest'), clientId: 'modest-0', clean: true })).toBe(0);
  });

  it('there may be as many as clients can be connected, unless it is set otherwise', async () => {
    await start({ connectionsMax: 20_000 });
    for (let i = 0; i < 5; i++)
      expect(await gateway.connackOf({ ...as('greedy'), clientId: `g${i}`, clean: false })).toBe(0);
  });
});

describe('quotas of retained messages', () => {
  const retain = async (user: string, count: number, payload = 'x') => {
    const client = await gateway.connected({ ...as(user), clientId: user });
    for (let i = 0; i < count; i++)
      await client.publishAsync(`state/${user}/${i}`, payload, { qos: 1, retain: true });
    await client.endAsync();
  };
  const expectRetained = async (user: string, count: number, first: string): Promise<void> => {
    const found: string[] = [];
    const client = await gateway.connected({ ...as('modest'), clientId: 'reader' });
    client.on('message', (_, payload) => found.push(payload.toString()));
    await client.subscribeAsync(`state/${user}/#`, { qos: 1 });
    await until(() => expect(found.filter((text) => text.startsWith(first))).toHaveLength(count));
    await client.endAsync();
  };

  it.each([
    ['number', { retainedMessagesMax: 30 }, 'x'],
    ['space', { retainedBytesMax: 30 * 1_000 }, 'x'.repeat(985)],
  ])(
    'one user who fills their %s keeps nobody else from retaining, also after a restart',
    async (_, limits, payload) => {
      const told: unknown[] = [];
      gateway.log = {
        ...gateway.log,
        warn: (...line: unknown[]) => void told.push(line),
      } as typeof gateway.log;
      await start(limits);
      await retain('greedy', 50, payload);
      const before = gateway.broker.stats().retained;
      expect(before.refused).toBe(50 - before.messages);
      expect(before.messages).toBeGreaterThanOrEqual(29);
      expect(told).toContainEqual([
        expect.objectContaining({ reason: 'retained', user: 'greedy' }),
        expect.stringContaining('without retaining'),
      ]);
      await restart(limits);
      await retain('modest', 10, payload);
      await expectRetained('modest', 10, 'x');
      await retain('greedy', 50, payload.replace('x', 'y')); // what is there can change, and no more come
      await expectRetained('greedy', before.messages, 'y');
      expect(gateway.broker.stats().retained.messages).toBe(before.messages + 10);
    },
  );
});

describe('quotas of messages for absent clients', () => {
  it('those of the user who has most are dropped, whatever they count: long topics too', async () => {
    await start({ queueBytesMax: 65_536 });
    for (const user of ['greedy', 'modest']) {
      const client = await gateway.connected({ ...as(user), clientId: user, clean: false });
      await client.subscribeAsync(`commands/${user}/#`, { qos: 1 });
      await client.endAsync();
    }
    const sender = await gateway.connected({ ...as('late'), clientId: 'sender' });
    const long = `commands/greedy/${'q'.repeat(9_000)}`;
    for (let i = 0; i < 20; i++) await sender.publishAsync(`${long}${i}`, '1', { qos: 1 });
    for (let i = 0; i < 20; i++)
      await sender.publishAsync('commands/modest/a', `for modest ${i}`, { qos: 1 });
    await until(() => expect(gateway.broker.stats().queue.bytes).toBeLessThanOrEqual(65_536));
    expect(gateway.broker.stats().queue.dropped).toBeGreaterThanOrEqual(13);

    await restart({ queueBytesMax: 65_536 });
    const received: string[] = [];
    const back = gateway.client({ ...as('modest'), clientId: 'modest', clean: false });
    back.on('message', (_, payload) => received.push(payload.toString()));
    await until(() => expect(received).toHaveLength(20));
  });
});

describe('quotas of packets that are not whole', () => {
  const half = (): Buffer => {
    const payload = Buffer.alloc(60_000);
    const packet = { cmd: 'publish', topic: 'state/x', payload, qos: 0, retain: false, dup: false } as const;
    return mqttPacket.generate(packet).subarray(0, 50_000);
  };

  it('end the connections of the user who has too many, and nobody else’s; what is whole or gone counts no more', async () => {
    await start({ packetBytesMax: 65_536, unfinishedBytesMax: 1_000_000 });
    const greedy = await Promise.all(
      Array.from({ length: 40 }, (_, i) => gateway.sensor({ ...as('greedy'), clientId: `g${i}` })),
    );
    for (const { socket } of greedy) socket.write(half());
    const stats = () => gateway.broker.stats();
    await until(() => expect(stats().refused.unfinished).toBeGreaterThan(20));
    await until(() => expect(greedy.filter(({ closed }) => closed).length).toBeGreaterThan(20));
    expect(stats().unfinished.bytes).toBeLessThanOrEqual(1_000_000);
    expect(stats().latestRefusal?.message).toContain('broker.unfinishedBytesMax');

    const modest = await gateway.sensor({ ...as('modest'), clientId: 'm' });
    const packet = { cmd: 'publish', topic: 'telemetry/m', payload: Buffer.alloc(60_000), qos: 1 } as const;
    const bytes = mqttPacket.generate({ ...packet, messageId: 1, retain: false, dup: false });
    modest.socket.write(bytes.subarray(0, 100));
    modest.socket.write(bytes.subarray(100));
    await until(() => expect(modest.of('puback').length).toBe(1));

    for (const { socket } of greedy) socket.destroy();
    await until(() => expect(stats().unfinished.bytes).toBe(0));
  });

  it('count those of clients that have not signed in by their address', async () => {
    await start({ packetBytesMax: 65_536, unfinishedBytesMax: 262_144 });
    const waiting = await Promise.all(Array.from({ length: 12 }, () => gateway.raw()));
    for (const { socket } of waiting)
      socket.write(Buffer.concat([Buffer.from([0x10, 0xff, 0xff, 3]), Buffer.alloc(100)]));
    await until(() => expect(waiting.filter(({ closed }) => closed).length).toBeGreaterThanOrEqual(8));
    expect(gateway.broker.stats().refused.unfinished).toBeGreaterThanOrEqual(8);
    expect(await gateway.connackOf({ ...as('modest'), clientId: 'm' })).toBe(0);
  });
});

describe('quotas of wills', () => {
  const will = (size = 10_000) => ({
    topic: 'state/gone',
    payload: Buffer.alloc(size),
    qos: 1,
    retain: false,
  });
  const connack = (user: string, id: string, size?: number) =>
    gateway.connackOf({ ...as(user), clientId: id, will: will(size) });

  it('one user who leaves as many as there may be keeps nobody else from leaving some, also after a restart', async () => {
    await start({ willBytesMax: 65_536 });
    const held = async (i: number) => gateway.sensor({ ...as('greedy'), clientId: `g${i}`, will: will() });
    const greedy = [];
    for (let i = 0; i < 6; i++) greedy.push(await held(i));
    expect(await connack('greedy', 'g6')).toBe(3);
    expect(gateway.broker.stats().refused['will-limit']).toBe(1);
    expect(gateway.broker.stats().latestRefusal?.message).toContain('broker.willBytesMax');
    const modest = await gateway.sensor({ ...as('modest'), clientId: 'm', will: will() });
    // In place of its own will, a client may leave another one of that size.
    const back = await gateway.sensor({ ...as('greedy'), clientId: 'g0', will: will() });
    for (const client of [back, modest]) client.send({ cmd: 'disconnect' });
    await until(() => expect(gateway.broker.stats().wills.bytes).toBeLessThan(6 * 10_000));

    await restart({ willBytesMax: 65_536 });
    expect(gateway.broker.stats().wills.bytes).toBeGreaterThan(5 * 10_000);
    expect(await connack('greedy', 'g7', 20_000)).toBe(3);
    expect(await connack('modest', 'm')).toBe(0);
  });
});

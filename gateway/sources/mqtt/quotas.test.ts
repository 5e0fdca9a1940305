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

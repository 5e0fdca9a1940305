import { once } from 'node:events';
import { createServer } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { hashPassword } from '../../../../shared/security/passwords.ts';
import { TestBroker, until } from '../harness.testing.ts';

let gateway: TestBroker;
beforeEach(() => {
  gateway = new TestBroker();
});
afterEach(() => gateway.remove());

describe('admission', () => {
  it('refuses wrong credentials, strangers and unusable client ids, each with its return code', async () => {
    await gateway.start({ users: [{ name: 'sensor', passwordHash: await hashPassword('secret') }] });
    expect(await gateway.connackOf({})).toBe(0);
    expect(await gateway.connackOf({ password: Buffer.from('wrong') })).toBe(4);
    expect(await gateway.connackOf({ username: 'nobody' })).toBe(4);
    expect(await gateway.connackOf({ username: undefined, password: undefined })).toBe(4);
    expect(await gateway.connackOf({ clientId: 'x'.repeat(129) })).toBe(2);
    expect(await gateway.connackOf({ clientId: 'new\nline' })).toBe(2);
    const nameless = await gateway.raw(); // MQTT.js refuses to write this one
    nameless.socket.write(Buffer.from('101c00044d51545404c0003c0000000673656e736f720006736563726574', 'hex'));
    await until(() => expect(nameless.of('connack')).toMatchObject([{ returnCode: 2 }]));
    expect(await gateway.connackOf({ clientId: '' })).toBe(0);
    const will = { topic: 'commands/x', payload: Buffer.from('x'), qos: 0, retain: false };
    expect(await gateway.connackOf({ will })).toBe(5);
    const { refused } = gateway.broker.stats();
    expect(refused).toMatchObject({ credentials: 3, 'client-id': 3, will: 1 });
  });

  it('answers CONNECT before the packets that a client sends without waiting for CONNACK', async () => {
    await gateway.start();
    const sensors = await Promise.all(Array.from({ length: 60 }, () => gateway.raw()));
    for (const [i, sensor] of sensors.entries()) sensor.connect({ clientId: `eager-${i}` });
    for (const sensor of sensors.reverse()) {
      await turn(); // so that it is another read, from clients some of which still wait to be admitted
      sensor.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'telemetry/#', qos: 0 }] });
    }
    await until(() => expect(sensors.every(({ received }) => received.length === 2)).toBe(true));
    for (const { received } of sensors) {
      expect(received).toMatchObject([
        { cmd: 'connack', returnCode: 0 },
        { cmd: 'suback', granted: [0] },
      ]);
    }
  });

  it('logs that a client replaces another with the same id', async () => {
    const told: unknown[] = [];
    gateway.log = { ...gateway.log, warn: (...words: unknown[]) => told.push(words) } as typeof gateway.log;
    await gateway.start();
    const first = await gateway.sensor({ clientId: 'twin' });
    expect(told).toEqual([]);
    await gateway.sensor({ clientId: 'twin' });
    await until(() => expect(first.closed).toBe(true));
    expect(told).toEqual([
      [
        expect.objectContaining({ reason: 'takeover', client: 'twin' }),
        expect.stringContaining('the same client id'),
      ],
    ]);
  });

  it('logs how to configure a Mosquitto bridge', async () => {
    const told: unknown[] = [];
    gateway.log = { ...gateway.log, warn: (...words: unknown[]) => told.push(words) } as typeof gateway.log;
    await gateway.start();
    const will = {
      topic: '$SYS/broker/connection/a.b/state',
      payload: Buffer.from('0'),
      qos: 1,
      retain: true,
    };
    expect(await gateway.connackOf({ will })).toBe(5);
    expect(JSON.stringify(told)).toContain('notifications false');
    expect(await gateway.connackOf({ bridgeMode: true })).toBe(0);
  });

  it('refuses a client of an unknown version, and logs which are known', async () => {
    const told: unknown[] = [];
    gateway.log = { ...gateway.log, warn: (...words: unknown[]) => told.push(words) } as typeof gateway.log;
    await gateway.start();
    const attempt = await gateway.raw();
    attempt.socket.write(Buffer.from('\x10\x0d\0\x04MQTT\x06\x02\0\0\0\x01c', 'latin1'));
    await until(() => expect(attempt.closed).toBe(true));
    expect(attempt.of('connack')).toMatchObject([{ returnCode: 1 }]);
    expect(gateway.broker.stats().refused.version).toBe(1);
    expect(JSON.stringify(told)).toContain('set it to 5 or 3.1.1');
  });

  it('gives a client id only to the user who holds it, live or as a session; the same user takes it over', async () => {
    await gateway.start();
    const operatorIs = { username: 'operator', password: Buffer.from('secret2') };
    const live = await gateway.sensor({ clientId: 'mine' });
    expect(await gateway.connackOf({ clientId: 'mine', ...operatorIs })).toBe(2);
    expect(live.closed).toBe(false);
    expect(await gateway.connackOf({ clientId: 'mine' })).toBe(0);
    await until(() => expect(live.closed).toBe(true));
    expect(await gateway.connackOf({ clientId: 'kept', clean: false })).toBe(0);
    await until(() => expect(gateway.broker.stats().connections).toBe(0));
    expect(await gateway.connackOf({ clientId: 'kept', ...operatorIs })).toBe(2);
    await gateway.broker.stop();
    await gateway.start();
    expect(await gateway.connackOf({ clientId: 'kept', ...operatorIs, clean: false })).toBe(2);
    expect(await gateway.connackOf({ clientId: 'kept' })).toBe(0); // a clean session of its own user ends it
    await until(() => expect(gateway.broker.stats().connections).toBe(0));
    expect(await gateway.connackOf({ clientId: 'kept', ...operatorIs })).toBe(0);
  });

  it('admits clients without a name only on loopback, and not from a foreign web page', async () => {
    await expect(gateway.start({ host: '0.0.0.0', anonymous: 'loopback' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
    await gateway.start({ users: [], anonymous: 'loopback', websocketPort: 0 });
    expect(await gateway.connackOf({ username: undefined, password: undefined })).toBe(0);
    const address = `ws://127.0.0.1:${gateway.broker.ports().websocketPort}`;
    const unnamed = { username: undefined, password: undefined };
    const from = (origin: string) =>
      gateway.connected(
        {
          ...unnamed,
          createWebsocket: (url, protocols) => new WebSocket(url, protocols, { origin }) as never,
        },
        address,
      );
    await from('http://localhost:8080');
    await expect(from('https://example.org')).rejects.toThrow();
  });

  it('refuses connections above the limit, and silent ones', async () => {
    await gateway.start({ connectionsMax: 1, connectTimeoutMs: 100 });
    const silent = await gateway.raw();
    await until(() => expect(silent.closed).toBe(true));
    expect(gateway.broker.stats().refused).toMatchObject({ limit: 0, timeout: 1 });
    const sensor = await gateway.connected();
    const second = await gateway.raw();
    await until(() => expect(second.closed).toBe(true));
    expect(gateway.broker.stats().refused).toMatchObject({ limit: 1, timeout: 1 });
    expect(sensor.connected).toBe(true);
  });

  it('lets a client sign in although connections that do not sign in take all places', async () => {
    await gateway.start({ connectionsMax: 3, connectTimeoutMs: 60_000 });
    const silent = [await gateway.raw(), await gateway.raw(), await gateway.raw()];
    const sensor = await gateway.connected();
    await until(() => expect(silent[0]!.closed).toBe(true));
    expect(silent.map(({ closed }) => closed)).toEqual([true, false, false]);
    expect(sensor.connected).toBe(true);
    expect(gateway.broker.stats().refused).toMatchObject({ limit: 1 });
  });

  it('names the busy port and the remedy', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await expect(gateway.start({ port })).rejects.toMatchObject({
      code: 'BROKER_PORT_BUSY',
      message: expect.stringMatching(new RegExp(`${port}.*--mqtt-port`)),
    });
    other.close();
    await gateway.start(); // the failed start released everything
  });

  it.each([
    [{ users: [{ name: 'a' }] }, /users\[0\] has no password/],
    [
      { users: [{ name: 'a', password: 'x', passwordHash: 'y' }] },
      /users\[0\] has both password and passwordHash/,
    ],
    [
      {
        users: [
          { name: 'a', password: 'x' },
          { name: 'a', password: 'x' },
        ],
      },
      /'a' is taken by broker.users\[0\].name/,
    ],
    [{ users: [{ name: 'a', password: 'x', publish: ['a#'] }] }, /filter/],
    [{ telemetryFilters: ['$SYS/#'] }, /telemetry filter/],
    [{ users: [{ name: 'a', passwordHash: 'md5:x' }] }, /scrypt/],
  ])('refuses the configuration %j', async (overrides, problem) => {
    await expect(gateway.start(overrides)).rejects.toThrow(problem);
  });
});

describe('rights', () => {
  it('a publish outside them is not acknowledged and closes the connection; others continue', async () => {
    await gateway.start();
    const good = await gateway.sensor({ clientId: 'good' });
    for (const topic of ['commands/x', '$SYS/x', 'telemetryx', 'commands/+/x']) {
      const bad = await gateway.sensor({ clientId: 'bad' });
      bad.publish(topic, 'x');
      await until(() => expect(bad.closed).toBe(true));
      expect(bad.of('puback')).toEqual([]);
    }
    const quiet = await gateway.sensor({ clientId: 'quiet' });
    quiet.publish('commands/x', 'x', { qos: 0 });
    await until(() => expect(quiet.closed).toBe(true));
    good.publish('telemetry/a', 'x');
    await until(() => expect(good.of('puback').length).toBe(1));
    expect(gateway.intake.messages.length).toBe(1);
    expect(gateway.broker.stats().refused).toMatchObject({ publish: 4, malformed: 1 });
  });

  it('a subscription outside them gets 128, is never kept, and the others of its packet are granted', async () => {
    await gateway.start();
    const sensor = await gateway.sensor({ clientId: 'c1', clean: false });
    const topics = ['commands/c1/#', '#', 'commands/c2/x', '$SYS/#', 'telemetry/a'];
    const subscriptions = topics.map((topic) => ({ topic, qos: 1 }));
    sensor.send({ cmd: 'subscribe', messageId: 1, subscriptions } as never);
    await until(() => expect(sensor.of('suback')).toMatchObject([{ granted: [1, 128, 128, 128, 1] }]));
    expect(gateway.broker.stats().subscriptionsRefused).toBe(3);
    sensor.socket.destroy();
    await until(() => expect(gateway.broker.stats().connections).toBe(0));
    await (await gateway.operator()).publishAsync('commands/c2/x', 'for another', { qos: 1 });
    await (await gateway.operator()).publishAsync('commands/c1/x', 'for you', { qos: 1 });
    expect(gateway.broker.stats().queue.bytes).toBe('commands/c1/xfor you'.length);
  });

  it('filters that are too long together for a kept session get 128, and others are served', async () => {
    await gateway.start();
    const viewer = await gateway.sensor({
      clientId: 'long',
      clean: false,
      username: 'operator',
      password: Buffer.from('secret2'),
    });
    for (let i = 0; i < 24; i++) {
      const subscriptions = [{ topic: `t/${i}/${'ü'.repeat(30_000)}`, qos: 1 }];
      viewer.send({ cmd: 'subscribe', messageId: i + 1, subscriptions } as never);
    }
    await until(() => expect(viewer.of('suback').length).toBe(24));
    const subacks = viewer.of('suback') as unknown as { granted: number[] }[];
    const codes = subacks.flatMap(({ granted }) => granted);
    expect(codes.filter((code) => code === 1)).toHaveLength(17);
    expect(codes.filter((code) => code === 128)).toHaveLength(7);
    const operator = await gateway.operator();
    await operator.publishAsync('commands/c1/x', 'retained', { qos: 1, retain: true });
    expect(gateway.broker.stats().storeFailures).toBe(0);
  });

  it('a flood of subscriptions is bounded', async () => {
    await gateway.start({ subscriptionsMax: 10 });
    for (const clean of [true, false]) {
      const viewer = await gateway.sensor({
        clientId: `v${clean}`,
        clean,
        username: 'operator',
        password: Buffer.from('secret2'),
      });
      const subscriptions = Array.from({ length: 5_000 }, (_, i) => ({ topic: `t/${i}`, qos: 1 }));
      viewer.send({ cmd: 'subscribe', messageId: 1, subscriptions } as never);
      await until(() => expect(viewer.of('suback').length).toBe(1));
      const [{ granted }] = viewer.of('suback') as unknown as [{ granted: number[] }];
      expect(granted.filter((code) => code === 1).length).toBe(10);
    }
  });
});

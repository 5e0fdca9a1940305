import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { hashPassword } from '../../shared/runtime/passwords.ts';
import { brokerConfig, type RawClient, TestBroker } from './harness.testing.ts';

let gateway: TestBroker;
const clients: MqttClient[] = [];
beforeEach(() => {
  gateway = new TestBroker();
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
  await gateway.remove();
});

const soon = { timeout: 20_000, interval: 5 };
const until = (check: () => void) => vi.waitFor(check, soon);

async function client(options: mqtt.IClientOptions = {}, url = `mqtt://127.0.0.1:${gateway.port}`) {
  const known = { username: 'sensor', password: 'secret', reconnectPeriod: 0 };
  const connected = await mqtt.connectAsync(url, { ...known, ...options });
  clients.push(connected);
  return connected;
}
const operator = (options: mqtt.IClientOptions = {}) =>
  client({ username: 'operator', password: 'secret2', ...options });

async function raw(overrides: Record<string, unknown> = {}): Promise<RawClient> {
  const sensor = await gateway.raw();
  sensor.connect(overrides);
  await until(() => expect(sensor.of('connack')).toMatchObject([{ returnCode: 0 }]));
  return sensor;
}

const closeOf = (sensor: MqttClient) => new Promise<void>((resolve) => sensor.once('close', () => resolve()));

/** The return code that a CONNECT gets. */
async function connackOf(overrides: Record<string, unknown>): Promise<number | undefined> {
  const attempt = await gateway.raw();
  attempt.connect(overrides);
  await until(() => expect(attempt.of('connack').length === 1 || attempt.closed).toBe(true));
  const [connack] = attempt.of('connack') as { returnCode?: number }[];
  if (connack?.returnCode !== 0) await until(() => expect(attempt.closed).toBe(true));
  attempt.socket.destroy();
  return connack?.returnCode;
}

describe('an acknowledgement means durable', () => {
  it.each([1, 2] as const)('QoS %i is acknowledged when it is settled, not before', async (qos) => {
    await gateway.start();
    gateway.intake.mode = 'hold';
    const sensor = await raw();
    const acks = qos === 1 ? 'puback' : 'pubrec';
    sensor.publish('telemetry/a/b', '{"x":1}', { qos, messageId: 7 });
    await until(() => expect(gateway.intake.texts).toEqual(['telemetry/a/b {"x":1}']));
    expect(gateway.broker.stats().messagesPending).toBe(1);
    expect(sensor.of(acks)).toEqual([]);
    gateway.intake.release();
    await until(() => expect(sensor.of(acks)).toMatchObject([{ messageId: 7 }]));
    expect(gateway.intake.messages[0]).toMatchObject({ client: 'raw', resend: false });
    expect(gateway.intake.messages[0]!.receivedMs).toBeGreaterThan(1.6e12);
  });

  it('what cannot be stored is not acknowledged; the connection is dropped and MQTT.js sends it again', async () => {
    await gateway.start();
    gateway.intake.mode = 'fail';
    const sensor = await client({ reconnectPeriod: 10, clean: false, clientId: 'again' });
    const published = sensor.publishAsync('telemetry/a', 'x', { qos: 1 });
    await closeOf(sensor);
    gateway.intake.mode = 'at once';
    await published;
    expect(gateway.intake.messages.length).toBeGreaterThan(1);
    expect(gateway.broker.stats().refused.intake).toBeGreaterThan(0);
    const careful = await raw();
    careful.publish('telemetry/a', 'x', { dup: true });
    await until(() => expect(gateway.intake.messages.at(-1)).toMatchObject({ client: 'raw', resend: true }));
  });

  it('a re-sent QoS 2 message is handed in once: while it is stored, and until PUBREL, and after a restart', async () => {
    await gateway.start();
    gateway.intake.mode = 'hold';
    const sensor = await raw({ clean: false, clientId: 'twice' });
    sensor.publish('telemetry/a', 'x', { qos: 2, messageId: 9 });
    sensor.publish('telemetry/a', 'x', { qos: 2, messageId: 9, dup: true });
    await until(() => expect(gateway.intake.messages.length).toBe(1));
    gateway.intake.release();
    await until(() => expect(sensor.of('pubrec').length).toBe(2));
    gateway.intake.mode = 'at once';
    await gateway.broker.stop();
    await gateway.start();
    const back = await raw({ clean: false, clientId: 'twice' });
    back.publish('telemetry/a', 'x', { qos: 2, messageId: 9, dup: true });
    await until(() => expect(back.of('pubrec').length).toBe(1));
    expect(gateway.intake.messages.length).toBe(1);
    back.send({ cmd: 'pubrel', messageId: 9 } as never);
    await until(() => expect(back.of('pubcomp').length).toBe(1));
    back.publish('telemetry/a', 'next', { qos: 2, messageId: 9 });
    await until(() => expect(gateway.intake.texts).toEqual(['telemetry/a x', 'telemetry/a next']));
  });

  it('ordering and content hold for a long stream of all sizes, cut anywhere', async () => {
    await gateway.start();
    const sensor = await client();
    const payloads = Array.from({ length: 2_000 }, (_, i) => `${i} ${'x'.repeat((i * 7_919) % 3_000)}`);
    await Promise.all(
      payloads.map((payload, i) =>
        sensor.publishAsync(`telemetry/m${i % 3}`, payload, { qos: i % 5 === 0 ? 0 : 1 }),
      ),
    );
    await until(() => expect(gateway.intake.messages.length).toBe(2_000));
    expect(gateway.intake.texts).toEqual(payloads.map((payload, i) => `telemetry/m${i % 3} ${payload}`));
    expect(gateway.broker.stats().messages).toBe(2_000);
  });

  it('one client that floods while the disk stalls is not read from; it and the others go on afterwards', async () => {
    await gateway.start();
    gateway.intake.mode = 'hold';
    const flood = await raw({ clientId: 'flood' });
    for (let i = 1; i <= 5_000; i++) flood.publish('telemetry/f', 'x'.repeat(500), { messageId: i });
    await until(() => expect(gateway.intake.messages.length).toBeGreaterThan(200));
    const other = await raw({ clientId: 'other' });
    other.publish('telemetry/o', 'me too');
    await until(() => expect(gateway.intake.texts).toContain('telemetry/o me too'));
    // 256 KiB or 1,000 messages, and what one read brings on top.
    expect(gateway.intake.messages.length).toBeLessThan(1_600);
    gateway.intake.mode = 'at once';
    gateway.intake.release();
    await until(() => expect(flood.of('puback').length).toBe(5_000));
  });

  it('a will is handed in, unless the client said goodbye', async () => {
    await gateway.start();
    const will = { topic: 'lifecycle/a', payload: Buffer.from('died'), qos: 1, retain: false };
    const polite = await raw({ clientId: 'polite', will });
    polite.send({ cmd: 'disconnect' });
    await until(() => expect(polite.closed).toBe(true));
    const rude = await raw({ clientId: 'rude', will });
    rude.socket.destroy();
    await until(() => expect(gateway.intake.messages.length).toBe(1));
    expect(gateway.intake.messages[0]).toMatchObject({ topic: 'lifecycle/a', client: 'rude' });
  });

  it('stop() lets what was accepted settle and acknowledges it, takes nothing more, and publishes no wills', async () => {
    await gateway.start();
    gateway.intake.mode = 'hold';
    const will = { topic: 'lifecycle/a', payload: Buffer.from('died'), qos: 0, retain: false };
    const sensor = await raw({ will });
    sensor.publish('telemetry/a', 'first', { messageId: 1 });
    await until(() => expect(gateway.intake.messages.length).toBe(1));
    const stopped = gateway.broker.stop();
    sensor.publish('telemetry/a', 'late', { messageId: 2 });
    gateway.intake.release();
    await stopped;
    await until(() => expect(sensor.closed).toBe(true));
    expect(sensor.of('puback')).toMatchObject([{ messageId: 1 }]);
    expect(gateway.intake.texts).toEqual(['telemetry/a first']);
  });
});

describe('subscribers', () => {
  it.each(['telemetry/a/b', 'telemetry/+/b', 'telemetry/#', '#'])(
    '%s gets live telemetry',
    async (filter) => {
      await gateway.start();
      const [viewer, sensor] = [await operator(), await raw()];
      const got: string[] = [];
      viewer.on('message', (topic, payload) => got.push(`${topic} ${payload}`));
      sensor.publish('telemetry/a/b', 'before', { messageId: 1 });
      await until(() => expect(sensor.of('puback').length).toBe(1));
      await viewer.subscribeAsync(filter, { qos: 1 });
      sensor.publish('telemetry/a/b', 'during', { messageId: 2 });
      sensor.publish('telemetry/a/b', 'unacked', { qos: 0 });
      await until(() => expect(got).toEqual(['telemetry/a/b during', 'telemetry/a/b unacked']));
      await viewer.unsubscribeAsync(filter);
      sensor.publish('telemetry/a/b', 'after', { messageId: 3 });
      await until(() => expect(sensor.of('puback').length).toBe(3));
      expect(got.length).toBe(2);
      expect(gateway.intake.messages.length).toBe(4);
    },
  );

  it('a kept session gets what came while it was away, even over a restart', async () => {
    await gateway.start();
    const kept = { clientId: 'kept', clean: false } as const;
    const viewer = await operator(kept);
    await viewer.subscribeAsync('telemetry/a/+', { qos: 1 });
    await viewer.endAsync();
    let sensor = await raw();
    sensor.publish('telemetry/a/1', 'away', { messageId: 1 });
    sensor.publish('telemetry/b/1', 'not wanted', { messageId: 2 });
    await until(() => expect(sensor.of('puback').length).toBe(2));
    await gateway.broker.stop();
    await gateway.start();
    sensor = await raw();
    sensor.publish('telemetry/a/2', 'restarted', { messageId: 1 });
    await until(() => expect(sensor.of('puback').length).toBe(1));
    const got: string[] = [];
    const url = `mqtt://127.0.0.1:${gateway.port}`;
    const back = mqtt.connect(url, {
      ...kept,
      username: 'operator',
      password: 'secret2',
      reconnectPeriod: 0,
    });
    clients.push(back);
    back.on('message', (_, payload) => got.push(String(payload)));
    await until(() => expect(got).toEqual(['away', 'restarted']));
    sensor.publish('telemetry/a/3', 'live', { messageId: 2 });
    await until(() => expect(got).toEqual(['away', 'restarted', 'live']));
    await until(() => expect(gateway.broker.stats().queue.bytes).toBe(0));
  });

  it('a subscriber that does not read holds up nobody, and loses what it does not read', async () => {
    await gateway.start({ packetBytesMax: 65_536 });
    const sloth = await raw({ clientId: 'sloth', username: 'operator', password: Buffer.from('secret2') });
    sloth.send({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: [{ topic: 'telemetry/#', qos: 0 }],
    } as never);
    await until(() => expect(sloth.of('suback').length).toBe(1));
    sloth.socket.pause();
    const sensor = await client();
    const payload = Buffer.alloc(50_000);
    for (let round = 0; gateway.broker.stats().forwardsDropped === 0; round++) {
      expect(round).toBeLessThan(100);
      await Promise.all(
        Array.from({ length: 40 }, () => sensor.publishAsync('telemetry/a', payload, { qos: 1 })),
      );
    }
    expect(gateway.broker.stats().messages).toBe(gateway.intake.messages.length);
  });

  it('ordinary topics are passed on, and are not telemetry', async () => {
    await gateway.start();
    const sensor = await client({ clientId: 'press-1' });
    const got = new Promise((resolve) => sensor.on('message', (_, payload) => resolve(String(payload))));
    await sensor.subscribeAsync('commands/press-1/#', { qos: 1 });
    await (await operator()).publishAsync('commands/press-1/stop', 'now', { qos: 1 });
    expect(await got).toBe('now');
    expect(gateway.intake.messages).toEqual([]);
  });
});

describe('retained messages', () => {
  it('survive a restart, and an empty one removes them', async () => {
    await gateway.start();
    const sensor = await client();
    await sensor.publishAsync('lifecycle/a', 'born', { qos: 1, retain: true });
    await sensor.publishAsync('lifecycle/b', 'born too', { qos: 1, retain: true });
    await sensor.publishAsync('lifecycle/b', '', { qos: 1, retain: true });
    expect(gateway.intake.texts).toEqual(['lifecycle/a born', 'lifecycle/b born too', 'lifecycle/b ']);
    await gateway.broker.stop();
    await gateway.start();
    const viewer = await operator();
    const got: [string, boolean][] = [];
    viewer.on('message', (_, payload, { retain }) => got.push([String(payload), retain]));
    await viewer.subscribeAsync(['lifecycle/+', 'lifecycle/#'], { qos: 1 });
    await until(() => expect(got).toEqual([['born', true]]));
    expect(gateway.broker.stats().retained.messages).toBe(1);
  });

  it('start empty, with the old store moved aside, when it is damaged', async () => {
    await gateway.start();
    await (await client()).publishAsync('lifecycle/a', 'born', { qos: 1, retain: true });
    await gateway.broker.stop();
    writeFileSync(join(gateway.dataDir, 'broker', 'CURRENT'), 'nonsense');
    await gateway.start();
    expect(gateway.broker.stats().retained.messages).toBe(0);
    expect(readdirSync(gateway.dataDir).some((name) => name.startsWith('broker.damaged-'))).toBe(true);
    await (await client()).publishAsync('telemetry/a', 'x', { qos: 1 });
  });
});

describe('admission', () => {
  it('refuses wrong credentials, strangers, MQTT 5 and unusable client ids, each with its return code', async () => {
    await gateway.start({ users: [{ name: 'sensor', passwordHash: await hashPassword('secret') }] });
    expect(await connackOf({})).toBe(0);
    expect(await connackOf({ password: Buffer.from('wrong') })).toBe(4);
    expect(await connackOf({ username: 'nobody' })).toBe(4);
    expect(await connackOf({ username: undefined, password: undefined })).toBe(4);
    expect(await connackOf({ clientId: 'x'.repeat(129) })).toBe(2);
    expect(await connackOf({ clientId: 'new\nline' })).toBe(2);
    const nameless = await gateway.raw(); // MQTT.js refuses to write this one
    nameless.socket.write(Buffer.from('101c00044d51545404c0003c0000000673656e736f720006736563726574', 'hex'));
    await until(() => expect(nameless.of('connack')).toMatchObject([{ returnCode: 2 }]));
    expect(await connackOf({ clientId: '' })).toBe(0);
    const will = { topic: 'commands/x', payload: Buffer.from('x'), qos: 0, retain: false };
    expect(await connackOf({ will })).toBe(5);
    const { refused } = gateway.broker.stats();
    expect(refused).toMatchObject({ credentials: 3, 'client-id': 3, will: 1 });
  });

  it('answers an MQTT 5 client that it speaks 3.1.1', async () => {
    await gateway.start();
    const attempt = await gateway.raw();
    const bytes: Buffer[] = [];
    attempt.socket.on('data', (part) => bytes.push(part));
    attempt.connect({ protocolVersion: 5, properties: {} });
    await until(() => expect(attempt.closed).toBe(true));
    expect(Buffer.concat(bytes)).toEqual(Buffer.from([0x20, 2, 0, 1]));
    expect(gateway.broker.stats().refused.version).toBe(1);
  });

  it('gives a client id only to the user who holds it, live or as a session; the same user takes it over', async () => {
    await gateway.start();
    const operatorIs = { username: 'operator', password: Buffer.from('secret2') };
    const live = await raw({ clientId: 'mine' });
    expect(await connackOf({ clientId: 'mine', ...operatorIs })).toBe(2);
    expect(live.closed).toBe(false);
    expect(await connackOf({ clientId: 'mine' })).toBe(0);
    await until(() => expect(live.closed).toBe(true));
    expect(await connackOf({ clientId: 'kept', clean: false })).toBe(0);
    await until(() => expect(gateway.broker.stats().connections).toBe(0));
    expect(await connackOf({ clientId: 'kept', ...operatorIs })).toBe(2);
    await gateway.broker.stop();
    await gateway.start();
    expect(await connackOf({ clientId: 'kept', ...operatorIs, clean: false })).toBe(2);
    expect(await connackOf({ clientId: 'kept' })).toBe(0); // a clean session of its own user ends it
    await until(() => expect(gateway.broker.stats().connections).toBe(0));
    expect(await connackOf({ clientId: 'kept', ...operatorIs })).toBe(0);
  });

  it('lets the unnamed in only on loopback, and not from somebody else’s web page', async () => {
    await expect(gateway.start({ host: '0.0.0.0', anonymous: 'loopback' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
    await gateway.start({ users: [], anonymous: 'loopback', websocketPort: 0 });
    expect(await connackOf({ username: undefined, password: undefined })).toBe(0);
    const address = `ws://127.0.0.1:${gateway.broker.ports().websocketPort}`;
    const unnamed = { username: undefined, password: undefined };
    const from = (origin: string) =>
      client(
        {
          ...unnamed,
          createWebsocket: (url, protocols) => new WebSocket(url, protocols, { origin }) as never,
        },
        address,
      );
    await from('http://localhost:8080');
    await expect(from('https://example.org')).rejects.toThrow();
  });

  it('refuses connections above the limit, and those that say nothing', async () => {
    await gateway.start({ connectionsMax: 1, connectTimeoutMs: 100 });
    const silent = await gateway.raw();
    const second = await gateway.raw();
    await until(() => expect(second.closed).toBe(true));
    await until(() => expect(silent.closed).toBe(true));
    expect(gateway.broker.stats().refused).toMatchObject({ limit: 1, timeout: 1 });
    expect(await connackOf({})).toBe(0);
  });

  it('names the port that is busy, and what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await expect(gateway.start({ port })).rejects.toMatchObject({
      code: 'BROKER_PORT_BUSY',
      message: expect.stringMatching(new RegExp(`${port}.*--mqtt-port`)),
    });
    other.close();
    await gateway.start(); // the failed start let go of everything
  });

  it.each([
    [{ users: [{ name: 'a' }] }, /password/],
    [{ users: [{ name: 'a', password: 'x', passwordHash: 'y' }] }, /either/],
    [
      {
        users: [
          { name: 'a', password: 'x' },
          { name: 'a', password: 'x' },
        ],
      },
      /two users/,
    ],
    [{ users: [{ name: 'a', password: 'x', publish: ['a#'] }] }, /filter/],
    [{ telemetryFilters: ['$SYS/#'] }, /telemetry filter/],
    [{ users: [{ name: 'a', passwordHash: 'md5:x' }] }, /scrypt/],
  ])('refuses the configuration %j', async (overrides, problem) => {
    await expect(gateway.start(overrides)).rejects.toThrow(problem);
  });
});

describe('rights', () => {
  it('a publish outside them is not acknowledged and closes the connection; others go on', async () => {
    await gateway.start();
    const good = await raw({ clientId: 'good' });
    for (const topic of ['commands/x', '$SYS/x', 'telemetryx', 'commands/+/x']) {
      const bad = await raw({ clientId: 'bad' });
      bad.publish(topic, 'x');
      await until(() => expect(bad.closed).toBe(true));
      expect(bad.of('puback')).toEqual([]);
    }
    const quiet = await raw({ clientId: 'quiet' });
    quiet.publish('commands/x', 'x', { qos: 0 });
    await until(() => expect(quiet.closed).toBe(true));
    good.publish('telemetry/a', 'x');
    await until(() => expect(good.of('puback').length).toBe(1));
    expect(gateway.intake.messages.length).toBe(1);
    expect(gateway.broker.stats().refused).toMatchObject({ publish: 4, malformed: 1 });
  });

  it('a subscription outside them gets 128, is never kept, and the others of its packet are granted', async () => {
    await gateway.start();
    const sensor = await raw({ clientId: 'c1', clean: false });
    const topics = ['commands/c1/#', '#', 'commands/c2/x', '$SYS/#', 'telemetry/a'];
    const subscriptions = topics.map((topic) => ({ topic, qos: 1 }));
    sensor.send({ cmd: 'subscribe', messageId: 1, subscriptions } as never);
    await until(() => expect(sensor.of('suback')).toMatchObject([{ granted: [1, 128, 128, 128, 1] }]));
    expect(gateway.broker.stats().subscriptionsRefused).toBe(3);
    sensor.socket.destroy();
    await until(() => expect(gateway.broker.stats().connections).toBe(0));
    await (await operator()).publishAsync('commands/c2/x', 'for another', { qos: 1 });
    await (await operator()).publishAsync('commands/c1/x', 'for you', { qos: 1 });
    expect(gateway.broker.stats().queue.bytes).toBe('for you'.length);
  });

  it('a flood of subscriptions is bounded', async () => {
    await gateway.start({ subscriptionsMax: 10 });
    for (const clean of [true, false]) {
      const viewer = await raw({
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

describe('hostile bytes', () => {
  it.each<[string, Buffer, string]>([
    ['garbage', Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n'), 'malformed'],
    ['a publish before CONNECT', Buffer.from([0x30, 4, 0, 1, 0x61, 0x78]), 'malformed'],
    ['a length of five bytes', Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x01]), 'malformed'],
    ['a CONNECT that promises 100 KiB', Buffer.from([0x10, 0x80, 0xa0, 0x06, 0, 4]), 'oversize'],
  ])('%s: closed, counted, and nobody else notices', async (_, bytes, reason) => {
    await gateway.start();
    const good = await raw();
    const bad = await gateway.raw();
    bad.socket.write(bytes);
    await until(() => expect(bad.closed).toBe(true));
    expect(gateway.broker.stats().refused).toMatchObject({ [reason]: 1 });
    good.publish('telemetry/a', 'x');
    await until(() => expect(good.of('puback').length).toBe(1));
  });

  it('an oversize packet is refused from its header; the largest permitted one is taken', async () => {
    await gateway.start({ packetBytesMax: 10_000 });
    const sensor = await raw();
    const room = 10_000 - 2 - 'telemetry/a'.length - 2;
    sensor.publish('telemetry/a', 'x'.repeat(room));
    await until(() => expect(sensor.of('puback').length).toBe(1));
    // Only the header of a 60 MB packet: waiting for the rest would be buffering it.
    sensor.socket.write(Buffer.from([0x32, 0x80, 0x8e, 0xce, 0x1c]));
    await until(() => expect(sensor.closed).toBe(true));
    expect(gateway.broker.stats().refused.oversize).toBe(1);
  });

  it('random bytes after CONNECT never stop the broker', async () => {
    await gateway.start();
    for (let i = 0; i < 60; i++) {
      const bad = await raw({ clientId: `bad${i}` });
      const bytes = Array.from({ length: 200 }, (_, k) => (i * 7_919 + k * k * 104_729) % 256);
      bad.socket.end(Buffer.from([(i * 37) % 256, ...bytes]));
    }
    await (await client()).publishAsync('telemetry/a', 'still here', { qos: 1 });
    expect(gateway.intake.texts).toContain('telemetry/a still here');
  });

  it('tells of the first few refusals only', async () => {
    const lines: string[] = [];
    const pino = await import('pino');
    gateway.log = pino.pino({}, { write: (line: string) => lines.push(line) }) as never;
    await gateway.start();
    for (let i = 0; i < 12; i++) await connackOf({ username: `nobody${i}` });
    expect(lines.filter((line) => line.includes('"credentials"')).length).toBe(5);
    expect(lines.join()).not.toContain('secret');
    const { credentials, throttled } = gateway.broker.stats().refused;
    expect(credentials + throttled).toBe(12);
    expect(throttled).toBeGreaterThan(0);
  });
});

describe('other ways in', () => {
  it('WebSocket: the same broker, the same limits', async () => {
    await gateway.start({ websocketPort: 0, packetBytesMax: 2_000 });
    const url = `ws://127.0.0.1:${gateway.broker.ports().websocketPort}/mqtt`;
    const sensor = await client({}, url);
    await Promise.all(
      Array.from({ length: 200 }, (_, i) => sensor.publishAsync('telemetry/w', `${i}`, { qos: 1 })),
    );
    expect(gateway.intake.messages.map(({ payload }) => Number(payload))).toEqual([...Array(200).keys()]);
    const closed = closeOf(sensor);
    sensor.publish('telemetry/w', 'x'.repeat(3_000), { qos: 1 });
    await closed;
    expect(gateway.broker.stats().refused.oversize).toBe(1);
    expect((await fetch(url.replace('ws', 'http'))).status).toBe(426);
  });

  const openssl = spawnSync('openssl', ['version']).status === 0;
  it.skipIf(!openssl)('TLS (needs openssl to make a certificate)', async () => {
    const [certFile, keyFile] = [join(gateway.dataDir, 'cert.pem'), join(gateway.dataDir, 'key.pem')];
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', '-days', '2'];
    execFileSync('openssl', [...request, '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' });
    await gateway.start({ tls: { certFile, keyFile } });
    const sensor = await client(
      { ca: [readFileSync(certFile)], host: 'localhost' },
      `mqtts://localhost:${gateway.port}`,
    );
    await sensor.publishAsync('telemetry/a', 'sealed', { qos: 1 });
    expect(gateway.intake.texts).toEqual(['telemetry/a sealed']);
    const plain = await gateway.raw();
    plain.connect();
    await until(() => expect(plain.closed).toBe(true));
  });

  it('says which TLS files it cannot use', async () => {
    const tls = { certFile: '/nowhere/cert.pem', keyFile: '/nowhere/key.pem' };
    await expect(gateway.start({ tls })).rejects.toMatchObject({ code: 'BROKER_TLS_FILES' });
  });

  const mosquitto = spawnSync('mosquitto_pub', ['--help']).error === undefined;
  it.skipIf(!mosquitto)('mosquitto_pub, as a second opinion (needs mosquitto-clients)', async () => {
    await gateway.start();
    const login = ['-h', '127.0.0.1', '-p', `${gateway.port}`, '-u', 'sensor', '-P', 'secret'];
    for (const qos of ['0', '1', '2']) {
      const { status } = spawnSync('mosquitto_pub', [
        ...login,
        '-t',
        'telemetry/m',
        '-m',
        `q${qos}`,
        '-q',
        qos,
      ]);
      expect(status).toBe(0);
    }
    await until(() =>
      expect(gateway.intake.texts).toEqual(['q0', 'q1', 'q2'].map((text) => `telemetry/m ${text}`)),
    );
  });
});

it('the configuration has its documented defaults', () => {
  expect(brokerConfig({ port: undefined, users: undefined })).toMatchObject({
    host: '127.0.0.1',
    port: 1883,
    anonymous: 'refuse',
    packetBytesMax: 262_144,
    users: [],
  });
});

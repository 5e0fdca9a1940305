import { randomBytes } from 'node:crypto';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeRecord } from '../../../shared/files/json/json-record.ts';
import { closeOf, type RawClient, TestBroker, until } from './harness.testing.ts';
import { openTestSessions } from './sessions/opened.testing.ts';

let gateway: TestBroker;
beforeEach(() => {
  gateway = new TestBroker();
});
afterEach(() => gateway.remove());

describe('an acknowledgement means durable', () => {
  it.each([1, 2] as const)('QoS %i is acknowledged when it is settled, not before', async (qos) => {
    await gateway.start();
    gateway.intake.mode = 'hold';
    const sensor = await gateway.sensor();
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

  it.each([1, 2] as const)(
    'a message of QoS %d for an absent client of a kept session is on disk when it is acknowledged',
    async (qos) => {
      await gateway.start();
      const absent = await gateway.operator({ clientId: 'absent', clean: false });
      await absent.subscribeAsync('orders/#', { qos: 1 });
      await absent.endAsync();
      const sender = await gateway.operator();
      const atTheAck = join(gateway.dataDir, 'as it was');
      await new Promise<void>((resolve) => {
        sender.publish('orders/1', 'open the valve', { qos }, () => {
          cpSync(join(gateway.dataDir, 'sessions'), join(atTheAck, 'sessions'), { recursive: true });
          rmSync(join(atTheAck, 'sessions', 'lock'));
          resolve();
        });
      });
      const { records, loaded } = await openTestSessions(atTheAck);
      await records.stop();
      const queued = loaded.filter(([key]) => key.startsWith('o!absent!'));
      expect(queued.map(([, value]) => decodeRecord(value)?.body.toString())).toEqual(['open the valve']);

      const back = gateway.client({
        username: 'operator',
        password: 'secret2',
        clientId: 'absent',
        clean: false,
      });
      const texts: string[] = [];
      back.on('message', (_, payload) => texts.push(payload.toString()));
      await until(() => expect(texts).toEqual(['open the valve']));
      await sender.publishAsync('orders/2', 'close it', { qos });
      await until(() => expect(texts).toEqual(['open the valve', 'close it']));
    },
  );

  it('a message that cannot be stored is not acknowledged; the connection is dropped and MQTT.js resends', async () => {
    await gateway.start();
    gateway.intake.mode = 'fail';
    const sensor = await gateway.connected({ reconnectPeriod: 10, clean: false, clientId: 'again' });
    const published = sensor.publishAsync('telemetry/a', 'x', { qos: 1 });
    await closeOf(sensor);
    gateway.intake.mode = 'at once';
    await published;
    expect(gateway.intake.messages.length).toBeGreaterThan(1);
    expect(gateway.broker.stats().refused.intake).toBeGreaterThan(0);
    const careful = await gateway.sensor();
    careful.publish('telemetry/a', 'x', { dup: true });
    await until(() => expect(gateway.intake.messages.at(-1)).toMatchObject({ client: 'raw', resend: true }));
  });

  it('a resent QoS 2 message is stored once: during the first write, until PUBREL, and after a restart', async () => {
    await gateway.start();
    gateway.intake.mode = 'hold';
    const sensor = await gateway.sensor({ clean: false, clientId: 'twice' });
    sensor.publish('telemetry/a', 'x', { qos: 2, messageId: 9 });
    sensor.publish('telemetry/a', 'x', { qos: 2, messageId: 9, dup: true });
    await until(() => expect(gateway.intake.messages.length).toBe(1));
    gateway.intake.release();
    await until(() => expect(sensor.of('pubrec').length).toBe(2));
    gateway.intake.mode = 'at once';
    await gateway.broker.stop();
    await gateway.start();
    const back = await gateway.sensor({ clean: false, clientId: 'twice' });
    back.publish('telemetry/a', 'x', { qos: 2, messageId: 9, dup: true });
    await until(() => expect(back.of('pubrec').length).toBe(1));
    expect(gateway.intake.messages.length).toBe(1);
    back.send({ cmd: 'pubrel', messageId: 9 } as never);
    await until(() => expect(back.of('pubcomp').length).toBe(1));
    back.publish('telemetry/a', 'next', { qos: 2, messageId: 9 });
    await until(() => expect(gateway.intake.texts).toEqual(['telemetry/a x', 'telemetry/a next']));
  });

  it('a QoS 2 message of a device that lost its side of the session is not mistaken for the previous one', async () => {
    await gateway.start();
    const before = await gateway.sensor({ clean: false, clientId: 'forgetful' });
    before.publish('telemetry/a', 'one', { qos: 2, messageId: 1 });
    await until(() => expect(before.of('pubrec').length).toBe(1));
    before.socket.destroy(); // before PUBREL: after a power cut it restarts its message ids at 1
    const after = await gateway.sensor({ clean: false, clientId: 'forgetful' });
    after.publish('telemetry/a', 'two', { qos: 2, messageId: 1 });
    after.publish('telemetry/a', 'two', { qos: 2, messageId: 1, dup: true });
    await until(() => expect(after.of('pubrec').length).toBe(2));
    expect(gateway.intake.texts).toEqual(['telemetry/a one', 'telemetry/a two']);
  });

  it('a long stream of messages of all sizes, split anywhere, keeps order and content', async () => {
    await gateway.start();
    const sensor = await gateway.connected();
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

  it('one client that floods while the disk stalls is not read from; it and the others continue afterwards', async () => {
    await gateway.start();
    gateway.intake.mode = 'hold';
    const flood = await gateway.sensor({ clientId: 'flood' });
    for (let i = 1; i <= 5_000; i++) flood.publish('telemetry/f', 'x'.repeat(500), { messageId: i });
    await until(() => expect(gateway.intake.messages.length).toBeGreaterThan(200));
    const other = await gateway.sensor({ clientId: 'other' });
    other.publish('telemetry/o', 'me too');
    await until(() => expect(gateway.intake.texts).toContain('telemetry/o me too'));
    // 256 KiB or 1,000 messages, and in addition the messages of one read.
    expect(gateway.intake.messages.length).toBeLessThan(1_600);
    gateway.intake.mode = 'at once';
    gateway.intake.release();
    await until(() => expect(flood.of('puback').length).toBe(5_000));
  });

  it('all clients together are bounded too, and all continue when there is room again', async () => {
    await gateway.start({ pendingBytesMax: 1_048_576 });
    gateway.intake.mode = 'hold';
    const sensors = await Promise.all(
      Array.from({ length: 12 }, (_, i) => gateway.sensor({ clientId: `s${i}` })),
    );
    for (let i = 1; i <= 300; i++) {
      for (const sensor of sensors) sensor.publish('telemetry/f', 'x'.repeat(1_000), { messageId: i });
    }
    await until(() => expect(gateway.intake.messages.length).toBeGreaterThan(1_048));
    await gateway.operator(); // one can still connect
    // Plus at most one read from each of them.
    expect(gateway.intake.messages.length).toBeLessThan(1_048 + 12 * 130);
    // Room becomes free in small steps, so that some connections resume while others must wait again.
    const drain = setInterval(() => gateway.intake.release(undefined, 50), 1);
    await until(() => {
      for (const sensor of sensors) expect(sensor.of('puback').length).toBe(300);
    });
    clearInterval(drain);
  });

  it('packed messages of one user are bounded over all its connections, by what they become, and others go on', async () => {
    await gateway.start();
    gateway.intake.mode = 'hold';
    const packed = gzipSync(randomBytes(8_192)); // as long as one that becomes 256 KiB, of which a user may have 32
    const senders: RawClient[] = [];
    for (let i = 0; i < 40; i++) senders.push(await gateway.sensor({ clientId: `s${i}` }));
    for (const sender of senders) sender.publish('telemetry/a', packed);
    await until(() => expect(gateway.intake.messages.length).toBe(32));
    const operator = { username: 'operator', password: Buffer.from('secret2') };
    const other = await gateway.sensor({ ...operator, clientId: 'other' });
    other.publish('telemetry/b', 'x');
    await until(() => expect(gateway.intake.texts).toContain('telemetry/b x'));
    expect(gateway.intake.messages.length).toBe(33);
    gateway.intake.mode = 'at once';
    gateway.intake.release();
    await until(() => expect(gateway.intake.messages.length).toBe(41));
    await until(() => expect(senders.every((sender) => sender.of('puback').length === 1)).toBe(true));
    senders[0]!.publish('telemetry/a', packed, { qos: 2, messageId: 2 });
    await until(() => expect(senders[0]!.of('pubrec').length).toBe(1));
  });

  it('one read from a socket brings no more packed messages than its user may have, and the rest in order afterwards', async () => {
    await gateway.start();
    gateway.intake.mode = 'hold';
    const sender = await gateway.sensor();
    const count = 45;
    const packed = gzipSync(randomBytes(1_300)); // all of them fit into one read of 64 KiB
    const about = { cmd: 'publish', topic: 'telemetry/a', payload: packed, qos: 1, dup: false } as const;
    const messages = Array.from({ length: count }, (_, i) => ({ ...about, messageId: i + 1, retain: false }));
    sender.send(...messages);
    await until(() => expect(gateway.intake.messages.length).toBeGreaterThanOrEqual(32));
    const other = await gateway.operator();
    other.publish('telemetry/b', 'x', { qos: 1 });
    await until(() => expect(gateway.intake.texts).toContain('telemetry/b x'));
    expect(gateway.intake.messages.length).toBe(33);
    gateway.intake.mode = 'at once';
    gateway.intake.release();
    await until(() => expect(sender.of('puback').length).toBe(count));
    const ids = sender.of('puback').map((each) => (each as { messageId?: number }).messageId);
    expect(ids).toEqual(messages.map(({ messageId }) => messageId));
    expect(gateway.intake.messages.length).toBe(count + 1);
  });

  it('a will is published, unless the client has sent DISCONNECT', async () => {
    await gateway.start();
    const will = { topic: 'lifecycle/a', payload: Buffer.from('died'), qos: 1, retain: false };
    const polite = await gateway.sensor({ clientId: 'polite', will });
    polite.send({ cmd: 'disconnect' });
    await until(() => expect(polite.closed).toBe(true));
    const rude = await gateway.sensor({ clientId: 'rude', will });
    rude.socket.destroy();
    await until(() => expect(gateway.intake.messages.length).toBe(1));
    expect(gateway.intake.messages[0]).toMatchObject({ topic: 'lifecycle/a', client: 'rude' });
  });

  it('stop() acknowledges accepted messages once they settle, accepts no more, and publishes no wills', async () => {
    await gateway.start();
    gateway.intake.mode = 'hold';
    const will = { topic: 'lifecycle/a', payload: Buffer.from('died'), qos: 0, retain: false };
    const sensor = await gateway.sensor({ will });
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

import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestBroker, until } from './harness.testing.ts';

let gateway: TestBroker;
beforeEach(() => {
  gateway = new TestBroker();
});
afterEach(() => gateway.remove());

describe('subscribers', () => {
  it.each(['telemetry/a/b', 'telemetry/+/b', 'telemetry/#', '#'])(
    '%s receives live telemetry',
    async (filter) => {
      await gateway.start();
      const [viewer, sensor] = [await gateway.operator(), await gateway.sensor()];
      const got: string[] = [];
      viewer.on('message', (topic, payload) => got.push(`${topic} ${payload}`));
      sensor.publish('telemetry/a/b', 'before', { messageId: 1 });
      await until(() => expect(sensor.of('puback').length).toBe(1));
      await viewer.subscribeAsync(filter, { qos: 1 });
      sensor.publish('telemetry/a/b', 'during', { messageId: 2 });
      sensor.publish('telemetry/a/b', 'unacked', { qos: 0 });
      // In any order: MQTT orders only messages of the same QoS, and packets that arrive in one chunk may change
      // places.
      const expected = ['telemetry/a/b during', 'telemetry/a/b unacked'];
      await until(() => expect(got.toSorted()).toEqual(expected));
      await viewer.unsubscribeAsync(filter);
      sensor.publish('telemetry/a/b', 'after', { messageId: 3 });
      await until(() => expect(sensor.of('puback').length).toBe(3));
      expect(got.length).toBe(2);
      expect(gateway.intake.messages.length).toBe(4);
    },
  );

  it('a kept session receives the messages of its absence, even across a restart', async () => {
    await gateway.start();
    const kept = { clientId: 'kept', clean: false } as const;
    const viewer = await gateway.operator(kept);
    await viewer.subscribeAsync('telemetry/a/+', { qos: 1 });
    await viewer.endAsync();
    let sensor = await gateway.sensor();
    sensor.publish('telemetry/a/1', 'away', { messageId: 1 });
    sensor.publish('telemetry/b/1', 'not wanted', { messageId: 2 });
    await until(() => expect(sensor.of('puback').length).toBe(2));
    await gateway.broker.stop();
    await gateway.start();
    sensor = await gateway.sensor();
    sensor.publish('telemetry/a/2', 'restarted', { messageId: 1 });
    await until(() => expect(sensor.of('puback').length).toBe(1));
    const got: string[] = [];
    const back = gateway.client({ ...kept, username: 'operator', password: 'secret2' });
    back.on('message', (_, payload) => got.push(String(payload)));
    await until(() => expect(got).toEqual(['away', 'restarted']));
    sensor.publish('telemetry/a/3', 'live', { messageId: 2 });
    await until(() => expect(got).toEqual(['away', 'restarted', 'live']));
    await until(() => expect(gateway.broker.stats().queue.bytes).toBe(0));
  });

  it('a subscriber that does not read delays no other client, and loses messages', async () => {
    await gateway.start({ packetBytesMax: 65_536 });
    const sloth = await gateway.sensor({
      clientId: 'sloth',
      username: 'operator',
      password: Buffer.from('secret2'),
    });
    sloth.send({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: [{ topic: 'telemetry/#', qos: 0 }],
    } as never);
    await until(() => expect(sloth.of('suback').length).toBe(1));
    sloth.socket.pause();
    const sensor = await gateway.connected();
    const payload = Buffer.alloc(50_000);
    for (let round = 0; gateway.broker.stats().forwardsDropped === 0; round++) {
      expect(round).toBeLessThan(100);
      await Promise.all(
        Array.from({ length: 40 }, () => sensor.publishAsync('telemetry/a', payload, { qos: 1 })),
      );
    }
    expect(gateway.broker.stats().messages).toBe(gateway.intake.messages.length);
  });

  it('ordinary topics are forwarded, and are not telemetry', async () => {
    await gateway.start();
    const sensor = await gateway.connected({ clientId: 'press-1' });
    const got = new Promise((resolve) => sensor.on('message', (_, payload) => resolve(String(payload))));
    await sensor.subscribeAsync('commands/press-1/#', { qos: 1 });
    await (await gateway.operator()).publishAsync('commands/press-1/stop', 'now', { qos: 1 });
    expect(await got).toBe('now');
    expect(gateway.intake.messages).toEqual([]);
  });
});

describe('retained messages', () => {
  it('survive a restart, and an empty one removes them', async () => {
    await gateway.start();
    const sensor = await gateway.connected();
    await sensor.publishAsync('lifecycle/a', 'born', { qos: 1, retain: true });
    await sensor.publishAsync('lifecycle/b', 'born too', { qos: 1, retain: true });
    await sensor.publishAsync('lifecycle/b', '', { qos: 1, retain: true });
    expect(gateway.intake.texts).toEqual(['lifecycle/a born', 'lifecycle/b born too', 'lifecycle/b ']);
    await gateway.broker.stop();
    await gateway.start();
    const viewer = await gateway.operator();
    const got: [string, boolean][] = [];
    viewer.on('message', (_, payload, { retain }) => got.push([String(payload), retain]));
    await viewer.subscribeAsync(['lifecycle/+', 'lifecycle/#'], { qos: 1 });
    await until(() => expect(got).toEqual([['born', true]]));
    expect(gateway.broker.stats().retained.messages).toBe(1);
  });

  it('start empty, with the old records moved aside, when it is damaged', async () => {
    await gateway.start();
    await (await gateway.connected()).publishAsync('lifecycle/a', 'born', { qos: 1, retain: true });
    await gateway.broker.stop();
    rmSync(join(gateway.dataDir, 'sessions'), { recursive: true });
    writeFileSync(join(gateway.dataDir, 'sessions'), 'nonsense');
    await gateway.start();
    expect(gateway.broker.stats().retained.messages).toBe(0);
    expect(readdirSync(gateway.dataDir).some((name) => name.startsWith('sessions.damaged-'))).toBe(true);
    await (await gateway.connected()).publishAsync('telemetry/a', 'x', { qos: 1 });
  });
});

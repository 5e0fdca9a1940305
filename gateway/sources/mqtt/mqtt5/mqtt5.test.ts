/** Readings and subscribers with MQTT 5, from MQTT.js as a client that is not ours. */
import type { IClientOptions, IPublishPacket, MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestBroker, until } from '../harness.testing.ts';

let gateway: TestBroker;
beforeEach(() => {
  gateway = new TestBroker();
});
afterEach(() => gateway.remove());

const five = (more: IClientOptions = {}): IClientOptions => ({ protocolVersion: 5, ...more });
const operator = (more: IClientOptions = {}) => gateway.operator(five(more));
const kept = (clientId: string, sessionExpiryInterval = 3_600): IClientOptions =>
  five({ clientId, clean: false, properties: { sessionExpiryInterval } });

/** Everything that a client receives: topic, payload, and the packet. */
function received(client: MqttClient): { text: string; packet: IPublishPacket }[] {
  const all: { text: string; packet: IPublishPacket }[] = [];
  client.on('message', (topic, payload, packet) => all.push({ text: `${topic} ${payload}`, packet }));
  return all;
}
const texts = (all: { text: string }[]) => all.map(({ text }) => text);

const properties = {
  payloadFormatIndicator: true,
  contentType: 'application/json',
  responseTopic: 'answers/a',
  correlationData: Buffer.from([0, 1, 255]),
  userProperties: { unit: 'bar', line: ['1', '2'] },
};

describe('readings', () => {
  it.each([0, 1, 2] as const)(
    'with QoS %i are stored as they are, with properties and without',
    async (qos) => {
      await gateway.start();
      const sensor = await gateway.connected(five());
      await sensor.publishAsync('telemetry/a', 'plain', { qos });
      await sensor.publishAsync('telemetry/a', 'with properties', { qos, properties });
      await sensor.publishAsync('telemetry/a', '', { qos, properties });
      const expected = ['telemetry/a plain', 'telemetry/a with properties', 'telemetry/a '];
      await until(() => expect(gateway.intake.texts).toEqual(expected));
    },
  );

  it('by topic alias: many of them in one chunk, and also when a subscriber comes', async () => {
    await gateway.start();
    const sensor = await gateway.connected(five({ clientId: 's' }));
    const send = (topic: string, text: string, topicAlias: number) =>
      sensor.publishAsync(topic, text, { qos: 1, properties: { topicAlias } });
    await send('telemetry/a', '1', 1);
    await send('telemetry/b', '2', 2);
    await Promise.all([send('', '3', 1), send('', '4', 2), send('', '5', 1)]);
    const seen = received(
      await operator().then(async (viewer) => {
        await viewer.subscribeAsync('telemetry/#', { qos: 1 });
        return viewer;
      }),
    );
    await send('', '6', 1);
    await send('telemetry/c', '7', 3);
    await send('', '8', 3);
    expect(gateway.intake.texts.map((text) => text.slice('telemetry/'.length))).toEqual([
      'a 1',
      'b 2',
      'a 3',
      'b 4',
      'a 5',
      'a 6',
      'c 7',
      'c 8',
    ]);
    await until(() => expect(texts(seen)).toEqual(['telemetry/a 6', 'telemetry/c 7', 'telemetry/c 8']));
    for (const { packet } of seen) expect(packet.properties?.topicAlias).toBeUndefined();
  });

  it('without a right are refused one by one, and the connection stays', async () => {
    await gateway.start();
    const sensor = await gateway.connected(five());
    for (const qos of [1, 2] as const)
      await expect(sensor.publishAsync('commands/a', 'x', { qos })).rejects.toMatchObject({ code: 0x87 });
    await sensor.publishAsync('commands/a', 'x');
    await sensor.publishAsync('telemetry/a', 'x', { qos: 1 });
    expect(gateway.intake.texts).toEqual(['telemetry/a x']);
    expect(gateway.broker.stats().refused.publish).toBe(3);
  });

  it('that cannot be stored are not acknowledged: the client is told, and sends them again', async () => {
    await gateway.start();
    gateway.intake.mode = 'fail';
    const sensor = gateway.client({ ...kept('s'), reconnectPeriod: 20 });
    const told: number[] = [];
    sensor.on('disconnect', ({ reasonCode }) => told.push(reasonCode ?? 0));
    sensor.on('error', () => undefined);
    sensor.on('close', () => {
      gateway.intake.mode = 'at once';
    });
    await Promise.all([
      sensor.publishAsync('telemetry/a', 'one', { qos: 1 }),
      sensor.publishAsync('telemetry/a', 'two', { qos: 2 }),
    ]);
    expect(told[0]).toBe(0x83);
    expect(new Set(gateway.intake.texts)).toEqual(new Set(['telemetry/a one', 'telemetry/a two']));
  });
});

describe('subscribers', () => {
  it.each([0, 1, 2] as const)(
    'get properties, live, retained and from the queue of a session: QoS %i',
    async (qos) => {
      await gateway.start();
      const away = await operator(kept('away'));
      await away.subscribeAsync('t/#', { qos: 2 });
      await away.endAsync();
      const live = received(
        await operator({ clientId: 'live' }).then(async (viewer) => {
          await viewer.subscribeAsync('t/#', { qos: 2, properties: { subscriptionIdentifier: 7 } });
          return viewer;
        }),
      );
      await (await operator({ clientId: 'p' })).publishAsync('t/a', 'x', { qos, retain: true, properties });
      await until(() => expect(texts(live)).toEqual(['t/a x']));
      expect(live[0]!.packet).toMatchObject({
        qos,
        retain: false,
        properties: { ...properties, subscriptionIdentifier: 7 },
      });
      await gateway.broker.stop();
      await gateway.start();
      const late = await operator({ clientId: 'late' });
      const [retained, back] = [
        received(late),
        received(gateway.client({ ...kept('away'), username: 'operator', password: 'secret2' })),
      ];
      await late.subscribeAsync('t/+', { qos: 2 });
      await until(() => expect(texts(retained)).toEqual(['t/a x']));
      expect(retained[0]!.packet).toMatchObject({ qos, retain: true, properties });
      if (qos === 0) return;
      await until(() => expect(texts(back)).toEqual(['t/a x']));
      expect(back[0]!.packet).toMatchObject({ qos, properties });
      await until(() => expect(gateway.broker.stats().queue.bytes).toBe(0));
    },
  );

  it('a subscription lowers the QoS, with wildcards and for retained messages too; 3.1.1 as well', async () => {
    await gateway.start();
    const sender = await operator({ clientId: 'sender' });
    await sender.publishAsync('t/kept', 'x', { qos: 2, retain: true });
    for (const protocolVersion of [4, 5] as const) {
      const seen = received(
        await gateway.operator({ protocolVersion, clientId: `v${protocolVersion}` }).then(async (viewer) => {
          const all = received(viewer);
          await viewer.subscribeAsync('t/#', { qos: 1 });
          await sender.publishAsync('t/a', 'x', { qos: 2 });
          await until(() => expect(all.map(({ packet }) => packet.qos)).toEqual([1, 1]));
          return viewer;
        }),
      );
      expect(seen).toEqual([]);
    }
  });

  it('no local, retain as published, retain handling', async () => {
    await gateway.start();
    const client = await operator({ clientId: 'bridge' });
    const seen = received(client);
    await client.subscribeAsync('t/#', { qos: 1, nl: true, rap: true, rh: 2 });
    const other = await operator({ clientId: 'other' });
    await client.publishAsync('t/own', 'x', { qos: 1 });
    await other.publishAsync('t/a', 'x', { qos: 1, retain: true });
    await until(() => expect(texts(seen)).toEqual(['t/a x']));
    expect(seen[0]!.packet.retain).toBe(true);
    await client.subscribeAsync('t/#', { qos: 1, nl: true, rap: true, rh: 1 });
    await client.subscribeAsync('t/a', { qos: 1, rh: 1 });
    await until(() => expect(texts(seen)).toEqual(['t/a x', 't/a x']));
  });

  it('a kept session does not get its own messages later either, and acknowledges RETAIN as published', async () => {
    await gateway.start();
    const away = await operator(kept('away'));
    await away.subscribeAsync('t/#', { qos: 1, nl: true, rap: true });
    await away.publishAsync('t/own', 'x', { qos: 1 });
    await (await operator({ clientId: 'other' })).publishAsync('t/a', 'x', { qos: 1, retain: true });
    await until(() => expect(gateway.broker.stats().queue.bytes).toBe(0));
  });

  it('get no more at once than they take: Receive Maximum, live and from a queue; and no larger packets', async () => {
    await gateway.start();
    const takes = { receiveMaximum: 2, maximumPacketSize: 2_000 };
    const slow = await gateway.raw();
    const connect = {
      clientId: 'slow',
      clean: false,
      protocolVersion: 5,
      username: 'operator',
      password: Buffer.from('secret2'),
    };
    slow.connect5({ ...connect, properties: { sessionExpiryInterval: 100, ...takes } });
    await until(() => expect(slow.of('connack').length).toBe(1));
    slow.send5({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 't/#', qos: 2 }] } as never);
    await until(() => expect(slow.of('suback').length).toBe(1));
    const sender = await operator({ clientId: 'sender' });
    await sender.publishAsync('t/large', 'x'.repeat(2_000), { qos: 1 });
    for (let i = 1; i <= 6; i++) await sender.publishAsync('t/a', `${i}`, { qos: i % 2 === 0 ? 2 : 1 });
    const ids = () => slow.of('publish') as unknown as { messageId: number; qos: number; payload: Buffer }[];
    await until(() => expect(ids().map(({ payload }) => `${payload}`)).toEqual(['1', '2']));
    slow.send5({ cmd: 'puback', messageId: ids()[0]!.messageId } as never);
    await until(() => expect(ids().map(({ payload }) => `${payload}`)).toEqual(['1', '2', '3']));
    slow.socket.destroy();
    await until(() => expect(gateway.broker.stats().connections).toBe(1));
    const back = await gateway.raw();
    back.connect5({ ...connect, properties: { sessionExpiryInterval: 100, ...takes } });
    const later = () =>
      back.of('publish') as unknown as { messageId: number; qos: number; payload: Buffer }[];
    for (let count = 2; count <= 5; count++) {
      await until(() => expect(later().length).toBe(Math.min(count, 5)));
      const { messageId, qos } = later()[count - 2]!;
      if (qos === 1) back.send5({ cmd: 'puback', messageId } as never);
      else {
        back.send5({ cmd: 'pubrec', messageId } as never);
        await until(() => expect(back.of('pubrel').at(-1)).toMatchObject({ messageId }));
        back.send5({ cmd: 'pubcomp', messageId } as never);
      }
    }
    expect(later().map(({ payload }) => `${payload}`)).toEqual(['2', '3', '4', '5', '6']);
  });
});

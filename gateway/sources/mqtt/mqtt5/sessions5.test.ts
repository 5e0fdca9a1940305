/** Sessions, expiry and wills of MQTT 5, and Mosquitto's clients. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IClientOptions, IPublishPacket, MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mosquittoClients } from '../../../../test/support/debian/clients.ts';
import { environmentOf } from '../../../../test/support/debian/packages.ts';
import { reasonToSkip } from '../../../../test/support/needed.ts';
import { TestBroker, until } from '../harness.testing.ts';

const mosquitto = await mosquittoClients();
const noMosquitto = reasonToSkip(mosquitto);

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

describe('sessions', () => {
  const isPresent = async (options: IClientOptions): Promise<boolean> => {
    const client = gateway.client(options);
    const connack = await new Promise<{ sessionPresent: boolean }>((resolve) =>
      client.once('connect', resolve),
    );
    await client.endAsync();
    await until(() => expect(gateway.broker.stats().connections).toBe(0));
    return connack.sessionPresent;
  };

  it('last as long as their client asks, also when it asks at the end, and over a restart', async () => {
    await gateway.start();
    expect(await isPresent(kept('a'))).toBe(false);
    expect(await isPresent(kept('a'))).toBe(true);
    await gateway.broker.stop();
    await gateway.start();
    expect(await isPresent(kept('a', 0))).toBe(true); // resumed, and at its end with the connection
    expect(await isPresent(kept('a', 0))).toBe(false);
    expect(await isPresent(kept('a', 1))).toBe(false);
    await until(() => expect(gateway.broker.stats().sessions).toBe(0));
    expect(await isPresent(kept('a', 1))).toBe(false);
    expect(await isPresent({ ...kept('a'), clean: true })).toBe(false);
    expect(await isPresent(kept('a'))).toBe(true);
    const leaving = await gateway.connected(kept('a'));
    await leaving.endAsync(false, { properties: { sessionExpiryInterval: 0 } });
    await until(() => expect(gateway.broker.stats().sessions).toBe(0));
  });

  it('a clean start with a lasting session forgets messages and subscriptions of before', async () => {
    await gateway.start();
    const before = await operator(kept('a'));
    await before.subscribeAsync('t/#', { qos: 1 });
    await before.endAsync();
    const sender = await operator({ clientId: 'sender' });
    await sender.publishAsync('t/a', 'old', { qos: 1 });
    const after = await operator({ ...kept('a'), clean: true });
    const seen = received(after);
    await after.subscribeAsync('u/#', { qos: 1 });
    await sender.publishAsync('t/a', 'new', { qos: 1 });
    await sender.publishAsync('u/a', 'new', { qos: 1 });
    await until(() => expect(texts(seen)).toEqual(['u/a new']));
    expect(gateway.broker.stats().sessions).toBe(1);
  });

  it('a message that has expired is not sent, from a queue or as retained', async () => {
    let nowMs = Date.now();
    gateway.clock = { ...gateway.clock, nowMs: () => nowMs };
    await gateway.start();
    const away = await operator(kept('away'));
    await away.subscribeAsync('t/#', { qos: 1 });
    await away.endAsync();
    const sender = await operator({ clientId: 'sender' });
    nowMs -= 60_000; // then the moment has passed by the system's clock, which Aedes asks
    for (const messageExpiryInterval of [1, 3_600])
      await sender.publishAsync(`t/${messageExpiryInterval}`, 'x', {
        qos: 1,
        retain: true,
        properties: { messageExpiryInterval },
      });
    nowMs += 60_000;
    const back = received(gateway.client({ ...kept('away'), username: 'operator', password: 'secret2' }));
    await until(() => expect(texts(back)).toEqual(['t/3600 x']));
    expect(back[0]!.packet.properties!.messageExpiryInterval).toBeLessThanOrEqual(3_600);
    const late = await operator({ clientId: 'late' });
    const retained = received(late);
    await late.subscribeAsync('t/#', { qos: 1 });
    await until(() => expect(texts(retained)).toEqual(['t/3600 x']));
    expect(gateway.broker.stats().retained.messages).toBe(1);
  });

  it('a will that waits is published when a person ends the session of its client', async () => {
    await gateway.start();
    const viewer = await operator();
    const seen = received(viewer);
    await viewer.subscribeAsync('lifecycle/#', { qos: 1 });
    const properties = { willDelayInterval: 3_000 };
    const will = { topic: 'lifecycle/a', payload: Buffer.from('gone'), qos: 1 as const, properties };
    const client = await gateway.connected({ ...kept('a'), will });
    client.stream.destroy();
    await until(() => expect(gateway.broker.stats().connections).toBe(1));
    expect(await gateway.broker.sessions?.().end(['a'])).toMatchObject({ ended: ['a'] });
    await until(() => expect(texts(seen)).toEqual(['lifecycle/a gone']));
    await until(() => expect(gateway.broker.stats().wills.bytes).toBe(0));
  });

  it('a will keeps its properties, waits for its delay, and not where the client comes back', async () => {
    await gateway.start();
    const viewer = await operator({ clientId: 'viewer' });
    const seen = received(viewer);
    await viewer.subscribeAsync('lifecycle/#', { qos: 1 });
    const will = (topic: string, willDelayInterval: number) => ({
      will: {
        topic,
        payload: Buffer.from('gone'),
        qos: 1 as const,
        retain: false,
        properties: { willDelayInterval, contentType: 'text/plain', correlationData: Buffer.from([1]) },
      },
    });
    const back = await gateway.connected({ ...kept('back'), ...will('lifecycle/back', 1) });
    back.stream.destroy();
    const left = await gateway.connected({ ...kept('left'), ...will('lifecycle/left', 1) });
    left.stream.destroy();
    await gateway.connected(kept('back'));
    await until(() => expect(texts(seen)).toEqual(['lifecycle/left gone']));
    expect(seen[0]!.packet.properties).toMatchObject({
      contentType: 'text/plain',
      correlationData: Buffer.from([1]),
    });
    expect(seen[0]!.packet.properties).not.toHaveProperty('willDelayInterval');
    expect(gateway.intake.texts).toEqual(['lifecycle/left gone']);
  });
});

it.skipIf(noMosquitto !== null)(
  'mosquitto_pub and mosquitto_sub with MQTT 5 (needs mosquitto-clients)',
  async () => {
    if ('unavailable' in mosquitto) return;
    const { pub, sub } = mosquitto;
    await gateway.start();
    const at = ['-V', '5', '-h', '127.0.0.1', '-p', `${gateway.port}`];
    const run = (binary: typeof pub, args: string[]) =>
      spawn(binary.path, [...at, ...args], { env: environmentOf(binary) });
    const login = ['-i', 'viewer', '-c', '-x', '100', ...'-u operator -P secret2'.split(' ')];
    const viewer = run(sub, [...login, ...'-t telemetry/# -q 2 -C 3 -W 60 -F'.split(' '), '%t %p %q']);
    let printed = '';
    viewer.stdout.on('data', (part) => {
      printed += part;
    });
    const done = once(viewer, 'close');
    await until(() => expect(gateway.broker.sessions!().list()).toMatchObject([{ subscriptions: 1 }]));
    // QoS 0 last: it is not queued, and the subscription may still be under way.
    for (const qos of [1, 2, 0]) {
      const what = `-u sensor -P secret -t telemetry/m -m q${qos} -q ${qos} -D publish user-property a b`;
      expect((await once(run(pub, what.split(' ')), 'exit'))[0]).toBe(0);
    }
    expect((await done)[0]).toBe(0);
    expect(printed.trim().split('\n')).toEqual(['telemetry/m q1 1', 'telemetry/m q2 2', 'telemetry/m q0 0']);
    expect(gateway.intake.texts).toEqual(['telemetry/m q1', 'telemetry/m q2', 'telemetry/m q0']);
  },
);

/** Devices whose accounts people add, change and revoke while the broker runs. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newDeviceSecret } from '../../../../shared/devices/device-secret.ts';
import { silentLog } from '../../../../shared/runtime/log.ts';
import { manualClock } from '../../../../shared/runtime/manual-clock.ts';
import { Devices } from '../../../devices/devices.ts';
import { brokerConfig, TestBroker, until } from '../harness.testing.ts';

const maria = { by: 'maria', address: '::1' };
let gateway: TestBroker;
let devices: Devices;
beforeEach(async () => {
  gateway = new TestBroker();
  devices = Devices.in(gateway.dataDir, {
    reserved: () => ['sensor', 'operator'],
    clock: manualClock(),
    log: silentLog,
  });
  gateway.devices = devices;
});
afterEach(() => gateway.remove());

async function added(user: string, more: object = {}) {
  const { secret, passwordHash } = await newDeviceSecret();
  await devices.add([{ user, passwordHash, ...more }], maria);
  return { username: user, clientId: user, password: Buffer.from(secret) };
}

it('a device that was added can sign in at once, and one that is revoked is disconnected at once', async () => {
  await gateway.start();
  const fan = await added('fan-3');
  const client = await gateway.sensor(fan);
  client.publish('telemetry/hall-1/fan-3/rpm', '900');
  await until(() => expect(client.of('puback').length).toBe(1));
  await devices.revoke(['fan-3'], maria);
  await until(() => expect(client.closed).toBe(true));
  expect(await gateway.connackOf(fan)).toBe(4);
  expect(gateway.broker.stats().refused).toMatchObject({ account: 1, credentials: 1 });
});

it('a secret that was replaced opens nothing any more, and the other one does', async () => {
  const fan = await added('fan-3');
  await gateway.start();
  const client = await gateway.sensor(fan);
  const { secret, passwordHash } = await newDeviceSecret();
  await devices.rotate('fan-3', { passwordHash }, maria);
  await until(() => expect(client.closed).toBe(true));
  expect(await gateway.connackOf(fan)).toBe(4);
  expect(await gateway.connackOf({ ...fan, password: Buffer.from(secret) })).toBe(0);
});

it('it writes and reads only its own machine, and says nothing of its life, unless it may', async () => {
  await gateway.start();
  const fan = await added('fan-3', { machines: ['hall-1/{user}'] });
  const mayPublish = async (topic: string, as = fan) => {
    const client = await gateway.sensor(as);
    client.publish(topic, '1');
    await until(() => expect(client.closed || client.of('puback').length === 1).toBe(true));
    const isAcknowledged = client.of('puback').length === 1;
    client.socket.destroy();
    return isAcknowledged;
  };
  expect(await mayPublish('telemetry/hall-1/fan-3')).toBe(true);
  expect(await mayPublish('telemetry/hall-2/fan-3')).toBe(false);
  expect(await mayPublish('telemetry/hall-1/fan-4')).toBe(false);
  expect(await mayPublish('lifecycle/hall-1/fan-3')).toBe(false);
  expect(await mayPublish('harbinger/hall-1/fan-3/severity')).toBe(false);
  expect(await mayPublish('lifecycle/hall-1/fan-5', await added('fan-5', { lifecycle: true }))).toBe(true);
  const client = await gateway.sensor(fan);
  const topics = [
    'telemetry/hall-1/fan-3/#',
    'harbinger/hall-1/fan-3/alerts',
    'telemetry/#',
    'harbinger/hall-1/#',
  ];
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: topics.map((topic) => ({ topic, qos: 0 })) });
  await until(() => expect(client.of('suback')).toMatchObject([{ granted: [0, 0, 128, 128] }]));
});

it('a will is held to the rights of its device, also when those have changed since', async () => {
  await gateway.start();
  const fan = await added('fan-3', { lifecycle: true });
  const will = { topic: 'lifecycle/hall-1/fan-3', payload: Buffer.from('died'), qos: 1, retain: false };
  expect(await gateway.connackOf({ ...fan, will: { ...will, topic: 'lifecycle/hall-1/fan-4' } })).toBe(5);
  const client = await gateway.sensor({ ...fan, will });
  await devices.revoke(['fan-3'], maria);
  await until(() => expect(client.closed).toBe(true));
  await gateway.sensor({ clientId: 'other' });
  expect(gateway.intake.texts).toEqual([]);
});

it('a will that was left to an earlier process is held to the rights of now', async () => {
  await gateway.start();
  const will = { topic: 'telemetry/hall-1/fan-3', payload: Buffer.from('died'), qos: 1, retain: false };
  await gateway.sensor({ ...(await added('fan-3')), keepalive: 60, will });
  const other = await added('fan-4');
  await gateway.sensor({ ...other, keepalive: 60, will: { ...will, topic: 'telemetry/hall-1/fan-4' } });
  await gateway.broker.stop();
  await devices.revoke(['fan-3'], maria);
  const clock = manualClock();
  gateway.clock = clock;
  await gateway.start();
  await clock.advance(90_000);
  await until(() => expect(gateway.intake.texts).toEqual(['telemetry/hall-1/fan-4 died']));
  expect(gateway.broker.stats().refused.will).toBe(1);
});

it('users of a configuration that is read again are in force at once, and those who were changed sign in anew', async () => {
  const first = [
    { name: 'a', password: 'secret-a' },
    { name: 'b', password: 'secret-b' },
  ];
  await gateway.start({ users: first });
  const as = (username: string, password: string) => ({
    clientId: username,
    username,
    password: Buffer.from(password),
  });
  const [a, b] = [await gateway.sensor(as('a', 'secret-a')), await gateway.sensor(as('b', 'secret-b'))];
  const reload = (...users: object[]) => gateway.broker.reload?.({ broker: brokerConfig({ users }) });
  const changed = [
    { name: 'a', password: 'another' },
    { name: 'c', password: 'secret-c' },
  ];
  expect(reload(...changed, first[1]!)).toEqual(['broker.users']);
  await until(() => expect(a.closed).toBe(true));
  expect(await gateway.connackOf(as('a', 'secret-a'))).toBe(4);
  expect(await gateway.connackOf(as('a', 'another'))).toBe(0);
  expect(await gateway.connackOf(as('c', 'secret-c'))).toBe(0);
  b.publish('telemetry/b', '1');
  await until(() => expect(b.of('puback').length).toBe(1));
  reload(...changed);
  await until(() => expect(b.closed).toBe(true));
});

describe('what waits for a client that is away', () => {
  const topics = ['telemetry/hall-1/fan-3', 'telemetry/hall-1/other'];
  const waiting = () => gateway.broker.stats().queue.bytes;

  /** Has messages on both topics wait for the client. */
  async function missed(as: object) {
    const client = await gateway.sensor({ ...as, clean: false });
    const subscriptions = topics.map((topic) => ({ topic, qos: 1 as const }));
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions });
    await until(() => expect(client.of('suback')).toMatchObject([{ granted: [1, 1] }]));
    client.socket.destroy();
    await until(() => expect(gateway.broker.stats().connections).toBe(0));
    const sender = await gateway.sensor({ clientId: 'sender' });
    for (const topic of [...topics].reverse()) sender.publish(topic, '1');
    await until(() => expect(sender.of('puback').length).toBe(2));
  }

  it('is not sent on topics to which it has no right any more', async () => {
    const [sensor] = brokerConfig().users;
    const viewer = { name: 'viewer', password: 'secret-v', subscribe: topics };
    await gateway.start({ users: [sensor, viewer] });
    const as = { clientId: 'v', username: 'viewer', password: Buffer.from('secret-v') };
    await missed(as);
    const users = [sensor, { ...viewer, subscribe: topics.slice(0, 1) }];
    gateway.broker.reload?.({ broker: brokerConfig({ users }) });
    const client = await gateway.sensor({ ...as, clean: false });
    await until(() => expect(client.of('publish')).toMatchObject([{ topic: topics[0] }]));
    client.send({ cmd: 'puback', messageId: (client.of('publish')[0] as { messageId: number }).messageId });
    await until(() => expect(waiting()).toBe(0));
    expect(client.of('connack')).toMatchObject([{ sessionPresent: true }]);
  });

  it('is forgotten with its session when a device is revoked, also if another one gets its name', async () => {
    await gateway.start();
    const machines = ['hall-1/{user}', 'hall-1/other'];
    await missed(await added('fan-3', { machines }));
    expect(waiting()).toBeGreaterThan(0);
    await devices.revoke(['fan-3'], maria);
    const client = await gateway.sensor({ ...(await added('fan-3', { machines })), clean: false });
    expect(client.of('connack')).toMatchObject([{ sessionPresent: false }]);
    expect(waiting()).toBe(0);
  });
});

it('a user of the configuration comes before a device of its name', async () => {
  await gateway.start();
  await devices.add([{ user: 'sensor-2', passwordHash: (await newDeviceSecret()).passwordHash }], maria);
  expect(await gateway.connackOf({})).toBe(0);
  await devices.revoke(['sensor-2'], maria);
  expect(await gateway.connackOf({})).toBe(0);
});

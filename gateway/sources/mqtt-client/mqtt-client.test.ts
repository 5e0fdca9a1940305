import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PretendBroker } from '../../../test/support/peers/pretend-broker.ts';
import { mqttClientProblems } from './check.ts';
import { type Intake, Remote, until } from './harness.testing.ts';
import type { MqttClientSource } from './mqtt-client.ts';

let plant: Remote;
let remote: PretendBroker;
let intake: Intake;

beforeEach(async () => {
  plant = await Remote.listen();
  ({ broker: remote, intake } = plant);
});
afterEach(() => plant.remove());

const connected = (more?: object) => plant.connected(more);
const stopped = (source: MqttClientSource) => plant.stopped(source);
const configOf = (more?: object) => plant.configOf(more);

describe('what is acknowledged', () => {
  it.each([1, 2] as const)('at QoS %i is stored, in the order in which it came', async (qos) => {
    await connected({ qos });
    intake.isHolding = true;
    const ids = ['1', '2', '3'].map((text) => remote.publish('plant/a', text, qos));
    await until(() => expect(intake.texts).toEqual(['plant/a 1', 'plant/a 2', 'plant/a 3']));
    intake.settle(2);
    intake.settle(1);
    const { completed } = remote;
    remote.send({ cmd: 'pubrel', messageId: 65_000 });
    await until(() => expect(remote.completed).toBe(completed + 1));
    expect(remote.acknowledged).toEqual([]);
    intake.settle(0);
    await until(() => expect(remote.acknowledged).toEqual(ids));
  });

  it('comes again, marked, when it could not be stored', async () => {
    const source = await connected();
    intake.isHolding = true;
    const id = remote.publish('plant/a', 'x');
    await until(() => expect(intake.held.length).toBe(1));
    intake.settle(0, new Error('no space left on device'));
    await until(() => expect(intake.held.length).toBe(2));
    expect(intake.messages.map(({ resend }) => resend)).toEqual([false, true]);
    expect(remote.acknowledged).toEqual([]);
    intake.settle(1);
    await until(() => expect(remote.acknowledged).toEqual([id]));
    expect(source.stats()).toMatchObject([{ failed: 1, connections: 2 }]);
  });

  it('at QoS 2 is taken once, although the connection ends before, while and after it is stored', async () => {
    await connected({ qos: 2 });
    intake.isHolding = true;
    const id = remote.publish('plant/a', 'x', 2);
    await until(() => expect(intake.held.length).toBe(1));
    remote.cut();
    await until(() => expect(remote.connects.length).toBe(2));
    intake.settle(0);
    await until(() => expect(remote.acknowledged).toEqual([id]));
    await until(() => expect(remote.completed).toBe(1));
    expect(intake.texts).toEqual(['plant/a x']);
    remote.publish('plant/a', 'y', 2);
    await until(() => expect(intake.texts).toEqual(['plant/a x', 'plant/a y']));
  });

  it('is not another message of the same number, in a session that the broker has begun anew', async () => {
    await connected({ qos: 2 });
    intake.isHolding = true;
    remote.publish('plant/a', 'old', 2);
    await until(() => expect(intake.held.length).toBe(1));
    remote.hasSession = false;
    remote.cut();
    await until(() => expect(remote.subscribed.length).toBe(2));
    remote.send({
      cmd: 'publish',
      topic: 'plant/a',
      payload: 'new',
      qos: 2,
      messageId: 1,
      dup: false,
      retain: false,
    });
    await until(() => expect(intake.held.length).toBe(2));
    intake.settle(0);
    const { completed } = remote;
    remote.send({ cmd: 'pubrel', messageId: 65_000 });
    await until(() => expect(remote.completed).toBe(completed + 1));
    expect(remote.acknowledged).toEqual([]);
    intake.settle(1);
    await until(() => expect(remote.acknowledged).toEqual([1]));
  });

  it('at QoS 2 is another message, if its number came before and it is not marked', async () => {
    await connected({ qos: 2 });
    const packet = { cmd: 'publish', topic: 'plant/a', qos: 2, messageId: 9, retain: false } as const;
    remote.send({ ...packet, payload: 'x', dup: false });
    await until(() => expect(remote.acknowledged).toEqual([9]));
    remote.send({ ...packet, payload: 'y', dup: false });
    remote.send({ ...packet, payload: 'y', dup: true });
    await until(() => expect(remote.acknowledged).toEqual([9, 9, 9]));
    expect(intake.texts).toEqual(['plant/a x', 'plant/a y']);
  });

  it('is what came before a stop, and nothing is read any more', async () => {
    const source = await connected();
    intake.isHolding = true;
    const id = remote.publish('plant/a', 'x');
    await until(() => expect(intake.held.length).toBe(1));
    const ended = stopped(source);
    remote.publish('plant/a', 'y');
    intake.settle(0);
    await ended;
    await until(() => expect(remote.acknowledged).toEqual([id]));
    expect(intake.texts).toEqual(['plant/a x']);
  });
});

describe('the session', () => {
  it('is found again by its client id, over a restart, and subscribed to only where that is needed', async () => {
    await stopped(await connected());
    remote.publish('plant/a', 'while away');
    await connected();
    await until(() => expect(intake.texts).toEqual(['plant/a while away']));
    const [first, second] = remote.connects;
    expect(second).toMatchObject({ clientId: first!.clientId, clean: false });
    expect(first!.clientId).toMatch(/^harbinger-[0-9a-f]{16}$/);
    expect(remote.subscribed).toEqual([['1 plant/#']]);
  });

  it('is known before it is made, so that a gateway that is killed finds it', async () => {
    await connected();
    const { clientId } = remote.connects[0]!;
    expect(JSON.parse(readFileSync(join(plant.dataDir, 'mqtt-client.json'), 'utf8')).brokers).toMatchObject([
      { clientId },
    ]);
  });

  it('loses subscriptions that are not wanted any more, and gets new ones', async () => {
    await stopped(await connected({ subscribe: ['plant/#', 'other/+'] }));
    await connected({ subscribe: ['plant/#', 'more/#'] });
    expect(remote.unsubscribed).toEqual(['other/+']);
    expect(remote.subscribed.at(-1)).toEqual(['1 plant/#', '1 more/#']);
  });

  it('is begun anew when its file is damaged, which is set aside', async () => {
    writeFileSync(join(plant.dataDir, 'mqtt-client.json'), '{"format": ');
    await connected({ clientId: 'mine' });
    expect(remote.connects).toMatchObject([{ clientId: 'mine' }]);
    expect(readFileSync(join(plant.dataDir, 'mqtt-client.json.damaged'), 'utf8')).toBe('{"format": ');
  });

  it.each([
    ['3.1.1', 4],
    ['5', 5],
  ] as const)('in MQTT %s', async (version, protocolVersion) => {
    await connected({ version, inFlightMax: 20, username: 'u', password: 'p' });
    expect(remote.connects).toMatchObject([{ protocolVersion, username: 'u', password: Buffer.from('p') }]);
    const properties = { receiveMaximum: 20, sessionExpiryInterval: 604_800, maximumPacketSize: 262_144 };
    expect(remote.connects[0]!.properties).toEqual(version === '5' ? properties : undefined);
    const id = remote.publish('plant/a', 'x');
    await until(() => expect(remote.acknowledged).toEqual([id]));
  });
});

describe('retained messages of the broker', () => {
  const states = () => intake.messages.map(({ retained }) => retained);
  const forgetSession = async () => {
    const { length } = remote.subscribed;
    remote.hasSession = false;
    remote.cut();
    await until(() => expect(remote.subscribed.length).toBe(length + 1));
  };

  it('that come again at each new session are known again, over a restart too', async () => {
    remote.retained.push({ topic: 'plant/a', payload: '21.5' });
    const source = await connected();
    await until(() => expect(states()).toEqual(['new']));
    await forgetSession();
    await until(() => expect(states()).toEqual(['new', 'again']));
    await stopped(source);
    remote.hasSession = false;
    const after = await connected();
    await until(() => expect(states()).toEqual(['new', 'again', 'again']));
    expect(after.stats()).toMatchObject([{ retainedAgain: 1 }]);
    remote.retained[0]!.payload = '22';
    await forgetSession();
    await until(() => expect(states()).toEqual(['new', 'again', 'again', 'new']));
  });

  it('that came live before say nothing new', async () => {
    await connected();
    remote.publish('plant/a', '21.5');
    await until(() => expect(states()).toEqual([undefined]));
    remote.retained.push({ topic: 'plant/a', payload: '21.5' });
    await forgetSession();
    await until(() => expect(states()).toEqual([undefined, 'again']));
  });

  it('that did not become readings are new each time', async () => {
    intake.areReadings = false;
    remote.retained.push({ topic: 'plant/a', payload: 'nonsense' });
    await connected();
    await forgetSession();
    await until(() => expect(states()).toEqual(['new', 'new']));
  });
});

it('topics lose and get a begin before routes see them', async () => {
  await connected({ strip: 'plant/', prefix: 'telemetry/' });
  remote.publish('plant/hall/press', 'x');
  remote.publish('plant/', 'y');
  await until(() => expect(intake.texts).toEqual(['telemetry/hall/press x', 'telemetry/plant/ y']));
  expect(intake.messages[0]).toMatchObject({
    client: 'mqtt-client:plant',
    connection: 0,
    retained: undefined,
  });
});

it('settings that contradict each other are refused, and topics without a route are doubtful', () => {
  const problems = (more: object, routes: string[] | null = null) =>
    mqttClientProblems(configOf(more), 'mqtt-client', routes).map(({ message, isWarning }) => [
      message,
      isWarning,
    ]);
  expect(problems({ keyFile: 'k' })).toEqual([
    [expect.stringMatching(/keyFile is set without .*certFile/), undefined],
  ]);
  expect(problems({ subscribe: ['a/#/b'] })).toEqual([
    [expect.stringMatching(/'a\/#\/b' is not a valid topic filter/), undefined],
  ]);
  expect(problems({}, ['telemetry/+/+'])).toEqual([
    [expect.stringMatching(/no route takes 'plant\/#'/), true],
  ]);
  expect(problems({ strip: 'plant/', prefix: 'telemetry/' }, ['telemetry/+/+'])).toEqual([]);
  const twice = configOf();
  twice.brokers.push({ ...twice.brokers[0]! });
  expect(mqttClientProblems(twice)).toMatchObject([
    { key: 'mqtt-client.brokers[1].name' },
    { key: 'mqtt-client.brokers[1].clientId' },
  ]);
});

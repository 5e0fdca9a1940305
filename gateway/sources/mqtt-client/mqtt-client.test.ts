import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Value } from '@sinclair/typebox/value';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Clock, systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { systemRandom } from '../../../shared/runtime/random.ts';
import { PretendBroker } from '../../../test/support/peers/pretend-broker.ts';
import type { RawMessage, Settle } from '../../ports/source.ts';
import { mqttClientProblems } from './check.ts';
import { MqttClientConfig } from './config.ts';
import { createMqttClient, type MqttClientSource } from './mqtt-client.ts';

const until = (check: () => void) => vi.waitFor(check, { timeout: 60_000, interval: 5 });
/** Time that passes fifty times as fast. */
const fast: Clock = {
  nowMs: systemClock.nowMs,
  monotonicMs: () => 50 * systemClock.monotonicMs(),
  setTimer: (delayMs, fn) => systemClock.setTimer(delayMs / 50, fn),
};

/** Messages that were handed in, settled when the test says so. */
class Intake {
  isHolding = false;
  areReadings = true;
  readonly messages: RawMessage[] = [];
  readonly held: Settle[] = [];

  accept(message: RawMessage, settled: Settle): void {
    this.messages.push({ ...message, payload: Buffer.from(message.payload) });
    if (this.isHolding) this.held.push(settled);
    else setImmediate(settled, undefined, 0, this.areReadings);
  }

  acceptReadings(): void {
    throw new Error('no readings are expected');
  }

  settle(place: number, error?: Error): void {
    this.held[place]!(error, 0, true);
  }

  get texts(): string[] {
    return this.messages.map(({ topic, payload }) => `${topic} ${payload}`);
  }
}

let dataDir: string;
let remote: PretendBroker;
let intake: Intake;
const started: MqttClientSource[] = [];

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'harbinger-mqtt-client-'));
  remote = await new PretendBroker().listen();
  intake = new Intake();
});
afterEach(async () => {
  for (const source of started.splice(0)) await source.stop();
  await remote.stop();
  rmSync(dataDir, { recursive: true });
});

const configOf = (more: object = {}): MqttClientConfig => {
  const url = `mqtt://127.0.0.1:${remote.port}`;
  const config = { brokers: [{ name: 'plant', url, subscribe: ['plant/#'], ...more }] };
  return Value.Default(MqttClientConfig, config) as MqttClientConfig;
};

async function start(more: object = {}): Promise<MqttClientSource> {
  const deps = { intake, dataDir, clock: fast, random: systemRandom, log: silentLog };
  const source = createMqttClient(configOf(more), deps);
  started.push(source);
  await source.start();
  return source;
}

async function connected(more: object = {}): Promise<MqttClientSource> {
  const source = await start(more);
  await until(() => expect(source.stats()).toMatchObject([{ connected: true }]));
  return source;
}

const stopped = async (source: MqttClientSource) => {
  started.splice(started.indexOf(source), 1);
  await source.stop();
};

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
    expect(JSON.parse(readFileSync(join(dataDir, 'mqtt-client.json'), 'utf8')).brokers).toMatchObject([
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
    writeFileSync(join(dataDir, 'mqtt-client.json'), '{"format": ');
    await connected({ clientId: 'mine' });
    expect(remote.connects).toMatchObject([{ clientId: 'mine' }]);
    expect(readFileSync(join(dataDir, 'mqtt-client.json.damaged'), 'utf8')).toBe('{"format": ');
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

describe('a broker that is not well', () => {
  it.each([
    [4, /check username and password/],
    [5, /may not connect there/],
    [2, /does not take this client id/],
  ])('which refuses with code %i is said, with what to do', async (code, remedy) => {
    remote.refuseWith = code;
    const source = await start();
    await until(() =>
      expect(source.stats()).toMatchObject([{ connected: false, problem: expect.stringMatching(remedy) }]),
    );
    remote.refuseWith = 0;
    await until(() =>
      expect(source.peers?.()).toMatchObject([{ isConnected: true, problem: '', lostSinceMs: null }]),
    );
  });

  it('which refuses a subscription is connected, with the problem', async () => {
    remote.refusedFilters.add('secret/#');
    const source = await connected({ subscribe: ['plant/#', 'secret/#'] });
    expect(source.stats()).toMatchObject([
      { problem: expect.stringMatching(/subscription to secret\/#: give the user/) },
    ]);
  });

  it('which says nothing any more is left, and connected to again', async () => {
    const source = await connected({ keepaliveS: 5 });
    await until(() => expect(remote.pings).toBeGreaterThan(1));
    remote.isMute = true;
    await until(() => expect(source.stats()).toMatchObject([{ connected: false }]));
    remote.isMute = false;
    await until(() => expect(source.stats()).toMatchObject([{ connected: true }]));
  });

  it('which stands still here is pinged all the same, and not taken for dead', async () => {
    await connected({ keepaliveS: 5, inFlightMax: 1 });
    intake.isHolding = true;
    remote.publish('plant/a', 'x');
    await until(() => expect(intake.held.length).toBe(1));
    const { pings } = remote;
    await until(() => expect(remote.pings).toBeGreaterThan(pings + 8));
    expect(remote.connects.length).toBe(1);
  });

  it('which sends a packet over the limit is left', async () => {
    const source = await connected({ packetBytesMax: 1_024 });
    remote.publish('plant/a', 'x'.repeat(2_000));
    await until(() => expect(source.stats()[0]!.problem).toMatch(/over the limit of 1024 bytes/));
  });

  it('which nobody listens for is tried again', async () => {
    const { port } = remote;
    const starting = start();
    await remote.stop();
    const source = await starting;
    remote.cut();
    await until(() => expect(source.stats()[0]!.problem).toMatch(/nothing listens there/));
    remote = await new PretendBroker().listen(port);
    await until(() => expect(source.stats()).toMatchObject([{ connected: true }]));
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

/**
 * A stack light and an HMI at the gateway's own broker, while the cloud has never been reached. They see an alert that
 * opens, gets worse and ends, whatever is killed meanwhile, and what is wrong with the gateway itself. Those without the
 * right see nothing.
 */
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ConditionsDocument, MachineAlertsDocument } from '../../../shared/contract/site/site-topics.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import { harbinger } from '../cli.ts';
import { connectSensor, createFanSite, fanType, sendWatched } from '../fan.ts';
import { gatewayName, type Site, statusOf, until } from '../site.ts';

const fan = fanType('stepMs = 60_000', 'warn = 4.5\nalarm = 7.1');
const minuteMs = 60_000;
const light = { username: 'light', password: 'password-of-the-light' };
const sensors = { username: 'sensors', password: 'password-of-sensors' };
const severityTopic = 'harbinger/hall/fan-1/severity';
const alertsTopic = 'harbinger/hall/fan-1/alerts';
const conditionsTopic = `harbinger/${gatewayName}/conditions`;
const checkAlerts = compileValidator(MachineAlertsDocument);
const checkConditions = compileValidator(ConditionsDocument);
const failed = (problem: string) => new Error(problem);

let site: Site;
let sensor: MqttClient;
let lamp: Lamp;
let readings = 0;
const beganMs = Math.floor(Date.now() / minuteMs) * minuteMs - 180 * minuteMs;

beforeAll(async () => {
  const users = [
    { name: 'light', password: light.password, publish: [], subscribe: ['harbinger/#'] },
    { name: 'sensors', password: sensors.password, publish: ['#'], subscribe: ['telemetry/#'] },
  ];
  site = await createFanSite(fan, {
    gateway: { broker: { users }, conditions: { diskFreePercentMin: 100 } },
  });
  await site.gateway.start();
  await connect();
});
afterAll(async () => {
  await lamp?.end();
  await sensor?.endAsync(true);
  await site?.dispose();
});

async function connect(): Promise<void> {
  sensor = await connectSensor(site, { ...sensors, clientId: 'fan-1' });
  lamp = await Lamp.connect();
}

/** A subscriber of everything that the gateway says. */
class Lamp {
  /** The latest text of each topic. */
  readonly shown = new Map<string, string>();
  readonly severities: string[] = [];
  readonly #client: MqttClient;

  static async connect(): Promise<Lamp> {
    const client = await connectAsync(site.gateway.mqttUrl, { ...light, reconnectPeriod: 0 });
    client.on('error', () => {});
    const lamp = new Lamp(client);
    await client.subscribeAsync('harbinger/#', { qos: 1 });
    return lamp;
  }

  constructor(client: MqttClient) {
    this.#client = client;
    client.on('message', (topic, payload) => {
      this.shown.set(topic, payload.toString());
      if (topic === severityTopic && this.severities.at(-1) !== payload.toString())
        this.severities.push(payload.toString());
    });
  }

  get alerts() {
    return checkAlerts(JSON.parse(this.shown.get(alertsTopic) ?? 'null'), failed);
  }

  async end(): Promise<void> {
    await this.#client.endAsync(true);
  }
}

async function send(value: number, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const timestamp = beganMs + readings++ * minuteMs;
    await sendWatched(site, sensor, 'fan-1', { timestamp, vibration_x: value });
  }
}

const shows = (severity: string) =>
  until(
    () => lamp.shown.get(severityTopic) === severity && lamp.alerts.severity === severity,
    `the light to show ${severity}`,
  );

it('a light shows an alert that opens, gets worse, outlives a kill with its words, and ends', async () => {
  await send(6.2, 2);
  await shows('warning');
  const [opened] = lamp.alerts.alerts;
  expect(lamp.alerts).toMatchObject({ gateway: gatewayName, site: 'hall', machine: 'fan-1', unlisted: 0 });
  expect(opened).toMatchObject({
    failureMode: 'limit',
    since: new Date(beganMs).toISOString(),
    action: expect.stringMatching(/^See on the next round whether load/),
    reasons: [
      expect.stringMatching(/^vibration_x 6.2 mm\/s, above the warning limit of 4.5 mm\/s/),
      expect.stringMatching(/^It is told late: /),
    ],
  });
  await send(8, 2);
  await shows('critical');
  expect(lamp.severities.filter((shown) => shown !== 'none')).toEqual(['warning', 'critical']);
  const critical = lamp.alerts.alerts;
  expect(critical).toMatchObject([{ id: opened!.id, severity: 'critical', since: opened!.since }]);

  await lamp.end();
  await sensor.endAsync(true);
  await site.gateway.kill9();
  await site.gateway.restart();
  await connect();
  await shows('critical');
  expect(lamp.alerts.alerts).toEqual(critical);

  await send(1.2, 3);
  await shows('none');
  expect(lamp.alerts.alerts).toEqual([]);
  expect(lamp.severities).toEqual(['critical', 'none']);
  await lamp.end();
  await sensor.endAsync(true);
  await site.gateway.stop();
  await site.gateway.start();
  await connect();
  await shows('none');
});

it('what is wrong with the gateway itself is published too', async () => {
  const open = () => checkConditions(JSON.parse(lamp.shown.get(conditionsTopic) ?? 'null'), failed);
  await until(
    () =>
      lamp.shown.has(conditionsTopic) &&
      open().conditions.some(({ condition }) => condition === 'disk-space'),
    'the disk to be published',
  );
  const { conditions, severity } = open();
  const disk = conditions.find(({ condition }) => condition === 'disk-space');
  expect(disk?.reasons[0]).toContain(site.gatewayDir);
  expect(severity).not.toBe('none');
  expect(lamp.shown.get(`harbinger/${gatewayName}/severity`)).toBe(severity);
});

it('nobody without the right listens, nobody else publishes there, and nothing of it becomes a reading', async () => {
  const before = new Map(lamp.shown);
  const { messages } = (await statusOf(site.gateway)).pipeline;
  const stranger = await connectAsync(site.gateway.mqttUrl, { ...sensors, reconnectPeriod: 0 });
  stranger.on('error', () => {});
  await expect(stranger.subscribeAsync('harbinger/#', { qos: 1 })).rejects.toThrow();
  await expect(stranger.subscribeAsync(severityTopic, { qos: 1 })).rejects.toThrow();
  const closed = new Promise<void>((resolve) => stranger.once('close', () => resolve()));
  stranger.publish(severityTopic, 'none', { qos: 1, retain: true });
  await closed;
  const local = await connectAsync(site.gateway.mqttUrl, { reconnectPeriod: 0 });
  await expect(local.subscribeAsync('harbinger/#', { qos: 1 })).rejects.toThrow();
  await local.endAsync(true);
  const will = { topic: severityTopic, payload: Buffer.from('none'), qos: 1 as const, retain: true };
  await expect(
    connectAsync(site.gateway.mqttUrl, { ...sensors, will, reconnectPeriod: 0 }),
  ).rejects.toThrow();
  const other = await Lamp.connect();
  await until(() => other.shown.size >= before.size, 'another light');
  expect(other.shown).toEqual(before);
  await other.end();
  expect((await statusOf(site.gateway)).pipeline.messages).toBe(messages);
});

it('a machine that is retired has no messages any more, also after a restart', async () => {
  await send(8, 2);
  await shows('critical');
  const { code } = await harbinger(
    'machines',
    'retire',
    'hall/fan-1',
    '--at-gateway',
    '--url',
    site.gateway.httpUrl,
  );
  expect(code).toBe(0);
  const isGone = () => lamp.shown.get(severityTopic) === '' && lamp.shown.get(alertsTopic) === '';
  await until(isGone, 'its messages to be removed');
  await lamp.end();
  await sensor.endAsync(true);
  await site.gateway.kill9();
  await site.gateway.restart();
  await connect();
  await until(() => lamp.shown.has(conditionsTopic), 'the light');
  expect([...lamp.shown.keys()].filter((topic) => topic.startsWith('harbinger/hall/'))).toEqual([]);
});

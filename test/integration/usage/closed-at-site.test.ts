/**
 * An alert that a person closes in the cloud ends at its gateway too: the stack light goes out, people at the site are told
 * once, and its cause opens none again unless it gets worse or comes back. So it is for a gateway that was away, and for what
 * is wrong with the gateway itself.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AlertReceiver } from '../../support/peers/alert-receiver.ts';
import { harbinger } from '../cli.ts';
import { connectSensor, createFanSite, fanType, sendWatched } from '../fan.ts';
import { drained, gatewayName, type Site, statusOf, until } from '../site.ts';

const fan = fanType('stepMs = 100\nsilentAfterMs = 0', 'warn = 4.5\nalarm = 7.1');
const minuteMs = 60_000;
const severityTopic = 'harbinger/hall/fan-1/severity';
const users = [
  { name: 'light', password: 'password-of-the-light', publish: [], subscribe: ['harbinger/#'] },
  { name: 'sensors', password: 'password-of-sensors', publish: ['#'], subscribe: [] },
];

let site: Site;
let sensor: MqttClient;
let light: MqttClient;
const shown = new Map<string, string>();
let readings = 0;
const beganMs = Math.floor(Date.now() / minuteMs) * minuteMs - 400 * minuteMs;
/** At the site: a group that the cloud tells too, and people who are told by nobody else. Then the same group, by the cloud. */
const [hall, shift, office] = [new AlertReceiver(), new AlertReceiver(), new AlertReceiver()];

beforeAll(async () => {
  for (const receiver of [hall, shift, office]) await receiver.start();
  const hook = (name: string, { url }: AlertReceiver, group?: string) => {
    return { name, url, backoffFirstMs: 50, backoffMaxMs: 200, ...(group && { group }) };
  };
  site = await createFanSite(fan, {
    gateway: {
      broker: { users },
      conditions: { diskFreePercentMin: 100 },
      alerts: { webhook: [hook('hall', hall, 'maintenance'), hook('shift', shift)] },
    },
    cloud: { alerts: { webhook: [hook('office', office, 'maintenance')] } },
  });
  await site.cloud.start();
  await site.gateway.start();
  await connect();
});
afterAll(async () => {
  await disconnect();
  await site?.dispose();
  for (const receiver of [hall, shift, office]) receiver.stop();
});

async function connect(): Promise<void> {
  sensor = await connectSensor(site, {
    username: 'sensors',
    password: users[1]!.password,
    clientId: 'fan-1',
  });
  shown.clear();
  light = await connectAsync(site.gateway.mqttUrl, {
    username: 'light',
    password: users[0]!.password,
    reconnectPeriod: 0,
  });
  light.on('error', () => {});
  light.on('message', (topic, payload) => shown.set(topic, payload.toString()));
  await light.subscribeAsync('harbinger/#', { qos: 1 });
}

async function disconnect(): Promise<void> {
  await sensor?.endAsync(true);
  await light?.endAsync(true);
}

async function send(value: number, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const timestamp = beganMs + readings++ * minuteMs;
    await sendWatched(site, sensor, 'fan-1', { timestamp, vibration_x: value });
  }
}

interface Alert {
  alertId: string;
  state: string;
  condition?: { condition: string };
}
const openAlerts = async () =>
  (await site.cloud.json<{ alerts: Alert[] }>('/api/alerts?state=open')).alerts.filter(
    ({ condition }) => condition === undefined || condition.condition === 'disk-space',
  );
const aboutFan = async () => (await openAlerts()).filter(({ condition }) => condition === undefined);
/** Closed alerts of which a cause goes on. */
const goingOn = () => {
  const { closed } = JSON.parse(readFileSync(join(site.gatewayDir, 'alerts.json'), 'utf8'));
  return (closed as object[]).length;
};
const openAtGateway = async () => (await statusOf(site.gateway)).alerts.openPredictions.length;
const shows = (severity: string, topic = severityTopic) =>
  until(() => shown.get(topic) === severity, `the light ${topic} to show ${severity}`);

/** The changes of the machine's alerts that a receiver was told. */
const told = (receiver: AlertReceiver) => {
  const ofFan = [...receiver.told.values()].filter(({ data }) => 'failureMode' in data);
  return ofFan.map(({ alertchange, data }) => {
    const { severity, outcome } = data as object as { severity: string; outcome?: string };
    return `${String(alertchange)} ${severity}${outcome ? ` ${outcome}` : ''}`;
  });
};

async function close(alertId: string): Promise<void> {
  const { code, stderr } = await harbinger(
    ...['alerts', 'close', alertId, '--reason', 'a loose cover', '--by', 'maria'],
    ...['--url', site.cloud.httpUrl],
  );
  expect([code, stderr]).toEqual([0, '']);
}

it('the light goes out within seconds, the gateway says who and why, and nobody is told twice', async () => {
  await send(6.2, 3);
  await shows('warning');
  await until(async () => (await aboutFan()).length === 1, 'the alert in the cloud');
  await until(() => told(hall).length === 1 && told(shift).length === 1, 'the site to be told');
  await drained(site);

  await close((await aboutFan())[0]!.alertId);
  await shows('none');
  expect(await openAtGateway()).toBe(0);
  await until(() => told(office).includes('resolved warning closed'), 'the cloud to tell the group');
  await until(
    () => told(shift).includes('resolved warning closed'),
    'those to be told whom only the site tells',
  );
  const { reasons } = [...shift.told.values()].at(-1)!.data as object as { reasons: string[] };
  expect(reasons).toEqual(['It was closed by hand by maria: a loose cover']);

  await send(6.4, 5);
  await drained(site);
  expect([await openAtGateway(), await aboutFan(), shown.get(severityTopic)]).toEqual([0, [], 'none']);
  expect(told(hall)).toEqual(['opened warning']);
  expect(told(office)).toEqual(['resolved warning closed']);
});

it('the cause opens another one when it becomes critical, also after a kill of the gateway', async () => {
  await disconnect();
  await site.gateway.kill9();
  await site.gateway.restart();
  await connect();
  await shows('none');
  await send(6.4, 2);
  expect(await openAtGateway()).toBe(0);
  await send(9, 3);
  await shows('critical');
  await until(async () => (await aboutFan()).length === 1, 'another alert in the cloud');
  await until(() => told(hall).length === 2, 'the group to be told by the site');
  expect(told(hall)).toEqual(['opened warning', 'opened critical']);
});

it('a gateway that was away hears of it when it is back, also from a cloud that was killed', async () => {
  await drained(site);
  await disconnect();
  await site.gateway.stop();
  await close((await aboutFan())[0]!.alertId);
  await site.cloud.kill9();
  await site.cloud.restart();
  await site.gateway.start();
  await connect();
  await shows('none');
  await until(async () => (await openAtGateway()) === 0, 'the alert to end at the gateway');
  await send(9, 3);
  await drained(site);
  expect([await aboutFan(), shown.get(severityTopic)]).toEqual([[], 'none']);

  await send(1, 5);
  await until(() => goingOn() === 0, 'the cause to end');
  await send(6.2, 3);
  await shows('warning');
  await until(async () => (await aboutFan()).length === 1, 'the alert of a cause that is back');
  await until(() => told(office).length === 2, 'the cloud to tell the group of the second close');
  expect(told(office)).toEqual(['resolved warning closed', 'resolved critical closed']);
});

it('what is wrong with the gateway itself goes out at the site too, and stays so over a restart', async () => {
  const topic = `harbinger/${gatewayName}/severity`;
  const disk = async () => (await openAlerts()).find(({ condition }) => condition !== undefined);
  await until(async () => (await disk()) !== undefined, 'the disk to be told');
  await until(() => shown.has(topic) && shown.get(topic) !== 'none', 'the light of the gateway');
  await close((await disk())!.alertId);
  await shows('none', topic);
  await drained(site);
  await disconnect();
  await site.gateway.stop();
  await site.gateway.start();
  await connect();
  await shows('none', topic);
  const asked = (await site.gateway.json<{ conditions: { condition: string }[] }>('/api/status')).conditions;
  expect(asked.filter(({ condition }) => condition === 'disk-space')).toEqual([]);
  expect(await disk()).toBeUndefined();
});

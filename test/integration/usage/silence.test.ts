/**
 * A machine that falls silent, from its sensor to the receiver of alerts: told once, ended by what is new and not by what
 * was buffered, whatever is restarted meanwhile. Its type says a short time, so that the test need not wait.
 */
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AlertReceiver } from '../../support/peers/alert-receiver.ts';
import { connectSensor, createFanSite, fanType, tells, toldTo } from '../fan.ts';
import { drained, type Site, statusOf, until } from '../site.ts';

const fan = fanType('stepMs = 1_000\nsilentAfterMs = 2_000', 'warn = 4.5');

interface Alert {
  state: string;
  prediction: { severity: string; failureMode: string; reasons: string[] };
}

const receiver = new AlertReceiver();
let site: Site;
let sensor: MqttClient;

beforeAll(async () => {
  await receiver.start();
  // A machine that is silent again and again is damped, and its alert would end an hour later.
  const gateway = { decisions: { alerts: { flapping: { holdMs: 0 } } } };
  site = await createFanSite(fan, { gateway, cloud: tells(receiver) });
  await site.cloud.start();
  await site.gateway.start();
  await connect();
});
afterAll(async () => {
  await sensor?.endAsync(true);
  await site?.dispose();
  receiver.stop();
});

async function connect(): Promise<void> {
  sensor = await connectSensor(site, { clientId: 'fan-1' });
}

async function send(timestamp = Date.now()): Promise<number> {
  const reading = { timestamp, vibration_x: 1 + Math.random() };
  await sensor.publishAsync('telemetry/hall/fan-1', JSON.stringify(reading), { qos: 1 });
  return timestamp;
}

const watched = async () => (await statusOf(site.gateway)).intelligence;
const silentAgain = () =>
  until(async () => (await watched()).silence.silent === 1, 'the machine to be silent');
const told = () => toldTo(receiver);

/** Resolves when the receiver was told these changes, and nothing more can follow of what has happened. */
async function settled(...changes: string[]): Promise<void> {
  await until(() => told().length >= changes.length, `the receiver to be told ${changes}`);
  await drained(site);
  expect(told()).toEqual(changes);
}

it('is told once, ended by what is new alone, and told again when it falls silent while the gateway is down', async () => {
  const lastMs = await send();
  await settled('opened');
  const { alerts } = await site.cloud.json<{ alerts: Alert[] }>('/api/alerts');
  expect(alerts).toMatchObject([
    { state: 'open', prediction: { failureMode: 'silent', severity: 'warning' } },
  ]);
  expect(alerts[0]!.prediction.reasons[0]).toMatch(
    /^No reading since \d\d:\d\d:\d\d \S+, for \d+ s; one is expected at least every 2 s/,
  );

  await sensor.endAsync(true);
  await site.gateway.kill9();
  await site.cloud.kill9();
  await site.cloud.restart();
  await site.gateway.restart();
  await silentAgain();
  await settled('opened');

  await connect();
  const { rows } = (await watched()).windows;
  for (let i = 1; i <= 5; i++) await send(lastMs + i);
  await until(async () => (await watched()).windows.rows >= rows + 5, 'the buffered readings');
  expect((await watched()).silence.silent).toBe(1);
  await settled('opened');

  await send();
  await settled('opened', 'resolved');

  await send();
  await sensor.endAsync(true);
  await site.gateway.stop();
  await site.gateway.start();
  await silentAgain();
  await settled('opened', 'resolved', 'opened');
  await site.gateway.stop();
  await site.cloud.stop();
  await site.cloud.start();
  await site.gateway.start();
  await silentAgain();
  await settled('opened', 'resolved', 'opened');
  await connect();
  await send();
  await settled('opened', 'resolved', 'opened', 'resolved');
});

it('a device whose broker publishes its will is told as offline at once, and back with its birth message', async () => {
  await until(() => told().length === 4, 'the first machine');
  const topic = 'telemetry/hall/fan-2/LWT';
  const will = { topic, payload: Buffer.from('Offline'), qos: 1 as const, retain: true };
  const device = await connectAsync(site.gateway.mqttUrl, { clientId: 'fan-2', will, reconnectPeriod: 0 });
  device.on('error', () => {});
  const reading = JSON.stringify({ timestamp: Date.now(), vibration_x: 1 });
  await device.publishAsync('telemetry/hall/fan-2', reading, { qos: 1 });
  device.stream.destroy();
  const offline = async () => {
    const { alerts } = await site.cloud.json<{ alerts: (Alert & { prediction: { machine: string } })[] }>(
      '/api/alerts',
    );
    return alerts.find(({ prediction }) => prediction.machine === 'fan-2');
  };
  await until(async () => (await offline())?.state === 'open', 'the alert');
  expect((await offline())!.prediction.reasons[0]).toBe('Its device says that it is offline');
  await sensor.publishAsync(topic, '{"state":"online"}', { qos: 1 });
  await until(async () => (await offline())?.state === 'resolved', 'its end');
});

/**
 * A gateway whose disk is replaced: what it had told its cloud, and nobody knows any more, does not stay there for ever. Alerts,
 * limits and maintenance of before end, and what is still so is opened anew.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AlertReceiver } from '../../support/peers/alert-receiver.ts';
import { harbinger } from '../cli.ts';
import { connectSensor, createFanSite, fanType, sendWatched, tells, toldTo } from '../fan.ts';
import { drained, type Site, statusOf, until } from '../site.ts';

const fan = fanType('stepMs = 100\nsilentAfterMs = 0', 'warn = 4.5');

interface Alert {
  alertId: string;
  state: string;
  prediction: { machine: string; outcome?: string };
}

const receiver = new AlertReceiver();
let site: Site;
let types = '';
let sensor: MqttClient;
let atMs = Date.now() - 3_600_000;

beforeAll(async () => {
  await receiver.start();
  types = await mkdtemp(join(tmpdir(), 'harbinger-types-'));
  await writeFile(join(types, 'hall-fan.toml'), fan);
  site = await createFanSite(fan, { cloud: { ...tells(receiver), machineTypesDir: types } });
  await site.cloud.start();
  await site.gateway.start();
});
afterAll(async () => {
  await sensor?.endAsync(true);
  await site?.dispose();
  await rm(types, { recursive: true });
  receiver.stop();
});

async function send(machine: string, value: number): Promise<void> {
  sensor = await connectSensor(site, { clientId: 'fans' });
  for (let i = 0; i < 3; i++) {
    atMs += 60_000;
    await sendWatched(site, sensor, machine, { timestamp: atMs, vibration_x: value });
  }
  await sensor.endAsync(true);
}
const alerts = async () => (await site.cloud.json<{ alerts: Alert[] }>('/api/alerts')).alerts;
const open = async () => (await alerts()).filter(({ state }) => state === 'open');
const cloudKnows = async () => {
  const { windows } = await site.cloud.json<{ windows: object[] }>('/api/maintenance');
  const { type } = await site.cloud.json<{ type: { sensors: { warn?: number }[] } }>(
    '/api/machines/hall/fan-1',
  );
  return { windows: windows.length, warn: type.sensors[0]?.warn };
};

it('nothing that it said before stays in the cloud, and a first start ends nothing', async () => {
  const reach = () => ['--url', site.gateway.httpUrl];
  await send('fan-1', 6);
  await send('fan-2', 6);
  await until(async () => (await open()).length === 2, 'both alerts to open');
  await harbinger('limits', 'set', 'hall/fan-1', 'vibration_x', '--warn', '5', '--by', 'maria', ...reach());
  await harbinger('maintenance', 'start', 'hall/fan-3', '--for', '4h', '--by', 'maria', ...reach());
  await until(async () => {
    const { windows, warn } = await cloudKnows();
    return windows === 1 && warn === 5;
  }, 'the cloud to know what was set');
  const before = (await open()).map(({ alertId }) => alertId);

  await drained(site);
  await site.gateway.stop();
  await rm(site.gatewayDir, { recursive: true });
  await mkdir(site.gatewayDir);
  await site.gateway.restart();
  await until(async () => (await open()).length === 0, 'the alerts of before to end');
  await until(async () => {
    const { windows, warn } = await cloudKnows();
    return windows === 0 && warn === 4.5;
  }, 'limits and maintenance of before to end');
  expect((await alerts()).map(({ prediction }) => prediction.outcome)).toEqual(['unknown', 'unknown']);

  await send('fan-1', 6);
  await until(async () => (await open()).length === 1, 'what is still so to open anew');
  const [again] = await open();
  expect([again?.prediction.machine, before.includes(again!.alertId)]).toEqual(['fan-1', false]);
  await until(
    () => toldTo(receiver).filter((change) => change !== 'updated').length >= 5,
    'the receiver to be told',
  );
  const told = toldTo(receiver).filter((change) => change !== 'updated');
  expect(told.sort()).toEqual(['opened', 'opened', 'opened', 'resolved', 'resolved']);
});

it('what a gateway has opened since the copy of its state that was put back ends in the cloud, once', async () => {
  const file = join(site.gatewayDir, 'alerts.json');
  const copy = await readFile(file);
  await send('fan-4', 6);
  await until(async () => (await open()).length === 2, 'an alert that the copy does not know');
  const told = () => toldTo(receiver).filter((change) => change !== 'updated');
  await until(() => told().length === 6, 'the receiver to be told of it');
  await drained(site);
  await site.gateway.stop();
  await writeFile(file, copy);
  await site.gateway.restart();
  await until(async () => (await open()).length === 1, 'the alert that is not known to end');
  expect((await open())[0]?.prediction.machine).toBe('fan-1');
  await until(() => told().length === 7, 'the receiver to be told of the end');
  await site.gateway.stop();
  await site.gateway.restart();
  await send('fan-4', 6);
  await until(async () => (await open()).length === 2, 'what is still so to open anew');
  await until(() => told().length === 8, 'the receiver to be told of the new one');
  expect(told().slice(5)).toEqual(['opened', 'resolved', 'opened']);
});

it('what has ended, and what was set, since the copies that were put back: both sides agree, and nobody is told twice', async () => {
  const reach = () => ['--url', site.gateway.httpUrl];
  const openAtGateway = async () => (await statusOf(site.gateway)).alerts.openPredictions.length;
  const told = () => toldTo(receiver).filter((change) => change !== 'updated');
  await send('fan-5', 6);
  await until(
    async () => (await open()).some(({ prediction }) => prediction.machine === 'fan-5'),
    'an alert',
  );
  await harbinger('limits', 'set', 'hall/fan-1', 'vibration_x', '--warn', '5', ...reach());
  await drained(site);
  const names = ['alerts.json', 'machine-limits.json', 'maintenance.json'].map((name) =>
    join(site.gatewayDir, name),
  );
  const copies = await Promise.all(names.map((name) => readFile(name)));
  const before = await openAtGateway();

  await send('fan-5', 1);
  await until(async () => (await openAtGateway()) === before - 1, 'the alert to end');
  await harbinger('limits', 'set', 'hall/fan-1', 'vibration_x', '--warn', '3', ...reach());
  await harbinger('maintenance', 'start', 'hall/fan-3', '--for', '4h', ...reach());
  await until(async () => {
    const { windows, warn } = await cloudKnows();
    return windows === 1 && warn === 3;
  }, 'the cloud to know what was set');
  await until(async () => (await open()).length === before - 1, 'the end in the cloud');
  await drained(site);
  const count = told().length;

  await site.gateway.stop();
  for (const [i, name] of names.entries()) await writeFile(name, copies[i]!);
  await site.gateway.restart();
  await until(async () => (await openAtGateway()) === before - 1, 'the gateway to drop what had ended');
  await until(async () => {
    const { windows, warn } = await cloudKnows();
    return windows === 0 && warn === 5;
  }, 'the cloud to know what is in force');
  await drained(site);
  expect([(await open()).length, told().length]).toEqual([before - 1, count]);
  await send('fan-5', 6);
  await until(
    async () => (await open()).some(({ prediction }) => prediction.machine === 'fan-5'),
    'a new one',
  );
});

/**
 * How alerts end beside their cause, with real processes: closed by a person, and with the failure of their machine, as the
 * receiver of alerts, the command line and the API see it.
 */
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AlertReceiver } from '../../support/peers/alert-receiver.ts';
import { connectSensor, createFanSite, fanType, sendWatched, tells, toldTo } from '../fan.ts';
import { drained, type Site, statusOf, until } from '../site.ts';

const fan = fanType('stepMs = 100\nsilentAfterMs = 0', 'warn = 4.5');

interface Alert {
  alertId: string;
  state: string;
  prediction: { failureMode: string; outcome?: string; reasons: string[] };
}
interface Machine {
  state: string;
  stateReason: string;
  urgency: string;
  openAlerts: number;
}

const receiver = new AlertReceiver();
let site: Site;
let sensor: MqttClient;
let atMs = Date.now() - 3_600_000;

beforeAll(async () => {
  await receiver.start();
  site = await createFanSite(fan, { cloud: tells(receiver) });
  await site.cloud.start();
  await site.gateway.start();
  sensor = await connectSensor(site, { clientId: 'fan-1' });
});
afterAll(async () => {
  await sensor?.endAsync(true);
  await site?.dispose();
  receiver.stop();
});

/** Sends readings a minute apart, each after the one before was decided about. */
async function send(value: number, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    atMs += 60_000;
    await sendWatched(site, sensor, 'fan-1', { timestamp: atMs, vibration_x: value });
  }
}

const alerts = async () => (await site.cloud.json<{ alerts: Alert[] }>('/api/alerts')).alerts;
const openAlerts = async () => (await alerts()).filter(({ state }) => state === 'open');
const machine = async () => (await site.cloud.json<{ machine: Machine }>('/api/machines/hall/fan-1')).machine;
const told = () => toldTo(receiver);

it('one that was closed stays closed while its cause lasts, and the next time it opens anew', async () => {
  await send(6, 3);
  await until(async () => (await openAlerts()).length === 1, 'the alert to open');
  const [first] = await openAlerts();
  expect(['critical', 'warning']).toContain((await machine()).state);

  await site.cloud.json('/api/alerts/close', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ alertId: first!.alertId, reason: 'a loose cover' }),
  });
  expect(await openAlerts()).toEqual([]);
  expect((await alerts())[0]).toMatchObject({
    state: 'resolved',
    prediction: { outcome: 'closed', reasons: ['It was closed by hand: a loose cover'] },
  });
  await send(6.5, 3);
  await drained(site);
  await until(() => told().length >= 2, 'the receiver to be told');
  expect([await openAlerts(), told()]).toEqual([[], ['opened', 'resolved']]);

  await send(1, 4);
  const openAtGateway = async () => (await statusOf(site.gateway)).alerts.openPredictions.length;
  await until(async () => (await openAtGateway()) === 0, 'the cause to end');
  await send(6, 3);
  await until(async () => (await openAlerts()).length === 1, 'another alert to open');
  expect((await openAlerts())[0]!.alertId).not.toBe(first!.alertId);
});

it('one of a machine that failed ends as failed, and the machine is not OK', async () => {
  await sensor.publishAsync('lifecycle/hall/fan-1', '{"state":"failed","note":"seized"}', { qos: 1 });
  await until(async () => (await openAlerts()).length === 0, 'the alert to end');
  await drained(site);
  const ended = (await alerts()).find(({ prediction }) => prediction.outcome === 'failed');
  expect(ended?.prediction.reasons[0]).toMatch(/^The machine failed /);
  expect(await machine()).toMatchObject({ state: 'failed', urgency: 'failed', openAlerts: 0 });
  await until(() => told().length >= 4, 'the receiver to be told');
  const last = [...receiver.told.values()].at(-1);
  expect(last).toMatchObject({ alertchange: 'resolved', data: { outcome: 'failed' } });
});

/**
 * A group of which one gateway has a notifier and another one has none, with real processes: the cloud waits for the word of the
 * first alone, and tells at once what it does not tell.
 */
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AlertReceiver } from '../../support/peers/alert-receiver.ts';
import { connectSensor, createFanSite, fanType, sendWatched, toldTo } from '../fan.ts';
import { type Site, until } from '../site.ts';

const fan = fanType('stepMs = 1_000\nsilentAfterMs = 0', 'warn = 4.5\nalarm = 7.1');
const receiver = new AlertReceiver();
let site: Site;
let sensor: MqttClient;

beforeAll(async () => {
  await receiver.start();
  const hook = (more: object) => ({ name: 'hook', url: receiver.url, group: 'maintenance', ...more });
  site = await createFanSite(fan, {
    gateway: { alerts: { webhook: [hook({ filter: { severity: 'critical' } })] } },
    cloud: { alerts: { webhook: [hook({})] } },
  });
  await site.cloud.start();
  await site.gateway.start();
  sensor = await connectSensor(site, { clientId: 'fan-1' });
});
afterAll(async () => {
  await sensor?.endAsync(true);
  await site?.dispose();
  receiver.stop();
});

it('is told at once by the cloud what the notifier at the site leaves out', async () => {
  const beganMs = Date.now();
  for (let i = 0; i < 3; i++)
    await sendWatched(site, sensor, 'fan-1', { timestamp: beganMs - 120_000 + 20_000 * i, vibration_x: 6 });
  await until(() => toldTo(receiver).length > 0, 'the warning to be told');
  expect(Date.now() - beganMs).toBeLessThan(45_000);
  expect(toldTo(receiver)).toEqual(['opened']);
});

/** A storm of alerts while nobody answers: what is owed stays bounded, survives kills, and is told when somebody does. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { predictionEvent } from '../../../shared/notifiers/prediction.testing.ts';
import { AlertReceiver } from '../../support/peers/alert-receiver.ts';
import { BatchSender } from '../../support/peers/batch-sender.ts';
import { createSite, gatewayName, linkPassword, type Site, until } from '../site.ts';

const waitingMax = 100;
const alerts = 1_000;
const ended = 50;

const sender = new BatchSender(gatewayName, linkPassword, '00000000deadbeef');

/** Resolves when the cloud has confirmed them. */
function send(site: Site, kind: 'opened' | 'resolved', from: number, to: number): Promise<void> {
  const events = Array.from({ length: to - from }, (_, i) => {
    const alert = from + i;
    // Each has a site of its own, since one alert is told for many machines of one site.
    const data = { predictionId: `p-${alert}`, machine: 'pump', site: `plant-${alert}` };
    const source = `/gateways/${gatewayName}`;
    return { ...predictionEvent(kind, 0, data), id: `${kind}-${alert}`, source };
  });
  return sender.events(`mqtt://127.0.0.1:${site.ingestPort}`, events);
}

let site: Site;
const receiver = new AlertReceiver();
beforeAll(async () => {
  receiver.isAway = true;
  await receiver.start();
  const webhook = { name: 'hook', url: receiver.url, backoffFirstMs: 100, backoffMaxMs: 500 };
  site = await createSite({
    cloud: { alerts: { webhook: [webhook] }, operations: { notificationsMax: waitingMax } },
  });
});
afterAll(async () => {
  await sender.close();
  await site?.dispose();
  receiver.stop();
});

const owed = async () => {
  const { notifications } = await site.cloud.json<{
    notifications: { waiting: Record<string, number>; summedUp: Record<string, number>; dead: number };
  }>('/api/status');
  return [notifications.waiting.hook ?? 0, notifications.summedUp.hook ?? 0];
};

it('each alert is told itself or counted by a digest, as it is when the receiver is back', {
  tags: ['long'],
}, async () => {
  await site.cloud.start();
  for (let from = 0; from < alerts; from += 250) await send(site, 'opened', from, from + 250);
  await site.cloud.kill9();
  await site.cloud.start();
  await send(site, 'resolved', 0, ended);
  const [waiting, summedUp] = await owed();
  expect(waiting).toBeLessThanOrEqual(waitingMax);
  expect(waiting! + summedUp!).toBeGreaterThanOrEqual(alerts);
  const metric = () => site.cloud.metric('harbinger_notifications_summed_up{notifier="hook"}');
  await until(async () => (await metric()) === summedUp, 'the metric to show what is summed up');
  await site.cloud.kill9();
  await site.cloud.start();

  receiver.isAway = false;
  await until(async () => (await owed()).every((count) => count === 0), 'all to be told');
  const told = [...receiver.told.values()];
  const digests = told.filter(({ alertchange }) => alertchange === 'digest').map(({ data }) => data);
  const itself = new Map<string, string>();
  for (const { alertchange, data } of told)
    if (alertchange !== 'digest') itself.set(data.predictionId, alertchange);
  const open = digests.reduce((sum, digest) => sum + digest.open, 0);
  const resolved = digests.reduce((sum, digest) => sum + digest.resolved, 0);
  expect(itself.size + open + resolved).toBe(alerts);
  expect(resolved + [...itself.values()].filter((change) => change === 'resolved').length).toBe(ended);
  const said = site.cloud.logs.filter(({ text }) => text.includes('cannot be told one by one'));
  expect(said.length).toBeGreaterThan(0);
});

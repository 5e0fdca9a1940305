/** A storm of alerts while nobody answers: what is owed stays bounded, survives kills, and is told when somebody does. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeBatch } from '../../../shared/contract/batch.ts';
import { uplinkTopic } from '../../../shared/contract/topics.ts';
import type { DigestData } from '../../../shared/notifiers/digest.ts';
import { predictionEvent } from '../../../shared/notifiers/prediction.testing.ts';
import { createSite, gatewayName, linkPassword, type Site, until } from '../site.ts';

const waitingMax = 100;
const alerts = 1_000;
const ended = 50;

interface Told {
  alertchange: string;
  idempotencykey: string;
  data: { predictionId: string } & DigestData;
}

/** A webhook that answers 503 until it is told otherwise. */
class Receiver {
  isBack = false;
  readonly told = new Map<string, Told>();
  private readonly server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (!this.isBack) return response.writeHead(503).end();
      const message = JSON.parse(Buffer.concat(chunks).toString()) as Told;
      this.told.set(message.idempotencykey, message);
      return response.writeHead(204).end();
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

let seq = 0;

/** Sends events as the site's gateway; resolves when the cloud has confirmed them. */
async function send(site: Site, kind: 'opened' | 'resolved', from: number, to: number): Promise<void> {
  const client = await connectAsync(`mqtt://127.0.0.1:${site.ingestPort}`, {
    clientId: gatewayName,
    username: gatewayName,
    password: linkPassword,
  });
  const events = Array.from({ length: to - from }, (_, i) => {
    const alert = from + i;
    const data = { predictionId: `p-${alert}`, machine: `pump-${alert}`, site: 'plant' };
    const made = predictionEvent(kind, 0, data);
    return {
      ...made,
      id: `${kind}-${alert}`,
      source: `/gateways/${gatewayName}`,
      subject: `plant/pump-${alert}`,
    };
  });
  const body = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  seq += 1;
  const header = {
    gateway: gatewayName,
    journal: '00000000deadbeef',
    lane: 'events' as const,
    codec: 'identity' as const,
    rawBytes: body.length,
    blocks: [{ seq, lines: events.length, bytes: body.length }],
  };
  await client.publishAsync(uplinkTopic(gatewayName, 'events'), encodeBatch({ header, body }), { qos: 1 });
  await client.endAsync();
}

let site: Site;
const receiver = new Receiver();
beforeAll(async () => {
  const webhook = { name: 'hook', url: await receiver.start(), backoffFirstMs: 100, backoffMaxMs: 500 };
  site = await createSite({
    cloud: { alerts: { webhook: [webhook] }, operations: { notificationsMax: waitingMax } },
  });
});
afterAll(async () => {
  await site?.dispose();
  receiver.stop();
});

const owed = async () => {
  const { notifications } = await site.cloud.json<{
    notifications: { waiting: Record<string, number>; summedUp: Record<string, number>; dead: number };
  }>('/api/status');
  return [notifications.waiting.hook ?? 0, notifications.summedUp.hook ?? 0];
};

it('each alert is told itself or counted by a digest, as it is when the receiver is back', async () => {
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

  receiver.isBack = true;
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

/** The current gateway and cloud on data folders that version 0.1.0 wrote (test/fixtures/data-0.1.0). */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Interest } from '../../../gateway/sources/mqtt/sessions/interest.ts';
import { openTestSessions } from '../../../gateway/sources/mqtt/sessions/opened.testing.ts';
import { BrokerPersistence } from '../../../gateway/sources/mqtt/sessions/persistence.ts';
import { packageRoot } from '../../../shared/files/paths.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import * as old from '../../fixtures/old-site.ts';
import { createSite, drained, type Site, statusOf, until } from '../site.ts';
import { sql } from '../stored.ts';

const folder = join(packageRoot, 'test', 'fixtures', 'data-0.1.0');
const facts = JSON.parse(readFileSync(join(folder, 'facts.json'), 'utf8')) as old.Facts;

function unpack(side: 'gateway' | 'cloud', into: string): void {
  execFileSync('tar', ['-xzf', join(folder, `${side}.tar.gz`), '-C', into]);
}

describe('data folders of version 0.1.0', () => {
  let site: Site;
  let receiver: Server;
  const told: string[] = [];

  beforeAll(async () => {
    receiver = createServer((request, response) => {
      if (request.url === '/away') told.push(String(request.headers['idempotency-key']));
      request.resume().on('end', () => response.end());
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const receiverUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
    site = await createSite({
      gateway: { ...old.gatewayConfig, uplink: { password: old.linkPassword } },
      cloud: old.cloudConfig(receiverUrl),
    });
    unpack('gateway', site.gatewayDir);
    unpack('cloud', join(site.folder, 'cloud'));
    await site.gateway.start();
  });
  afterAll(async () => {
    await site?.dispose();
    receiver?.close();
  });

  const backlogOf = async () =>
    Object.values((await statusOf(site.gateway)).backlog).reduce((sum, { blocks }) => sum + blocks, 0);

  it('open at the gateway with a backlog, every dead letter and every open prediction', async () => {
    const { items } = await site.gateway.json<{ items: old.Facts['letters'] }>('/api/deadletters?limit=100');
    const letters = items.map(({ id, topic, code, stage, client, payload }) => ({
      id,
      topic,
      code,
      stage,
      client,
      payload,
    }));
    expect(letters).toEqual(facts.letters);
    const { deadLetters, alerts } = await statusOf(site.gateway);
    expect(deadLetters).toMatchObject({ count: facts.letters.length, dropped: facts.lettersDropped });
    const open = (alerts.openPredictions as { predictionId: string }[]).map((one) => one.predictionId);
    expect(open).toEqual(facts.openPredictions);
    expect(await backlogOf()).toBeGreaterThan(0);
    const note = JSON.parse(readFileSync(join(site.gatewayDir, 'format.json'), 'utf8'));
    expect(note).toMatchObject({ role: 'gateway', formats: { journal: 1 } });
  });

  it('keep retained messages', async () => {
    const client = await mqtt.connectAsync(site.gateway.mqttUrl, { ...old.panel, reconnectPeriod: 0 });
    const found: old.Retained[] = [];
    client.on('message', (topic, payload, { qos, retain }) => {
      if (retain) found.push({ topic, payloadBase64: payload.toString('base64'), qos });
    });
    await client.subscribeAsync('panel/#', { qos: 2 });
    await until(() => found.length >= old.retained.length, 'the retained messages');
    expect(found.sort((a, b) => a.topic.localeCompare(b.topic))).toEqual(old.retained);
    await client.endAsync(true);
  });

  it.each(Object.entries(old.sessions))('keep the session of %s with its messages', async (clientId, all) => {
    const options = { ...old.panel, clientId, clean: false, reconnectPeriod: 0 };
    const client = mqtt.connect(site.gateway.mqttUrl, options);
    const messages: string[] = [];
    let present = false;
    client.on('connect', ({ sessionPresent }) => {
      present = sessionPresent;
    });
    client.on('message', (_, payload) => messages.push(payload.toString()));
    await until(() => messages.length >= facts.queued[clientId]!.length, 'the queued messages');
    expect(present).toBe(true);
    expect(messages).toEqual(facts.queued[clientId]);
    // Its subscriptions are in force without being made again.
    const topics = [...new Set(all.map(({ topic }) => topic.replace(/[+#]/, 'tomorrow')))];
    for (const topic of topics) await client.publishAsync(topic, `to ${topic}`, { qos: 1 });
    const expected = topics.map((topic) => `to ${topic}`);
    await until(() => messages.length >= facts.queued[clientId]!.length + expected.length, 'new messages');
    expect(messages.slice(facts.queued[clientId]!.length)).toEqual(expected);
    await client.endAsync();
  });

  it('keep the state of QoS 2 messages whose handshake was incomplete', async () => {
    const { mqttPort } = site.gateway;
    const { clientId, messageId, topic, payload } = old.halfReceived;
    const sender = await old.rawSession(mqttPort, { clientId });
    sender.send({ cmd: 'publish', topic, payload, qos: 2, messageId, retain: false, dup: true });
    await sender.receive('pubrec');
    sender.send({ cmd: 'pubrel', messageId });
    await sender.receive('pubcomp');
    sender.breakOff();

    const login = { username: old.panel.username, password: Buffer.from(old.panel.password) };
    const panel = await old.rawSession(mqttPort, { clientId: old.halfSent.clientId, ...login });
    expect((await panel.receive('pubrel')).messageId).toBe(facts.halfSentMessageId);
    panel.send({ cmd: 'pubcomp', messageId: facts.halfSentMessageId });
    panel.breakOff();
  });

  it('keep wills', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'harbinger-old-data-'));
    unpack('gateway', copy);
    const opened = await openTestSessions(copy);
    const takeovers = { isShared: () => false };
    const deps = { interest: new Interest([]), clock: systemClock, log: silentLog, takeovers };
    const limits = {
      retainedMessagesMax: 100,
      retainedBytesMax: 1 << 20,
      sessionsMax: 100,
      sessionExpiryHours: 168,
      queueMessagesMax: 100,
      queueBytesMax: 1 << 20,
      willBytesMax: 1e7,
    };
    const persistence = new BrokerPersistence(opened, deps, limits);
    const kept = await persistence.getWill({ id: old.will.clientId });
    expect({ topic: kept?.topic, payload: String(kept?.payload) }).toEqual({
      topic: old.will.topic,
      payload: old.will.payload,
    });
    await persistence.destroy();
    rmSync(copy, { recursive: true });
  });

  it('open in the cloud with all decisions, quarantined entries and audit records', async () => {
    await site.cloud.start();
    const { cloud } = site;
    const page = async <T>(path: string) => (await cloud.json<{ items: T[] }>(`${path}?limit=500`)).items;
    expect((await page<{ id: string }>('/api/events')).map(({ id }) => id)).toEqual(
      expect.arrayContaining(facts.events.stored),
    );
    expect((await page<{ decisionId: string }>('/api/decisions')).map((one) => one.decisionId)).toEqual(
      expect.arrayContaining(facts.decisions),
    );
    const { alerts } = await cloud.json<{ alerts: old.Facts['alerts'] }>('/api/alerts');
    expect(alerts.map(({ alertId, state }) => ({ alertId, state }))).toEqual(facts.alerts);
    for (const { id, gateway, code, body } of facts.quarantine)
      expect(await cloud.json(`/api/quarantine/${id}`)).toMatchObject({ gateway, code, body });
    expect(await page('/api/audit')).toMatchObject(facts.audit);
    expect((await page<{ key: string }>('/api/notifications/dead')).map(({ key }) => key)).toEqual(
      facts.deadNotifications,
    );
    const { machines } = await cloud.json<{ machines: Record<string, unknown>[] }>('/api/machines');
    const known = machines.map((one) => `${one.site}/${one.machine}`);
    expect(known).toEqual(expect.arrayContaining(facts.machines.map(({ name }) => name)));
  });

  it('deliver the cloud’s owed notifications, and the gateway’s backlog exactly once', async () => {
    await drained(site);
    await until(() => facts.owedNotifications.every((key) => told.includes(key)), 'what was owed');
    expect(told.length).toBe(new Set(told).size);
    const rows = await sql<[machine: string, count: number, first: number, last: number]>(
      site.cloud,
      'select machine, count(*), min(cycles), max(cycles) from generic where cycles is not null group by machine order by machine',
    );
    const expected = Object.entries(facts.readings).map(([machine, { sent }]) => [machine, sent, 1, sent]);
    expect(rows).toEqual([['half', 1, 1, 1], ...expected]);
    for (const { type, subject } of facts.events.backlog) {
      const { items } = await site.cloud.json<{ items: { type: string; subject: string }[] }>(
        '/api/events?limit=500',
      );
      expect(items.filter((event) => event.type === type && event.subject === subject)).toHaveLength(1);
    }
  });

  it('keep the learned baseline of each machine', async () => {
    const client = await mqtt.connectAsync(site.gateway.mqttUrl, { reconnectPeriod: 0 });
    for (const machine of facts.learntMachines)
      await client.publishAsync(`telemetry/${machine}`, JSON.stringify({ seq: 1, cycles: 0, x: 0 }), {
        qos: 1,
      });
    await client.endAsync();
    const metric = () => site.gateway.metric('harbinger_normals_restored');
    await until(async () => (await metric()) >= facts.learntMachines.length, 'the baselines to be restored');
  });
});

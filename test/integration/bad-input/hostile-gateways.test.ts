import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { encodeBatch } from '../../../shared/contract/batch.ts';
import { parseBatchRefusal } from '../../../shared/contract/batch-refusal.ts';
import type { Lane } from '../../../shared/contract/lanes.ts';
import { refusalTopic, uplinkTopic } from '../../../shared/contract/topics.ts';
import { LoadGenerator } from '../../load/generator.ts';
import { connectPacket } from '../../load/mqtt/wire.ts';
import { drained, gatewayName, linkPassword, type Site, startSite, until } from '../site.ts';
import { embeddedReadings, sql } from '../stored.ts';
import { publishBytes, RawClient } from './raw-client.ts';

const mallory = { id: 'mallory', password: 'mallory-has-own-password' };
const nowNs = `${Date.now()}000000`;

function batch(text: string, as: { gateway?: string; lane?: Lane; seq?: number } = {}): Buffer {
  const body = Buffer.from(text);
  const lines = text.trimEnd().split('\n').length;
  return encodeBatch({
    header: {
      gateway: as.gateway ?? mallory.id,
      journal: '00000000deadbeef',
      lane: as.lane ?? 'readings',
      codec: 'identity',
      rawBytes: body.length,
      blocks: [{ seq: as.seq ?? 1, lines, bytes: body.length }],
    },
    body,
  });
}

const line = (gateway: string, machine: string) =>
  `generic,gateway=${gateway},machine=${machine},site=load cycles=1 ${nowNs}\n`;

/**
 * Content that is not a batch of a known gateway's lane. It is refused with a reason, and neither acknowledged nor kept.
 */
const broken: [what: string, frame: Buffer, code: string][] = [
  ['no batch', Buffer.from('hello'), 'BATCH_FORMAT'],
  ['nothing', Buffer.alloc(0), 'BATCH_FORMAT'],
  ['a flipped bit', flipped(batch(line(mallory.id, 'x1'))), 'BATCH_CHECKSUM'],
  ['another gateway’s batch', batch(line(gatewayName, 'm0'), { gateway: gatewayName }), 'BATCH_FOREIGN'],
  ['another lane’s batch', batch(line(mallory.id, 'x1'), { lane: 'events' }), 'BATCH_FOREIGN'],
];

function flipped(frame: Buffer): Buffer {
  frame[frame.length - 3]! ^= 1;
  return frame;
}

interface Quarantined {
  gateway: string;
  code: string;
  reason: string;
}

describe('hostile gateways at a cloud that also serves a good one', () => {
  let site: Site;
  let good: LoadGenerator;
  let client: MqttClient;

  const quarantined = async () =>
    (await site.cloud.json<{ items: Quarantined[] }>('/api/quarantine?limit=100')).items;

  beforeAll(async () => {
    site = await startSite({
      cloud: {
        gateways: [{ id: gatewayName, password: linkPassword }, mallory],
        operations: { machinesMax: 500 },
      },
    });
    good = new LoadGenerator({ port: site.gateway.mqttPort, connections: 4, qos: 1, rate: 400 });
    await good.start();
    client = await connectAsync(`mqtt://127.0.0.1:${site.ingestPort}`, {
      clientId: 'm',
      username: mallory.id,
      password: mallory.password,
    });
  });
  afterAll(async () => {
    await client?.endAsync(true);
    await good?.stop();
    await site?.dispose();
  });

  it.each([
    ['a wrong password', { username: gatewayName, password: 'guess' }],
    ['an unknown gateway', { username: 'nobody', password: linkPassword }],
    ['no credentials', {}],
  ])('%s: refused with return code 4', async (_, credentials) => {
    const raw = await RawClient.open(site.ingestPort);
    raw.write(connectPacket('g', true, credentials));
    await raw.isClosed();
    expect(raw.returnCode).toBe(4);
  });

  it.each([
    ['as another gateway', uplinkTopic(gatewayName, 'readings')],
    ['to a topic that is not an uplink topic', 'telemetry/load/m0'],
    ['to an unknown lane', `harbinger/v1/${mallory.id}/bulk`],
  ])('publishing %s: the connection is closed, nothing is acknowledged', async (_, topic) => {
    const raw = await RawClient.login(site.ingestPort, 'thief', mallory.id, mallory.password);
    raw.write(publishBytes(1, topic, batch(line(gatewayName, 'm0'), { gateway: gatewayName })));
    await raw.isClosed();
    expect(raw.received.some(({ cmd }) => cmd === 'puback')).toBe(false);
  });

  it('more bytes than a batch may have: the connection is closed', async () => {
    const raw = await RawClient.login(site.ingestPort, 'big', mallory.id, mallory.password);
    raw.write(publishBytes(1, uplinkTopic(mallory.id, 'readings'), Buffer.alloc(5 << 20)));
    await raw.isClosed();
  });

  it.each(broken)(
    '%s: refused with its reason, neither acknowledged nor in quarantine',
    async (_, frame, code) => {
      const refused: unknown[] = [];
      const onMessage = (_topic: string, payload: Buffer) => refused.push(parseBatchRefusal(payload)?.code);
      client.on('message', onMessage);
      await client.subscribeAsync(refusalTopic(mallory.id));
      const settled = vi.fn();
      client.publish(uplinkTopic(mallory.id, 'readings'), frame, { qos: 1 }, settled);
      await expect.poll(() => refused).toEqual([code]);
      client.off('message', onMessage);
      expect(settled).not.toHaveBeenCalled();
      expect(client.connected).toBe(true);
      expect(await quarantined()).toEqual([]);
    },
  );

  it('bad lines among good ones: the good ones are stored, the bad ones in quarantine', async () => {
    const text =
      line(mallory.id, 'x1') +
      line(gatewayName, 'm0') +
      'nonsense\n' +
      `generic,gateway=${mallory.id},machine=x1,site=load cycles=NaN ${nowNs}\n` +
      line(mallory.id, 'x2');
    await client.publishAsync(uplinkTopic(mallory.id, 'readings'), batch(text), { qos: 1 });
    const entries = await quarantined();
    expect(entries.length).toBeGreaterThan(0);
    for (const entry of entries) {
      expect(entry.gateway).toBe(mallory.id);
      expect(entry.reason.length).toBeGreaterThan(10);
    }
    const rows = await sql(
      site.cloud,
      `select machine, gateway, cycles from generic where gateway = '${mallory.id}' order by machine`,
    );
    expect(rows).toEqual([
      ['x1', mallory.id, 1],
      ['x2', mallory.id, 1],
    ]);
  });

  it('a gateway that makes up machines fills its own share of the list, and the operator is told', async () => {
    const lines = Array.from({ length: 1_200 }, (_, i) => line(mallory.id, `x-${i}`));
    const frame = batch(lines.join(''), { seq: 2 });
    await client.publishAsync(uplinkTopic(mallory.id, 'readings'), frame, { qos: 1 });
    type Listed = { machines: { gateway: string; machine: string }[] };
    const machines = async () => (await site.cloud.json<Listed>('/api/machines')).machines;
    const listed = (await machines()).filter(({ gateway }) => gateway === mallory.id).length;
    expect(listed).toBeGreaterThan(300);
    expect(listed).toBeLessThanOrEqual(500);
    const { quotas } = await site.cloud.json<{ quotas: { refused: object[] } }>('/api/status');
    expect(quotas.refused).toMatchObject([{ quota: 'machines', owner: mallory.id }]);
    const said = site.cloud.logs.filter(({ json }) => json?.quota === 'machines');
    expect(said.map(({ json }) => json?.owner)).toEqual([mallory.id]);
    const stored = `select count(distinct machine) from generic where gateway = '${mallory.id}'`;
    expect(await sql(site.cloud, stored)).toEqual([[1_202]]);
    const late = await connectAsync(`mqtt://127.0.0.1:${site.gateway.mqttPort}`);
    await late.publishAsync('telemetry/load/late', '{"cycles":1}', { qos: 1 });
    await late.endAsync();
    await until(async () => (await machines()).some(({ machine }) => machine === 'late'), 'it to be listed');
  });

  it('the good gateway’s readings are stored once meanwhile, and no other gateway wrote under its name', async () => {
    const report = await good.stop();
    expect(report).toMatchObject({ end: 'stopped', acked: report.sent, reconnects: 0 });
    await drained(site);
    const stored = (await embeddedReadings(site.cloud)).filter(([machine]) => machine.startsWith('m'));
    expect(good.ledger.compare(stored)).toMatchObject({ lostCount: 0, repeatedCount: 0, strangers: 0 });
  });
});

import { connectAsync } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Link } from '../../chaos/site/link.ts';
import { LoadGenerator } from '../../load/generator.ts';
import { harbinger } from '../cli.ts';
import { createSite, drained, type Site, until } from '../site.ts';
import { embeddedReadings, sql } from '../stored.ts';

/** The parts of `/api/status` that only this test needs. */
interface RefusedStatus {
  uplink: { connects: number; refused: Record<string, { code: string } | null> };
  refused: { count: number; setAside: number; dropped: number };
}

const refusedMsMax = 2_000;

describe('a cloud that gets batches other than they were sent', () => {
  let site: Site;
  let link: Link;
  let load: LoadGenerator;

  beforeAll(async () => {
    link = new Link(() => site.ingestPort);
    await link.start();
    site = await createSite({
      uplinkPort: link.port,
      gateway: { uplink: { backoffFirstMs: 50, backoffMaxMs: 200, refusedMsMax } },
    });
    await site.cloud.start();
    await site.gateway.start();
  });
  afterEach(() => load?.stop());
  afterAll(async () => {
    await site?.dispose();
    await link?.stop();
  });

  /** Sends readings of machines whose names begin so. */
  async function startLoad(name: string): Promise<void> {
    const { mqttPort: port } = site.gateway;
    load = new LoadGenerator({ port, connections: 5, qos: 1, rate: 500, machine: `${name}{c}` });
    await load.start();
  }

  const status = async () => (await site.gateway.json('/api/status')) as RefusedStatus;
  const metric = async (of: 'gateway' | 'cloud', name: string) => {
    const text = await (await fetch(`${site[of].httpUrl}/metrics`)).text();
    const values = text.split('\n').filter((line) => line.startsWith(name));
    return values.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };
  const fail = async (machine: string) => {
    const client = await connectAsync(site.gateway.mqttUrl);
    await client.publishAsync(`lifecycle/load/${machine}`, '{"state":"failed"}', { qos: 1 });
    await client.endAsync();
  };
  const failed = async () =>
    (
      await sql<[string]>(site.cloud, "select machine from event where type like '%failed%' order by machine")
    ).flat();

  const cli = async (...args: string[]) => {
    const { code, stdout, stderr } = await harbinger('refused', ...args, '--data', site.gatewayDir);
    expect([code, stderr]).toEqual([0, '']);
    return stdout;
  };

  async function stopLoad(): Promise<void> {
    const report = await load.stop();
    expect(report).toMatchObject({ end: 'stopped', acked: report.sent, reconnects: 0 });
  }

  async function expectEverythingOnce(name: string): Promise<void> {
    await drained(site);
    const stored = (await embeddedReadings(site.cloud)).filter(([machine]) => machine.startsWith(name));
    expect(load.ledger.compare(stored)).toMatchObject({ lostCount: 0, repeatedCount: 0, strangers: 0 });
  }

  it('because bits flip on the link: nothing is lost or stored twice, and nothing goes into quarantine', async () => {
    await startLoad('flipped');
    link.meddle('flips', 1);
    await until(
      async () => (await metric('cloud', 'harbinger_ingest_refused_batches_total')) >= 20,
      'refusals',
    );
    expect(await metric('gateway', 'harbinger_uplink_refusals_total')).toBeGreaterThan(0);
    link.heal();
    await until(
      async () => Object.values((await status()).uplink.refused).every((batch) => !batch),
      'sending',
    );
    await stopLoad();
    if ((await status()).refused.count > 0) await cli('redrive', '--all');
    await expectEverythingOnce('flipped');
    expect(await site.cloud.json('/api/quarantine')).toMatchObject({ items: [] });
  });

  it('of a format that it does not know: other lanes go on, and this one waits for a cloud that does', {
    tags: ['long'],
  }, async () => {
    await startLoad('newer');
    link.meddle('newer-format', 1);
    const { connects } = (await status()).uplink;
    await until(async () => (await status()).uplink.refused.readings?.code === 'BATCH_VERSION', 'a refusal');
    await fail('m1');
    await until(async () => (await failed()).length === 1, 'the event');
    expect((await status()).uplink.connects).toBeLessThanOrEqual(connects + 1);
    await stopLoad();
    await site.gateway.kill9();
    await site.gateway.start();
    await until(async () => (await status()).uplink.refused.readings?.code === 'BATCH_VERSION', 'a refusal');
    link.heal();
    await until(async () => (await status()).uplink.refused.readings === null, 'the readings');
    expect((await status()).refused).toMatchObject({ count: 0, dropped: 0 });
    await expectEverythingOnce('newer');
  });
});

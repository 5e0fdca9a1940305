import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Link } from '../../chaos/site/link.ts';
import type { SentBatch } from '../../chaos/site/uplink-tap.ts';
import { LoadGenerator } from '../../load/generator.ts';
import { createSite, drained, type Site, statusOf, until } from '../site.ts';
import { embeddedReadings, sql } from '../stored.ts';

const backlogReadings = 120_000;
const failures = 40;

/** Publishes lifecycle messages of machines that fail while the cloud is down. Each is an event. */
async function reportFailures(site: Site): Promise<void> {
  const client = await connectAsync(site.gateway.mqttUrl);
  for (let i = 0; i < failures; i++) {
    const message = JSON.stringify({ state: 'failed', id: `stop-${i}` });
    await client.publishAsync(`lifecycle/load/m${i % 20}`, message, { qos: 1 });
  }
  await client.endAsync();
}

describe('a cloud that was unreachable for a long time', () => {
  let site: Site;
  let link: Link;
  const sent: SentBatch[] = [];

  beforeAll(async () => {
    link = new Link(() => site.ingestPort);
    link.tap.onBatch = (batch) => sent.push(batch);
    await link.start();
    link.cut();
    site = await createSite({
      uplinkPort: link.port,
      gateway: { uplink: { connectMsMax: 1_000 } },
    });
    await site.cloud.start();
    await site.gateway.start();
  });
  afterAll(async () => {
    await site?.dispose();
    await link?.stop();
  });

  /** Counts the stored rows. At any moment, those of each machine must have no gap. */
  async function storedWithoutGaps(): Promise<number> {
    const rows = await sql<[string, number, number]>(
      site.cloud,
      "select machine, count(*), max(cycles) from generic where machine like 'm%' group by machine",
    ).catch(() => []);
    for (const [machine, count, last] of rows) expect(`${machine}: ${count}`).toBe(`${machine}: ${last}`);
    return rows.reduce((sum, [, count]) => sum + count, 0);
  }

  it('receives the backlog in order, events first, while live readings are acknowledged', {
    tags: ['long'],
  }, async () => {
    const { gateway } = site;
    const port = gateway.mqttPort;
    const bulk = new LoadGenerator({ port, connections: 20, qos: 1, window: 100, total: backlogReadings });
    await bulk.start();
    link.heal();
    link.halfOpen();
    const filled = await bulk.finished;
    expect(filled).toMatchObject({ end: 'complete', acked: backlogReadings, reconnects: 0 });
    await reportFailures(site);

    const before = await statusOf(gateway);
    expect(before.uplink.lines.readings).toBe(0);
    const eventsSeq = before.journals.find(({ lane }) => lane === 'events')!.lastSeq;
    expect(eventsSeq).toBeGreaterThan(0);

    const live = new LoadGenerator({
      port,
      connections: 5,
      qos: 1,
      rate: 500,
      machine: 'live{c}',
      clientPrefix: 'live-',
    });
    await live.start();
    link.heal();
    const startedMs = performance.now();
    let storedMid = 0;
    let ackedMid = 0;
    await until(async () => {
      const stored = await storedWithoutGaps();
      if (stored < backlogReadings && stored > 0) [storedMid, ackedMid] = [stored, live.progress.acked];
      return stored === backlogReadings;
    }, 'the backlog to be stored');
    const seconds = (performance.now() - startedMs) / 1_000;
    const report = await live.stop();
    await drained(site);

    console.log(
      `backlog of ${backlogReadings} readings: filled at ${Math.round(filled.perSecond)}/s, ` +
        `drained at ${Math.round(backlogReadings / seconds)}/s beside live ${Math.round(report.perSecond)}/s ` +
        `(live acks p50 ${Math.round(report.ackLatency.msP50)} ms, p99 ${Math.round(report.ackLatency.msP99)} ms); ` +
        `last seen under way: ${storedMid} stored, ${ackedMid} live ones acknowledged`,
    );
    expect(report).toMatchObject({ end: 'stopped', reconnects: 0 });
    expect(report.acked).toBe(report.sent);

    const firstReadings = sent.findIndex(({ lane }) => lane === 'readings');
    const eventsBefore = sent.slice(0, firstReadings).filter(({ lane }) => lane === 'events');
    expect(eventsBefore.at(-1)?.lastSeq).toBeGreaterThanOrEqual(eventsSeq);
    for (const lane of ['events', 'estimates', 'readings'] as const) {
      const batches = sent.filter(
        (batch) => batch.lane === lane && batch.connection === link.tap.connections,
      );
      if (lane !== 'estimates') expect(batches, lane).not.toEqual([]);
      for (const [i, batch] of batches.entries()) {
        if (i > 0) expect(batch.firstSeq).toBe(batches[i - 1]!.lastSeq + 1);
      }
    }

    const all = await embeddedReadings(site.cloud);
    const whole = { lostCount: 0, repeatedCount: 0, storedUnacked: 0 };
    expect(bulk.ledger.compare(all.filter(([machine]) => machine.startsWith('m')))).toMatchObject(whole);
    expect(live.ledger.compare(all.filter(([machine]) => machine.startsWith('live')))).toMatchObject(whole);
    const { items } = await site.cloud.json<{ items: { type: string }[] }>('/api/events?limit=200');
    expect(items.filter(({ type }) => type.endsWith('machine.failed.v1'))).toHaveLength(failures);
  });
});

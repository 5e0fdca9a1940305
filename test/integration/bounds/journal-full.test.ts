import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { JournalLoss } from '../../../shared/contract/events.ts';
import { LoadGenerator } from '../../load/generator.ts';
import { eventsOf } from '../pump-sensor.ts';
import { createSite, drained, type Site, statusOf, until } from '../site.ts';
import { embeddedReadings } from '../stored.ts';

const bytesMax = 1 << 20;

/**
 * Number of bytes of all lanes, which the limit applies to. Besides them there are a lock and two small state files.
 */
async function bytesOnDisk(dir: string): Promise<number> {
  const files = await readdir(dir, { recursive: true, withFileTypes: true });
  const sizes = files
    .filter((file) => file.isFile() && file.parentPath !== dir)
    .map((file) =>
      // A segment may be removed between listing it and reading its size.
      stat(join(file.parentPath, file.name)).then(
        ({ size, blocks }) => Math.min(size, blocks * 512),
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

describe('a journal that is full while the cloud is down', () => {
  let site: Site;

  const load = (name: string, options: { total?: number } = {}) =>
    new LoadGenerator({
      port: site.gateway.mqttPort,
      connections: 10,
      qos: 1,
      machine: `${name}{c}`,
      clientPrefix: name,
      ...options,
    });

  afterEach(async () => {
    await site?.dispose();
  });

  it('drop-oldest: stays within its limit, continues to acknowledge, and accounts for every dropped reading', async () => {
    site = await createSite({ gateway: { journal: { bytesMax, whenFull: 'drop-oldest' } } });
    const { gateway, cloud } = site;
    await gateway.start();
    const sensors = load('m');
    await sensors.start();
    const dropped = async () =>
      (await statusOf(gateway)).journals.find(({ lane }) => lane === 'readings')!.dropped.lines;
    let largest = 0;
    await until(async () => {
      largest = Math.max(largest, await bytesOnDisk(join(site.gatewayDir, 'journal')));
      return (await dropped()) > 25_000;
    }, 'readings to be dropped');
    const report = await sensors.stop();
    expect(report).toMatchObject({ end: 'stopped', acked: report.sent, reconnects: 0 });
    console.log(`journal of ${bytesMax} bytes: at most ${largest} on disk, ${await dropped()} lines dropped`);
    expect(largest).toBeLessThanOrEqual(bytesMax);
    await until(
      async () => (await gateway.metric('harbinger_journal_dropped_lines_total')) === (await dropped()),
      'the metric',
    );

    await cloud.start();
    await drained(site);
    const losses = await eventsOf<JournalLoss>(site, 'journal.loss');
    const reported = losses.reduce((sum, { data }) => sum + data.lines, 0);
    expect(losses.every(({ data }) => data.cause === 'backlog-full')).toBe(true);
    expect(reported).toBe(await dropped());
    const stored = await embeddedReadings(cloud);
    expect(stored.length + reported).toBe(report.acked);
    expect(sensors.ledger.compare(stored)).toMatchObject({ repeatedCount: 0, strangers: 0 });
  });

  it('refuse: acknowledges nothing more instead of losing readings, and continues once there is space', {
    tags: ['long'],
  }, async () => {
    site = await createSite({
      gateway: { journal: { bytesMax, whenFull: 'refuse', appendPatienceMs: 500 } },
    });
    const { gateway, cloud } = site;
    await gateway.start();
    const sensors = load('m', { total: 80_000 });
    await sensors.start();
    const refusals = () => gateway.metric('harbinger_broker_messages_failed_total');
    await until(async () => (await refusals()) > 0, 'the journal to be full');
    // The remaining space may fit a small block. In the end all attempts are refused and none is acknowledged.
    let seen = { refused: 0, acked: -1 };
    await until(async () => {
      const before = seen;
      const refused = await refusals();
      if (refused > before.refused) seen = { refused, acked: sensors.progress.acked };
      return refused > before.refused && before.acked === seen.acked;
    }, 'nothing to be acknowledged between two refusals');
    expect(seen.acked).toBeLessThan(80_000);
    expect(await bytesOnDisk(join(site.gatewayDir, 'journal'))).toBeLessThanOrEqual(bytesMax);

    await cloud.start();
    const report = await sensors.finished;
    expect(report).toMatchObject({ end: 'complete', acked: 80_000 });
    await drained(site);
    const wrong = sensors.ledger.compare(await embeddedReadings(cloud));
    expect(wrong).toMatchObject({ lostCount: 0, repeatedCount: 0, strangers: 0, storedUnacked: 0 });
    expect(await eventsOf(site, 'journal.loss')).toEqual([]);
  });
});

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LoadGenerator } from '../../load/generator.ts';
import { createSite, type Site, statusOf, until } from '../site.ts';

const warmUp = 80_000;
const measured = 400_000;
/**
 * The payloads alone of 400,000 readings are 86 MB, and as objects in a JavaScript heap about three times that: a queue
 * that kept them would exceed this limit. Garbage does not: over two million readings a flat gateway varied by 70 MB.
 */
const growthBytesMax = 100 << 20;

function residentBytes(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) * 1_024;
}

describe('memory of a gateway whose cloud is down', () => {
  let site: Site;

  beforeAll(async () => {
    site = await createSite();
    await site.gateway.start();
  });
  afterAll(async () => {
    await site?.dispose();
  });

  it('stays flat under load: the backlog is on disk', { tags: ['long'] }, async () => {
    const { gateway } = site;
    const load = new LoadGenerator({ port: gateway.mqttPort, connections: 50, qos: 1, window: 50 });
    await load.start();
    await until(() => load.progress.acked >= warmUp, 'the warm-up');
    const warm = residentBytes(gateway.pid);
    const seen: number[] = [];
    for (let part = 1; part <= 8; part++) {
      await until(() => load.progress.acked >= warmUp + (part * measured) / 8, `part ${part}`);
      seen.push(residentBytes(gateway.pid));
    }
    const report = await load.stop();
    const MiB = (bytes: number) => Math.round(bytes / 2 ** 20);
    console.log(
      `${report.acked} readings at ${Math.round(report.perSecond)}/s into the journal; resident after ${warmUp}: ` +
        `${MiB(warm)} MiB, later ${seen.map(MiB).join(', ')} MiB`,
    );
    expect(report).toMatchObject({ end: 'stopped', reconnects: 0, acked: report.sent });
    // The lowest of the last samples: retained memory is in all of them, garbage is not.
    expect(Math.min(...seen.slice(4)) - warm).toBeLessThan(growthBytesMax);
    const { backlog, uplink } = await statusOf(gateway);
    expect(uplink.connected).toBe(false);
    expect(backlog.readings!.blocks).toBeGreaterThan(0);
  });
});

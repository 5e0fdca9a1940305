import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LoadGenerator } from '../../load/generator.ts';
import { type Influxd, influxdBinary, startInfluxd } from '../../support/influxd.ts';
import { reasonToSkip } from '../../support/needed.ts';
import { drained, type Site, startSite, until } from '../site.ts';
import { embeddedReadings, influxReadings } from '../stored.ts';

const noInflux = reasonToSkip(await influxdBinary());
const database = 'telemetry';

const nothingWrong = {
  lost: [],
  lostCount: 0,
  repeated: [],
  repeatedCount: 0,
  strangers: 0,
  storedUnacked: 0,
};

function loadOn(site: Site): LoadGenerator {
  return new LoadGenerator({ port: site.gateway.mqttPort, connections: 20, qos: 1, rate: 2_000 });
}

/** Stops the load. Everything must be acknowledged, without one lost connection. */
async function end(load: LoadGenerator): Promise<void> {
  const report = await load.stop();
  expect(report).toMatchObject({ end: 'stopped', reconnects: 0 });
  expect(report.acked).toBe(report.sent);
}

/**
 * Checks that the gateway continues to acknowledge, on the same connections: its promise depends only on its own disk.
 */
async function keepsAcknowledging(load: LoadGenerator, count: number): Promise<void> {
  const { acked } = load.progress;
  await until(() => load.progress.acked >= acked + count, `${count} more acknowledgements`);
  expect(load.progress.reconnects).toBe(0);
}

describe('kill -9 of the cloud under load', () => {
  let site: Site;

  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(async () => {
    await site?.dispose();
  });

  it('leaves every acknowledged reading in the embedded store once, while the gateway continues to acknowledge', async () => {
    const load = loadOn(site);
    await load.start();
    for (let kill = 0; kill < 2; kill++) {
      await keepsAcknowledging(load, 1_000);
      await site.cloud.kill9();
      await keepsAcknowledging(load, 1_000);
      await site.cloud.restart();
    }
    await end(load);
    await drained(site);
    expect(load.ledger.compare(await embeddedReadings(site.cloud))).toEqual(nothingWrong);
  });
});

describe(`kill -9 of influxd under load${noInflux ? ` (skipped: ${noInflux})` : ''}`, () => {
  let site: Site;
  let influxd: Influxd;

  beforeAll(async () => {
    if (noInflux !== null) return;
    influxd = await startInfluxd();
    const store = { kind: 'influx', version: 1, url: influxd.url, database, timeoutMs: 2_000 };
    site = await startSite({ store });
  });
  afterAll(async () => {
    await site?.dispose();
    await influxd?.stop();
  });

  it.skipIf(noInflux !== null)(
    'leaves every acknowledged reading in it once, although the cloud is killed meanwhile',
    { tags: ['long'] },
    async () => {
      const load = loadOn(site);
      await load.start();
      await keepsAcknowledging(load, 2_000);

      await influxd.kill9();
      await keepsAcknowledging(load, 3_000);
      await until(
        async () => !(await fetch(`${site.cloud.httpUrl}/readyz`)).ok,
        'the cloud to say not ready',
      );
      await influxd.restart();
      await keepsAcknowledging(load, 2_000);

      await influxd.kill9();
      await site.cloud.kill9();
      const starting = site.cloud.restart();
      await keepsAcknowledging(load, 2_000);
      await influxd.restart();
      await starting;

      await end(load);
      await drained(site);
      expect(load.ledger.compare(await influxReadings(influxd, database))).toEqual(nothingWrong);
    },
  );

  it.skipIf(noInflux !== null)('starts without its InfluxDB, and stores once that is up', async () => {
    await influxd.halt();
    await site.cloud.kill9();
    const starting = site.cloud.restart();
    const load = loadOn(site);
    await load.start();
    await keepsAcknowledging(load, 1_000);
    await end(load);
    await influxd.restart();
    await starting;
    await drained(site);
    const latest = load.ledger.compare(await influxReadings(influxd, database));
    expect(latest.lost).toEqual([]);
  });
});

/**
 * Stops and starts (test/integration/stops): processes are killed, restarted, cannot start, or open the data of an
 * earlier version. What was acknowledged must be there afterwards.
 */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LoadGenerator } from '../../load/generator.ts';
import { type Influxd, influxdBinary, startInfluxd } from '../../support/influxd.ts';
import { reasonToSkip } from '../../support/needed.ts';
import { drained, type Site, startSite, statusOf, until } from '../site.ts';
import { embeddedReadings, influxReadings, type StoredReading } from '../stored.ts';

const noInflux = reasonToSkip(await influxdBinary());

/** A kill under load, and a second one when the restarted gateway has come that far. `npm run chaos` has many more. */
interface Kill {
  atAcked: number;
  again: 'first word' | 'open';
}

const total = 7_500;

/** Resolves once the port accepts connections: the gateway has then recovered its journal and is still starting. */
async function listens(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
  });
}

/** Restarts the gateway and kills it before it is ready: at its first log line, or just after its broker has opened. */
async function killWhileRecovering(site: Site, mqttPort: number, when: Kill['again']): Promise<void> {
  const { gateway } = site;
  const words = gateway.logs.length;
  const starting = gateway.restart().catch(() => 'ended');
  await until(
    async () => (when === 'open' ? await listens(mqttPort) : gateway.logs.length > words),
    `the gateway's ${when}`,
  );
  await gateway.kill9();
  await starting;
}

interface StoreCase {
  name: string;
  skip: string | null;
  kills: readonly Kill[];
  tags: 'long'[];
  start(): Promise<{ site: Site; stored(): Promise<StoredReading[]>; stop(): Promise<void> }>;
}

const stores: StoreCase[] = [
  {
    name: 'embedded store',
    skip: null,
    kills: [
      { atAcked: 1_500, again: 'first word' },
      { atAcked: 4_000, again: 'open' },
    ],
    tags: [],
    async start() {
      const site = await startSite();
      return { site, stored: () => embeddedReadings(site.cloud), stop: () => site.dispose() };
    },
  },
  {
    name: noInflux ? `InfluxDB 1.x (${noInflux})` : 'InfluxDB 1.x',
    skip: noInflux,
    kills: [{ atAcked: 2_500, again: 'open' }],
    tags: ['long'],
    async start() {
      const influxd: Influxd = await startInfluxd();
      const store = { kind: 'influx', version: 1, url: influxd.url, database: 'telemetry' };
      const site = await startSite({ store });
      return {
        site,
        stored: () => influxReadings(influxd, 'telemetry'),
        async stop() {
          await site.dispose();
          await influxd.stop();
        },
      };
    },
  },
];

describe.each(stores)('kill -9 of the gateway under load, into the $name', ({ skip, kills, tags, start }) => {
  let running: Awaited<ReturnType<StoreCase['start']>>;

  beforeAll(async () => {
    if (skip === null) running = await start();
  });
  afterAll(async () => {
    await running?.stop();
  });

  it.skipIf(skip !== null)(
    'leaves every acknowledged reading in the store once (needs the store’s server)',
    { tags },
    async () => {
      const { site, stored } = running;
      const { gateway } = site;
      const port = gateway.mqttPort;
      const load = new LoadGenerator({ port, connections: 20, qos: 1, rate: 3_000, total });
      await load.start();
      for (const { atAcked, again } of kills) {
        await until(() => load.progress.acked >= atAcked, `${atAcked} acknowledgements`);
        await gateway.kill9();
        await killWhileRecovering(site, port, again);
        await gateway.restart();
      }
      const report = await load.finished;
      expect(report.end).toBe('complete');
      expect(report.reconnects).toBeGreaterThanOrEqual(kills.length);
      expect(report.resent).toBeGreaterThan(0);

      await drained(site);
      const { placement } = await statusOf(gateway);
      console.log(
        `${report.resent} sent again, ${placement.resends} of them recognised since the last start`,
      );
      const verdict = load.ledger.compare(await stored());
      expect(verdict).toEqual({
        lost: [],
        lostCount: 0,
        repeated: [],
        repeatedCount: 0,
        strangers: 0,
        storedUnacked: 0,
      });
    },
  );
});

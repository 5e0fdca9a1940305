/**
 * Reaction of the influx store to failures of real servers. The protocol of version 2 is tested with victoria-metrics.
 */

import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { freePort } from '../../support/debian/server.ts';
import { influxdBinary, startInfluxd } from '../../support/influxd.ts';
import { reasonToSkip } from '../../support/needed.ts';
import { startVictoriaMetrics, victoriaMetricsBinary } from '../../support/victoria-metrics.ts';
import { batchOf, epochMs, pumpLine, pumpLines } from './batches.ts';
import { influxStoreAt } from './influx-store-at.ts';

const never = new AbortController().signal;
describe('influx store and a server that accepts and never answers', () => {
  test('every request ends at its limit', async () => {
    const silent: Server = createServer((socket) => socket.on('error', () => undefined));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const store = influxStoreAt(`http://127.0.0.1:${port}`, { timeoutMs: 100 });
    await store.start();
    await expect(store.write(batchOf({ blocks: [pumpLines(0, 1)] }), never)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      retry: true,
    });
    await expect(store.counts()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await store.stop();
    silent.close();
  });
});

const noInfluxd = reasonToSkip(await influxdBinary());

describe.skipIf(noInfluxd !== null)('influx store and a real InfluxDB 1 that fails (needs influxd)', () => {
  test('down at the start: writes fail with the reason, and succeed once it is up', async () => {
    const server = await startInfluxd();
    await server.halt();
    const store = influxStoreAt(server.url);
    try {
      await store.start();
      const batch = batchOf({ blocks: [pumpLines(0, 10)] });
      await expect(store.write(batch, never)).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        retry: true,
      });
      expect(await store.healthy()).toBe(false);
      await server.restart();
      await store.write(batch, never);
      expect(await store.counts()).toEqual({ pump: 10 });
      await server.query('DROP DATABASE "plant"');
      await expect(store.write(batch, never)).rejects.toMatchObject({ code: 'STORE_CONFIG', retry: true });
      await store.write(batch, never);
      expect(await store.counts()).toEqual({ pump: 10 });
    } finally {
      await store.stop();
      await server.stop();
    }
  });

  test('killed during writes: everything confirmed is stored, and after a resend of the rest everything once', async () => {
    const server = await startInfluxd();
    const store = influxStoreAt(server.url);
    try {
      await store.start();
      const batches = Array.from({ length: 40 }, (_, i) =>
        batchOf({ blocks: [pumpLines(i * 500, 500)], firstSeq: i + 1 }),
      );
      let confirmed = 0;
      const writing = batches.map((batch) => store.write(batch, never).then(() => confirmed++));
      await Promise.race(writing);
      await server.kill9();
      const results = await Promise.allSettled(writing);
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'STORE_UNAVAILABLE' });
      }
      await server.restart();
      expect((await store.counts()).pump).toBeGreaterThanOrEqual(confirmed * 500);
      for (const batch of batches) await store.write(batch, never);
      expect(await store.counts()).toEqual({ pump: 20_000 });
    } finally {
      await store.stop();
      await server.stop();
    }
  });

  test('logins: a wrong one is named as the cause, a right one works', async () => {
    const administrator = { username: 'admin', password: 'pa ss"word' };
    const server = await startInfluxd({ administrator });
    const batch = batchOf({ blocks: [pumpLines(0, 10)] });
    const wrong = influxStoreAt(server.url, { username: 'admin', password: 'guess' });
    const right = influxStoreAt(server.url, administrator);
    try {
      await wrong.start();
      const error = await wrong.write(batch, never).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: 'STORE_CONFIG',
        message: expect.stringContaining('store.password'),
      });
      expect(String(error)).not.toContain('guess');
      await right.start();
      await right.write(batch, never);
      expect(await right.counts()).toEqual({ pump: 10 });
    } finally {
      await wrong.stop();
      await right.stop();
      await server.stop();
    }
  });

  test('lines older than the retention policy, and a body above the server’s limit', async () => {
    const server = await startInfluxd({ bodyBytesMax: 20_000 });
    const store = influxStoreAt(server.url);
    try {
      await store.start();
      await server.query('CREATE RETENTION POLICY "short" ON "plant" DURATION 1h REPLICATION 1 DEFAULT');
      const now = systemClock.nowMs();
      const fresh = Array.from({ length: 2_000 }, (_, i) =>
        pumpLine(0, 'rpm=1').replace(`${epochMs}`, `${now - i}`),
      );
      const old = pumpLines(0, 7);
      const lines = [...fresh.slice(0, 900), ...old, ...fresh.slice(900)];
      const { rejected } = await store.write(batchOf({ blocks: [lines] }), never);
      expect(rejected.map(({ line }) => line)).toEqual(old);
      expect(rejected[0]?.reason).toContain('retention policy');
      expect(await store.counts()).toEqual({ pump: 2_000 });
    } finally {
      await store.stop();
      await server.stop();
    }
  });
});

const noVictoria = reasonToSkip(await victoriaMetricsBinary());

describe.skipIf(noVictoria !== null)(
  "influx store, version 2's protocol on a real server (needs victoria-metrics; writing only, as no InfluxDB 2 or 3 is available)",
  () => {
    test('written lines arrive', async () => {
      const server = await startVictoriaMetrics();
      const store = influxStoreAt(server.url, { version: 2 });
      try {
        await store.start();
        expect(await store.healthy()).toBe(true);
        const batch = batchOf({ blocks: [pumpLines(0, 50), pumpLines(50, 50)] });
        expect(await store.write(batch, never)).toEqual({ rejected: [] });
        const [series] = await server.export('pump_rpm');
        expect(series?.metric).toMatchObject({ gateway: 'gw1', machine: 'm1', site: 'plant' });
        expect(series?.values).toEqual(Array.from({ length: 100 }, (_, i) => 1000 + i));
        expect(series?.timestamps[0]).toBe(epochMs);
      } finally {
        await store.stop();
        await server.stop();
      }
    });
  },
);

test('a port without a listener: is retried', async () => {
  const store = influxStoreAt(`http://127.0.0.1:${await freePort()}`);
  await store.start();
  await expect(store.write(batchOf({ blocks: [pumpLines(0, 1)] }), never)).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    retry: true,
    message: expect.stringContaining('ECONNREFUSED'),
  });
  await store.stop();
});

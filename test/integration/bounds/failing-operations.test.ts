/** The cloud's operations database, whose disk fails under the running cloud, or whose file is taken away. */
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, expect, it } from 'vitest';
import { FailingDisk } from '../../database/failing-disk.ts';
import { BatchSender } from '../../support/peers/batch-sender.ts';
import { createSite, drained, gatewayName, linkPassword, type Site, until } from '../site.ts';
import { sql } from '../stored.ts';

let site: Site;
let sensor: MqttClient;
let disk: FailingDisk | null = null;
afterEach(async () => {
  sensor?.end(true);
  await site.dispose();
  disk?.close();
  disk = null;
});

const publish = (seq: number) =>
  sensor.publishAsync('telemetry/load/a', JSON.stringify({ seq, v: seq / 7 }), { qos: 1 });
const count = () => sql(site.cloud, "select count(*) from generic where machine = 'a'");

async function start(): Promise<void> {
  await site.cloud.start();
  await site.gateway.start();
  sensor = await mqtt.connectAsync(site.gateway.mqttUrl);
  for (let seq = 1; seq <= 20; seq++) await publish(seq);
  await drained(site);
}

it.each([
  ['EIO', 26, 1],
  ['ENOSPC', 128, 5],
])(
  'after a write that fails with %s (%d of 256 calls) the cloud ends at once, and its successor loses nothing',
  { tags: ['long'] },
  async (code, share, seed) => {
    const folder = mkdtempSync(join(tmpdir(), 'harbinger-failing-'));
    site = await createSite({
      cloudEnv(dataDir) {
        disk = new FailingDisk(folder, { dir: join(dataDir, 'operations'), code, seed });
        return disk.env;
      },
    });
    await start();
    disk!.fail(share);
    let seq = 20;
    let hasEnded = false;
    const ended = site.cloud.exited().then((exit) => {
      hasEnded = true;
      return exit;
    });
    while (!hasEnded && seq < 20_000) await publish(++seq);
    expect(hasEnded).toBe(true);
    // SIGKILL is its own; another signal would be the end that a damaged heap makes.
    expect(await ended).toEqual({ code: null, signal: 'SIGKILL' });
    expect(site.cloud.logs.map(({ text }) => text).join('\n')).toMatch(
      /the cloud cannot continue in this process/,
    );
    disk!.fail(0);
    await site.cloud.start();
    await drained(site);
    expect(await count()).toEqual([[seq]]);
    rmSync(folder, { recursive: true });
  },
);

it('what was confirmed and set aside is in quarantine after a write has failed, and what came with it is stored', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'harbinger-failing-'));
  site = await createSite({
    cloudEnv(dataDir) {
      disk = new FailingDisk(folder, { dir: join(dataDir, 'operations'), code: 'EIO', seed: 3 });
      return disk.env;
    },
  });
  await start();
  await site.gateway.stop(); // its name is the sender's now
  const sender = new BatchSender(gatewayName, linkPassword, '00000000deadbeef');
  const url = `mqtt://127.0.0.1:${site.ingestPort}`;
  const send = (i: number) => {
    const good = `generic,gateway=${gatewayName},machine=q,site=load v=${i} ${1_700_000_000_000 + i}000000\n`;
    return sender.send(url, 'readings', `${good}nonsense ${i}\n`, i);
  };
  let confirmed = 0;
  const failed = await (async () => {
    for (; confirmed < 900; confirmed++) {
      if (confirmed === 50) disk!.fail(255);
      await send(confirmed + 1);
    }
  })().catch(() => true);
  expect(failed).toBe(true);
  expect((await site.cloud.exited()).signal).toBe('SIGKILL');
  disk!.fail(0);
  await site.cloud.start();
  const { quarantined } = await site.cloud.json<{ quarantined: number }>('/api/status');
  expect(quarantined).toBeGreaterThanOrEqual(confirmed);
  await send(confirmed + 1); // the gateway sends again what was not confirmed
  await sender.close();
  const stored = await sql(site.cloud, "select count(*), max(v) from generic where machine = 'q'");
  expect(stored).toEqual([[confirmed + 1, confirmed + 1]]);
  rmSync(folder, { recursive: true });
});

it('nothing is confirmed while its file is not there, and /readyz says so', async () => {
  site = await createSite();
  await start();
  const path = join(site.folder, 'cloud', 'operations', 'data.mdb');
  renameSync(path, `${path}.away`);
  await publish(21);
  await until(async () => {
    const answer = await fetch(`${site.cloud.httpUrl}/readyz`);
    return answer.status === 503 && /data\.mdb.*was deleted or replaced/.test(await answer.text());
  }, 'the reason');
  rmSync(path, { force: true });
  renameSync(`${path}.away`, path);
  await drained(site);
  expect(await count()).toEqual([[21]]);
  expect((await fetch(`${site.cloud.httpUrl}/readyz`)).status).toBe(200);
});

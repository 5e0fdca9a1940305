/** The cloud's operations database, whose disk fails under the running cloud, or whose file is taken away. */
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, expect, it } from 'vitest';
import { FailingDisk } from '../database/failing-disk.ts';
import { createSite, drained, type Site, until } from './site.ts';
import { sql } from './stored.ts';

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

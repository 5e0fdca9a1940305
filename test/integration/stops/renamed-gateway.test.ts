/** Names that are changed while the journal holds what was written under the old ones. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterEach, expect, it } from 'vitest';
import { createSite, drained, gatewayName, linkPassword, type Site, statusOf } from '../site.ts';
import { sql } from '../stored.ts';

const renamed = 'hall-2';
const readings = 50;

let site: Site;
afterEach(() => site.dispose());

const create = () =>
  createSite({
    cloud: { gateways: [gatewayName, renamed].map((id) => ({ id, password: linkPassword })) },
  });

/** Publishes acknowledged readings `cycles` from 1 up. */
async function publish(topic: string): Promise<void> {
  const client = await mqtt.connectAsync(site.gateway.mqttUrl, { reconnectPeriod: 0 });
  const all = Array.from({ length: readings }, (_, i) =>
    client.publishAsync(topic, JSON.stringify({ seq: i + 1, cycles: i + 1 }), { qos: 1 }),
  );
  await Promise.all(all);
  await client.endAsync();
}

const quarantined = async () =>
  (await site.cloud.json<{ items: unknown[] }>('/api/quarantine?limit=10')).items.length;

const stored = () =>
  sql<[gateway: string, machine: string, count: number]>(
    site.cloud,
    'select gateway, machine, count(distinct cycles) from generic group by gateway, machine order by gateway, machine',
  );

it('a gateway renamed with a backlog is refused, delivers under its old name, and is then renamed', {
  tags: ['long'],
}, async () => {
  site = await create();
  await site.gateway.start();
  await publish('telemetry/load/m1');
  await site.gateway.kill9();

  await site.dropIn('name', { gateway: renamed });
  await expect(site.gateway.start()).rejects.toThrow(/GATEWAY_RENAMED/);
  expect(await site.gateway.exited()).toMatchObject({ code: 2 });
  const said = site.gateway.logs.map(({ text }) => text).join('\n');
  expect(said).toContain(`Set gateway = "${gatewayName}" again`);

  await rm(join(site.folder, 'gateway.toml.d', 'name.toml'));
  await site.cloud.start();
  await site.gateway.start();
  await drained(site);
  await site.gateway.stop();

  await site.dropIn('name', { gateway: renamed });
  await site.gateway.start();
  await publish('telemetry/load/m2');
  await drained(site);
  expect(await stored()).toEqual([
    [renamed, 'm2', readings],
    [gatewayName, 'm1', readings],
  ]);
  expect(await quarantined()).toBe(0);
  expect((await statusOf(site.gateway)).uplink.connected).toBe(true);

  // The cursors are lost: what the journal has of the old name is not sent again under the new one.
  await site.gateway.stop();
  await rm(join(site.gatewayDir, 'journal', 'cursors.json'));
  await site.gateway.start();
  await publish('telemetry/load/m3');
  await drained(site);
  expect((await stored()).map(([, machine]) => machine).sort()).toEqual(['m1', 'm2', 'm3']);
  expect(await quarantined()).toBe(0);
});

it('machines, sites and types renamed with a backlog are delivered under their old names', {
  tags: ['long'],
}, async () => {
  site = await create();
  await site.gateway.start();
  await publish('telemetry/load/m1');
  await site.gateway.stop();
  await site.dropIn('names', {
    machines: [{ match: 'hall/*', type: 'generic' }],
    routes: [{ topic: 'old/{machine}', format: 'json', site: 'hall' }],
  });
  await site.gateway.start();
  await publish('old/m9');
  await site.cloud.start();
  await drained(site);
  const rows = await sql<[string, string, number]>(
    site.cloud,
    'select site, machine, count(distinct cycles) from generic group by site, machine order by site',
  );
  expect(rows).toEqual([
    ['hall', 'm9', readings],
    ['load', 'm1', readings],
  ]);
  expect(await quarantined()).toBe(0);
});

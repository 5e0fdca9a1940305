/** Lines on which the cloud's code would work for ever cost only themselves. */
import { pathToFileURL } from 'node:url';
import { connectAsync } from 'mqtt';
import { afterEach, expect, it } from 'vitest';
import { frameOf, readingLine } from '../../../cloud/ingest.testing.ts';
import { uplinkTopic } from '../../../shared/contract/topics.ts';
import { compiledEntry } from '../../../shared/files/paths.ts';
import { createSite, gatewayName, linkPassword, type Site } from '../site.ts';
import { sql } from '../stored.ts';

let site: Site;
afterEach(() => site?.dispose());

const event = (id: string, note: string) =>
  JSON.stringify({
    specversion: '1.0',
    id,
    source: `/gateways/${gatewayName}`,
    type: 'io.harbinger.of-a-newer-gateway.v1',
    time: '2026-01-01T00:00:00Z',
    datacontenttype: 'application/json',
    data: { note },
  });

it('are quarantined, and the others of their batch and of other lanes are stored', async () => {
  const preload = pathToFileURL(compiledEntry('test/support/preloads/endless-json')).href;
  site = await createSite({
    cloud: { ingest: { checkMsMax: 300 } },
    cloudEnv: { NODE_OPTIONS: `--import ${preload}` },
  });
  await site.cloud.start();
  const client = await connectAsync(`mqtt://127.0.0.1:${site.ingestPort}`, {
    username: gatewayName,
    password: linkPassword,
    reconnectPeriod: 0,
  });
  const events = [event('1', 'good'), event('2', 'never read'), event('3', 'good')];
  const options = { gateway: gatewayName };
  await Promise.all([
    client.publishAsync(
      uplinkTopic(gatewayName, 'events'),
      frameOf([events], { ...options, lane: 'events' }),
      { qos: 1 },
    ),
    client.publishAsync(uplinkTopic(gatewayName, 'readings'), frameOf([[readingLine(1, options)]], options), {
      qos: 1,
    }),
  ]);
  const { items } = await site.cloud.json<{ items: { code: string; bytes: number }[] }>('/api/quarantine');
  expect(items).toMatchObject([{ code: 'CONTENT_STUCK', bytes: events[1]!.length + 1 }]);
  expect(await sql(site.cloud, 'select id from event order by id')).toEqual([['1'], ['3']]);
  await client.endAsync(true);
  expect(await site.cloud.stop()).toEqual({ code: 0, signal: null });
});

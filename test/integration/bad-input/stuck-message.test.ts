/** A message on which the gateway's code would work for ever costs only itself. */
import { pathToFileURL } from 'node:url';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, expect, it } from 'vitest';
import { compiledEntry } from '../../../shared/files/paths.ts';
import { LoadGenerator } from '../../load/generator.ts';
import { createSite, drained, type Site, statusOf, until } from '../site.ts';
import { embeddedReadings } from '../stored.ts';

const neverRead = '{"a":1,"note":"never read"}';
const neverReturned = '{"a":1,"note":"never returned"}';
const neverKnown = (value: number) => `{"a":${value},"note":"never known"}`;
const neverStored = '{"a":1,"note":"never stored"}';
const topic = 'telemetry/load/broken';

let site: Site;
let load: LoadGenerator | null = null;
const clients: MqttClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.endAsync(true);
  await load?.stop();
  load = null;
  await site?.dispose();
});

const start = async (decodeMsMax: number) => {
  const preload = pathToFileURL(compiledEntry('test/support/preloads/endless-json')).href;
  site = await createSite({ gateway: { decodeMsMax }, gatewayEnv: { NODE_OPTIONS: `--import ${preload}` } });
  await site.gateway.start();
};
const connect = async () => {
  const client = await connectAsync(site.gateway.mqttUrl, { reconnectPeriod: 0 });
  clients.push(client);
  return client;
};
const letters = async () => (await statusOf(site.gateway)).deadLetters.byCode.DECODE_STUCK ?? 0;

it('it becomes a dead letter, and other sensors lose nothing', async () => {
  await start(400);
  await site.cloud.start();
  load = new LoadGenerator({ port: site.gateway.mqttPort, connections: 4, qos: 1, rate: 400 });
  await load.start();
  await (await connect()).publishAsync(topic, neverRead, { qos: 1 });
  expect(await letters()).toBe(1);
  const { acked } = load.progress;
  await until(() => load!.progress.acked > acked + 400, 'more readings');
  await load.stop();
  await drained(site);
  const stored = await embeddedReadings(site.cloud);
  expect(new Set(stored.map(([machine, seq]) => `${machine} ${seq}`)).size).toBe(stored.length);
  expect(stored.length).toBeGreaterThanOrEqual(load.progress.acked);
  expect(site.gateway.logs.some(({ text }) => text.includes('DECODE_STUCK') && text.includes(topic))).toBe(
    true,
  );

  // After a restart a copy of it is known.
  expect(await site.gateway.stop()).toEqual({ code: 0, signal: null });
  await site.gateway.restart();
  const logged = site.gateway.logs.length;
  await (await connect()).publishAsync(topic, neverRead, { qos: 1 });
  expect(await letters()).toBe(2);
  const since = site.gateway.logs.slice(logged).map(({ text }) => text);
  expect(since.filter((text) => text.includes('DECODE_STUCK'))).toEqual([]);
});

it('the gateway answers and obeys SIGTERM meanwhile', async () => {
  await start(4_000);
  const client = await connect();
  client.publish(topic, neverRead, { qos: 1 });
  await connect();
  expect((await fetch(`${site.gateway.httpUrl}/healthz`)).status).toBe(200);
  expect(await site.gateway.stop(60_000)).toEqual({ code: 0, signal: null });
});

it('if its layout was known, the gateway ends with code 1 once: started again, it reads the message without the layout', {
  tags: ['long'],
}, async () => {
  await start(400);
  const client = await connect();
  await client.publishAsync(topic, neverKnown(1), { qos: 1 });
  client.publish(topic, neverKnown(2), { qos: 1 });
  expect(await site.gateway.exited()).toEqual({ code: 1, signal: null });
  expect(site.gateway.logs.some(({ text }) => text.includes('DATA_THREAD_STUCK'))).toBe(true);
  await site.gateway.restart();
  const again = await connect();
  await again.publishAsync(topic, neverKnown(1), { qos: 1 });
  await again.publishAsync(topic, neverKnown(2), { qos: 1 });
  expect(await letters()).toBe(0);
  expect((await statusOf(site.gateway)).pipeline.readings).toBe(2);
});

it.each([
  ['if it is being stored', neverStored, { code: 1, signal: null }],
  ['if it is in a built-in function, which nothing ends', neverReturned, { code: null, signal: 'SIGKILL' }],
])(
  '%s, the process ends all the same, twice and not for ever',
  { tags: ['long'] },
  async (_, payload, ended) => {
    await start(400);
    for (let end = 1; end <= 2; end++) {
      const client = await connect();
      client.publish(topic, payload, { qos: 1 });
      expect(await site.gateway.exited()).toEqual(ended);
      expect(site.gateway.logs.some(({ text }) => text.includes('DATA_THREAD_STUCK'))).toBe(true);
      await site.gateway.restart();
    }
    const again = await connect();
    await again.publishAsync(topic, payload, { qos: 1 });
    await again.publishAsync('telemetry/load/good', '{"a":1}', { qos: 1 });
    expect(await letters()).toBe(1);
    expect((await statusOf(site.gateway)).pipeline.readings).toBe(1);
  },
);

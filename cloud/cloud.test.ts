import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Lane } from '../shared/contract/lanes.ts';
import { uplinkTopic } from '../shared/contract/topics.ts';
import { predictionEvent } from '../shared/notifiers/prediction.testing.ts';
import { HarbingerError } from '../shared/runtime/errors.ts';
import { silentLog } from '../shared/runtime/log.ts';
import { type RunningCloud, startCloud } from './cloud.ts';
import { frameOf, password, publish, readingLine, TestStore } from './ingest.testing.ts';
import { readCloudConfig, runCloud } from './main.ts';

let dataDir: string;
let configPath: string;
const clients: MqttClient[] = [];
const clouds: RunningCloud[] = [];

const configText = (more = '') => `
[ingest]
port = 0
[api]
port = 0
openOnLoopback = true
[[gateways]]
id = "north"
password = "\${NORTH_PASSWORD:-${password}}"
${more}`;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'harbinger-cloud-'));
  configPath = join(dataDir, 'cloud.toml');
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.end(true);
  for (const cloud of clouds.splice(0)) await cloud.stop();
  rmSync(dataDir, { recursive: true });
});

async function start(more = '', store?: TestStore): Promise<RunningCloud> {
  writeFileSync(configPath, configText(more));
  const config = readCloudConfig({ config: configPath, data: dataDir });
  const cloud = await startCloud(config, { dataDir, log: silentLog, ...(store && { store }) });
  clouds.push(cloud);
  return cloud;
}

async function stop(cloud: RunningCloud): Promise<void> {
  clouds.splice(clouds.indexOf(cloud), 1);
  await cloud.stop();
}

async function gateway(cloud: RunningCloud): Promise<MqttClient> {
  const client = mqtt.connect(`mqtt://127.0.0.1:${cloud.mqttPort}`, {
    username: 'north',
    password,
    reconnectPeriod: 0,
  });
  clients.push(client);
  client.on('error', () => {});
  await new Promise<void>((resolve) => client.once('connect', () => resolve()));
  return client;
}

const send = (client: MqttClient, frame: Buffer, lane: Lane = 'readings') =>
  publish(client, uplinkTopic('north', lane), frame);
const get = async (cloud: RunningCloud, path: string) => {
  const answer = await fetch(`http://127.0.0.1:${cloud.httpPort}${path}`);
  return { status: answer.status, text: await answer.text() };
};

describe('the whole cloud', () => {
  it('stores each batch of a gateway once, across a restart', async () => {
    let cloud = await start();
    expect(await send(await gateway(cloud), frameOf([[readingLine(1), readingLine(2)]]))).toBe('acked');
    await stop(cloud);
    cloud = await start();
    const client = await gateway(cloud);
    expect(await send(client, frameOf([[readingLine(1), readingLine(2)], [readingLine(3)]]))).toBe('acked');
    expect(await cloud.store.counts()).toEqual({ pump: 3 });
    expect((await get(cloud, '/api/machines')).text).toContain('"pump-1"');
    const metrics = (await get(cloud, '/metrics')).text;
    expect(metrics).toContain('harbinger_ingest_duplicate_blocks_total{lane="readings"} 1');
    expect(metrics).toContain('harbinger_notifications_dead 0');
    expect(metrics).toContain('harbinger_quarantine_entries 0');
    expect(metrics).not.toMatch(/^harbinger_data_free_bytes 0$/m);
    await expect
      .poll(async () => (await get(cloud, '/metrics')).text)
      .toMatch(/^harbinger_data_free_bytes \d{4,}$/m);
  });

  it('notifies of an alert once, although a receiver was down and the cloud restarted', async () => {
    const received: string[] = [];
    let status = 503;
    const receiver: Server = createServer((request, response) => {
      received.push(String(request.headers['idempotency-key']));
      request.resume().on('end', () => response.writeHead(status).end());
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
    const notifier = `[[alerts.webhook]]\nname = "hook"\nurl = "${url}"\nbackoffFirstMs = 10\nbackoffMaxMs = 50`;
    const frame = frameOf([[JSON.stringify(predictionEvent('opened', 1))]], { lane: 'events' });

    let cloud = await start(notifier);
    expect(await send(await gateway(cloud), frame, 'events')).toBe('acked');
    await expect.poll(() => received.length).toBeGreaterThan(1);
    await stop(cloud);

    status = 200;
    cloud = await start(notifier);
    await expect.poll(() => cloud.notifications.waiting().size).toBe(0);
    const attempts = received.length;
    expect(await send(await gateway(cloud), frame, 'events')).toBe('acked');
    await stop(cloud);
    cloud = await start(notifier);
    expect(cloud.notifications.waiting().size).toBe(0);
    expect(received.length).toBe(attempts);
    expect(new Set(received)).toEqual(new Set(['north~p-1/opened/prediction-opened-1/hook']));
    expect((await get(cloud, '/api/alerts')).text).toContain('bearing-wear');
    receiver.closeAllConnections();
    receiver.close();
  });

  it('starts while its store is down, reports not ready, and stores once the store is up', async () => {
    const store = new TestStore();
    let starts = 0;
    store.away = true;
    store.start = async () => {
      starts++;
      if (store.away) throw new HarbingerError('STORE_UNAVAILABLE', 'store', 'away', { retry: true });
    };
    const cloud = await start('', store);
    expect((await get(cloud, '/readyz')).status).toBe(503);
    expect((await get(cloud, '/healthz')).status).toBe(200);
    const acked = send(await gateway(cloud), frameOf([[readingLine(1)]]));
    await expect.poll(() => starts, { timeout: 20_000 }).toBeGreaterThan(1);
    store.away = false;
    expect(await acked).toBe('acked');
    await expect.poll(async () => (await get(cloud, '/readyz')).status, { timeout: 20_000 }).toBe(200);
    expect(cloud.status()).toMatchObject({
      store: { kind: 'test', healthy: true },
      ingest: { connections: 1 },
    });
  });

  it('names the busy port, and stops the parts that it had started', async () => {
    const first = await start();
    const busy = readCloudConfig({ config: configPath, data: `${dataDir}/other`, mqttPort: first.mqttPort });
    const starting = startCloud(busy, { dataDir: `${dataDir}/other`, log: silentLog });
    await expect(starting).rejects.toMatchObject({
      code: 'INGEST_PORT_BUSY',
      message: expect.stringContaining(String(first.mqttPort)),
    });
    const again = await startCloud(
      { ...busy, ingest: { ...busy.ingest, port: 0 } },
      { dataDir: `${dataDir}/other`, log: silentLog },
    );
    clouds.push(again);
  });

  it('is refused on the data folder of a running one, whatever its store', async () => {
    await start();
    const otherStore = join(dataDir, 'other.duckdb');
    writeFileSync(
      configPath,
      configText(`[store]\nkind = "embedded"\npath = ${JSON.stringify(otherStore)}\n`),
    );
    const second = readCloudConfig({ config: configPath, data: dataDir });
    await expect(startCloud(second, { dataDir, log: silentLog })).rejects.toMatchObject({
      code: 'DATA_DIR_LOCKED',
      message: expect.stringContaining(dataDir),
    });
    expect(existsSync(otherStore)).toBe(false);
    await stop(clouds[0]!);
    await start();
  });

  it('creates a token that only its owner can read if none is set, and refuses callers without it', async () => {
    writeFileSync(configPath, configText().replace('openOnLoopback = true', ''));
    const config = readCloudConfig({ config: configPath, data: dataDir });
    const cloud = await startCloud(config, { dataDir, log: silentLog });
    clouds.push(cloud);
    const file = join(dataDir, 'api-token');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const token = readFileSync(file, 'utf8').trim();
    expect(token.length).toBeGreaterThanOrEqual(32);
    const url = `http://127.0.0.1:${cloud.httpPort}/api/machines`;
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
  });
});

describe('the process entry', () => {
  it('runs until it is told to stop, and reports where it can be reached', async () => {
    writeFileSync(configPath, configText());
    const stopping = new AbortController();
    const runFile = join(dataDir, 'run.json');
    await runCloud({ config: configPath, data: dataDir }, stopping.signal, (cloud) => {
      const run: unknown = JSON.parse(readFileSync(runFile, 'utf8'));
      expect(run).toMatchObject({
        role: 'cloud',
        mqttPort: cloud.mqttPort,
        httpUrl: `http://127.0.0.1:${cloud.httpPort}`,
      });
      stopping.abort();
    });
    expect(existsSync(runFile)).toBe(false);
  });

  it.each([
    ['a gateway without a password', '[[gateways]]\nid = "south"', /gateways\[1\] has no password/],
    [
      'a gateway twice',
      '[[gateways]]\nid = "north"\npassword = "12345678"',
      /'north' is taken by gateways\[0\].id/,
    ],
    [
      'two notifiers of one name',
      '[[alerts.webhook]]\nname = "a"\nurl = "http://x/"\n[[alerts.webhook]]\nname = "a"\nurl = "http://y/"',
      /'a' is taken by alerts.webhook\[0\].name/,
    ],
    ['an unknown setting', '[alerts]\nemails = 1', /unknown property 'emails'/],
    ['a store without an address', '[store]\nkind = "influx"\nversion = 1', /store\.url is missing/],
  ])('refuses %s before anything is opened', (_, more, message) => {
    writeFileSync(configPath, configText(more));
    expect(() => readCloudConfig({ config: configPath, data: dataDir })).toThrow(message);
  });

  it.each(['email', 'mqtt'])(
    'refuses to start, and names the file, if %s cannot use an authority’s file',
    async (kind) => {
      const other = kind === 'email' ? 'host = "x"\nfrom = "a@x"\nto = ["b@x"]' : 'url = "mqtts://x"';
      const notifier = `[[alerts.${kind}]]\nname = "a"\ncaFile = "/nowhere/ca.pem"\n${other}`;
      await expect(start(notifier)).rejects.toMatchObject({
        code: 'ALERTS_TLS_FILES',
        message: expect.stringContaining(`alerts.${kind}[0].caFile names /nowhere/ca.pem: there is no`),
      });
    },
  );

  it('takes ports and data folder from its options, and secrets from the environment', () => {
    writeFileSync(configPath, configText());
    const config = readCloudConfig({ config: configPath, data: '/elsewhere', mqttPort: 1, httpPort: 2 });
    expect(config).toMatchObject({ dataDir: '/elsewhere', ingest: { port: 1 }, api: { port: 2 } });
    expect(config.gateways).toEqual([{ id: 'north', password }]);
  });
});

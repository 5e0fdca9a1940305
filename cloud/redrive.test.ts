/** Redrive of quarantined lines and dead notifications, over the API of a whole cloud. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { notificationOf, predictionEvent } from '../shared/notifiers/prediction.testing.ts';
import { silentLog } from '../shared/runtime/log.ts';
import { compileValidator } from '../shared/runtime/validate.ts';
import { type RunningCloud, startCloud } from './cloud.ts';
import { CloudConfig } from './config.ts';
import { journal, readingLine, TestStore } from './ingest.testing.ts';

const token = 'a-token-for-changes';
const readToken = 'a-token-for-looking';
const configOf = compileValidator(CloudConfig);

let dataDir: string;
let cloud: RunningCloud;
let store: TestStore;

async function start(alerts: object = {}): Promise<void> {
  const config = {
    ingest: { port: 0, storeWaitMsMax: 100 },
    api: { port: 0, token, readToken },
    store: { kind: 'embedded' },
  };
  cloud = await startCloud(
    configOf({ ...config, alerts }, (problem) => new Error(problem)),
    { dataDir, log: silentLog, store },
  );
}

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'harbinger-redrive-'));
  store = new TestStore();
});
afterEach(async () => {
  await cloud.stop();
  rmSync(dataDir, { recursive: true });
});

interface Body {
  items: Record<string, unknown>[];
  redriven: number;
  kept: number;
  reasons: string[];
  body: string;
}

async function ask(method: string, path: string, body?: object, by = token) {
  const headers: Record<string, string> = { authorization: `Bearer ${by}` };
  if (body) headers['content-type'] = 'application/json';
  const url = `http://127.0.0.1:${cloud.httpPort}${path}`;
  const response = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  return { status: response.status, body: (await response.json()) as Body };
}

const audit = async () => (await ask('GET', '/api/audit')).body.items;

describe('quarantined lines', () => {
  const quarantine = (code: string, body: string, lane = 'readings') =>
    cloud.operations.quarantine.add(
      { atMs: 1, gateway: 'north', lane, code, reason: 'why', bytes: body.length },
      Buffer.from(body),
    );

  it('are listed, stored once the store accepts them, and then removed', async () => {
    await start();
    await quarantine('STORE_REJECTED', `${readingLine(1)}\n${readingLine(2)}\n`);
    const { body } = await ask('GET', '/api/quarantine/1');
    expect(Buffer.from(body.body, 'base64').toString()).toBe(`${readingLine(1)}\n${readingLine(2)}\n`);
    const outcome = await ask('POST', '/api/quarantine/redrive', { ids: [1] });
    expect(outcome).toMatchObject({ status: 200, body: { redriven: 1, kept: 0, left: 0 } });
    expect([...store.lines.values()]).toEqual([readingLine(1), readingLine(2)]);
    expect((await ask('GET', '/api/quarantine')).body.items).toEqual([]);
    expect(cloud.operations.watermarks.get('north', journal, 'readings')).toBe(0);
    expect(cloud.operations.machines.all()).toMatchObject([{ machine: 'pump-1', machineType: 'pump' }]);
  });

  it('that are refused again become new entries; an entry without lines stays', async () => {
    await start();
    store.rejects = 'speed=2 ';
    await quarantine('STORE_REJECTED', `${readingLine(1)}\n${readingLine(2)}\n`);
    await quarantine('BATCH_CHECKSUM', 'no lines');
    await quarantine('EVENT_INVALID', `${JSON.stringify(predictionEvent('opened', 1))}\n`, 'events');
    const { body } = await ask('POST', '/api/quarantine/redrive', { all: true });
    expect(body).toMatchObject({
      redriven: 2,
      kept: 1,
      reasons: [expect.stringContaining('BATCH_CHECKSUM')],
    });
    const left = cloud.operations.quarantine.page({ limit: 10 }).items;
    expect(left).toMatchObject([
      { code: 'STORE_REJECTED', reason: 'field type conflict' },
      { id: 2, code: 'BATCH_CHECKSUM' },
    ]);
    expect(cloud.operations.alerts.all('open')).toHaveLength(1);
    expect(cloud.operations.quarantine.get(left[0]!.id)?.body.toString()).toBe(`${readingLine(2)}\n`);
  });

  it('stay in place while the store is down', async () => {
    await start();
    await quarantine('STORE_REJECTED', `${readingLine(1)}\n`);
    store.away = true;
    expect(await ask('POST', '/api/quarantine/redrive', { all: true })).toMatchObject({
      status: 503,
      body: { error: { code: 'STORE_UNAVAILABLE' } },
    });
    expect(cloud.operations.quarantine.counts().quarantined).toBe(1);
    expect((await audit())[0]).toMatchObject({ outcome: 'failed: STORE_UNAVAILABLE' });
  });

  it('are redriven only by a caller who may change things, and the redrive is recorded', async () => {
    await start();
    await quarantine('STORE_REJECTED', `${readingLine(1)}\n`);
    const refused = await ask('POST', '/api/quarantine/redrive', { all: true }, readToken);
    expect(refused).toMatchObject({ status: 403, body: { error: { code: 'API_READ_ONLY' } } });
    expect((await ask('POST', '/api/quarantine/redrive', {})).status).toBe(400);
    expect(await audit()).toEqual([]);
    await ask('POST', '/api/quarantine/redrive', { ids: [1, 99] });
    const about = { action: 'quarantine.redrive', subject: '1,99', by: 'token', address: '127.0.0.1' };
    expect(await audit()).toEqual([
      { atMs: expect.any(Number), ...about, outcome: expect.stringContaining('"redriven":1,"kept":1') },
      { atMs: expect.any(Number), ...about, outcome: null },
    ]);
    expect((await ask('GET', '/api/audit', undefined, readToken)).status).toBe(200);
  });
});

describe('dead notifications', () => {
  let receiver: Server;
  let status = 400;
  const keys: string[] = [];
  beforeEach(async () => {
    status = 400;
    keys.length = 0;
    receiver = createServer((request, response) => {
      keys.push(String(request.headers['idempotency-key']));
      request.resume().on('end', () => response.writeHead(status).end());
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    receiver.closeAllConnections();
    receiver.close();
  });
  const hook = () => ({ name: 'hook', url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}` });

  it('are sent once more under the same key after their receiver was repaired', async () => {
    await start({ webhook: [hook()] });
    const events = [predictionEvent('opened', 1)];
    await cloud.operations.events.apply('north', events);
    await expect.poll(() => cloud.notifications.deadCount()).toBe(1);
    const { items } = (await ask('GET', '/api/notifications/dead', undefined, readToken)).body;
    const { key } = notificationOf(events[0]!);
    expect(items).toMatchObject([{ notifier: 'hook', attempts: 1, reason: expect.stringContaining('400') }]);
    expect(items[0]!.key).toContain(key.slice(0, key.lastIndexOf('/')));
    const body = { keys: [items[0]!.key as string] };
    expect((await ask('POST', '/api/notifications/redrive', body, readToken)).status).toBe(403);
    status = 200;
    expect((await ask('POST', '/api/notifications/redrive', body)).body).toMatchObject({
      redriven: 1,
      kept: 0,
    });
    await expect.poll(() => keys.length).toBe(2);
    expect(keys[0]).toBe(keys[1]);
    await expect.poll(() => cloud.notifications.waiting().size).toBe(0);
    expect(cloud.notifications.deadCount()).toBe(0);
    expect(await audit()).toMatchObject([
      { action: 'notifications.redrive', outcome: expect.stringContaining('"redriven":1') },
      { action: 'notifications.redrive', outcome: null },
    ]);
  });

  it('of a notifier that is no longer configured stay in place', async () => {
    await start({ webhook: [hook()] });
    const events = [predictionEvent('opened', 1)];
    await cloud.operations.events.apply('north', events);
    await expect.poll(() => cloud.notifications.deadCount()).toBe(1);
    await cloud.stop();
    await start();
    const { body } = await ask('POST', '/api/notifications/redrive', { all: true });
    expect(body).toMatchObject({ redriven: 0, kept: 1, reasons: [expect.stringContaining('configured')] });
    expect(cloud.notifications.deadCount()).toBe(1);
  });
});

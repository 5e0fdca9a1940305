/** `harbinger store init` on a real InfluxDB 1, and on a server that answers as InfluxDB 2 does. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Influxd, influxdBinary, startInfluxd } from '../../../test/support/influxd.ts';
import { reasonToSkip } from '../../../test/support/needed.ts';
import { runInside } from '../run-command.testing.ts';

const absent = reasonToSkip(await influxdBinary());
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-init-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the command with this `[store]`. */
async function init(store: string, ...more: string[]) {
  const file = join(folder, 'cloud.toml');
  const rest = '[[gateways]]\nid = "gw1"\npassword = "a-long-password"\n[api]\nopenOnLoopback = true\n';
  writeFileSync(file, `${rest}[store]\n${store}\n[jobs.retention]\nkeepDays = 90\n`);
  return runInside(['store', 'init', file, ...more]);
}

describe.skipIf(absent)(`InfluxDB 1${absent ? `: ${absent}` : ''}`, () => {
  let influxd: Influxd;
  beforeAll(async () => {
    influxd = await startInfluxd();
  });
  afterAll(() => influxd?.stop());
  const names = async (ql: string) =>
    (await influxd.query(ql)).results[0]?.series?.[0]?.values?.map(([name]) => name) ?? [];

  it('gets its database and retention policy once, and nothing in a dry run', async () => {
    const store = `kind = "influx"\nversion = 1\nurl = "${influxd.url}"\ndatabase = "plant"\nretentionPolicy = "own"`;
    expect((await init(store, '--dry-run')).stdout).toContain('database plant: would be made\n');
    expect(await names('SHOW DATABASES')).not.toContain('plant');
    expect(await init(store)).toEqual({
      status: 0,
      stdout: 'database plant: made\nretention policy own: made\nreadings are kept for 90 days\n',
      stderr: '',
    });
    expect(await names('SHOW RETENTION POLICIES ON "plant"')).toContain('own');
    expect((await init(store)).stdout).toMatch(/plant: exists\n.* own: exists\n/);
  });

  it('warns of a server that deletes earlier than it should', async () => {
    await influxd.query('CREATE DATABASE "brief" WITH DURATION 30d');
    const { stdout, stderr } = await init(
      `kind = "influx"\nversion = 1\nurl = "${influxd.url}"\ndatabase = "brief"`,
    );
    expect(stdout).toContain('database brief: exists');
    expect(stderr).toMatch(/the server deletes after 720 h, though/);
  });
});

describe('InfluxDB 2', () => {
  const buckets: { name: string; retentionRules: object[] }[] = [];
  let server: Server;
  let store: string;
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
      const answer = (status: number, body: object) => response.writeHead(status).end(JSON.stringify(body));
      if (request.headers.authorization !== 'Token t0ken')
        return answer(401, { message: 'unauthorized access' });
      if (pathname === '/api/v2/orgs') return answer(200, { orgs: [{ id: 'o1', name: 'acme' }] });
      if (request.method === 'GET') {
        const found = buckets.filter(({ name }) => name === searchParams.get('name'));
        return found.length > 0 ? answer(200, { buckets: found }) : answer(404, { message: 'not found' });
      }
      const body = (await json(request)) as { orgID: string; name: string; retentionRules: object[] };
      expect(body.orgID).toBe('o1');
      buckets.push(body);
      return answer(201, body);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    store = `kind = "influx"\nversion = 2\nurl = "http://127.0.0.1:${port}"\nbucket = "plant"\norg = "acme"\n`;
  });
  afterAll(() => server?.close());

  it('gets its bucket once, and nothing in a dry run', async () => {
    const own = `${store}token = "t0ken"`;
    expect((await init(own, '--dry-run')).stdout).toContain('bucket plant: would be made');
    expect(buckets).toEqual([]);
    const made = JSON.parse((await init(own, '--json')).stdout) as object;
    expect(made).toMatchObject({
      steps: [{ thing: 'bucket plant', state: 'made' }],
      retention: { keepDays: 90 },
    });
    expect((await init(own)).stdout).toContain('bucket plant: exists');
    expect(buckets).toHaveLength(1);
  });

  it('says what the server has against it', async () => {
    const { status, stderr } = await init(`${store}token = "other"`);
    expect(status).toBe(1);
    expect(stderr).toMatch(/cannot be set up: it answers 401 unauthorized access; .* \[STORE_INIT_FAILED\]/);
  });
});

it('the embedded store needs nothing', async () => {
  expect((await init('kind = "embedded"')).stdout).toContain('the embedded store needs nothing');
});

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, get, startApi, stopAll } from './running-api.testing.ts';

let pageFolder: string;

beforeAll(async () => {
  pageFolder = await mkdtemp(join(tmpdir(), 'harbinger-page-'));
  await mkdir(join(pageFolder, 'assets'));
  await writeFile(join(pageFolder, 'index.html'), '<!doctype html><title>Harbinger</title>');
  await writeFile(join(pageFolder, 'assets', 'index-abc123.js'), 'export {};');
});

afterAll(async () => {
  await stopAll();
  await rm(pageFolder, { recursive: true, force: true });
});

describe('health, metrics and the page', () => {
  it('distinguishes liveness from readiness', async () => {
    const { base } = await startApi({
      ready: () => ({ ready: false, reasons: ['the store does not answer'] }),
      status: () => ({ gateways: 1 }),
    });
    expect((await get(`${base}/healthz`, {})).status).toBe(200);
    const readiness = await get(`${base}/readyz`, {});
    expect([readiness.status, readiness.body.reasons]).toEqual([503, ['the store does not answer']]);
    expect((await get(`${base}/api/status`)).body).toMatchObject({
      ready: false,
      gateways: 1,
      storeKind: 'memory',
    });
  });

  it('counts requests by route', async () => {
    const { base } = await startApi();
    await get(`${base}/api/machines`);
    const text = await (await fetch(`${base}/metrics`, { headers: bearer })).text();
    expect(text).toMatch(/harbinger_api_requests_total\{route="\/api\/machines",status="200"\} 1/);
    expect(text).toContain('harbinger_api_stream_clients 0');
  });

  it('serves the page with headers that forbid content of other origins', async () => {
    const { base } = await startApi({ pageFolder });
    const page = await fetch(`${base}/`);
    expect(await page.text()).toContain('Harbinger');
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'self'.*frame-ancestors 'none'/);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const asset = await fetch(`${base}/assets/index-abc123.js`);
    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect((await fetch(`${base}/..%2f..%2fetc/passwd`)).status).toBeGreaterThanOrEqual(400);
    expect((await get(`${base}/nothing.html`)).status).toBe(404);
  });

  it('says what to do if the page has not been built', async () => {
    const { base } = await startApi({ pageFolder: join(pageFolder, 'none') });
    const { status, body } = await get(`${base}/`);
    expect([status, body.error.code]).toEqual([404, 'API_PAGE_MISSING']);
  });
});

/** Compares the answers of real processes with their OpenAPI documents. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloudStatistics } from '../../../cloud/reports.ts';
import { gatewayStatistics } from '../../../gateway/reports.ts';
import { ApiContract } from '../../../shared/http/openapi-contract.testing.ts';
import { undeclared } from '../../support/scraped-metrics.ts';
import { type Site, startSite, until } from '../site.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site?.dispose());

describe('answers match the OpenAPI documents', () => {
  it('of the gateway, connected and not', async () => {
    const { gateway, cloud } = site;
    const api = await ApiContract.of(gateway.httpUrl, {});
    const uplink = async () =>
      ((await api.ask('GET', '/api/status')) as { uplink: { connected: boolean } }).uplink.connected;
    await until(uplink, 'connected');
    await cloud.stop();
    await until(async () => !(await uplink()), 'disconnected');
    await api.ask('GET', '/healthz');
    await api.ask('GET', '/readyz');
    expect(undeclared((await api.ask('GET', '/metrics')) as string, gatewayStatistics)).toEqual([]);
    await api.ask('GET', '/api/deadletters');
    await cloud.start();
  });

  it('of the cloud', async () => {
    const api = await ApiContract.of(site.cloud.httpUrl, {});
    await until(async () => (await fetch(`${site.cloud.httpUrl}/readyz`)).ok, 'ready');
    await api.ask('GET', '/readyz');
    expect(undeclared((await api.ask('GET', '/metrics')) as string, cloudStatistics)).toEqual([]);
    for (const list of ['status', 'machines', 'alerts', 'events', 'decisions', 'quarantine', 'audit']) {
      await api.ask('GET', `/api/${list}`);
    }
    expect(await api.ask('POST', '/api/query', { body: { sql: 'select 1 as one' } })).toMatchObject({
      columns: ['one'],
      rows: [[1]],
    });
  });
});

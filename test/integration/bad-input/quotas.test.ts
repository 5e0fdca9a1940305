/** Quotas: one sender who makes up names and topics fills its own share, and others' new machines are still taken. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drained, type Site, startSite, until } from '../site.ts';
import { sql } from '../stored.ts';
import { password } from './hostile-input.ts';
import { RawClient } from './raw-client.ts';

interface Status {
  machines: number;
  quotas: { counts: Record<string, number>; refused: { quota: string; owner: string; refused: number }[] };
}

describe('a sender who makes up machines', () => {
  let site: Site;
  beforeAll(async () => {
    const users = ['greedy', 'modest'].map((name) => ({ name, password }));
    site = await startSite({ gateway: { machinesMax: 20, broker: { anonymous: 'refuse', users } } });
  });
  afterAll(() => site?.dispose());

  it('has as many as one may; the rest are dead letters that say so, and others have theirs', async () => {
    const { mqttPort } = site.gateway;
    const greedy = await RawClient.login(mqttPort, 'greedy-1', 'greedy', password);
    for (let i = 1; i <= 50; i++) await greedy.publish(i, `telemetry/load/made-up-${i}`, '{"cycles":1}');
    const modest = await RawClient.login(mqttPort, 'modest-1', 'modest', password);
    for (let i = 1; i <= 10; i++) await modest.publish(i, `telemetry/load/real-${i}`, '{"cycles":1}');
    greedy.end();
    modest.end();

    const status = await site.gateway.json<Status>('/api/status');
    expect(status.machines).toBe(30);
    expect(status.quotas.counts).toEqual({ machines: 30, sensors: 0 });
    expect(status.quotas.refused).toMatchObject([{ quota: 'machines', owner: 'greedy', refused: 30 }]);
    const { items } = await site.gateway.json<{ items: { code: string; user: string; reason: string }[] }>(
      '/api/deadletters?limit=100',
    );
    expect(items).toHaveLength(30);
    for (const { code, user, reason } of items) {
      expect([code, user]).toEqual(['MACHINE_LIMIT', 'greedy']);
      expect(reason).toContain("'greedy' has 20 machines");
    }
    const counted = () => site.gateway.metric('harbinger_quota_refused_total{quota="machines"}');
    await until(async () => (await counted()) === 30, 'the metric to count all that were refused');
    const said = site.gateway.logs.filter(({ json }) => json?.quota === 'machines');
    expect(said.map(({ json }) => json?.owner)).toEqual(['greedy']);
    await drained(site);
    const query = `select count(*) from generic where machine like 'real-%'`;
    expect(await sql(site.cloud, query)).toEqual([[10]]);
  });
});

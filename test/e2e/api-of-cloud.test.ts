import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertOf, decisionOf } from '../../cloud/api/plant-data.testing.ts';
import { get, post } from '../../cloud/api/running-api.testing.ts';
import { type RunningCloud, startCloud } from '../../cloud/cloud.ts';
import { CloudConfig } from '../../cloud/config.ts';
import { readConfig } from '../../shared/config/load-config.ts';
import type { HarbingerEvent } from '../../shared/contract/events.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { batchOf, epochMs, pumpLines } from '../conformance/stores/batches.ts';

const time = new Date(epochMs).toISOString();
const machine = { site: 'plant', machine: 'm1', machineType: 'pump' };
const { gateway: _, at: __, ...decision } = decisionOf({ subject: 'plant/m1' });

function event(id: string, type: HarbingerEvent['type'], data: HarbingerEvent['data']): HarbingerEvent {
  const source = '/gateways/gw1';
  return {
    specversion: '1.0',
    id,
    source,
    type,
    subject: 'plant/m1',
    time,
    datacontenttype: 'application/json',
    data,
  };
}

/** The API on the cloud's own store (DuckDB) and state (lmdb), called over HTTP. */
describe('the API of a whole cloud', () => {
  let dataDir: string;
  let cloud: RunningCloud;
  let base: string;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'harbinger-cloud-'));
    const { config } = readConfig(CloudConfig, {
      overrides: { ingest: { port: 0 }, api: { port: 0, openOnLoopback: true } },
    });
    cloud = await startCloud(config!, { dataDir, log: silentLog });
    base = `http://127.0.0.1:${cloud.httpPort}`;
    await cloud.store.write(batchOf({ blocks: [pumpLines(0, 120)] }), AbortSignal.timeout(30_000));
    const journal = '00112233445566ff';
    const seen = { ...machine, lastSeenMs: epochMs + 119_000 };
    await cloud.operations.watermarks.advance({
      gateway: 'gw1',
      journal,
      lane: 'readings',
      firstSeq: 1,
      lastSeq: 1,
      machines: [seen],
    });
    await cloud.operations.events.apply('gw1', [
      event('e1', 'io.harbinger.prediction.opened.v1', alertOf({ prediction: machine }).prediction),
      event('e2', 'io.harbinger.decision.recorded.v1', decision),
    ]);
  });

  afterAll(async () => {
    await cloud?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('returns the machine with its alert and decision', async () => {
    const { body } = await get(`${base}/api/machines`, {});
    expect(body.machines).toMatchObject([{ machine: 'm1', urgency: 'critical', openAlerts: 1 }]);
    expect((await get(`${base}/api/alerts?state=open`, {})).body.alerts).toHaveLength(1);
    const decisions = await get(`${base}/api/decisions?subject=plant/m1`, {});
    expect(decisions.body.items).toMatchObject([{ decisionId: decision.decisionId, gateway: 'gw1' }]);
    expect((await get(`${base}/api/events`, {})).body.items).toHaveLength(1);
  });

  it('returns its readings down-sampled', async () => {
    const range = `from=${epochMs}&to=${epochMs + 120_000}`;
    const { body } = await get(`${base}/api/readings?site=plant&machine=m1&points=30&${range}`, {});
    expect(body.timesMs.length).toBeGreaterThan(10);
    expect(body.timesMs.length).toBeLessThanOrEqual(30);
    const rpm = body.values.rpm ?? [];
    expect(rpm).toHaveLength(body.timesMs.length);
    expect(rpm.every((value) => value !== null && value >= 1_000 && value < 1_120)).toBe(true);
  });

  it('answers SQL, and refuses statements that could reach files or the network, or change data', async () => {
    const query = (sql: string) => post(`${base}/api/query`, { sql }, {});
    const counted = await query('select count(*) as n from pump');
    expect(counted.body).toMatchObject({ columns: ['n'], rows: [[120]] });
    for (const sql of [
      'drop table pump',
      "select * from read_csv('/etc/passwd')",
      "copy pump to '/tmp/x.csv'",
      'select * from nowhere',
    ]) {
      const refused = await query(sql);
      expect([sql, refused.status]).toEqual([sql, 400]);
      expect(refused.body.error.message).not.toBe('');
    }
  });

  it('is ready', async () => {
    expect((await get(`${base}/readyz`, {})).status).toBe(200);
    expect((await get(`${base}/api/status`, {})).body).toMatchObject({ ready: true, storeKind: 'embedded' });
  });
});

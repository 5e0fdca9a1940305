import { afterAll, describe, expect, it, vi } from 'vitest';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { SeriesPoint, SeriesQuery, SqlQuery } from '../ports/store.ts';
import { createMemoryOperations, createMemoryStore } from './memory-ports.testing.ts';
import { alertOf, decisionOf, machineOf } from './plant-data.testing.ts';
import { bearer, get, post, startApi, stopAll } from './running-api.testing.ts';

afterAll(stopAll);

describe('resources', () => {
  it('lists machines by state', async () => {
    const clock = { ...systemClock, nowMs: () => machineOf().lastSeenMs };
    const operations = createMemoryOperations();
    const life = (p50: number) => ({ p10: p50 / 2, p50, p90: p50 * 2, unit: 'cycles' });
    operations.set({
      machines: [
        machineOf({ machine: 'new', health: null, remainingLife: null, source: null }),
        machineOf({ machine: 'long', remainingLife: life(200) }),
        machineOf({ machine: 'short', remainingLife: life(50) }),
        machineOf({ machine: 'no-life', remainingLife: null }),
        machineOf({ machine: 'warned', remainingLife: life(90) }),
        machineOf({ machine: 'urgent', remainingLife: life(95) }),
        machineOf({ machine: 'down', condition: 'failed' }),
      ],
      alerts: [
        alertOf({ alertId: 'a', prediction: { machine: 'warned', severity: 'warning' } }),
        alertOf({
          alertId: 'b',
          prediction: { machine: 'urgent', severity: 'critical', reasons: ['Soon.'] },
        }),
        alertOf({ alertId: 'c', prediction: { machine: 'urgent', severity: 'warning' } }),
        alertOf({ alertId: 'd', state: 'resolved', prediction: { machine: 'long' } }),
      ],
    });
    const { body } = await get(`${(await startApi({ operations, clock })).base}/api/machines`);
    const list = body.machines.map(({ machine, state, urgency }) => [machine, state, urgency]);
    expect(list).toEqual([
      ['down', 'failed', 'failed'],
      ['urgent', 'critical', 'critical'],
      ['warned', 'warning', 'warning'],
      ['short', 'ok', 'ok'],
      ['long', 'ok', 'ok'],
      ['no-life', 'ok', 'ok'],
      ['new', 'learning', 'unknown'],
    ]);
    expect(body.machines[1]?.reason).toBe('Soon.');
  });

  it('calls no machine OK that nothing has been heard of, or while nothing can be stored', async () => {
    const operations = createMemoryOperations();
    operations.set({ machines: [machineOf()] });
    let nowMs = machineOf().lastSeenMs;
    let isReady = true;
    const { base } = await startApi({
      operations,
      clock: { ...systemClock, nowMs: () => nowMs },
      ready: () => ({ ready: isReady, reasons: isReady ? [] : ['the telemetry store does not answer'] }),
    });
    const now = async () => (await get(`${base}/api/machines/leeds/pump-1`)).body.machine;
    expect(await now()).toMatchObject({ state: 'ok', urgency: 'ok' });
    isReady = false;
    const down = await now();
    expect(down).toMatchObject({ state: 'unknown', urgency: 'unknown' });
    expect(down.stateReason).toContain('The telemetry store does not answer');
    isReady = true;
    nowMs += 20 * 60_000;
    expect(await now()).toMatchObject({ state: 'silent', urgency: 'unknown' });
  });

  it('says what its gateway says of a machine: limits that are met, and that nothing can judge it', async () => {
    const operations = createMemoryOperations();
    const said = {
      confidence: 0.5,
      limits: 2,
      limitsMet: null,
      policiesMet: null,
      learning: null,
      rowS: 120,
    };
    const rules = { source: 'rules', remainingLife: null } as const;
    const learning = { rows: 40, needed: 600 };
    operations.set({
      machines: [
        machineOf({ machine: 'over', ...rules, evidence: { ...said, limitsMet: 'critical' } }),
        machineOf({ machine: 'new', ...rules, evidence: { ...said, limits: 0, learning } }),
        machineOf({ machine: 'fine', evidence: said }),
        machineOf({ machine: 'worn', evidence: { ...said, policiesMet: 'warning' } }),
        machineOf({ machine: 'ended', remainingLife: { p10: 0, p50: 0, p90: 3, unit: 'cycles' } }),
      ],
    });
    const clock = { ...systemClock, nowMs: () => machineOf().lastSeenMs };
    const { body } = await get(`${(await startApi({ operations, clock })).base}/api/machines`);
    const by = new Map(body.machines.map((view) => [view.machine, view]));
    expect([...by].map(([name, { state }]) => `${name} ${state}`).sort()).toEqual([
      'ended critical',
      'fine ok',
      'new learning',
      'over critical',
      'worn warning',
    ]);
    expect(by.get('new')!.stateReason).toContain('(40 of 600 readings)');
    expect(by.get('fine')!.remainingLifeS).toEqual({ p10: 18_000, p50: 22_800, p90: 28_800 });
    expect(by.get('over')).not.toHaveProperty('evidence');
  });

  it('returns one machine with its type and alerts, and a clear 404 for an unknown one', async () => {
    const operations = createMemoryOperations();
    operations.set({
      machines: [machineOf({ machineType: 'generic' })],
      alerts: [
        alertOf({ alertId: 'mine' }),
        alertOf({ alertId: 'other', prediction: { machine: 'pump-2' } }),
      ],
    });
    const { base } = await startApi({ operations, machineTypes: loadMachineTypes() });
    const { body } = await get(`${base}/api/machines/leeds/pump-1`);
    expect(body.machine.urgency).toBe('critical');
    expect(body.type.lifeUnit).toBe('readings');
    expect(body.alerts.map((alert) => alert.alertId)).toEqual(['mine']);
    const unknown = await get(`${base}/api/machines/leeds/pump-9`);
    expect([unknown.status, unknown.body.error.code]).toEqual([404, 'API_MACHINE_UNKNOWN']);
  });

  it('queries the store for readings of the machine’s type, and answers by columns', async () => {
    const asked: SeriesQuery[] = [];
    const operations = createMemoryOperations();
    operations.set({ machines: [machineOf()] });
    const store = createMemoryStore({
      series: (query) => {
        asked.push(query);
        return [
          { timeMs: 1, values: { a: 1, b: null } as SeriesPoint['values'] },
          { timeMs: 2, values: { a: 2 } as SeriesPoint['values'] },
        ];
      },
    });
    const { base } = await startApi({ operations, store });
    const { body } = await get(
      `${base}/api/readings?site=leeds&machine=pump-1&sensor=a,b&sensor=c&from=2025-06-15T12:00:00Z&to=1750000000000&points=10`,
    );
    expect(asked[0]).toEqual({
      measurement: 'pump',
      gateway: 'gw-1',
      site: 'leeds',
      machine: 'pump-1',
      fields: ['a', 'b', 'c'],
      fromMs: Date.parse('2025-06-15T12:00:00Z'),
      toMs: 1_750_000_000_000,
      pointsMax: 10,
    });
    expect(body.timesMs).toEqual([1, 2]);
    expect(body.values).toEqual({ a: [1, 2], b: [null, null], c: [null, null] });
    await get(`${base}/api/readings?site=leeds&machine=pump-1&measurement=estimate`);
    expect(asked[1]).toMatchObject({ measurement: 'estimate', pointsMax: 600 });
    expect(asked[1]!.toMs - asked[1]!.fromMs).toBe(3_600_000);
  });

  it('answers with the alert that was closed, where another gateway has one of the same id', async () => {
    const operations = createMemoryOperations();
    operations.set({ alerts: [alertOf({ gateway: 'north' })] });
    const close = async () => alertOf({ gateway: 'south', state: 'resolved' });
    const { base } = await startApi({
      operations,
      closing: { close, closeAll: async () => ({ done: [], refused: [] }) },
    });
    const asked = { alertId: 'alert-1', reason: 'a loose cover', gateway: 'south' };
    const { body } = await post(`${base}/api/alerts/close`, asked);
    expect(body).toMatchObject({ alert: { gateway: 'south', state: 'resolved' } });
    expect((await post(`${base}/api/alerts/close`, { ...asked, gateway: '' })).status).toBe(200);
    const { body: audit } = await get(`${base}/api/audit`);
    expect(JSON.stringify(audit)).toContain('{\\"state\\":\\"resolved\\"}');
  });

  it('pages decisions, and filters them by machine', async () => {
    const operations = createMemoryOperations();
    for (const id of ['1', '2', '3']) operations.addDecision(decisionOf({ decisionId: id }));
    operations.addDecision(decisionOf({ decisionId: 'x', subject: 'leeds/other' }));
    const { base } = await startApi({ operations });
    const first = await get(`${base}/api/decisions?limit=2&subject=leeds/pump-1`);
    expect(first.body.items.map((item) => item.decisionId)).toEqual(['3', '2']);
    const second = await get(`${base}/api/decisions?subject=leeds/pump-1&before=${first.body.next}`);
    expect(second.body).toMatchObject({ items: [{ decisionId: '1' }], next: null });
    expect((await get(`${base}/api/decisions?id=x`)).body).toMatchObject({
      items: [{ subject: 'leeds/other' }],
    });
    expect((await get(`${base}/api/decisions?id=y`)).body).toEqual({ items: [], next: null });
    for (const path of ['events', 'quarantine', 'notifications/dead']) {
      expect((await get(`${base}/api/${path}`)).body).toEqual({ items: [], next: null });
    }
  });

  it('runs SQL within limits if the store supports it, and says so if not', async () => {
    const asked: SqlQuery[] = [];
    const sql = async (query: SqlQuery) => {
      asked.push(query);
      if (query.sql.includes('drop'))
        throw new HarbingerError('SQL_REFUSED', 'store', 'only reading is allowed');
      return { columns: ['n', 'big'], rows: [[1n, 2n ** 60n]], truncated: false };
    };
    const { base } = await startApi({ store: createMemoryStore({ sql }) });
    const url = `${base}/api/query`;
    expect((await post(url, { sql: 'select 1' })).body).toEqual({
      columns: ['n', 'big'],
      rows: [[1, '1152921504606846976']],
      truncated: false,
    });
    expect(asked[0]).toMatchObject({ sql: 'select 1', rowsMax: 1_000, timeoutMs: 10_000 });
    expect(asked[0]?.signal?.aborted).toBe(false);
    const refused = await post(url, { sql: 'drop table x' });
    expect([refused.status, refused.body]).toEqual([
      400,
      { error: { code: 'SQL_REFUSED', message: 'only reading is allowed' } },
    ]);
    expect((await post(`${(await startApi()).base}/api/query`, { sql: 'select 1' })).status).toBe(501);
  });

  it('runs four SQL queries at once, refuses the fifth, and takes it when one has ended', async () => {
    const ends: (() => void)[] = [];
    const sql = async () => {
      await new Promise<void>((resolve) => void ends.push(resolve));
      return { columns: [], rows: [], truncated: false };
    };
    const { base } = await startApi({ store: createMemoryStore({ sql }) });
    const ask = () => post(`${base}/api/query`, { sql: 'select 1' });
    const running = Array.from({ length: 4 }, ask);
    await vi.waitFor(() => expect(ends).toHaveLength(4), { timeout: 40_000, interval: 5 });
    const fifth = await Promise.race([ask(), ...running]);
    expect([fifth.status, fifth.body.error.code]).toEqual([503, 'API_BUSY']);
    ends[0]!();
    expect((await running[0]!).status).toBe(200);
    running.push(ask());
    await vi.waitFor(() => expect(ends).toHaveLength(5), { timeout: 40_000, interval: 5 });
    for (const end of ends) end();
    expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });

  it('stops a query whose caller is gone, and gives its place to others', async () => {
    let [started, stopped] = [0, 0];
    const sql = ({ signal }: SqlQuery) =>
      new Promise<never>((_, reject) => {
        started++;
        signal!.addEventListener('abort', () => {
          stopped++;
          reject(new HarbingerError('QUERY_TIMEOUT', 'store', 'stopped'));
        });
      });
    const { base } = await startApi({ store: createMemoryStore({ sql }) });
    const ask = ({ signal }: AbortController) =>
      fetch(`${base}/api/query`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...bearer },
        body: JSON.stringify({ sql: 'select 1' }),
        signal,
      }).catch(() => undefined);
    const gone = new AbortController();
    const asked = Array.from({ length: 4 }, () => ask(gone));
    await vi.waitFor(() => expect(started).toBe(4), { timeout: 40_000, interval: 5 });
    gone.abort();
    await Promise.all(asked);
    await vi.waitFor(() => expect(stopped).toBe(4), { timeout: 40_000, interval: 5 });
    const next = new AbortController();
    const later = ask(next);
    await vi.waitFor(() => expect(started).toBe(5), { timeout: 40_000, interval: 5 });
    next.abort();
    await later;
  });

  it('serves its OpenAPI document', async () => {
    const { body } = await get(`${(await startApi()).base}/api/openapi.json`);
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining([
        '/api/machines',
        '/api/machines/{site}/{machine}',
        '/api/readings',
        '/api/query',
      ]),
    );
    expect(Object.keys(body.paths)).not.toContain('/{*}');
  });
});

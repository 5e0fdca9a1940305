import { afterAll, describe, expect, it } from 'vitest';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { createMemoryOperations, createMemoryStore } from './memory-ports.testing.ts';
import { machineOf } from './plant-data.testing.ts';
import { get, post, startApi, stopAll } from './running-api.testing.ts';

afterAll(stopAll);

describe('bad input', () => {
  it.each([
    ['/api/readings?site=leeds', 'machine'],
    ['/api/readings?site=leeds&machine=pump-1&points=1000000', 'points'],
    ['/api/readings?site=leeds&machine=pump-1&from=yesterday', 'from'],
    ['/api/readings?site=leeds&machine=pump-1&from=9&to=5', 'from'],
    ['/api/readings?site=leeds&machine=pump-1&sensor=a;drop', 'sensor'],
    ['/api/readings?site=leeds&machine=pump-1&sensr=a', 'sensr'],
    ['/api/readings?site=le%22eds&machine=pump-1', 'site'],
    ['/api/alerts?state=ajar', "parameter 'state' must be open or resolved"],
    ['/api/events?limit=x', 'limit'],
    ['/api/machines/leeds/%2e%2e%2fx', 'machine'],
  ])('%s is a 400 that names the place', async (path, place) => {
    const operations = createMemoryOperations();
    operations.set({ machines: [machineOf()] });
    const { status, body } = await get(`${(await startApi({ operations })).base}${path}`);
    expect([status, body.error.code]).toEqual([400, 'API_INPUT']);
    expect(body.error.message).toContain(place);
  });

  it('refuses an oversized request before reading it', async () => {
    const { base } = await startApi();
    const long = await get(`${base}/api/events?before=${'x'.repeat(5_000)}`);
    expect([long.status, long.body.error.code]).toEqual([414, 'API_URL_TOO_LONG']);
    const big = await post(`${base}/api/query`, { sql: 'x'.repeat(100_000) });
    expect([big.status, big.body.error.code]).toEqual([413, 'API_BODY_TOO_LARGE']);
    const broken = await post(`${base}/api/query`, '{');
    expect([broken.status, broken.body.error.code]).toEqual([400, 'API_BAD_REQUEST']);
  });

  it('hides the details of an unexpected error, and says when to retry', async () => {
    const operations = createMemoryOperations();
    operations.set({ machines: [machineOf()] });
    let failure: Error = new TypeError('secret path /var/lib/x');
    const store = createMemoryStore({
      series() {
        throw failure;
      },
    });
    const { base } = await startApi({ operations, store });
    const url = `${base}/api/readings?site=leeds&machine=pump-1`;
    const unexpected = await get(url);
    expect(unexpected.status).toBe(500);
    expect(JSON.stringify(unexpected.body)).not.toMatch(/secret|stack|at /);
    failure = new HarbingerError('STORE_UNAVAILABLE', 'store', 'the store does not answer', { retry: true });
    const busy = await get(url);
    expect([busy.status, busy.body.error.code]).toEqual([503, 'STORE_UNAVAILABLE']);
    expect(busy.headers.get('retry-after')).toBe('5');
  });

  it('answers an unknown address in the same format', async () => {
    const { status, body } = await get(`${(await startApi()).base}/api/nothing`);
    expect([status, body.error.code]).toEqual([404, 'API_NOT_FOUND']);
  });
});

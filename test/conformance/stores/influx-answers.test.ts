/**
 * Requests of the influx store, and its reaction to each answer. InfluxDB 2 and 3 are not available as real servers, so
 * their documented answers come from a recording HTTP server.
 */
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ReadingStore, StoreBatch } from '../../../cloud/ports/store.ts';
import { answerWith, type Recorder, startRecorder } from '../http-recorder.ts';
import { batchOf, pumpLine, pumpLines } from './batches.ts';
import { influxStoreAt } from './influx-store-at.ts';

const never = new AbortController().signal;

describe('influx store, request shapes and errors of InfluxDB 1, 2 and 3 (recording HTTP server)', () => {
  let server: Recorder;
  let store: ReadingStore;
  const batch = batchOf({ blocks: [pumpLines(0, 3), pumpLines(3, 3)] });
  const write = (what: StoreBatch = batch) => store.write(what, never);

  beforeEach(async () => {
    server = await startRecorder();
  });
  afterEach(async () => {
    await store.stop();
    await server.stop();
  });

  test.each([
    [
      1,
      { username: 'u', password: 'p' },
      '/write?db=plant&precision=ns',
      `Basic ${Buffer.from('u:p').toString('base64')}`,
    ],
    [2, {}, '/api/v2/write?bucket=plant&precision=ns&org=acme', 'Token t0ken'],
    [3, { token: 'apiv3_x' }, '/api/v2/write?bucket=plant&precision=ns', 'Token apiv3_x'],
  ] as const)(
    'version %d: path, login, and the gzipped bytes unchanged',
    async (version, more, path, login) => {
      store = influxStoreAt(server.url, { version, ...more });
      await store.start();
      await write();
      const request = server.requests.at(-1);
      expect(request).toMatchObject({
        method: 'POST',
        url: path,
        headers: { authorization: login, 'content-encoding': 'gzip' },
      });
      expect(request?.body.equals(batch.gzipped ?? Buffer.alloc(0))).toBe(true);
    },
  );

  test('a larger batch is sent in requests of at most 10,000 lines', async () => {
    store = influxStoreAt(server.url, { version: 2 });
    await write(batchOf({ blocks: [pumpLines(0, 25_000)] }));
    expect(server.requests.map(({ lines }) => lines.length)).toEqual([10_000, 10_000, 5_000]);
    expect(server.requests.flatMap(({ lines }) => lines)).toEqual(pumpLines(0, 25_000));
  });

  test.each([429, 500, 503, 408])('%d: is retried', async (status) => {
    store = influxStoreAt(server.url, { version: 2 });
    server.answer = answerWith(status, { code: 'busy', message: 'come back later' });
    await expect(write()).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      retry: true,
      retryAfterMs: null,
    });
    server.answer = answerWith(204, null);
    expect(await write()).toEqual({ rejected: [] });
  });

  test('a full disk: is retried, with advice; the store is not healthy until a write has succeeded', async () => {
    store = influxStoreAt(server.url, { version: 1 });
    const full = { error: 'engine: error writing WAL entry: write /wal/_00001.wal: no space left on device' };
    server.answer = (request, response) =>
      request.url.startsWith('/write')
        ? answerWith(500, full)(request, response)
        : response.writeHead(204).end();
    expect(await store.healthy()).toBe(true);
    await expect(write()).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('restart InfluxDB twice'),
    });
    expect(await store.healthy()).toBe(false);
    server.answer = answerWith(204, null);
    await write();
    expect(await store.healthy()).toBe(true);
  });

  test('a full disk that is answered with 400, as for a new series, refuses no lines, and words of a line do not make one', async () => {
    store = influxStoreAt(server.url, { version: 1 });
    const full = 'partial write: write /data/chaos/_series/07/0000: no space left on device dropped=1';
    server.answer = answerWith(400, { error: full });
    await expect(write()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retry: true });
    const refused =
      'partial write: field type conflict: input field "x: no space left on device" on measurement "a" is type float, already exists as type string dropped=1';
    server.answer = answerWith(400, { error: refused });
    expect((await write()).rejected.length).toBeGreaterThan(0);
  });

  test('a proxy’s page is not a refusal of lines, whatever words it contains', async () => {
    store = influxStoreAt(server.url, { version: 2 });
    server.answer = (_request, response) =>
      response.writeHead(400, { 'content-type': 'text/html' }).end('<h1>invalid field, limit exceeded</h1>');
    await expect(write()).rejects.toMatchObject({ code: 'STORE_CONFIG', retry: true });
  });

  test('Retry-After is passed on', async () => {
    store = influxStoreAt(server.url, { version: 2 });
    server.answer = answerWith(429, { message: 'slow down' }, { 'retry-after': '7' });
    await expect(write()).rejects.toMatchObject({
      retryAfterMs: 7000,
      message: expect.stringContaining('7 s'),
    });
  });

  test.each([
    [401, 'store.token'],
    [403, 'store.token'],
    [404, 'store.bucket'],
    [302, 'store.url'],
  ])('%d: a setting is wrong; it says which, loses nothing and shows no secret', async (status, hint) => {
    store = influxStoreAt(server.url, { version: 2 });
    server.answer = answerWith(status, { message: 'no' });
    const error = await write().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'STORE_CONFIG',
      retry: true,
      message: expect.stringContaining(hint),
    });
    expect(String(error)).not.toContain('t0ken');
  });

  test('a server that is not InfluxDB: 200 to a write', async () => {
    store = influxStoreAt(server.url, { version: 2 });
    server.answer = (_request, response) => response.writeHead(200).end('<html>');
    await expect(write()).rejects.toMatchObject({ code: 'STORE_CONFIG' });
  });

  test('a refusal of the whole request is not taken for bad lines', async () => {
    store = influxStoreAt(server.url, { version: 2 });
    server.answer = answerWith(400, { code: 'invalid', message: 'bucket name is not acceptable' });
    await expect(write()).rejects.toMatchObject({ code: 'STORE_CONFIG', retry: true });
    await expect(write(batchOf({ blocks: [pumpLines(0, 1)] }))).rejects.toMatchObject({
      code: 'STORE_CONFIG',
    });
  });

  test('413: smaller requests, and a line that is too large by itself is rejected', async () => {
    store = influxStoreAt(server.url, { version: 2 });
    server.answer = (request, response) => {
      const large = request.lines.join('\n').length > 1_000;
      response.writeHead(large ? 413 : 204).end();
    };
    const huge = pumpLine(500, `note="${'x'.repeat(2_000)}"`);
    const lines = [...pumpLines(0, 100), huge, ...pumpLines(100, 100)];
    const { rejected } = await write(batchOf({ blocks: [lines] }));
    expect(rejected).toEqual([{ line: huge, reason: expect.stringContaining('large') }]);
    expect(server.requests.length).toBeLessThan(80);
  });

  test('InfluxDB 2: a malformed line makes it refuse the whole request; the other lines are resent', async () => {
    store = influxStoreAt(server.url, { version: 2 });
    const stored = new Set<string>();
    server.answer = (request, response) => {
      const bad = request.lines.filter((line) => line.includes('=oops'));
      if (bad.length === 0) {
        for (const line of request.lines) stored.add(line);
        return void response.writeHead(204).end();
      }
      const message = bad.map((line) => `unable to parse '${line}': invalid boolean`).join('\n');
      answerWith(400, { code: 'invalid', message })(request, response);
    };
    const bad = [pumpLine(7, 'rpm=oops'), pumpLine(50, 'rpm=oops')];
    const { rejected } = await write(
      batchOf({ blocks: [[...pumpLines(0, 40), ...bad, ...pumpLines(60, 40)]] }),
    );
    expect(rejected).toEqual(bad.map((line) => ({ line, reason: 'invalid boolean' })));
    expect(stored.size).toBe(80);
    expect(server.requests).toHaveLength(2);
  });

  test('InfluxDB 2: a type conflict (422) names one field; its lines are found among the others', async () => {
    store = influxStoreAt(server.url, { version: 2 });
    server.answer = (request, response) => {
      const bad = request.lines.filter((line) => line.includes('rpm="'));
      if (bad.length === 0) return void response.writeHead(204).end();
      const conflict = 'input field "rpm" on measurement "pump" is type string, already exists as type float';
      const message = `failure writing points to database: partial write: field type conflict: ${conflict} dropped=${bad.length}`;
      answerWith(422, { code: 'unprocessable entity', message })(request, response);
    };
    const bad = [3, 30, 31].map((i) => pumpLine(i, 'rpm="fast"'));
    const { rejected } = await write(
      batchOf({ blocks: [[...pumpLines(40, 50), ...bad, ...pumpLines(100, 50)]] }),
    );
    expect(rejected.map(({ line }) => line)).toEqual(bad);
    expect(server.requests.length).toBeLessThan(5);
  });

  test('InfluxDB 3: lines named by their numbers', async () => {
    store = influxStoreAt(server.url, { version: 3 });
    server.answer = (request, response) => {
      const data = request.lines.flatMap((line, i) =>
        line.includes('oops')
          ? [{ original_line: line.slice(0, 20), line_number: i + 1, error_message: 'bad value' }]
          : [],
      );
      if (data.length === 0) return void response.writeHead(204).end();
      answerWith(400, { error: 'partial write of line protocol occurred', data })(request, response);
    };
    const bad = pumpLine(7, 'rpm=oops');
    const { rejected } = await write(batchOf({ blocks: [[...pumpLines(0, 5), bad, ...pumpLines(10, 5)]] }));
    expect(rejected).toEqual([{ line: bad, reason: 'bad value' }]);
  });

  test('InfluxDB 3: a named line of which one field has another type is stored without that field', async () => {
    store = influxStoreAt(server.url, { version: 3 });
    const reason =
      "invalid column type for column 'b', expected iox::column_type::field::float, got iox::column_type::field::string";
    const stored: string[] = [];
    server.answer = (request, response) => {
      const data = request.lines.flatMap((line, i) =>
        line.includes('b="') ? [{ original_line: line, line_number: i + 1, error_message: reason }] : [],
      );
      if (data.length > 0)
        return answerWith(400, { error: 'partial write of line protocol occurred', data })(request, response);
      stored.push(...request.lines);
      response.writeHead(204).end();
    };
    const lines = [pumpLine(0), pumpLine(1, 'a=1,b="x, y=1 z",c=3'), pumpLine(2, 'b="x"')];
    const { rejected } = await write(batchOf({ blocks: [lines] }));
    expect(rejected).toEqual([
      { line: pumpLine(1, 'b="x, y=1 z"'), reason },
      { line: lines[2], reason },
    ]);
    expect(stored).toEqual([lines[0], pumpLine(1, 'a=1,c=3')]);
  });

  test('a refusal that names no line: the bad lines are found by bisection, in few requests', async () => {
    store = influxStoreAt(server.url, { version: 2 });
    server.answer = (request, response) => {
      const bad = request.lines.some((line) => line.includes('oops'));
      if (bad) answerWith(400, { message: 'error parsing body' })(request, response);
      else response.writeHead(204).end();
    };
    const bad = [pumpLine(100, 'rpm=oops'), pumpLine(700, 'rpm=oops')];
    const lines = pumpLines(0, 1_000).map(
      (line, i) => bad.find((one) => one === pumpLine(i, 'rpm=oops')) ?? line,
    );
    const { rejected } = await write(batchOf({ blocks: [lines] }));
    expect(rejected.map(({ line }) => line)).toEqual(bad);
    expect(server.requests.length).toBeLessThan(50);
  });

  describe.each([1, 2, 3] as const)('version %d, asked whether it is well', (version) => {
    const page = '<html><body>Please sign in</body></html>';
    const wells = { 1: [204, ''], 2: [200, '{"name":"influxdb","status":"pass"}'], 3: [200, 'OK'] } as const;

    test('its own answer counts', async () => {
      store = influxStoreAt(server.url, { version });
      const [status, text] = wells[version];
      server.answer = (_request, response) => response.writeHead(status).end(text);
      expect(await store.healthy()).toBe(true);
    });

    test.each([
      [200, page],
      [502, page],
      [302, page],
      [200, '{"error":"sign in"}'],
      [200, 'null'],
      [200, '{"name":"influxdb","status":"fail"}'],
      [200, ''],
    ])('that of a proxy between, or of a server that is not well, does not: %d %s', async (status, text) => {
      store = influxStoreAt(server.url, { version });
      const type = { 'content-type': 'text/html', ...(status === 302 && { location: '/login' }) };
      server.answer = (request, response) =>
        response.writeHead(request.url === '/login' ? 200 : status, type).end(text);
      expect(await store.healthy()).toBe(false);
    });
  });

  test('a late answer: is retried, and the request is cancelled', async () => {
    store = influxStoreAt(server.url, { version: 2, timeoutMs: 100 });
    let closed: Promise<unknown> = Promise.reject(new Error('never asked'));
    closed.catch(() => undefined);
    server.answer = (_request, response) => {
      closed = once(response, 'close');
    };
    await expect(write()).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('100 ms'),
    });
    await closed;
    expect(await store.healthy()).toBe(false);
  });
});

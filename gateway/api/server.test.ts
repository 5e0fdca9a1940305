import { request } from 'node:http';
import pino from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { clock, memoryLetters, running, startHttp, stopAll } from './running-http.testing.ts';

const token = 'a-token-of-enough-length';
afterEach(stopAll);

describe('for probes', () => {
  it('/healthz and /readyz answer without a token, with reasons', async () => {
    const { state, call } = await startHttp({ token });
    expect(await call('GET', '/healthz')).toEqual({ status: 200, body: { status: 'ok', reasons: [] } });
    state.ready = { ok: false, reasons: ['the journal is being recovered'] };
    expect(await call('GET', '/readyz')).toEqual({
      status: 503,
      body: { status: 'not ready', reasons: state.ready.reasons },
    });
    expect((await call('GET', '/healthz')).status).toBe(200);
  });

  it('/metrics are in Prometheus’ text format', async () => {
    const { port } = await startHttp();
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await response.text()).toMatch(/^harbinger_test_total 1$/m);
  });
});

describe('access', () => {
  it.each(['/metrics', '/api/status', '/api/deadletters', '/api/refused', '/api/sessions'])(
    'to %s needs a token',
    async (path) => {
      const { call, port } = await startHttp({ token });
      for (const headers of [{}, { authorization: `Bearer ${token}x` }, { authorization: token }]) {
        const { status, body } = await call('GET', path, undefined, headers as Record<string, string>);
        expect([status, body.error]).toEqual([401, expect.objectContaining({ code: 'API_UNAUTHORISED' })]);
      }
      const headers = { authorization: `Bearer ${token}` };
      expect((await fetch(`http://127.0.0.1:${port}${path}`, { headers })).status).toBe(200);
    },
  );

  it('by guessing is throttled, except from an address that has sent the right token before', async () => {
    const { call } = await startHttp({ token });
    const ask = (given: string) =>
      call('GET', '/api/status', undefined, { authorization: `Bearer ${given}` });
    for (let i = 0; i < 10; i++) expect((await ask(`guess-${i}`)).status).toBe(401);
    expect(await ask('guess')).toMatchObject({ status: 429, body: { error: { code: 'API_THROTTLED' } } });
    expect((await ask(token)).status).toBe(429);
    await clock.advance(1_000);
    expect((await ask(token)).status).toBe(200);
    expect((await ask('guess')).status).toBe(401);
    expect((await ask('guess')).status).toBe(429);
    expect((await ask(token)).status).toBe(200);
  });

  it('for reading does not include changes', async () => {
    const readToken = 'a-token-to-look-only';
    const { call } = await startHttp({ token, readToken });
    const headers = { authorization: `Bearer ${readToken}` };
    expect((await call('GET', '/api/deadletters', undefined, headers)).status).toBe(200);
    for (const [method, path] of [
      ['POST', '/api/deadletters/redrive'],
      ['DELETE', '/api/deadletters'],
      ['POST', '/api/refused/redrive'],
      ['DELETE', '/api/refused'],
      ['DELETE', '/api/sessions'],
    ] as const) {
      const refused = await call(method, path, { all: true }, headers);
      expect(refused).toMatchObject({ status: 403, body: { error: { code: 'API_READ_ONLY' } } });
    }
    const all = { authorization: `Bearer ${token}` };
    expect((await call('DELETE', '/api/deadletters', { all: true }, all)).body).toEqual({ dropped: 5 });
  });

  it('without a token is limited to this computer, by a loopback name, not through a proxy, not for other sites', async () => {
    const { call, port } = await startHttp();
    expect((await call('GET', '/api/status')).status).toBe(200);
    const named = (host: string) =>
      new Promise((resolve, reject) => {
        request({ host: '127.0.0.1', port, path: '/api/status', headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on('error', reject)
          .end();
      });
    expect(await named(`evil.example:${port}`)).toBe(403);
    expect(await named(`localhost:${port}`)).toBe(200);
    expect((await call('GET', '/api/status', undefined, { 'x-forwarded-for': '10.0.0.1' })).status).toBe(403);
    const dropped = await call(
      'DELETE',
      '/api/deadletters',
      { all: true },
      { origin: 'http://evil.example' },
    );
    expect(dropped).toMatchObject({ status: 403, body: { error: { code: 'API_ORIGIN' } } });
  });

  it.each([
    [{ openOnLoopback: false }, /set http\.token/],
    [{ openOnLoopback: true, host: '0.0.0.0' }, /only where host is a loopback address/],
  ])('that is impossible is refused at start: %j', async (config, message) => {
    await expect(startHttp(config)).rejects.toMatchObject({
      code: 'API_TOKEN_MISSING',
      message: expect.stringMatching(message),
    });
  });
});

describe('dead letters', () => {
  it('are listed newest first, page by page', async () => {
    const { call } = await startHttp();
    const first = await call('GET', '/api/deadletters?limit=3');
    expect(first.body).toMatchObject({ items: [{ id: 5 }, { id: 4 }, { id: 3 }], nextBeforeId: 3 });
    const second = await call('GET', '/api/deadletters?limit=3&beforeId=3');
    expect(second.body).toMatchObject({ items: [{ id: 2 }, { id: 1 }], nextBeforeId: null });
  });

  it('are shown whole, or not found', async () => {
    const { call } = await startHttp();
    const { body } = await call('GET', '/api/deadletters/2');
    expect(body).toEqual({
      id: 2,
      at: '2026-01-01T00:00:00.002Z',
      topic: 'telemetry/lab/p1',
      client: 'c1',
      stage: 'decode',
      code: 'DECODE_JSON',
      reason: 'no JSON',
      payload: Buffer.from('bad 2').toString('base64'),
    });
    const binary = await call('GET', '/api/deadletters/4');
    expect(binary.body).toMatchObject({ form: 'readings', text: 'lab/p1  without a time  a=1' });
    expect(await call('GET', '/api/deadletters/99')).toMatchObject({
      status: 404,
      body: { error: { code: 'API_NOT_FOUND', message: 'there is no dead letter 99' } },
    });
  });

  it('are redriven and dropped, some or all', async () => {
    const { call } = await startHttp();
    expect(await call('POST', '/api/deadletters/redrive', { ids: [1, 2, 9] })).toEqual({
      status: 200,
      body: { redriven: 2, failedAgain: 0, unknown: [9] },
    });
    expect((await call('DELETE', '/api/deadletters', { ids: [3] })).body).toEqual({ dropped: 1 });
    expect((await call('DELETE', '/api/deadletters', { all: true })).body).toEqual({ dropped: 2 });
  });
});

it('are logged when changed, with the caller and the outcome', async () => {
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  const { call } = await startHttp({ openOnLoopback: true }, memoryLetters(5), log);
  await call('POST', '/api/deadletters/redrive', { ids: [1, 2] });
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { verb: 'redrive', which: '1,2', address: '127.0.0.1' },
    { verb: 'redrive', which: '1,2', address: '127.0.0.1', redriven: 2 },
  ]);
});

describe('a request that cannot be answered is a clear error', () => {
  it.each<[string, string, unknown, number, string, RegExp]>([
    ['GET', '/api/nothing', undefined, 404, 'API_NOT_FOUND', /no GET \/api\/nothing/],
    ['GET', '/api/deadletters?limit=0', undefined, 400, 'API_INPUT', /parameter 'limit' must be >= 1/],
    ['GET', '/api/deadletters?what=1', undefined, 400, 'API_INPUT', /unknown parameter 'what'/],
    ['GET', '/api/deadletters/x', undefined, 400, 'API_INPUT', /path 'id' must be integer/],
    ['POST', '/api/deadletters/redrive', {}, 400, 'API_INPUT', /either/],
    ['POST', '/api/deadletters/redrive', { ids: [1], all: true }, 400, 'API_INPUT', /either/],
    ['DELETE', '/api/deadletters', { ids: [] }, 400, 'API_INPUT', /body 'ids' must NOT have fewer than 1/],
    ['DELETE', '/api/deadletters', '{"ids": [', 400, 'API_BAD_REQUEST', /JSON/],
    ['DELETE', '/api/deadletters', `"${'x'.repeat(70_000)}"`, 413, 'API_BODY_TOO_LARGE', /large/],
  ])('%s %s', async (method, path, sent, status, code, message) => {
    const { call } = await startHttp();
    const answer = await call(method, path, sent);
    expect(answer).toMatchObject({
      status,
      body: { error: { code, message: expect.stringMatching(message) } },
    });
  });

  it('and an unexpected one reveals no internals', async () => {
    const { state, call } = await startHttp();
    state.statusError = new Error('secret inside');
    expect(await call('GET', '/api/status')).toMatchObject({
      status: 500,
      body: { error: { code: 'API_INTERNAL' } },
    });
    state.statusError = new HarbingerError('DATA_THREAD_SLOW', 'journal', 'the data thread did not answer', {
      retry: true,
    });
    expect(await call('GET', '/api/status')).toMatchObject({
      status: 503,
      body: { error: { code: 'DATA_THREAD_SLOW' } },
    });
  });
});

it('a busy port is named, with the remedy', async () => {
  const { port } = await startHttp();
  await expect(startHttp({ openOnLoopback: true, port })).rejects.toMatchObject({
    code: 'API_PORT_BUSY',
    message: expect.stringMatching(new RegExp(`port ${port} .*--http-port`)),
  });
});

it('stops even if a caller keeps its connection open', async () => {
  const { port } = await startHttp();
  await fetch(`http://127.0.0.1:${port}/healthz`, { headers: { connection: 'keep-alive' } });
  await running.splice(0)[0]!.stop();
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
});

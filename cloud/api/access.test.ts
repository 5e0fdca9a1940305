import { request as httpRequest } from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../shared/runtime/clock.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { createMemoryStore } from './memory-ports.testing.ts';
import { get, post, startApi, stopAll, testConfig, token } from './running-api.testing.ts';

const { token: _, ...none } = testConfig;

/** `fetch` does not let a caller choose its Host header. */
function statusFor(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    httpRequest(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

afterAll(stopAll);

describe('access', () => {
  it('requires the token, and accepts a caller that presents it', async () => {
    const { base } = await startApi();
    const without = await get(`${base}/api/machines`, {});
    expect(without.status).toBe(401);
    expect(without.body.error.code).toBe('API_UNAUTHORISED');
    expect((await get(`${base}/api/machines`, { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await get(`${base}/metrics`, {})).status).toBe(401);
    expect((await get(`${base}/api/machines`)).status).toBe(200);
  });

  it('exchanges the token for a cookie that scripts cannot read', async () => {
    const { base } = await startApi();
    const login = (body: unknown, headers = {}) => post(`${base}/api/session`, body, headers);
    expect((await login({ token: 'wrong' })).status).toBe(401);
    expect((await login({ token }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    const response = await login({ token });
    expect(response.status).toBe(204);
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    expect(cookie).not.toContain(token);
    const session = cookie.split(';')[0] ?? '';
    expect((await get(`${base}/api/machines`, { cookie: session })).status).toBe(200);
    expect((await get(`${base}/api/machines`, { cookie: `${session}x` })).status).toBe(401);
    expect((await get(`${base}/api/session`, { cookie: session })).body).toEqual({
      tokenNeeded: true,
      signedIn: true,
    });
    const elsewhere = await post(
      `${base}/api/query`,
      { sql: 'select 1' },
      { cookie: session, origin: 'http://evil.example' },
    );
    expect(elsewhere.status).toBe(403);
  });

  it('makes a caller that guesses wait, and says how long; sessions continue to work', async () => {
    const clock = manualClock();
    const { base } = await startApi({ clock });
    const login = (given: string) => post(`${base}/api/session`, { token: given }, {});
    const bystander = await login(token);
    const cookie = (bystander.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const other = await startApi({ clock });
    const loginThere = (given: string) => post(`${other.base}/api/session`, { token: given }, {});
    for (let i = 0; i < 10; i++) expect((await loginThere(`guess ${i}`)).status).toBe(401);
    const blocked = await loginThere(token);
    expect([blocked.status, blocked.body.error.code]).toEqual([429, 'API_THROTTLED']);
    expect(blocked.headers.get('retry-after')).toBe('1');
    expect((await get(`${other.base}/api/machines`, { cookie })).status).toBe(200);
    await clock.advance(1_000);
    expect((await loginThere(token)).status).toBe(204);
    expect((await loginThere('guess')).status).toBe(401);
    expect((await loginThere('guess')).headers.get('retry-after')).toBe('2');
    // Failures of others behind the same address do not lock this caller out.
    expect((await loginThere(token)).status).toBe(204);
    expect((await get(`${other.base}/api/machines`)).status).toBe(200);
  });

  it('lets the holder of the read-only token read, and change nothing', async () => {
    const readToken = 'a-token-to-look-only';
    const { base } = await startApi({
      config: { ...testConfig, readToken },
      store: createMemoryStore({ sql: async () => ({ columns: [], rows: [], truncated: false }) }),
    });
    const reader = { authorization: `Bearer ${readToken}` };
    const session = await post(`${base}/api/session`, { token: readToken }, {});
    const cookie = (session.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    for (const headers of [reader, { cookie }] as Record<string, string>[]) {
      expect((await get(`${base}/api/machines`, headers)).status).toBe(200);
      expect((await post(`${base}/api/query`, { sql: 'select 1' }, headers)).status).toBe(200);
    }
    const forged = cookie.replace('~readToken~', '~token~');
    expect(forged).not.toBe(cookie);
    expect((await get(`${base}/api/machines`, { cookie: forged })).status).toBe(401);
  });

  it('expires a session after its lifetime', async () => {
    let nowMs = 1_000_000;
    const { base } = await startApi({ clock: { ...systemClock, nowMs: () => nowMs } });
    const response = await post(`${base}/api/session`, { token }, {});
    const cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    expect((await get(`${base}/api/machines`, { cookie })).status).toBe(200);
    nowMs += 12 * 3_600_000 + 1;
    expect((await get(`${base}/api/machines`, { cookie })).status).toBe(401);
  });

  it('is open without a token only on loopback, under a loopback name, and not to requests from other sites', async () => {
    const { base } = await startApi({ config: { ...none, openOnLoopback: true } });
    expect((await get(`${base}/api/machines`, {})).status).toBe(200);
    expect(await statusFor(`${base}/api/machines`, { host: 'localhost:8080' })).toBe(200);
    expect(await statusFor(`${base}/api/machines`, { host: 'rebound.example' })).toBe(403);
    expect(await statusFor(`${base}/api/machines`, { 'x-forwarded-for': '203.0.113.9' })).toBe(403);
    expect(await statusFor(`${base}/healthz`, { host: 'rebound.example' })).toBe(200);
  });

  it('does not start if nobody could be let in', async () => {
    await expect(startApi({ config: none })).rejects.toMatchObject({ code: 'API_TOKEN_MISSING' });
    const wide = { ...none, openOnLoopback: true, host: '0.0.0.0' };
    await expect(startApi({ config: wide })).rejects.toMatchObject({ code: 'API_TOKEN_MISSING' });
  });

  it('names the busy port and says how to choose another', async () => {
    const port = Number(new URL((await startApi()).base).port);
    await expect(startApi({ config: { ...testConfig, port } })).rejects.toMatchObject({
      code: 'API_PORT_BUSY',
      message: expect.stringMatching(new RegExp(`${port}.*--http-port`)),
    });
  });
});

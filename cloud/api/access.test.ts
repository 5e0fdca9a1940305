import { request as httpRequest } from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../shared/runtime/clock.ts';
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

describe('who may call', () => {
  it('asks for the token, and lets in who presents it', async () => {
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

  it('ends a session after its time', async () => {
    let nowMs = 1_000_000;
    const { base } = await startApi({ clock: { ...systemClock, nowMs: () => nowMs } });
    const response = await post(`${base}/api/session`, { token }, {});
    const cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    expect((await get(`${base}/api/machines`, { cookie })).status).toBe(200);
    nowMs += 12 * 3_600_000 + 1;
    expect((await get(`${base}/api/machines`, { cookie })).status).toBe(401);
  });

  it('is open without a token only on loopback, by a loopback name, to nobody else’s requests', async () => {
    const { base } = await startApi({ config: { ...none, openOnLoopback: true } });
    expect((await get(`${base}/api/machines`, {})).status).toBe(200);
    expect(await statusFor(`${base}/api/machines`, { host: 'localhost:8080' })).toBe(200);
    expect(await statusFor(`${base}/api/machines`, { host: 'rebound.example' })).toBe(403);
    expect(await statusFor(`${base}/api/machines`, { 'x-forwarded-for': '203.0.113.9' })).toBe(403);
    expect(await statusFor(`${base}/healthz`, { host: 'rebound.example' })).toBe(200);
  });

  it('does not start where nobody could be let in', async () => {
    await expect(startApi({ config: none })).rejects.toMatchObject({ code: 'API_TOKEN_MISSING' });
    const wide = { ...none, openOnLoopback: true, host: '0.0.0.0' };
    await expect(startApi({ config: wide })).rejects.toMatchObject({ code: 'API_TOKEN_MISSING' });
  });

  it('says which port is busy and how to choose another', async () => {
    const port = Number(new URL((await startApi()).base).port);
    await expect(startApi({ config: { ...testConfig, port } })).rejects.toMatchObject({
      code: 'API_PORT_BUSY',
      message: expect.stringMatching(new RegExp(`${port}.*--http-port`)),
    });
  });
});

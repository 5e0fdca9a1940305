/** Users and tokens: what their roles let them do, that the audit names them, and that a session ends when its person signs out. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { createHttpServer } from '../../../shared/http/server.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { get, post, startApi, stopAll, testConfig, token } from '../running-api.testing.ts';
import { hashOfToken } from './people.ts';
import { guardByRole, namingProperties, roleFor, roleOfRoute } from './roles.ts';

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'harbinger-people-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));
afterAll(stopAll);

const as = (given: string) => ({ authorization: `Bearer ${given}` });
const secretOf = (name: string) => `secret-of-${name}-with-many-letters`;

async function apiWith(people: Record<string, string>, more: object = {}) {
  const { base } = await startApi({ dataDir, ...more });
  for (const [name, role] of Object.entries(people)) {
    const person = { kind: 'user', name, role, tokenHash: hashOfToken(secretOf(name)) };
    expect((await post(`${base}/api/people`, person, as(token))).status).toBe(200);
  }
  return base;
}

async function cookieOf(base: string, given: string): Promise<string> {
  const response = await post(`${base}/api/session`, { token: given }, {});
  expect(response.status).toBe(204);
  return (response.headers.get('set-cookie') ?? '').split(';')[0]!;
}

const statusOf = async (base: string, path: string, headers: Record<string, string>, body?: object) => {
  const answer = await (body ? post(`${base}${path}`, body, headers) : get(`${base}${path}`, headers));
  return answer.status === 403 ? `403 ${answer.body.error.code}` : answer.status;
};

it('every route that changes something says which role may call it', async () => {
  const { base } = await startApi();
  const { paths } = (await get(`${base}/api/openapi.json`)).body;
  const changing = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods as object)
      .filter((method) => method !== 'get' && path !== '/api/session')
      .map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  const listed = Object.keys(roleOfRoute).filter((route) => !route.startsWith('GET '));
  expect(listed.sort()).toEqual(changing.sort());
  expect(roleFor('POST', '/api/something-new')).toBe('admin');
});

it('roles may do what they may, and no more', async () => {
  const base = await apiWith({ vera: 'viewer', otto: 'operator', ada: 'admin' });
  const close = { alertId: 'none', reason: 'x' };
  const mute = { kind: 'overrides', body: {}, why: 'x' };
  const account = { kind: 'accounts', body: {}, why: 'x' };
  const status = (name: string, path: string, body?: object) =>
    statusOf(base, path, as(secretOf(name)), body);
  expect(await status('vera', '/api/machines')).toBe(200);
  expect(await status('vera', '/api/query', { sql: 'select 1' })).not.toBe('403 API_ROLE');
  expect(await status('vera', '/api/alerts/close', close)).toBe('403 API_ROLE');
  expect(await status('vera', '/api/people')).toBe('403 API_ROLE');
  expect(await status('otto', '/api/alerts/close', close)).toBe(404);
  expect(await status('otto', '/api/fleet', mute)).toBe(200);
  expect(await status('otto', '/api/fleet', account)).toBe('403 API_ROLE');
  expect(await status('otto', '/api/gateways/retire', { gateway: 'x' })).toBe('403 API_ROLE');
  expect(await status('ada', '/api/fleet', account)).toBe(400); // the fleet of this test has one kind
  expect(await status('ada', '/api/people')).toBe(200);
});

it('a person and a named token are who they are, whoever they say, on every route where callers say it', async () => {
  const base = await apiWith({ otto: 'admin' });
  const { paths } = (await get(`${base}/api/openapi.json`)).body;
  const naming: string[] = [];
  const others: string[] = [];
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods as Record<string, object>)) {
      const content = 'requestBody' in operation ? JSON.stringify(operation.requestBody) : '{}';
      const { properties = {} } = Object.values(JSON.parse(content).content ?? {}).map(
        (each) => (each as { schema: { properties?: object } }).schema,
      )[0] ?? { properties: {} };
      if (namingProperties.some((name) => name in properties)) naming.push(`${method} ${path}`);
      // Another name for it, or one deeper in a body, belongs into the hook too.
      const named = JSON.stringify(Object.values(properties));
      if (/"(by|who|person|user|author|\w+By)":\{/.test(named)) others.push(`${method} ${path}`);
      if (Object.keys(properties).some((name) => /^(person|user|author|\w+By)$/.test(name)))
        others.push(`${method} ${path}`);
    }
  }
  expect(others).toEqual([]);
  expect(naming.length).toBeGreaterThan(7);

  const app = createHttpServer({ connectionsMax: 8, paramLengthMax: 32 }, silentLog);
  const who = { role: 'admin' as const, name: 'otto', person: 'otto' };
  guardByRole(app, { check: () => who } as never);
  const Body = Type.Object({ by: Type.Optional(Type.String()), who: Type.Optional(Type.String()) });
  const echo = async ({ body }: { body: unknown }) => ({ body });
  app.post('/naming', { schema: { body: Body } }, echo);
  app.post('/other', { schema: { body: Type.Object({ by: Type.Any() }).properties.by } }, echo);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const said = async (path: string, body: object) => (await post(`${url}${path}`, body, {})).body as unknown;
  expect(await said('/naming', { by: 'ada', who: 'ada' })).toEqual({ body: { by: 'otto', who: 'otto' } });
  expect(await said('/naming', {})).toEqual({ body: { by: 'otto', who: 'otto' } });
  expect(await said('/other', { by: 'ada' })).toEqual({ body: { by: 'ada' } });
  await app.close();
});

it('what a person asks for has their name, also in what is told and stored', async () => {
  const base = await apiWith({ otto: 'operator' });
  const mute = { kind: 'overrides', body: {}, why: 'x', who: 'ada' };
  const { document } = (await post(`${base}/api/fleet`, mute, as(secretOf('otto')))).body as never as {
    document: { who: string };
  };
  expect(document.who).toBe('otto');
  await post(`${base}/api/alerts/close`, { alertId: 'none', reason: 'x', by: 'ada' }, as(secretOf('otto')));
  expect(JSON.stringify((await get(`${base}/api/audit`)).body)).not.toContain('ada');
  const shared = (await post(`${base}/api/fleet`, mute, as(token))).body as never as {
    document: { who: string };
  };
  expect(shared.document.who).toBe('ada');
});

it('the audit names who did it, and neither it nor the list nor the file has a token', async () => {
  const base = await apiWith({ otto: 'operator' });
  await post(`${base}/api/alerts/close`, { alertId: 'none', reason: 'x' }, as(secretOf('otto')));
  const cookie = await cookieOf(base, secretOf('otto'));
  await post(`${base}/api/alerts/close`, { alertId: 'none', reason: 'x' }, { cookie });
  const { body } = await get(`${base}/api/audit`);
  const by = (body.items as unknown as { action: string; by: string }[]).map(
    (each) => `${each.action} ${each.by}`,
  );
  expect(new Set(by)).toEqual(new Set(['alerts.close otto', 'people.set token']));
  const everywhere = JSON.stringify([body, (await get(`${base}/api/people`)).body]);
  expect(everywhere + readFileSync(join(dataDir, 'people.json'), 'utf8')).not.toContain(secretOf('otto'));
  expect(everywhere).not.toContain(hashOfToken(secretOf('otto')));
});

it('a session ends at sign-out, also for a copy of its cookie, and after a restart', async () => {
  const base = await apiWith({ vera: 'viewer' });
  for (const given of [secretOf('vera'), token]) {
    const [cookie, other] = [await cookieOf(base, given), await cookieOf(base, given)];
    expect(await statusOf(base, '/api/machines', { cookie })).toBe(200);
    expect((await fetch(`${base}/api/session`, { method: 'DELETE', headers: { cookie } })).status).toBe(204);
    expect(await statusOf(base, '/api/machines', { cookie })).toBe(401);
    const again = await apiWith({});
    expect(await statusOf(again, '/api/machines', { cookie })).toBe(401);
    expect(await statusOf(again, '/api/machines', { cookie: other })).toBe(200);
  }
});

it('another role, an end and a revocation are in force at once', async () => {
  const clock = manualClock();
  const base = await apiWith({ otto: 'operator', vera: 'viewer' }, { clock });
  const cookie = await cookieOf(base, secretOf('otto'));
  const close = () => statusOf(base, '/api/alerts/close', { cookie }, { alertId: 'none', reason: 'x' });
  expect(await close()).toBe(404);
  await post(`${base}/api/people`, { kind: 'user', name: 'otto', role: 'viewer' }, as(token));
  expect(await close()).toBe('403 API_ROLE');
  const ends = { kind: 'user', name: 'vera', role: 'viewer', untilMs: clock.nowMs() + 1_000 };
  await post(`${base}/api/people`, ends, as(token));
  expect(await statusOf(base, '/api/machines', as(secretOf('vera')))).toBe(200);
  await clock.advance(1_000);
  expect(await statusOf(base, '/api/machines', as(secretOf('vera')))).toBe(401);
  const options = { method: 'DELETE', headers: { ...as(token), 'content-type': 'application/json' } };
  const answer = await fetch(`${base}/api/people`, {
    ...options,
    body: JSON.stringify({ names: ['otto', 'x'] }),
  });
  expect(await answer.json()).toEqual({ revoked: ['otto'], unknown: ['x'] });
  expect(await statusOf(base, '/api/machines', { cookie })).toBe(401);
});

it('a new token ends the sessions of the old one, and so does somebody who is added anew', async () => {
  const clock = manualClock();
  const base = await apiWith({ otto: 'operator' }, { clock });
  const cookie = await cookieOf(base, secretOf('otto'));
  const again = { kind: 'user', name: 'otto', role: 'operator' };
  await post(`${base}/api/people`, { ...again, tokenHash: hashOfToken('other') }, as(token));
  expect(await statusOf(base, '/api/machines', { cookie })).toBe(401);
  const other = await cookieOf(base, 'other');
  expect(await statusOf(base, '/api/machines', { cookie: other })).toBe(200);
  await fetch(`${base}/api/people`, {
    method: 'DELETE',
    headers: { ...as(token), 'content-type': 'application/json' },
    body: JSON.stringify({ names: ['otto'] }),
  });
  await clock.advance(1);
  await post(`${base}/api/people`, { ...again, tokenHash: hashOfToken('other') }, as(token));
  expect(await statusOf(base, '/api/machines', { cookie: other })).toBe(401);
});

it('a stream that is open ends when its session does, and is sent nothing more', async () => {
  const clock = manualClock();
  const base = await apiWith({ otto: 'operator' }, { clock });
  const [stays, ends] = [await cookieOf(base, secretOf('otto')), await cookieOf(base, secretOf('otto'))];
  const open = async (cookie: string) => {
    const { body } = await fetch(`${base}/api/stream`, { headers: { cookie } });
    const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toContain('retry');
    return async () => {
      let text = '';
      for (;;) {
        const { value, done } = await reader.read().catch(() => ({ value: undefined, done: true }));
        if (done) return `${text} end`;
        text += value ?? '';
        if (text.includes('tick')) return text;
      }
    };
  };
  const [readStays, readEnds] = [await open(stays), await open(ends)];
  await fetch(`${base}/api/session`, { method: 'DELETE', headers: { cookie: ends } });
  await clock.advance(15_000);
  expect(await readStays()).toContain('tick');
  expect(await readEnds()).toMatch(/^((?!tick)[\s\S])*end$/);
});

it('nobody can have the name of a token of the configuration, or become somebody of another kind', async () => {
  const base = await apiWith({ vera: 'viewer' });
  const set = (name: string, more: object = {}) =>
    statusOf(base, '/api/people', as(token), { kind: 'token', name, role: 'viewer', ...more });
  const tokenHash = hashOfToken('x');
  expect(await set('token', { tokenHash })).toBe(400);
  expect(await set('vera', { tokenHash })).toBe(400);
  expect(await set('nobody')).toBe(404);
  expect(testConfig.token).toBe(token);
});

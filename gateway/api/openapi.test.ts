/** Requests every answer that the document describes, and checks it (of /api/status see test/integration). */
import { afterEach, expect, it } from 'vitest';
import { ApiContract } from '../../shared/http/openapi-contract.testing.ts';
import { memoryLetters, startHttp, stopAll } from './running-http.testing.ts';

afterEach(stopAll);

it('answers everywhere as documented', async () => {
  const { port, state } = await startHttp({ openOnLoopback: true }, memoryLetters(5));
  const api = await ApiContract.of(`http://127.0.0.1:${port}`, {});
  for (const [path, condition] of [
    ['/healthz', state.health],
    ['/readyz', state.ready],
  ] as const) {
    await api.ask('GET', path);
    Object.assign(condition, { ok: false, reasons: ['the data thread does not answer'] });
    await api.ask('GET', path, { status: 503 });
  }
  await api.ask('GET', '/metrics');
  const letters = '/api/deadletters';
  const page = (await api.ask('GET', letters, { path: `${letters}?limit=3` })) as { items: object[] };
  expect(page.items).toHaveLength(3);
  await api.ask('GET', letters, { path: `${letters}?limit=0`, status: 400 });
  await api.ask('GET', `${letters}/{id}`, { path: `${letters}/2` });
  await api.ask('GET', `${letters}/{id}`, { path: `${letters}/99`, status: 404 });
  await api.ask('POST', `${letters}/redrive`, { body: { ids: [1, 2] } });
  await api.ask('POST', `${letters}/redrive`, { body: {}, status: 400 });
  await api.ask('DELETE', letters, { body: { all: true } });
  const refused = '/api/refused';
  const batches = (await api.ask('GET', refused, { path: `${refused}?limit=1` })) as { nextBeforeId: number };
  expect(batches).toMatchObject({ items: [{ id: 2, code: 'BATCH_VERSION' }], nextBeforeId: 2 });
  await api.ask('GET', `${refused}/{id}`, { path: `${refused}/2` });
  await api.ask('GET', `${refused}/{id}`, { path: `${refused}/99`, status: 404 });
  await api.ask('POST', `${refused}/redrive`, { body: { ids: [1, 2] } });
  await api.ask('DELETE', refused, { body: { all: true } });
  expect(await api.ask('GET', '/api/sessions')).toMatchObject({ sessions: [{ clientId: 'panel' }] });
  const ended = await api.ask('DELETE', '/api/sessions', { body: { clientIds: ['panel', 'none'] } });
  expect(ended).toEqual({ ended: ['panel'], connected: [], unknown: ['none'] });
  await api.ask('GET', '/api/machines');
  const { retired, unknown } = (await api.ask('POST', '/api/machines/retire', {
    body: {
      machines: [
        { site: 'lab', machine: 'p1', sensor: 'a' },
        { site: 'lab', machine: 'p2' },
      ],
    },
  })) as { retired: unknown[]; unknown: unknown[] };
  expect([retired, unknown]).toEqual([
    [{ site: 'lab', machine: 'p1', sensor: 'a' }],
    [{ site: 'lab', machine: 'p2' }],
  ]);
  await api.ask('POST', '/api/machines/retire', { body: { machines: [] }, status: 400 });
  await api.ask('DELETE', '/api/sessions', { body: { all: true }, status: 400 });
  const { devices } = (await api.ask('GET', '/api/devices')) as { devices: object[] };
  expect(devices).toEqual([
    expect.objectContaining({
      user: 'fan-3',
      rights: { publish: ['telemetry/+/fan-3/#'], subscribe: ['telemetry/+/fan-3/#', 'harbinger/+/fan-3/#'] },
    }),
  ]);
  const secret = { passwordHash: 'scrypt:2:1:1:aaaaaaaaaaaaaaaa:aaaaaaaaaaaaaaaa' };
  const added = { devices: [{ user: 'fan-4', ...secret }], by: 'maria' };
  expect(await api.ask('POST', '/api/devices', { body: added })).toEqual({ added: 1 });
  await api.ask('POST', '/api/devices', { body: { devices: [{ user: 'fan-3', ...secret }] }, status: 409 });
  await api.ask('POST', '/api/devices', { body: { devices: [] }, status: 400 });
  const rotation = '/api/devices/{user}/rotate';
  await api.ask('POST', rotation, { path: '/api/devices/fan-3/rotate', body: secret });
  await api.ask('POST', rotation, { path: '/api/devices/fan-9/rotate', body: secret, status: 404 });
  expect(await api.ask('DELETE', '/api/devices', { body: { users: ['fan-3', 'fan-9'] } })).toEqual({
    revoked: ['fan-3'],
    unknown: ['fan-9'],
  });
  const limited = { site: 'lab', machine: 'p1', sensor: 'a' };
  await api.ask('GET', '/api/limits');
  await api.ask('GET', '/api/limits/changes');
  const set = { ...limited, limits: { warn: 4, alarm: 7 }, by: 'maria' };
  expect(await api.ask('POST', '/api/limits', { body: set })).toEqual({ isKnown: true });
  await api.ask('POST', '/api/limits', { body: { ...limited, limits: { warm: 4 } }, status: 400 });
  expect(await api.ask('DELETE', '/api/limits', { body: limited })).toEqual({ cleared: 1 });
  const normal = { site: 'lab', machine: 'p1', note: 'new product' };
  expect(await api.ask('POST', '/api/machines/relearn', { body: normal })).toEqual({
    ...{ isKnown: true, hasChanged: true, isSaved: true },
  });
  const onlyState = { ...normal, what: 'state' };
  expect(await api.ask('POST', '/api/machines/relearn', { body: onlyState })).toEqual({
    ...{ isKnown: true, hasChanged: false, isSaved: true },
  });
  await api.ask('POST', '/api/machines/relearn', { body: { ...normal, what: 'mood' }, status: 400 });
  const about = {
    site: 'lab',
    machine: 'p1',
    sensors: ['heat'],
    isFirst: true,
    isLast: true,
    teaching: 'one',
  };
  const lesson = { ...about, rows: [[1, 0, null, 'AUTO']] };
  const taught = await api.ask('POST', '/api/machines/teach', { body: lesson });
  expect(taught).toMatchObject({ isTaught: true, rows: 1, leftOut: 1 });
  await api.ask('POST', '/api/machines/teach', { body: { ...lesson, sensors: [] }, status: 400 });
  const { teaching: _, ...nameless } = lesson;
  await api.ask('POST', '/api/machines/teach', { body: nameless, status: 400 });
  for (const [teaching, status] of [
    ['superseded', 409],
    ['fifth', 429],
  ] as const)
    await api.ask('POST', '/api/machines/teach', { body: { ...lesson, teaching }, status });
  const fault = { site: 'lab', machine: 'p1', note: 'worn coupling' };
  const named = await api.ask('POST', '/api/machines/fault', { body: fault });
  expect(named).toEqual({ isKnown: true, isNoted: true, isSaved: true });
  const strange = await api.ask('POST', '/api/machines/fault', { body: { ...fault, machine: 'p9' } });
  expect(strange).toEqual({ isKnown: false, isNoted: false, isSaved: true });
  const moved = { from: { site: 'lab', machine: 'p1' }, to: { site: 'lab', machine: 'p3' } };
  const renamed = await api.ask('POST', '/api/machines/rename', { body: moved });
  expect(renamed).toEqual({ windows: 2, limits: 0, isNormal: true, isSaved: true });
  await api.ask('POST', '/api/machines/rename', { body: { from: moved.from }, status: 400 });
  const maintenance = '/api/maintenance';
  await api.ask('GET', maintenance, { path: `${maintenance}?past=true` });
  await api.ask('POST', maintenance, { body: { site: 'lab', toMs: 5 } });
  await api.ask('DELETE', maintenance, { body: { site: 'lab' } });
  const dead = '/api/notifications/dead';
  expect(await api.ask('GET', dead, { path: `${dead}?limit=9` })).toMatchObject({
    items: [{ notifier: 'siren' }],
  });
  const sent = await api.ask('POST', '/api/notifications/redrive', { body: { all: true } });
  expect(sent).toEqual({ redriven: 1, kept: 0, left: 0, reasons: [] });
  await api.ask('POST', '/api/notifications/redrive', { body: {}, status: 400 });
  const record = {
    ...{ decisionId: 'd-1', decision: 'alert', subject: 'lab/p1', inputs: {}, answer: {}, reasons: [] },
    ...{ confidence: 1, policy: { name: 'rules', version: '1.0.0' }, mode: 'active', latencyMs: 1 },
  };
  const repeated = await api.ask('POST', '/api/decisions/replay', { body: { records: [record] } });
  expect(repeated).toMatchObject({ outcomes: [{ decisionId: 'd-1', outcome: 'same' }] });
  await askOfWaitingMachines(api);
  await api.ask('GET', '/api/configuration/changes');
  await api.ask('POST', '/api/configuration/reload');
  // The answer to a watch is a stream, which watching.test.ts reads.
  await api.ask('POST', '/api/watch', { body: {}, status: 400 });
  expect(api.unasked()).toEqual(['GET /api/status', 'POST /api/watch']);
});

it('is described only to callers with access', async () => {
  const { port } = await startHttp({ token: 'a-token-of-enough-length' });
  expect((await fetch(`http://127.0.0.1:${port}/api/openapi.json`)).status).toBe(401);
});

async function askOfWaitingMachines(api: ApiContract): Promise<void> {
  const waiting = await api.ask('GET', '/api/machines/waiting');
  expect(waiting).toMatchObject({ machines: [{ machine: 'saw-1', held: 2 }], notListed: 0 });
  const saw = { match: 'hall3/+', type: 'motor', by: 'maria', note: 'new hall' };
  const accepted = await api.ask('POST', '/api/machines/accept', { body: saw });
  expect(accepted).toEqual({ redriven: 2, failedAgain: 0, left: 0, machines: ['hall3/+'] });
  await api.ask('POST', '/api/machines/accept', { body: { ...saw, type: 'none' }, status: 400 });
  const ignored = await api.ask('POST', '/api/machines/ignore', { body: { match: 'hall3/phone' } });
  expect(ignored).toEqual({ match: 'hall3/phone' });
  expect(await api.ask('GET', '/api/machines/declared')).toEqual({ rules: [] });
  const undone = await api.ask('DELETE', '/api/machines/declared', { body: { match: 'hall3/saw' } });
  expect(undone).toEqual({ isKnown: true, machines: ['hall3/saw'] });
}

/** Maintenance from the command line: nothing is raised meanwhile, everything is stored, also over a kill of the gateway. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { harbinger, harbingerJson } from '../cli.ts';
import { connectSensor } from '../fan.ts';
import { createSite, type Site, statusOf, until } from '../site.ts';

interface Alert {
  state: string;
  prediction: { failureMode: string; openedAt: string };
}

/** A motor that is judged at once after maintenance. */
const type = `extends = "motor"
name = "quick-motor"
version = "1.0.0"
description = "A motor of a test"
settleMs = 0
`;

let site: Site;
let sensor: MqttClient;

beforeAll(async () => {
  site = await createSite({
    gateway: { machines: [{ match: 'hall/*', type: 'quick-motor' }], intelligence: { intervalMsMin: 0 } },
  });
  const types = join(site.folder, 'types');
  await mkdir(types);
  await writeFile(join(types, 'quick-motor.toml'), type);
  await site.dropIn('types', { machineTypesDir: types });
  await site.cloud.start();
  await site.gateway.start();
  await connect();
});
afterAll(async () => {
  await sensor?.endAsync(true);
  await site?.dispose();
});

async function connect(): Promise<void> {
  sensor = await connectSensor(site, { clientId: 'motor-1' });
}

const windows = async () => (await statusOf(site.gateway)).intelligence.windows as Record<string, number>;
const taken = async () => {
  const { rows = 0, aside = 0 } = await windows();
  return rows + aside;
};

/** Sends vibration, measured at these offsets in s from `fromMs`. */
async function send(value: number, fromMs: number, offsets: readonly number[]): Promise<void> {
  for (const s of offsets) {
    const before = await taken();
    const reading = { timestamp: fromMs + 1_000 * s, vibration: value, vibration_x: value };
    await sensor.publishAsync('telemetry/hall/motor-1', JSON.stringify(reading), { qos: 1 });
    await until(async () => (await taken()) > before || s === offsets[0], 'the reading to be watched');
  }
}

const reach = () => ['--url', site.gateway.httpUrl];
const alerts = async () => (await site.cloud.json<{ alerts: Alert[] }>('/api/alerts')).alerts;
const motor = async () => {
  const { machines } = await site.cloud.json<{ machines: { state: string; stateReason: string }[] }>(
    '/api/machines',
  );
  return machines[0];
};
const untilMotor = (state: string) =>
  until(async () => (await motor())?.state === state, `the cloud to show ${state}`);
const stored = async (atLeast: number) =>
  until(async () => {
    const sql = 'select count(*) as n from "quick-motor" where machine = \'motor-1\'';
    const reachCloud = ['--url', site.cloud.httpUrl];
    const { rows } = await harbingerJson<{ rows: number[][] }>('query', sql, ...reachCloud);
    return Number(rows[0]?.[0]) >= atLeast;
  }, 'all readings to be stored');

it('raises nothing until it is ended, also over a kill; what was buffered in it is never judged', async () => {
  const startMs = Date.now() - 3_600_000;
  await send(1, startMs, [0, 60, 120]);
  const begun = await harbinger(
    ...['maintenance', 'start', 'hall/motor-1', '--for', '4h', '--by', 'maria', '--note', 'balancing'],
    ...reach(),
  );
  expect(begun).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^hall\/motor-1: in maintenance from now/),
  });
  await send(30, startMs, [180, 240, 300]);
  expect((await windows()).aside).toBe(3);
  await untilMotor('maintenance');
  expect((await motor())?.stateReason).toMatch(/^In maintenance until [^(]+ \(maria: balancing\)$/);
  const planned = await site.cloud.json<{ windows: object[] }>('/api/maintenance');
  expect(planned.windows).toMatchObject([{ site: 'hall', machine: 'motor-1', by: 'maria' }]);

  await sensor.endAsync(true);
  await site.gateway.kill9();
  await site.gateway.restart();
  await connect();
  await send(30, startMs, [360, 420, 480]);
  const { windows: on } = await harbingerJson<{ windows: { by: string; note: string }[] }>(
    ...['maintenance', 'list'],
    ...reach(),
  );
  expect(on).toMatchObject([{ site: 'hall', machine: 'motor-1', by: 'maria', note: 'balancing' }]);
  expect(await alerts()).toEqual([]);

  const ended = await harbinger('maintenance', 'end', 'hall/motor-1', '--by', 'jo', ...reach());
  expect(ended.stdout).toBe('hall/motor-1: maintenance ended\n');
  await send(30, Date.now(), [0, 60, 120]);
  await until(async () => (await alerts()).some(({ state }) => state === 'open'), 'an alert after it');
  expect(['critical', 'warning']).toContain((await motor())?.state);
  await stored(12);
  const { items } = await site.cloud.json<{
    items: { type: string; data: { state: string; by: string } }[];
  }>('/api/events?limit=200');
  const changes = items.filter(({ type }) => type === 'io.harbinger.machine.maintenance.v1');
  expect(changes.map(({ data }) => [data.state, data.by])).toEqual([
    ['ended', 'jo'],
    ['set', 'maria'],
  ]);
});

it('begins and ends by messages too, which are acknowledged when it is in force, also over a kill', async () => {
  const publish = (said: object) =>
    sensor.publishAsync('lifecycle/hall/motor-1', JSON.stringify(said), { qos: 1 });
  const end = new Date(Date.now() + 7_200_000).toISOString();
  const order = { state: 'maintenance', until: end, by: 'cmms', note: 'new coupling', id: 'order-12' };
  await publish(order);
  await sensor.endAsync(true);
  await site.gateway.kill9();
  await site.gateway.restart();
  await connect();
  const list = async () =>
    (await harbingerJson<{ windows: object[] }>(...['maintenance', 'list'], ...reach())).windows;
  expect(await list()).toMatchObject([{ machine: 'motor-1', by: 'cmms', note: 'new coupling' }]);
  await untilMotor('maintenance');
  expect((await motor())?.stateReason).toContain('(cmms: new coupling)');
  const later = new Date(Date.now() + 10_800_000).toISOString();
  await publish({ ...order, until: later });
  expect(await list()).toMatchObject([{ machine: 'motor-1', toMs: Date.parse(later) }]);
  const cloudWindows = async () =>
    (await site.cloud.json<{ windows: { toMs: number }[] }>('/api/maintenance')).windows;
  await until(
    async () => (await cloudWindows()).every(({ toMs }) => toMs === Date.parse(later)),
    'the cloud to know the later end',
  );
  await publish({ state: 'maintenance-ended', by: 'cmms' });
  await publish({ ...order, until: later });
  expect(await list()).toEqual([]);
  await publish({ state: 'maintenance', until: '2020-01-01T00:00Z' });
  const { items } = await harbingerJson<{ items: { code: string }[] }>('deadletters', 'list', ...reach());
  expect(items.map(({ code }) => code)).toEqual(['MAINTENANCE_INVALID']);
});

it('goes with a machine that has another name from now on, at its gateway and in the cloud, also over a kill', async () => {
  await harbinger('maintenance', 'start', 'hall/motor-1', '--for', '4h', '--by', 'maria', ...reach());
  await harbinger('limits', 'set', 'hall/motor-1', 'vibration', '--warn', '7', ...reach());
  const rename = () =>
    harbinger('machines', 'rename', 'hall/motor-1', 'hall/motor-2', '--at-gateway', ...reach());
  expect(await rename()).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /^hall\/motor-2 has what was set for hall\/motor-1: maintenance windows 1, sensors with limits 1, what is normal /,
    ),
  });
  await sensor.endAsync(true);
  await site.gateway.kill9();
  await site.gateway.restart();
  await connect();
  const { limits } = await harbingerJson<{ limits: object[] }>('limits', 'list', ...reach());
  expect(limits).toMatchObject([{ machine: 'motor-2', sensor: 'vibration', limits: { warn: 7 } }]);
  await until(async () => {
    const { windows: known } = await site.cloud.json<{ windows: { machine: string }[] }>('/api/maintenance');
    return known.length === 1 && known[0]?.machine === 'motor-2';
  }, 'the cloud to know of it under the new name');
  expect(await rename()).toMatchObject({
    code: 1,
    stderr: 'nothing is set for hall/motor-1 at the gateway\n',
  });
  const ended = await harbinger('maintenance', 'end', 'hall/motor-2', ...reach());
  expect(ended.stdout).toBe('hall/motor-2: maintenance ended\n');
});

it('refuses what cannot be meant, and needs a machine, a site or --all', async () => {
  expect(await harbinger('maintenance', 'start', ...reach())).toMatchObject({ code: 2 });
  const past = ['--from', '2020-01-01T00:00Z', '--to', '2020-01-02T00:00Z'];
  expect(await harbinger('maintenance', 'plan', 'hall', ...past, ...reach())).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/is over already/),
  });
});

it('is of nothing that was not named: an empty body is refused, and says what to send', async () => {
  const call = async (method: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const url = `${site.gateway.httpUrl}/api/maintenance`;
    const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const named = expect.stringMatching(/"site": "hall-1", "machine": "fan-3".*\{"all": true\}/);
  const refused = { status: 400, body: { error: { code: 'MAINTENANCE_INVALID', message: named } } };
  for (const method of ['POST', 'DELETE'])
    for (const body of [{}, { machine: 'motor-1' }, { all: true, site: 'hall' }])
      expect(await call(method, body)).toEqual(refused);
  expect((await call('POST', { note: 'x' })).status).toBe(400);
  const listed = async () =>
    (await harbingerJson<{ windows: object[] }>('maintenance', 'list', ...reach())).windows;
  expect(await listed()).toEqual([]);

  const toMs = Date.now() + 3_600_000;
  expect(await call('POST', { id: 'revision', all: true, toMs })).toMatchObject({ status: 200 });
  expect(await call('POST', { id: 'revision', toMs: toMs + 60_000 })).toMatchObject({ status: 200 });
  expect(await call('POST', { id: 'revision', site: 'hall', toMs })).toMatchObject({ status: 400 });
  const windows = await listed();
  expect(windows).toMatchObject([{ id: 'revision', toMs: toMs + 60_000 }]);
  expect(windows[0]).not.toHaveProperty('site');
  expect(await harbinger('maintenance', 'end', '--all', ...reach())).toMatchObject({ code: 0 });
  expect(await harbinger('maintenance', 'start', '--all', ...reach())).toMatchObject({
    stdout: expect.stringMatching(/^all machines of the gateway: in maintenance from now/),
  });
  expect((await call('DELETE', { all: true })).body).toMatchObject({ windows: [{ by: expect.any(String) }] });
  expect(await listed()).toEqual([]);
});

it('of a name that nobody has heard yet is accepted, and its user is told to check the name', async () => {
  const misspelt = await harbinger('maintenance', 'start', 'hall/motr-1', ...reach());
  expect(misspelt.stderr).toContain('it has not been heard yet: check the names');
  const noSite = await harbinger('maintenance', 'start', 'hal', ...reach());
  expect(noSite.stderr).toContain('no machine of it has been heard yet');
  for (const where of ['hall/motr-1', 'hal']) await harbinger('maintenance', 'end', where, ...reach());
});

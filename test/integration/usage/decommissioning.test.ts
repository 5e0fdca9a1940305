/** Machines that are scrapped, moved and deleted: real processes, the real command line. */
import mqtt from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { harbinger, harbingerJson } from '../cli.ts';
import { drained, gatewayName, type Site, startSite, until } from '../site.ts';
import { sql } from '../stored.ts';

const panels = { username: 'panels', password: 'panels-password' };
let site: Site;
let sensor: mqtt.MqttClient;
let sent = 0;
beforeAll(async () => {
  const rights = { publish: ['news'], subscribe: ['news'] };
  const users = [{ name: panels.username, password: panels.password, ...rights }];
  site = await startSite({ gateway: { broker: { users } } });
  sensor = await mqtt.connectAsync(site.gateway.mqttUrl);
  for (const machine of ['scrapped', 'moved', 'test']) await publish(machine);
  await drained(site);
});
afterAll(async () => {
  await sensor?.endAsync(true);
  await site?.dispose();
});

async function publish(machine: string): Promise<void> {
  sent++;
  const reading = JSON.stringify({ seq: sent, cycles: sent });
  await sensor.publishAsync(`telemetry/load/${machine}`, reading, { qos: 1 });
}

const cloud = (...args: string[]) => [...args, '--url', site.cloud.httpUrl];
const listed = async () => {
  const { machines } = await harbingerJson<{ machines: { machine: string; returnedMs?: number }[] }>(
    ...cloud('machines', 'list'),
  );
  return machines.sort((a, b) => a.machine.localeCompare(b.machine));
};
const names = async () => (await listed()).map(({ machine }) => machine);

it('a retired machine leaves the list, also over a kill, and is back when it is heard again', async () => {
  expect(await names()).toEqual(['moved', 'scrapped', 'test']);
  const { code, stdout } = await harbinger(...cloud('machines', 'retire', 'load/scrapped'));
  expect({ code, stdout }).toEqual({ code: 0, stdout: '1 machine retired\n' });
  expect(await names()).toEqual(['moved', 'test']);
  await site.cloud.kill9();
  await site.cloud.restart();
  expect(await names()).toEqual(['moved', 'test']);
  const { stdout: retired } = await harbinger(...cloud('machines', 'list', '--retired'));
  expect(retired).toMatch(/load\/scrapped .* retired\n/);

  await publish('scrapped');
  await until(async () => (await names()).includes('scrapped'), 'the machine to be listed again');
  expect((await listed()).find(({ machine }) => machine === 'scrapped')?.returnedMs).toBeGreaterThan(0);
  expect(site.cloud.logs.some(({ text }) => text.includes('is heard again'))).toBe(true);
  // Its history has never left it.
  const readings = await site.cloud.json<{ values: { cycles: number[] } }>(
    '/api/readings?site=load&machine=scrapped',
  );
  expect(readings.values.cycles).toEqual([1, sent]);
});

it('a renamed machine shows the readings of both names', async () => {
  const { code } = await harbinger(...cloud('machines', 'rename', 'load/moved', 'load/moved-2'));
  expect(code).toBe(0);
  await publish('moved-2');
  await drained(site);
  expect(await names()).toEqual(['moved-2', 'scrapped', 'test']);
  const read = () =>
    site.cloud.json<{ values: { cycles: number[] } }>('/api/readings?site=load&machine=moved-2');
  await until(async () => (await read()).values.cycles?.length === 2, 'both readings');
  expect((await read()).values.cycles).toEqual([2, sent]);
  const { formerNames } = await site.cloud.json<{ formerNames: { machine: string }[] }>(
    '/api/machines/load/moved-2',
  );
  expect(formerNames.map(({ machine }) => machine)).toEqual(['moved']);
});

it('a machine is deleted with its readings only when that is confirmed', async () => {
  const refused = await harbinger(...cloud('machines', 'delete', 'load/test'));
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('--yes');
  const count = async () =>
    (await sql<[number]>(site.cloud, "select count(*) from generic where machine = 'test'"))[0]![0];
  expect(await count()).toBe(1);
  const outcome = await harbingerJson(...cloud('machines', 'delete', 'load/test', '--yes'));
  expect(outcome).toMatchObject({ machines: 1, stored: 1, isComplete: true });
  expect(await count()).toBe(0);
  expect(await names()).toEqual(['moved-2', 'scrapped']);
});

it('a new machine of a former name is deleted without the history of the one that was renamed', async () => {
  const history = async () => {
    const { values } = await site.cloud.json<{ values: { cycles: number[] } }>(
      '/api/readings?site=load&machine=moved-2',
    );
    return values.cycles;
  };
  const before = await history();
  const refused = await harbinger(...cloud('machines', 'delete', 'load/moved', '--yes'));
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('history of load/moved-2') });
  await publish('moved');
  await until(async () => (await names()).includes('moved'), 'the new machine to be listed');
  await drained(site);
  const outcome = await harbingerJson(...cloud('machines', 'delete', 'load/moved', '--yes'));
  expect(outcome).toMatchObject({ machines: 1, stored: 1, isComplete: true });
  expect(await history()).toEqual(before);
  expect(await names()).toEqual(['moved-2', 'scrapped']);
});

it('a kept session is ended with what waits for it, also over a kill, but not while its client is connected', async () => {
  const options = { ...panels, clientId: 'panel', clean: false, reconnectPeriod: 0 };
  const client = await mqtt.connectAsync(site.gateway.mqttUrl, options);
  await client.subscribeAsync('news', { qos: 1 });
  const gateway = (...args: string[]) => [...args, '--url', site.gateway.httpUrl];
  const refused = await harbinger(...gateway('sessions', 'retire', 'panel'));
  expect(refused).toMatchObject({ code: 1, stderr: 'panel is connected: disconnect it first\n' });
  await client.endAsync();
  const publisher = await mqtt.connectAsync(site.gateway.mqttUrl, { ...panels, reconnectPeriod: 0 });
  await publisher.publishAsync('news', 'hello', { qos: 1 });
  await publisher.endAsync();
  const sessions = async () =>
    (await harbingerJson<{ sessions: object[] }>(...gateway('sessions', 'list'))).sessions;
  expect(await sessions()).toMatchObject([
    { clientId: 'panel', isConnected: false, subscriptions: 1, queuedMessages: 1 },
  ]);
  expect(await harbinger(...gateway('sessions', 'retire', 'panel'))).toMatchObject({
    code: 0,
    stdout: '1 ended\n',
  });
  await site.gateway.kill9();
  await site.gateway.restart();
  expect(await sessions()).toEqual([]);
  await until(() => sensor.connected, 'the sensor to be back');
});

it('a gateway forgets a machine, or one sensor of it, until it sends again; a kill does not bring it back', async () => {
  const gateway = (...args: string[]) => [...args, '--url', site.gateway.httpUrl];
  const known = async () => {
    const { machines } = await harbingerJson<{ machines: { machine: string; sensors: string[] }[] }>(
      ...gateway('machines', 'list', '--at-gateway'),
    );
    return machines.map(({ machine, sensors }) => `${machine}: ${sensors}`).sort();
  };
  const retire = (...args: string[]) => harbinger(...gateway('machines', 'retire', '--at-gateway', ...args));
  const windows = async () =>
    (await site.gateway.json<{ intelligence: { windows: { machines: number } } }>('/api/status')).intelligence
      .windows.machines;
  const send = (machine: string, values: object, retain = false) =>
    sensor.publishAsync(`telemetry/load/${machine}`, JSON.stringify(values), { qos: 1, retain });
  const before = await known();
  await send('gone', { a: 1 }, true);
  await send('probe', { a: 1, loose: -127 });
  await until(async () => (await windows()) === before.length + 2, 'both to be watched');
  expect(await known()).toEqual([...before, 'gone: a', 'probe: a,loose'].sort());

  expect(await retire('load/gone', 'load/nothing')).toMatchObject({
    code: 1,
    stdout: '1 retired at the gateway (retained messages removed: 1)\n',
    stderr: 'the gateway does not know load/nothing\n',
  });
  expect(await retire('load/probe', '--sensor', 'loose')).toMatchObject({ code: 0 });
  expect(await retire('load/probe', '--sensor', 'loose')).toMatchObject({
    code: 1,
    stderr: 'the gateway does not know the sensor loose of load/probe\n',
  });
  const after = [...before, 'probe: a'].sort();
  expect([await known(), await windows()]).toEqual([after, before.length + 1]);
  await site.gateway.kill9();
  await site.gateway.restart();
  expect([await known(), await windows()]).toEqual([after, before.length + 1]);

  await until(() => sensor.connected, 'the sensor to be back');
  await send('gone', { a: 2 });
  await send('probe', { a: 2, loose: 5 });
  await until(async () => (await windows()) === before.length + 2, 'both to be watched again');
  expect(await known()).toEqual([...before, 'gone: a', 'probe: a,loose'].sort());
  expect(site.gateway.logs.some(({ text }) => text.includes('machines: retiring some was requested'))).toBe(
    true,
  );
  // Their earlier readings are in the cloud all the same.
  await drained(site);
  const [row] = await sql(site.cloud, "select count(*), min(a) from generic where machine = 'gone'");
  expect(row).toEqual([2, 1]);
});

it('a gateway is retired with its machines, and all of it is in the audit', async () => {
  const unknown = await harbinger(...cloud('gateways', 'retire', 'none'));
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining("no gateway 'none'") });
  expect((await harbinger(...cloud('gateways', 'retire', gatewayName))).stdout).toBe('4 machines retired\n');
  expect(await names()).toEqual([]);
  const { gateways } = await harbingerJson<{ gateways: unknown[] }>(...cloud('gateways', 'list'));
  expect(gateways).toMatchObject([{ gateway: gatewayName, isConfigured: true, machines: 0 }]);
  const { items } = await site.cloud.json<{ items: { action: string; outcome: string | null }[] }>(
    '/api/audit?limit=100',
  );
  const done = items.filter(({ outcome }) => outcome !== null && !outcome.startsWith('failed'));
  expect(done.map(({ action }) => action).reverse()).toEqual([
    'machines.retire',
    'machines.rename',
    'machines.delete',
    'machines.delete',
    'gateways.retire',
  ]);
});

/** Two gateways, each with a machine of the same site and name: two machines everywhere in the cloud that they share. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AlertReceiver } from '../../support/peers/alert-receiver.ts';
import { harbinger, harbingerJson } from '../cli.ts';
import { connectSensor, createFanSite, fanType, sendWatched, tells } from '../fan.ts';
import { drained, linkPassword, type Site, until } from '../site.ts';

interface Named {
  gateway: string;
  machine: string;
}
interface Alert {
  alertId: string;
  gateway: string;
  state: string;
}

const fan = fanType('stepMs = 60_000', 'warn = 4.5\nalarm = 7.1');
const minuteMs = 60_000;
const beganMs = Math.floor(Date.now() / minuteMs) * minuteMs - 60 * minuteMs;
const names = ['north', 'south'];
const receiver = new AlertReceiver();
let sites: Site[] = [];

beforeAll(async () => {
  await receiver.start();
  const gateways = names.map((id) => ({ id, password: linkPassword }));
  const north = await createFanSite(fan, {
    cloud: { ...tells(receiver), gateways },
    gateway: { gateway: 'north' },
  });
  const south = await createFanSite(fan, { gateway: { gateway: 'south' }, uplinkPort: north.ingestPort });
  sites = [north, south];
  await north.cloud.start();
  for (const { gateway } of sites) await gateway.start();
});
afterAll(async () => {
  for (const site of sites) await site.dispose();
  receiver.stop();
});

async function send(site: Site, values: readonly number[], fromMinute: number): Promise<void> {
  const sensor = await connectSensor(site, { clientId: 'fan-1' });
  for (const [i, value] of values.entries()) {
    const timestamp = beganMs + (fromMinute + i) * minuteMs;
    await sendWatched(site, sensor, 'fan-1', { timestamp, vibration_x: value });
  }
  await sensor.endAsync(true);
  await drained(site);
}
const cloud = () => sites[0]!.cloud;
const alerts = async () =>
  (await cloud().json<{ alerts: Alert[] }>('/api/alerts')).alerts.toSorted((a, b) =>
    a.gateway.localeCompare(b.gateway),
  );
const atCloud = () => ['--url', cloud().httpUrl];

it('are two machines, with alerts, notifications, readings and ends of their own', async () => {
  await send(sites[0]!, [6, 6, 6], 0);
  await send(sites[1]!, [1, 1, 1], 0);
  await until(async () => (await alerts()).length > 0, 'an alert');
  expect(await alerts()).toMatchObject([{ gateway: 'north', state: 'open' }]);
  const { machines } = await harbingerJson<{ machines: Named[] }>('machines', 'list', ...atCloud());
  expect(machines.map(({ gateway, machine }) => `${gateway} ${machine}`).sort()).toEqual([
    'north fan-1',
    'south fan-1',
  ]);

  await send(sites[1]!, [8, 8, 8], 3);
  await until(async () => (await alerts()).length === 2, 'an alert of the other');
  const [first, second] = await alerts();
  expect(first!.alertId).not.toBe(second!.alertId);
  await until(() => receiver.told.size === 2, 'the receiver to be told of both');
  const gateways = [...receiver.told.keys()].map((key) => names.filter((name) => key.includes(name)));
  expect(gateways.flat().sort()).toEqual(names);

  await send(sites[0]!, [1, 1, 1], 3);
  await until(async () => (await alerts())[0]!.state === 'resolved', 'the first alert to end');
  expect((await alerts())[1]).toMatchObject({ gateway: 'south', state: 'open' });

  const readings = async (gateway: string) =>
    harbingerJson<{ rows: number[][] }>(
      'query',
      `select vibration_x from "hall-fan" where gateway = '${gateway}' and machine = 'fan-1' order by time`,
      ...atCloud(),
    );
  expect((await readings('north')).rows.flat()).toEqual([6, 6, 6, 1, 1, 1]);
  expect((await readings('south')).rows.flat()).toEqual([1, 1, 1, 8, 8, 8]);
});

it('a command that names a machine asks which one is meant, and takes that one only', async () => {
  const unclear = await harbinger('machines', 'retire', 'hall/fan-1', ...atCloud());
  expect(unclear.code).not.toBe(0);
  expect(`${unclear.stdout}${unclear.stderr}`).toMatch(/north.*south/s);
  const clear = await harbinger('machines', 'retire', 'hall/fan-1', '--gateway', 'south', ...atCloud());
  expect(clear.code).toBe(0);
  const { machines } = await cloud().json<{ machines: Named[] }>('/api/machines');
  expect(machines.map(({ gateway }) => gateway)).toEqual(['north']);
  await until(async () => (await alerts()).every(({ state }) => state === 'resolved'), 'its alert to end');
});

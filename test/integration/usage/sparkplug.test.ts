/** Sparkplug edge nodes on libraries of others, at the broker of the gateway itself and at a Mosquitto. */
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reasonToSkip } from '../../support/needed.ts';
import { type Mosquitto, mosquittoBinary, startMosquitto } from '../../support/peers/mosquitto.ts';
import { type SparkplugPeer, sparkplugPeers, startPeer } from '../../support/peers/sparkplug-peers.ts';
import { freePort } from '../../support/ports.ts';
import { createSite, type Site, until } from '../site.ts';
import { sql } from '../stored.ts';

const skip = reasonToSkip(await mosquittoBinary()) ?? reasonToSkip(await sparkplugPeers());

let site: Site;
let mosquitto: Mosquitto;
let ownPort: number;
let line: SparkplugPeer;
let pump: SparkplugPeer;

interface HostStatus {
  connected: boolean;
  nodesAlive: number;
  rebirths: number;
  gaps: number;
  deaths: number;
  skipped: number;
  notes: string[];
}
const hosts = async () => (await site.gateway.json<{ sparkplug: HostStatus[] }>('/api/status')).sparkplug;
const temperatures = async () =>
  (
    await sql<[number]>(
      site.cloud,
      "select Motor_temperature from generic where machine = 'line1.press' and Motor_temperature is not null order by time",
    )
  ).map(([value]) => value);
const stored = (...values: number[]) =>
  until(
    async () =>
      values.every(
        (
          (found) => (value: number) =>
            found.includes(value)
        )(await temperatures()),
      ),
    `${values}`,
  );

beforeAll(async () => {
  if (skip !== null) return;
  mosquitto = await startMosquitto();
  ownPort = await freePort();
  site = await createSite({
    gatewayPort: ownPort,
    gateway: {
      broker: {
        users: ['host', 'nodes'].map((name) => ({
          ...{ name, password: `${name}-password` },
          ...{ publish: ['spBv1.0/#'], subscribe: ['spBv1.0/#'] },
        })),
      },
      machines: [{ match: 'Plant/*', type: 'generic' }],
      sparkplug: {
        hosts: [
          {
            ...{ name: 'own', url: `mqtt://127.0.0.1:${ownPort}`, rebirthMs: 1_000 },
            ...{ username: 'host', password: 'host-password' },
          },
          {
            ...{ name: 'plant', url: mosquitto.url, hostId: 'scada', groups: ['Plant'] },
            sensors: [{ metric: 'DATA/pressure', sensor: 'pressure' }],
          },
        ],
      },
    },
  });
  await site.cloud.start();
  await site.gateway.start();
  await until(async () => (await hosts()).every(({ connected }) => connected), 'both hosts');
});
afterAll(async () => {
  if (skip !== null) return;
  await line?.end();
  await pump?.end();
  await site?.dispose();
  await mosquitto?.remove();
});

it.skipIf(skip !== null)('values of all types are stored as they were sent, and others named', async () => {
  line = await startPeer('pysparkplug_node', ownPort);
  const names = ['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'float', 'double'];
  const columns = names.map((name) => `types_${name}`).join(', ');
  let rows: number[][] = [];
  await until(async () => {
    rows = await sql<number[]>(
      site.cloud,
      `select ${columns} from generic where machine = 'line1' limit 1`,
    ).catch(() => []);
    return rows.length > 0;
  }, 'the values of the birth');
  expect(rows[0]).toEqual([
    -128, -7, -2_147_483_648, -9_007_199_254_740_991, 255, 65_535, 4_294_967_295, 9_007_199_254_740_991, 21.5,
    0.1,
  ]);
  const [own] = await hosts();
  expect(own).toMatchObject({ nodesAlive: 1, gaps: 0, rebirths: 0, skipped: 2 });
  expect(own!.notes.sort()).toEqual([
    'Plant/line1: metric types/array is an array, which is not a value of a sensor',
    'Plant/line1: metric types/bytes is bytes, which is not a value of a sensor',
  ]);
});

it.skipIf(skip !== null)('data by numbers are those of their names, with times of their own', async () => {
  line.obey('data 10');
  line.obey(`history 11 ${Date.now() - 3_600_000}`);
  line.obey('null');
  line.obey('data 12');
  await stored(1, 10, 11, 12);
  expect(await temperatures()).toEqual([11, 1, 10, 12]);
});

it.skipIf(skip !== null)('after a gap nothing is believed until the births have come again', async () => {
  line.obey('gap');
  line.obey('data 666');
  await until(() => line.said.includes('rebirth'), 'a rebirth');
  line.obey('data 13');
  await stored(13);
  expect((await hosts())[0]).toMatchObject({ gaps: 1, rebirths: 1 });
});

it.skipIf(skip !== null)('a node that vanishes is dead by its will', async () => {
  line.obey('die');
  await until(async () => (await hosts())[0]!.nodesAlive === 0, 'its death');
  await line.end();
});

it.skipIf(skip !== null)('a gateway that was killed asks for births, and stores nothing wrong', async () => {
  line = await startPeer('pysparkplug_node', mosquitto.port);
  await until(async () => (await hosts())[1]!.nodesAlive === 1, 'the birth at the Mosquitto');
  await site.gateway.kill9();
  await site.gateway.restart();
  await until(() => {
    line.obey('data 14');
    return line.said.includes('rebirth');
  }, 'a rebirth after the restart');
  line.obey('data 15');
  await stored(15);
  for (const value of await temperatures()) expect([1, 10, 11, 12, 13, 14, 15, 666]).toContain(value);
});

it.skipIf(skip !== null)(
  'a device on mqtt-spb-wrapper is heard over a Mosquitto, and STATE is there',
  async () => {
    pump = await startPeer('spb_wrapper_device', mosquitto.port);
    for (const value of [2.5, 3.5, 4.5]) pump.obey(String(value));
    const pressures = async () =>
      (
        await sql<[number]>(
          site.cloud,
          "select pressure from generic where machine = 'gateway2.pump' and pressure is not null order by time",
        ).catch(() => [])
      ).map(([value]) => value);
    await until(async () => (await pressures()).includes(4.5), 'the last pressure');
    expect([...new Set(await pressures())]).toEqual([1.5, 2.5, 3.5, 4.5]);
    const viewer = await connectAsync(mosquitto.url);
    const state = new Promise((resolve) =>
      viewer.on('message', (_, text) => resolve(JSON.parse(String(text)))),
    );
    await viewer.subscribeAsync('spBv1.0/STATE/scada');
    expect(await state).toMatchObject({ online: true });
    await viewer.endAsync();
  },
);

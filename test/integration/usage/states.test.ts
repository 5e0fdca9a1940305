/** States that devices send as booleans and words: stored, queried, shown; real processes. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSite, drained, type Site, until } from '../site.ts';
import { sql } from '../stored.ts';

const valveType = `
name = "valve"
version = "1.0.0"
description = "A valve with a drive"
stepMs = 1000
runsWhen = { sensor = "position", above = 0 }

[[sensors]]
name = "position"
kind = "state"
states = ["Closed", "Moving", "Open"]

[[sensors]]
name = "flow"
unit = "m3/h"
min = 0
max = 100
`;

let site: Site;
let device: mqtt.MqttClient;
beforeAll(async () => {
  const rule = { match: 'plant/valve-*', type: 'valve' };
  site = await createSite({ gateway: { machines: [rule, { match: 'load/*', type: 'generic' }] } });
  const types = join(site.folder, 'types');
  await mkdir(types);
  await writeFile(join(types, 'valve.toml'), valveType);
  await site.dropIn('types', { machineTypesDir: types });
  await site.cloud.start();
  await site.gateway.start();
  device = await mqtt.connectAsync(site.gateway.mqttUrl);
});
afterAll(async () => {
  await device?.endAsync(true);
  await site?.dispose();
});

const publish = (topic: string, payload: string) => device.publishAsync(topic, payload, { qos: 1 });
const readings = (machine: string) =>
  site.cloud.json<{
    timesMs: number[];
    values: Record<string, (number | null)[]>;
    states: Record<string, { timesMs: number[]; texts: string[] }>;
  }>(
    `/api/readings?${new URLSearchParams({ site: machine.split('/')[0]!, machine: machine.split('/')[1]! })}`,
  );

it('of an open type are recognised: one message is stored, in SQL, and in the API', async () => {
  await publish('telemetry/load/press', '{"running": true, "mode": "AUTO", "force": 12.5, "device": "P-7"}');
  await drained(site);
  const columns = 'running, mode_text, force';
  expect(await sql(site.cloud, `select ${columns} from generic where machine = 'press'`)).toEqual([
    [1, 'AUTO', 12.5],
  ]);
  const { values, states } = await readings('load/press');
  expect(values).toEqual({ running: [1], force: [12.5] });
  expect(states).toEqual({ mode: { timesMs: [expect.any(Number)], texts: ['AUTO'] } });
});

it('may come on topics of their own, change, and be numbers, and no field changes its type', async () => {
  for (const [mode, running] of [
    ['AUTO', 'true'],
    ['AUTO', 'ON'],
    ['MANUAL', 'OFF'],
    ['7', '0'],
    ['AUTO', '1'],
  ] as const) {
    await publish('telemetry/load/saw/mode', mode);
    await publish('telemetry/load/saw/running', running);
  }
  await drained(site);
  const rows = await sql(
    site.cloud,
    `select running, running_text, mode, mode_text from generic where machine = 'saw' order by time`,
  );
  expect(rows.filter(([running]) => running === null).map(([, , ...mode]) => mode)).toEqual([
    [null, 'AUTO'],
    [null, 'AUTO'],
    [null, 'MANUAL'],
    [7, null],
    [null, 'AUTO'],
  ]);
  expect(rows.filter(([running]) => running !== null).map(([running, text]) => [running, text])).toEqual([
    [1, 'true'],
    [1, 'ON'],
    [0, 'OFF'],
    [0, null],
    [1, null],
  ]);
  const { states } = await readings('load/saw');
  expect(states.mode?.texts).toEqual(['AUTO', 'MANUAL', 'AUTO']);
});

it('of a type are declared: texts have their numbers, and one that is not listed is refused alone', async () => {
  await publish('telemetry/plant/valve-1', '{"position": "open", "flow": 30}');
  await publish('telemetry/plant/valve-1', '{"position": "jammed", "flow": 12}');
  await publish('telemetry/plant/valve-1', '{"position": 0, "flow": 0}');
  await drained(site);
  expect(await sql(site.cloud, 'select position, position_text, flow from valve order by time')).toEqual([
    [2, 'open', 30],
    [null, null, 12],
    [0, null, 0],
  ]);
  const letters = await site.gateway.json('/api/deadletters');
  expect(JSON.stringify(letters)).toContain('must be one of Closed, Moving, Open');
});

it('say whether a machine runs, and how long it has run is counted over a kill', async () => {
  const beganMs = Date.now() - 3_600_000;
  const send = (minute: number, position: string) =>
    publish('telemetry/plant/valve-2', JSON.stringify({ ts: beganMs + minute * 60_000, position, flow: 1 }));
  const ran = async () => {
    const { machines } = await site.cloud.json<{ machines: { machine: string; runningS?: number }[] }>(
      '/api/machines',
    );
    return machines.find(({ machine }) => machine === 'valve-2')?.runningS;
  };
  for (const minute of [0, 5, 10]) await send(minute, 'Open');
  await send(15, 'Closed');
  await until(async () => (await ran()) === 900, '15 minutes of running');
  await site.gateway.kill9();
  await site.gateway.restart();
  device = await mqtt.connectAsync(site.gateway.mqttUrl);
  for (const minute of [20, 25]) await send(minute, 'Open');
  await send(30, 'Closed');
  await until(async () => (await ran()) === 1_500, '25 minutes of running');
});

it('are still states after a kill of the gateway', async () => {
  await site.gateway.kill9();
  await site.gateway.restart();
  device = await mqtt.connectAsync(site.gateway.mqttUrl);
  await publish('telemetry/load/press', '{"running": false, "mode": "MANUAL", "force": 0}');
  await drained(site);
  expect((await readings('load/press')).states.mode?.texts).toEqual(['AUTO', 'MANUAL']);
});

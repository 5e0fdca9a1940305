/** A gateway that sends batches of a format that its cloud does not know yet. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import mqtt from 'mqtt';
import { afterEach, expect, it } from 'vitest';
import { createSite, drained, type Site, statusOf, until } from '../site.ts';
import { embeddedReadings } from '../stored.ts';

let site: Site;
let close = () => {};
afterEach(async () => {
  await site?.dispose();
  close();
});

/** Between gateway and cloud: while `isNewer`, batches have the magic of the next format. */
async function linkTo(port: () => number) {
  const link = { port: 0, isNewer: true, sockets: new Set<Socket>() };
  const server = createServer((gateway) => {
    const cloud = connect(port(), '127.0.0.1');
    for (const socket of [gateway, cloud]) {
      link.sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => [gateway, cloud].map((each) => each.destroy()));
    }
    cloud.on('data', (bytes) => gateway.write(bytes));
    gateway.on('data', (bytes) => {
      for (let at = bytes.indexOf('HBB1'); link.isNewer && at >= 0; at = bytes.indexOf('HBB1', at))
        bytes.write('HBB2', at);
      cloud.write(bytes);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  link.port = (server.address() as AddressInfo).port;
  close = () => server.close();
  return link;
}

it('waits, says why, sets nothing aside, and delivers everything once the cloud is updated', {
  tags: ['long'],
}, async () => {
  const link = await linkTo(() => site.ingestPort);
  const refusedMsMax = 1_000;
  site = await createSite({
    uplinkPort: link.port,
    gateway: { uplink: { backoffFirstMs: 50, backoffMaxMs: 100, refusedMsMax } },
  });
  await site.cloud.start();
  await site.gateway.start();
  const client = await mqtt.connectAsync(site.gateway.mqttUrl, { reconnectPeriod: 0 });
  const publish = (seq: number) =>
    client.publishAsync('telemetry/load/m1', JSON.stringify({ seq, cycles: seq }), { qos: 1 });
  for (let seq = 1; seq <= 50; seq++) await publish(seq);
  // Much longer than other refused batches would wait.
  const refusals = () => site.gateway.metric('harbinger_uplink_refusals_total');
  await until(async () => (await refusals()) >= 50, 'many refusals');
  for (let seq = 51; seq <= 60; seq++) await publish(seq);
  const { refused, backlog } = (await statusOf(site.gateway)) as never as {
    refused: { count: number };
    backlog: { readings: { blocks: number } };
  };
  expect(refused.count).toBe(0);
  expect(backlog.readings.blocks).toBeGreaterThan(0);
  const ready = await site.gateway.json<{ reasons: string[] }>('/readyz');
  expect(ready.reasons).toContainEqual(expect.stringContaining('update the cloud'));
  expect(site.gateway.logs.some(({ text }) => text.includes('this cloud knows HBB1: update it'))).toBe(true);

  link.isNewer = false;
  for (const socket of link.sockets) socket.destroy();
  await drained(site);
  const stored = (await embeddedReadings(site.cloud)).map(([, seq]) => seq);
  expect(stored).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  const reasons = async () => (await site.gateway.json<{ reasons: string[] }>('/readyz')).reasons;
  await until(async () => (await reasons()).length === 0, 'the gateway to be ready without a note');
  await client.endAsync();
});

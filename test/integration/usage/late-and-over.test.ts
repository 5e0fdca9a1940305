/**
 * A device has buffered for two hours, in which a limit was met and is back: people hear of it once, with its span and that
 * it is told late, at the site or from the cloud, in a group or not. A program hears of opening and end.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AlertReceiver } from '../../support/peers/alert-receiver.ts';
import { connectSensor, createFanSite, fanType, sendWatched, toldTo } from '../fan.ts';
import { drained, type Site, until } from '../site.ts';

const fan = fanType('stepMs = 60_000', 'warn = 4.5\nalarm = 7.1');
const minuteMs = 60_000;
const nowMs = Math.floor(Date.now() / minuteMs) * minuteMs;

let site: Site;
let sensor: MqttClient;
const program = new AlertReceiver();
/** Title and text that phones show, by topic. */
const phones = new Map<string, { title: string; message: string }[]>();
const ntfy: Server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { topic, title, message } = JSON.parse(Buffer.concat(chunks).toString());
    phones.set(topic, [...(phones.get(topic) ?? []), { title, message }]);
    response.writeHead(200).end('{}');
  });
});

beforeAll(async () => {
  await program.start();
  await new Promise<void>((resolve) => ntfy.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(ntfy.address() as AddressInfo).port}`;
  const phone = (name: string, group?: string) => {
    return { name, url, topic: name, backoffFirstMs: 50, backoffMaxMs: 200, ...(group && { group }) };
  };
  site = await createFanSite(fan, {
    gateway: { alerts: { ntfy: [phone('hall', 'maintenance')] } },
    cloud: {
      alerts: {
        ntfy: [phone('office', 'maintenance'), phone('manager')],
        webhook: [{ name: 'program', url: program.url, backoffFirstMs: 50, backoffMaxMs: 200 }],
      },
    },
  });
  await site.cloud.start();
  await site.gateway.start();
  sensor = await connectSensor(site, { clientId: 'fan-1' });
});
afterAll(async () => {
  await sensor?.endAsync(true);
  await site?.dispose();
  program.stop();
  ntfy.closeAllConnections();
  ntfy.close();
});

const reading = (minutesAgo: number, vibration_x: number) => ({
  timestamp: nowMs - minutesAgo * minuteMs,
  vibration_x,
});

it('is told once to people, with its span, and to a program with its end', async () => {
  await sendWatched(site, sensor, 'fan-1', reading(125, 1.2));
  const buffered = Array.from({ length: 120 }, (_, i) => reading(120 - i, i >= 30 && i < 60 ? 6.2 : 1.2));
  await sensor.publishAsync('telemetry/hall/fan-1', JSON.stringify(buffered), { qos: 1 });
  await until(() => toldTo(program).length === 2, 'the program to be told');
  await until(() => phones.has('hall') && phones.has('manager'), 'people to be told');
  await drained(site);
  const waiting = async () => {
    const { notifications } = await site.cloud.json<{ notifications: { waiting: Record<string, number> } }>(
      '/api/status',
    );
    return notifications.waiting.office ?? 0;
  };
  await until(async () => (await waiting()) === 0, 'the word of the gateway that it has told the group');
  expect(toldTo(program)).toEqual(['opened', 'resolved']);
  expect([...phones.keys()].sort()).toEqual(['hall', 'manager']);
  for (const [said, ...others] of phones.values()) {
    expect(others).toEqual([]);
    expect(said!.title).toMatch(/^Warning, over: sensor beyond its limit on hall\/fan-1, from .+ to .+$/);
    expect(said!.message).toMatch(/It was so: {2,}from .+ to .+, for \d+ min/);
    expect(said!.message).toMatch(/vibration_x was above the warning limit of 4.5 mm\/s from .* to /);
    expect(said!.message).toContain('It is told late');
  }
});

/**
 * A fan whose vibration has risen for three weeks, from the broker to the API of its gateway: in about how many days it
 * reaches its limits, also after a restart, and in the reasons of the alert at the cloud.
 */
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSite, type Site, until } from '../site.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const days = 20;
const perDay = 0.08;
const warning = 2.8;
const alarm = 4.5;

interface Reached {
  severity: string;
  limit: number;
  earliestMs: number;
  likelyMs: number;
  latestMs: number | null;
}

interface Time {
  sensor: string;
  side: string;
  state: string;
  asOfMs: number | null;
  trend: { level: number; perDay: number; over: string } | null;
  limits: Reached[];
}

interface Alert {
  prediction: { machine: string; failureMode: string; reasons: string[] };
}

let site: Site;
let sensor: MqttClient;
/** A midnight that is at least an hour ago, so that what is sent of it is late. */
const endMs = Math.floor((Date.now() - hourMs) / dayMs) * dayMs;
const beginMs = endMs - days * dayMs;
const levelAt = (atMs: number) => 1.05 + (perDay * (atMs - beginMs)) / dayMs;
/** When the level will be at a value. */
const reachedMs = (value: number) => beginMs + ((value - 1.05) / perDay) * dayMs;

beforeAll(async () => {
  site = await createSite({
    gateway: {
      machines: [{ match: 'hall/*', type: 'fan' }],
      intelligence: { intervalMsMin: 0 },
      timestamps: { behindMsMax: 2 * days * dayMs },
    },
  });
  await site.cloud.start();
  await site.gateway.start();
  await connect();
});
afterAll(async () => {
  await sensor?.endAsync(true);
  await site?.dispose();
});

async function connect(): Promise<void> {
  sensor = await connectAsync(site.gateway.mqttUrl, { clientId: 'fan-1', reconnectPeriod: 0 });
  sensor.on('error', () => {});
}

const send = (timestamp: number, vibration: number) =>
  sensor.publishAsync('telemetry/hall/fan-1', JSON.stringify({ timestamp, vibration }), { qos: 1 });

async function timesOf(): Promise<Time[]> {
  const { machines } = await site.gateway.json<{ machines: { machine: string; timeToLimit: Time[] }[] }>(
    '/api/machines',
  );
  return machines.find(({ machine }) => machine === 'fan-1')?.timeToLimit ?? [];
}

it('is in the API of the gateway, kept over a restart, and said where the warning is met', async () => {
  let sent = 0;
  // A daily cycle of 0.1, and noise that is the same in each run.
  for (let atMs = beginMs; atMs < endMs; atMs += hourMs) {
    const cycle = 0.1 * Math.sin((2 * Math.PI * atMs) / dayMs);
    const noise = 0.04 * Math.sin(sent * 12.9898);
    await send(atMs, Number((levelAt(atMs) + cycle + noise).toFixed(3)));
    sent++;
  }
  await send(endMs + 60_000, Number(levelAt(endMs).toFixed(3)));
  await until(async () => (await timesOf())[0]?.asOfMs === endMs - dayMs / 2, 'the readings to be watched');

  const [time] = await timesOf();
  expect(time).toMatchObject({ sensor: 'vibration', side: 'high', state: 'trend', trend: { over: 'days' } });
  expect(time!.trend!.perDay).toBeGreaterThan(0.8 * perDay);
  expect(time!.trend!.perDay).toBeLessThan(1.2 * perDay);
  expect(time!.limits.map(({ severity, limit }) => [severity, limit])).toEqual([
    ['warning', warning],
    ['critical', alarm],
  ]);
  for (const { limit, earliestMs, likelyMs, latestMs } of time!.limits) {
    // The worst hours of a day, which the limit is met by, are a tenth above its middle.
    const truthMs = reachedMs(limit - 0.1);
    expect(earliestMs).toBeLessThanOrEqual(truthMs);
    expect(latestMs ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(truthMs);
    expect(likelyMs).toBeGreaterThanOrEqual(earliestMs);
  }

  await sensor.endAsync(true);
  await site.gateway.stop();
  await site.gateway.restart();
  await connect();
  await until(async () => (await timesOf()).length > 0, 'the machine to be known again');
  expect(await timesOf()).toEqual([time]);

  for (const minutes of [2, 3, 4]) await send(endMs + minutes * 60_000, 2.9);
  let alert: Alert | undefined;
  await until(async () => {
    const { alerts } = await site.cloud.json<{ alerts: Alert[] }>('/api/alerts');
    alert = alerts.find(({ prediction }) => prediction.failureMode === 'limit');
    return alert !== undefined;
  }, 'the alert of the warning limit');
  expect(alert!.prediction.reasons).toEqual([
    expect.stringMatching(/^vibration 2\.9 mm\/s, above the warning limit of 2\.8 mm\/s /),
    expect.stringMatching(/^It is told late: /),
    expect.stringMatching(
      /^vibration rises by 0\.0\d+ mm\/s a day: it reaches its alarm limit of 4\.5 mm\/s in about \d+ days, \d+ (to|or)/,
    ),
  ]);
});

/** A machine of which nobody has said when it rests, with real processes: that is learnt, shown, kept over a restart, and its next start is told to nobody. */
import mqtt from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../../shared/runtime/random.ts';
import { createSite, type Site, statusOf, until } from '../site.ts';

interface Machine {
  state: string;
  stateReason: string;
  runningS?: number;
}

const minuteMs = 60_000;
const cycleMinutes = 7 * 60;
const workMinutes = 4 * 60;
/** Six times work and rest; the last rest ends now. */
const minutes = 6 * cycleMinutes;
const beganMs = Math.floor(Date.now() / minuteMs) * minuteMs - minutes * minuteMs;
const random = seededRandom(5);

let site: Site;
let device: mqtt.MqttClient;
let sent = 0;

beforeAll(async () => {
  site = await createSite({
    gateway: { machines: [{ match: 'hall/*', type: 'generic' }], intelligence: { intervalMsMin: 0 } },
  });
  await site.cloud.start();
  await site.gateway.start();
  device = await mqtt.connectAsync(site.gateway.mqttUrl);
});
afterAll(async () => {
  await device?.endAsync(true);
  await site?.dispose();
});

async function send(works: boolean, timestamp = beganMs + sent * minuteMs): Promise<void> {
  const noise = () => gaussian(random);
  const values = works
    ? { vibration: 3 + 0.2 * noise(), current: 20 + 0.6 * noise() }
    : { vibration: Math.abs(0.08 + 0.02 * noise()), current: Math.abs(0.05 * noise()) };
  sent++;
  await device.publishAsync('telemetry/hall/press', JSON.stringify({ timestamp, ...values }), { qos: 1 });
}

const taken = async () => {
  const { rows = 0, aside = 0 } = (await statusOf(site.gateway)).intelligence.windows as Record<
    string,
    number
  >;
  return { rows, aside };
};
const press = async () => (await site.cloud.json<{ machines: Machine[] }>('/api/machines')).machines[0];
const learnt =
  /^It stands since .+ \(at rest, as was learnt from vibration below [\d.]+ and current below [\d.]+\), and is not judged at rest$/;

it('is at rest in the last of six rests, and the cloud says from what that was learnt', async () => {
  while (sent < minutes) await send(sent % cycleMinutes < workMinutes);
  await until(async () => (await press())?.state === 'stopped', 'the press to be at rest');
  expect((await press())!.stateReason).toMatch(learnt);
  expect((await taken()).aside).toBeGreaterThan(100);
});

it('rests on after a restart of its gateway, and its start and work are told to nobody', async () => {
  await device.endAsync(true);
  await site.gateway.stop();
  await site.gateway.restart();
  device = await mqtt.connectAsync(site.gateway.mqttUrl);
  const before = (await taken()).aside;
  await send(false);
  await until(async () => (await taken()).aside > before, 'the reading at rest to be set aside');
  for (let i = 0; i < 20; i++) await send(true);
  await until(async () => (await press())?.state !== 'stopped', 'the press to run');
  expect(await site.cloud.json('/api/alerts')).toMatchObject({ alerts: [] });
});

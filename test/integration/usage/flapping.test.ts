/**
 * Flapping, with real processes: noise that grows goes beyond a limit and back again and again, also while its gateway is killed. It is
 * one episode, of which somebody is told once or twice, rarely three times, and it ends once it has been calm for long.
 */
import { expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../../shared/runtime/random.ts';
import { connectSensor, createFanSite, fanType, tells, toldTo } from '../fan.ts';
import { drained, statusOf, until } from '../site.ts';
import { watchedSite } from '../watched-site.ts';

interface Alert {
  state: string;
  prediction: { reasons: string[] };
}

const limit = 4.5;
const minuteMs = 60_000;
const noisyMinutes = 240;
/** It needs some of these. */
const calmReadings = 300;
/** Each takes some seconds, because the decision waits whether more follow. A longer pause than an hour would not count as calm. */
const calmEveryMinutes = 30;
const fromMs = Date.now() - (noisyMinutes + calmReadings * calmEveryMinutes + 60) * minuteMs;

const at = watchedSite('fan-1', (receiver) =>
  createFanSite(fanType('stepMs = 60_000\nsilentAfterMs = 0', `warn = ${limit}`), { cloud: tells(receiver) }),
);

const random = seededRandom(11);
/** About its limit all the time, at first by little, and beyond it at the end. */
const noise = Array.from({ length: noisyMinutes }, (_, i) =>
  i < noisyMinutes - 5 ? Math.max(0, 4.2 + (0.3 + i / noisyMinutes) * gaussian(random)) : 6,
);
let minute = 0;

/** Sends a reading a minute of the fan's own time, many at once, and waits until all are watched. */
async function send(values: readonly number[], minutesApart = 1): Promise<void> {
  const watched = async () => (await statusOf(at.site.gateway)).intelligence.windows.rows;
  const before = await watched();
  for (const vibration_x of values) {
    const reading = { timestamp: fromMs + minute * minuteMs, vibration_x };
    await at.sensor.publishAsync('telemetry/hall/fan-1', JSON.stringify(reading), { qos: 1 });
    minute += minutesApart;
  }
  await until(async () => (await watched()) >= before + values.length, 'the readings to be watched');
}

/** In parts that are looked at together, of different lengths: how many that are depends on how busy a computer is, too. */
async function sendInParts(values: readonly number[]): Promise<void> {
  for (let from = 0, length = 1; from < values.length; from += length, length = (length % 7) + 1)
    await send(values.slice(from, from + length));
}

/** Sends one of the calm readings, and waits for a decision after it. */
async function sendDecided(value: number): Promise<void> {
  const decided = async () => {
    const { active, fallback } = (await statusOf(at.site.gateway)).alerts.decision.decided;
    return active + fallback;
  };
  const before = await decided();
  await send([value], calmEveryMinutes);
  await until(async () => (await decided()) > before, 'the decision');
}

const alerts = async () => (await at.site.cloud.json<{ alerts: Alert[] }>('/api/alerts')).alerts;
const open = async () => (await alerts()).filter(({ state }) => state === 'open');
const told = (change: string) => toldTo(at.receiver).filter((each) => each === change).length;

it('is told a few times at most, however often it comes and goes, and stays open over a kill', async () => {
  const crossings = noise.filter((value, i) => value >= limit && (noise[i - 1] ?? 0) < limit).length;
  expect(crossings).toBeGreaterThan(30);
  await sendInParts(noise.slice(0, noisyMinutes / 2));
  await at.sensor.endAsync(true);
  await at.site.gateway.kill9();
  await at.site.gateway.restart();
  at.sensor = await connectSensor(at.site, { clientId: 'fan-1' });
  await sendInParts(noise.slice(noisyMinutes / 2));
  await drained(at.site);
  await until(async () => (await open()).length === 1, 'the alert to be open');
  await until(() => told('opened') === told('resolved') + 1, 'the receiver to be told');
  expect(told('opened')).toBeLessThanOrEqual(3);
  expect(await open()).toHaveLength(1);
});

it('ends once it has been calm for long', async () => {
  const before = told('opened');
  for (let sent = 0; sent < calmReadings && (await open()).length > 0; sent++) await sendDecided(1.2);
  await until(async () => (await open()).length === 0, 'the alert to end');
  await until(() => told('resolved') === told('opened'), 'the receiver to be told of the end');
  expect(told('opened')).toBe(before);
});

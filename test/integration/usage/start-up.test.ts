/** Start-up, with real processes: the peaks of a start are not wear, and what stays beyond its limit after it is told. */
import { expect, it } from 'vitest';
import { createFanSite, fanType, tells, toldTo } from '../fan.ts';
import { drained, statusOf, until } from '../site.ts';
import { sql } from '../stored.ts';
import { watchedSite } from '../watched-site.ts';

interface Alert {
  state: string;
  prediction: { machine: string; failureMode: string };
}

const minuteMs = 60_000;
const fromMs = Date.now() - 4 * 60 * minuteMs;
const head = [
  'lifeUnit = "readings"\nstepMs = 60000\nwindowRows = 10\nopenSensors = true\nsilentAfterMs = 0',
  'settleMs = 300000\nrunsWhen = { sensor = "speed", above = 100 }',
].join('\n');

const at = watchedSite('fans', (receiver) =>
  createFanSite(fanType(head, 'warn = 4.5'), { cloud: tells(receiver) }),
);

const counts = async () => (await statusOf(at.site.gateway)).intelligence.windows as Record<string, number>;
/** Sends a reading a minute from a minute on, and waits until each was taken into the window or set aside. */
async function send(machine: string, from: number, minutes: number, speed: number, vibration_x: number) {
  for (let minute = from; minute < from + minutes; minute++) {
    const { rows = 0, aside = 0 } = await counts();
    const reading = { timestamp: fromMs + minute * minuteMs, speed, vibration_x };
    await at.sensor.publishAsync(`telemetry/hall/${machine}`, JSON.stringify(reading), { qos: 1 });
    await until(async () => {
      const now = await counts();
      return (now.rows ?? 0) + (now.aside ?? 0) > rows + aside;
    }, `minute ${minute} of ${machine} to be watched`);
  }
}
const alerts = async () => (await at.site.cloud.json<{ alerts: Alert[] }>('/api/alerts')).alerts;

it('raises nothing by the peaks of ten starts, which are stored', async () => {
  for (let start = 0; start < 10; start++) {
    const from = start * 20;
    await send('fan-1', from, 3, 0, 0.1);
    await send('fan-1', from + 3, 4, 1_500, 9);
    await send('fan-1', from + 8, 6, 1_500, 1.2);
  }
  await drained(at.site);
  expect(await alerts()).toEqual([]);
  expect(at.receiver.told.size).toBe(0);
  expect((await counts()).aside).toBeGreaterThanOrEqual(70);
  const peaks = 'select count(*) from "hall-fan" where machine = \'fan-1\' and vibration_x > 8';
  await until(async () => Number((await sql(at.site.cloud, peaks))[0]?.[0]) === 40, 'all peaks to be stored');
});

it('tells what is still beyond its limit once it has settled', async () => {
  await send('fan-2', 0, 3, 0, 0.1);
  await send('fan-2', 3, 8, 1_500, 9);
  await until(async () => (await alerts()).length > 0, 'the alert');
  expect(await alerts()).toMatchObject([
    { state: 'open', prediction: { machine: 'fan-2', failureMode: 'limit' } },
  ]);
  await until(() => toldTo(at.receiver).length > 0, 'the receiver to be told');
});

/**
 * A device that had no network sends what it has buffered at once: it is judged at its own times, told late, and has no say in
 * what is true now.
 */
import { expect, it } from 'vitest';
import { createFanSite, fanType, sendWatched, tells, toldTo } from '../fan.ts';
import { drained, until } from '../site.ts';
import { sql } from '../stored.ts';
import { watchedSite } from '../watched-site.ts';

interface Alert {
  state: string;
  prediction: { machine: string; severity: string; reasons: string[] };
}

const fan = fanType('stepMs = 60_000', 'warn = 4.5\nalarm = 7.1');
const minuteMs = 60_000;
const nowMs = Math.floor(Date.now() / minuteMs) * minuteMs;

const at = watchedSite('fans', (receiver) => createFanSite(fan, { cloud: tells(receiver) }));

const reading = (minutesAgo: number, vibration_x: number) => ({
  timestamp: nowMs - minutesAgo * minuteMs,
  vibration_x,
});
const alertsOf = async (machine: string) =>
  (await at.site.cloud.json<{ alerts: Alert[] }>('/api/alerts')).alerts.filter(
    ({ prediction }) => prediction.machine === machine,
  );
/** Sends readings that nobody has to watch. */
async function sendOld(machine: string, readings: object[]): Promise<void> {
  for (const each of readings)
    await at.sensor.publishAsync(`telemetry/hall/${machine}`, JSON.stringify(each), { qos: 1 });
}

it('two hours at once: what was met and is over is told once, with its times', async () => {
  await sendWatched(at.site, at.sensor, 'fan-1', reading(125, 1.2));
  const buffered = Array.from({ length: 120 }, (_, i) => reading(120 - i, i >= 30 && i < 60 ? 6.2 : 1.2));
  await at.sensor.publishAsync('telemetry/hall/fan-1', JSON.stringify(buffered), { qos: 1 });
  await until(async () => (await alertsOf('fan-1')).some(({ state }) => state === 'resolved'), 'its end');
  await drained(at.site);
  const [alert, ...others] = await alertsOf('fan-1');
  expect(others).toEqual([]);
  expect(alert!.prediction.reasons[0]).toMatch(
    /^vibration_x was above the warning limit of 4.5 mm\/s from .* to .*, 6.2 mm\/s at its farthest$/,
  );
  await until(() => at.receiver.told.size === 2, 'the receiver to be told');
  expect(toldTo(at.receiver)).toEqual(['opened', 'resolved']);
  const texts = [...at.receiver.told.values()].map((told) => JSON.stringify(told));
  expect(texts[0]).toMatch(/told late/);
});

it('and so if each of them is a message of its own', async () => {
  await sendWatched(at.site, at.sensor, 'fan-4', reading(125, 1.2));
  await sendOld(
    'fan-4',
    Array.from({ length: 120 }, (_, i) => reading(120 - i, i >= 60 && i < 90 ? 9 : 1.2)),
  );
  await until(async () => (await alertsOf('fan-4')).some(({ state }) => state === 'resolved'), 'its end');
  await drained(at.site);
  const [alert, ...others] = await alertsOf('fan-4');
  expect(others).toEqual([]);
  expect(alert!.prediction.reasons[0]).toMatch(/^vibration_x was above the .* limit of .* from .* to /);
});

it('yesterday’s readings neither raise, nor end, nor hide anything of today', async () => {
  const day = 24 * 60;
  // One that is well today, and was not yesterday.
  for (const minute of [3, 2, 1]) await sendWatched(at.site, at.sensor, 'fan-2', reading(minute, 1.2));
  await sendOld(
    'fan-2',
    // So many that a clock which went back would explain them, if they did not come at once.
    Array.from({ length: 120 }, (_, i) => reading(day - i, 9)),
  );
  // One that is beyond its limit today, and was well yesterday.
  for (const minute of [3, 2, 1]) await sendWatched(at.site, at.sensor, 'fan-3', reading(minute, 6.2));
  await sendOld(
    'fan-3',
    Array.from({ length: 120 }, (_, i) => reading(day - i, 1.2)),
  );
  await until(async () => (await alertsOf('fan-3')).length > 0, 'the alert of today');
  await sendWatched(at.site, at.sensor, 'fan-2', reading(0, 1.2));
  await sendWatched(at.site, at.sensor, 'fan-3', reading(0, 6.2));
  await drained(at.site);
  expect((await alertsOf('fan-2')).filter(({ state }) => state === 'open')).toEqual([]);
  expect(await alertsOf('fan-3')).toMatchObject([{ state: 'open', prediction: { severity: 'warning' } }]);
  // They are stored all the same.
  const yesterday = "select count(*) from \"hall-fan\" where machine in ('fan-2', 'fan-3')";
  expect(await sql(at.site.cloud, yesterday)).toEqual([[248]]);
});

/**
 * A machine beyond its limits, from its sensor to the receiver of alerts: told at once, in the right severity, once, and
 * it ends; also if gateway and cloud are killed meanwhile. Readings come a minute apart, by their own time.
 */
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AlertReceiver } from '../../support/peers/alert-receiver.ts';
import { harbingerJson } from '../cli.ts';
import { connectSensor, createFanSite, fanType, sendWatched, tells, toldTo } from '../fan.ts';
import { drained, type Site, until } from '../site.ts';

const fan = fanType('stepMs = 60_000', 'warn = 4.5\nalarm = 7.1');
const minuteMs = 60_000;

interface Alert {
  alertId: string;
  state: string;
  openedAt: string;
  resolvedAt: string | null;
  prediction: { severity: string; failureMode: string; reasons: string[] };
}

const receiver = new AlertReceiver();
let site: Site;
let sensor: MqttClient;
let readings = 0;
/** The time of the first reading, on a whole minute and some hours ago. */
const beganMs = Math.floor(Date.now() / minuteMs) * minuteMs - 180 * minuteMs;

beforeAll(async () => {
  await receiver.start();
  site = await createFanSite(fan, {
    cloud: { ...tells(receiver), api: { publicUrl: 'https://plant.example' } },
    gateway: { timeZone: 'Asia/Tokyo' },
  });
  await site.cloud.start();
  await site.gateway.start();
  await connect();
});
afterAll(async () => {
  await sensor?.endAsync(true);
  await site?.dispose();
  receiver.stop();
});

async function connect(): Promise<void> {
  sensor = await connectSensor(site, { clientId: 'fan-1' });
}

/** Sends readings a minute apart, each after the one before was watched. */
async function send(value: number, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const timestamp = beganMs + readings++ * minuteMs;
    await sendWatched(site, sensor, 'fan-1', { timestamp, vibration_x: value });
  }
}

const alerts = async () => (await site.cloud.json<{ alerts: Alert[] }>('/api/alerts')).alerts;
const told = () => toldTo(receiver);

/** Waits until the only alert of the cloud is like this, and returns it. */
async function alertIs(state: string, severity: string): Promise<Alert> {
  await until(async () => {
    const [alert] = await alerts();
    return alert?.state === state && alert.prediction.severity === severity;
  }, `the alert to be ${state}, ${severity}`);
  const all = await alerts();
  expect(all).toHaveLength(1);
  return all[0]!;
}

/** Resolves when everything sent so far has been decided and stored: nothing more can be told of it. */
async function settled(changes: string[]): Promise<void> {
  await drained(site);
  await until(() => told().length >= changes.length, 'the receiver to be told');
  expect(told()).toEqual(changes);
}

it('is a warning within its first minute, critical and back, ends, and is told once whatever is restarted', async () => {
  await send(6.2, 2);
  const opened = await alertIs('open', 'warning');
  expect(Date.parse(opened.openedAt) - beganMs).toBe(minuteMs);
  const since = `${new Date(beganMs + 9 * 60 * minuteMs).toISOString().slice(11, 19)} UTC+9`;
  expect(opened.prediction).toMatchObject({
    failureMode: 'limit',
    reasons: [
      `vibration_x 6.2 mm/s, above the warning limit of 4.5 mm/s for 60 s (since ${since})`,
      expect.stringMatching(/^It is told late: /),
    ],
  });

  await send(8, 2);
  const critical = await alertIs('open', 'critical');
  expect(critical.alertId).toBe(opened.alertId);
  expect(critical.prediction.reasons[0]).toMatch(
    /^vibration_x 8 mm\/s, above the alarm limit of 7.1 mm\/s for 60 s/,
  );
  await settled(['opened', 'updated']);
  await drained(site);
  const sql = 'select machine, state, severity, failure_mode, remaining_life, text from alert order by time';
  const { rows } = await harbingerJson<{ rows: string[][] }>('query', sql, '--url', site.cloud.httpUrl);
  expect(rows.map((row) => row.slice(0, 5))).toEqual([
    ['fan-1', 'open', 'warning', 'limit', 'unknown'],
    ['fan-1', 'open', 'critical', 'limit', 'unknown'],
  ]);
  expect(rows[1]![5]).toMatch(/^vibration_x 8 mm\/s, above the alarm limit/);
  const link = 'https://plant.example/#/machines/hall/fan-1?gateway=site1';
  expect([...receiver.told.values()].map(({ pageurl }) => pageurl)).toEqual([link, link]);

  await sensor.endAsync(true);
  await site.gateway.kill9();
  await site.cloud.kill9();
  await site.cloud.restart();
  await site.gateway.restart();
  await connect();
  await send(8, 3);
  await settled(['opened', 'updated']);

  await send(5, 2);
  expect((await alertIs('open', 'warning')).alertId).toBe(opened.alertId);
  await sensor.endAsync(true);
  await site.gateway.stop();
  await site.cloud.stop();
  await site.cloud.start();
  await site.gateway.start();
  await connect();
  await send(5, 2);
  await settled(['opened', 'updated', 'updated']);

  await send(50, 1);
  await send(1.2, 1);
  await settled(['opened', 'updated', 'updated']);
  await send(1.2, 1);
  const ended = await alertIs('resolved', 'warning');
  expect(ended.alertId).toBe(opened.alertId);
  expect(ended.prediction.reasons).toEqual([
    expect.stringMatching(
      /^vibration_x 1\.2 mm\/s; at or below 4\.24 mm\/s for 60 s(?: \(since \d\d:.*\))?$/,
    ),
  ]);
  await send(1.2, 5);
  await settled(['opened', 'updated', 'updated', 'resolved']);
});

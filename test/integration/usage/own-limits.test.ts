/**
 * Limits that a person sets for one machine, of a type that has none, from the command line to the cloud: in force at
 * once, kept over a kill, and an open alert follows them.
 */
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { harbinger, harbingerJson } from '../cli.ts';
import { connectSensor } from '../fan.ts';
import { createSite, type Site, statusOf, until } from '../site.ts';

const minuteMs = 60_000;

interface Alert {
  state: string;
  prediction: { machine: string; severity: string; failureMode: string; reasons: string[] };
}

let site: Site;
let sensor: MqttClient;
let readings = 0;
const beganMs = Math.floor(Date.now() / minuteMs) * minuteMs - 180 * minuteMs;

beforeAll(async () => {
  site = await createSite({
    gateway: { machines: [{ match: 'hall/*', type: 'generic' }], intelligence: { intervalMsMin: 0 } },
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
  sensor = await connectSensor(site, { clientId: 'saw-1' });
}

const rowsTaken = async () => (await statusOf(site.gateway)).intelligence.windows.rows;

/** Sends readings a minute apart; the first completes no row. */
async function send(values: readonly number[]): Promise<void> {
  for (const value of values) {
    const rows = await rowsTaken();
    const reading = { timestamp: beganMs + readings++ * minuteMs, force: value };
    await sensor.publishAsync('telemetry/hall/saw-1', JSON.stringify(reading), { qos: 1 });
    await until(async () => (await rowsTaken()) > rows, 'the reading to be watched');
  }
}

const reach = () => ['--url', site.gateway.httpUrl];
const set = (...args: string[]) => harbinger('limits', 'set', 'hall/saw-1', 'force', ...args, ...reach());

async function alertIs(state: string, severity: string): Promise<Alert> {
  let found: Alert | undefined;
  await until(async () => {
    const { alerts } = await site.cloud.json<{ alerts: Alert[] }>('/api/alerts');
    expect(alerts.length).toBeLessThanOrEqual(1);
    [found] = alerts;
    return found?.state === state && found.prediction.severity === severity;
  }, `the alert to be ${state}, ${severity}`);
  return found!;
}

const chartLimits = async () => {
  const { type } = await site.cloud.json<{ type: { sensors: Record<string, unknown>[] } }>(
    '/api/machines/hall/saw-1',
  );
  return type.sensors;
};

it('raise an alert, which follows each change and says who made it, also after a kill', async () => {
  await send([50, 50, 50]);
  const answered = await set('--warn', '40', '--by', 'maria', '--note', 'new blade');
  expect(answered).toMatchObject({ code: 0, stdout: 'hall/saw-1 force: warn 40, in force\n' });
  await send([50, 50]);
  const opened = await alertIs('open', 'warning');
  expect(opened.prediction.failureMode).toBe('limit');
  expect(
    opened.prediction.reasons.some((reason) => /^force 50, above the warning limit of 40 /.test(reason)),
  ).toBe(true);

  // Nothing is sent from here on: the latest value decides.
  await set('--warn', '30', '--alarm', '45', '--by', 'maria');
  const critical = await alertIs('open', 'critical');
  expect(critical.prediction.reasons).toEqual(
    expect.arrayContaining([
      'Limits of force were changed by maria: warning from 30, alarm from 45',
      expect.stringMatching(/^force 50, above the alarm limit of 45 /),
    ]),
  );
  await until(
    async () => (await chartLimits()).some(({ name, alarm }) => name === 'force' && alarm === 45),
    'the cloud to know the limits',
  );

  await sensor.endAsync(true);
  await site.gateway.kill9();
  await site.gateway.restart();
  await connect();
  await send([50]);
  const { limits } = await harbingerJson<{ limits: unknown[] }>('limits', 'list', 'hall/saw-1', ...reach());
  expect(limits).toMatchObject([
    { sensor: 'force', limits: { warn: 30, alarm: 45 }, from: 'machine', by: 'maria' },
  ]);
  await alertIs('open', 'critical');

  await set('--warn', '60', '--alarm', '80', '--by', 'jo');
  const ended = await alertIs('resolved', 'critical');
  expect(ended.prediction.reasons).toEqual([
    'Limits of force were changed by jo: warning from 60, alarm from 80',
    'force 50 is inside its limits',
  ]);

  const cleared = await harbinger('limits', 'clear', 'hall/saw-1', ...reach());
  expect(cleared.stdout).toBe('hall/saw-1: limits of its type again for one sensor\n');
  await until(
    async () => (await chartLimits()).every(({ name }) => name !== 'force'),
    'the cloud to be told',
  );
  const { changes } = await harbingerJson<{ changes: { by: string; limits: unknown }[] }>(
    'limits',
    'list',
    '--changes',
    ...reach(),
  );
  expect(changes.map(({ limits: each }) => each)).toEqual([
    null,
    { warn: 60, alarm: 80 },
    { warn: 30, alarm: 45 },
    { warn: 40 },
  ]);
  const wrong = await set('--warn', '4', '--alarm', '4');
  expect(wrong).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/alarm must differ from warn \(4\)/),
  });
});

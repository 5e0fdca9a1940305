/**
 * Deeds of people about an alert, with real processes: by command, kept over a kill of the cloud, seen by the next person, and
 * told to the one who is called when nobody acknowledges.
 */
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AlertReceiver } from '../../support/peers/alert-receiver.ts';
import { harbinger } from '../cli.ts';
import { connectSensor, createFanSite, fanType, sendWatched } from '../fan.ts';
import { type Site, until } from '../site.ts';

const fan = fanType('stepMs = 100\nsilentAfterMs = 0', 'warn = 4.5\nalarm = 7.1');
const minuteMs = 60_000;
const beganMs = Math.floor(Date.now() / minuteMs) * minuteMs - 400 * minuteMs;

let site: Site;
let sensor: MqttClient;
let readings = 0;
const shift = new AlertReceiver();

beforeAll(async () => {
  await shift.start();
  const hook = { name: 'shift', url: shift.url, backoffFirstMs: 50, backoffMaxMs: 200 };
  site = await createFanSite(fan, { cloud: { alerts: { webhook: [hook] } } });
  await site.cloud.start();
  await site.gateway.start();
  sensor = await connectSensor(site, { clientId: 'fan-1' });
});
afterAll(async () => {
  await sensor?.endAsync(true);
  await site?.dispose();
  shift.stop();
});

async function send(value: number, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const timestamp = beganMs + readings++ * minuteMs;
    await sendWatched(site, sensor, 'fan-1', { timestamp, vibration_x: value });
  }
}

interface Shown {
  alertId: string;
  prediction?: { severity: string };
  work?: { version: number; acknowledged?: { by: string }; shelved?: object; deeds: { deed: string }[] };
}
const fanAlert = async (query = 'state=open') =>
  (await site.cloud.json<{ alerts: Shown[] }>(`/api/alerts?${query}`)).alerts.find(
    ({ prediction }) => prediction !== undefined,
  );
const alerts = (...command: string[]) => harbinger('alerts', ...command, '--url', site.cloud.httpUrl);
const changes = () =>
  [...shift.told.values()]
    .filter(({ data }) => 'failureMode' in data)
    .map((each) => String(each.alertchange));

it('receivers are tested and listed by command', async () => {
  const notifications = (...command: string[]) =>
    harbinger('notifications', ...command, '--url', site.cloud.httpUrl);
  const test = await notifications('test', 'shift', '--by', 'anna');
  expect([test.code, test.stdout, test.stderr]).toEqual([0, 'shift has confirmed the test\n', '']);
  const ofTest = [...shift.told.values()].filter(({ idempotencykey }) => idempotencykey.startsWith('test-'));
  expect(ofTest.map(({ alertchange }) => alertchange)).toEqual(['opened', 'resolved']);
  expect(JSON.stringify(ofTest)).toContain('This is a test that a person has asked for');
  const none = await notifications('test', 'nobody');
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('there are: shift')]);
  shift.isAway = true;
  const away = await notifications('test', 'shift');
  expect([away.code, away.stderr]).toEqual([1, expect.stringContaining('answered 503')]);
  shift.isAway = false;
  expect((await notifications('receivers')).stdout).toContain('shift');
});

it('is acknowledged, assigned and noted by command, and is so after a kill of the cloud', async () => {
  await send(6.2, 3);
  await until(async () => (await fanAlert()) !== undefined, 'the alert in the cloud');
  const { alertId } = (await fanAlert())!;
  expect((await fanAlert('state=open&unacknowledged=true'))?.alertId).toBe(alertId);

  const ack = await alerts('ack', alertId, '--by', 'anna', '--note', 'on my way');
  expect([ack.code, ack.stderr]).toEqual([0, '']);
  expect(ack.stdout).toContain('acknowledged by anna');
  await alerts('assign', alertId, '--to', 'ben', '--by', 'anna');
  await site.cloud.kill9();
  await site.cloud.restart();
  const { stdout } = await alerts('show', alertId);
  expect(stdout).toContain('acknowledged by anna; ben looks after it');
  expect(stdout).toContain('anna: acknowledge "on my way"');
  expect((await fanAlert('state=open&assignee=ben'))?.alertId).toBe(alertId);
  expect(await fanAlert('state=open&unacknowledged=true')).toBeUndefined();
});

it('counts in the status of the cloud as acknowledged', async () => {
  const { code, stdout } = await harbinger('status', '--url', site.cloud.httpUrl);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^cloud {5}ready$/m);
  expect(stdout).toMatch(/^gateways {2}1 of 1 connected$/m);
  expect(stdout).toMatch(/^machines {2}1: 1 warning$/m);
  expect(stdout).toMatch(/^warning +hall\/fan-1 /m);
});

it('that somebody else has changed meanwhile, or that is not open, is refused with the reason', async () => {
  const { alertId, work } = (await fanAlert())!;
  expect(work?.version).toBe(2);
  const body = { alerts: [{ alertId, version: 1 }], deed: 'comment', by: 'cleo', note: 'x' };
  const answer = await fetch(`${site.cloud.httpUrl}/api/alerts/work`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(409);
  expect(await answer.json()).toMatchObject({
    error: { code: 'ALERT_CHANGED', message: expect.stringContaining("anna did 'assign'") },
  });
  const none = await alerts('ack', 'nothing');
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining("no alert 'nothing' is open")]);
  const both = await alerts('comment', alertId, 'nothing', '--note', 'greased');
  expect([both.code, both.stdout, both.stderr]).toEqual([
    1,
    expect.stringMatching(/fan-1: noted "greased"; /),
    expect.stringContaining('ALERT_NOT_OPEN'),
  ]);
  const endless = await alerts('shelve', alertId);
  expect([endless.code, endless.stderr]).toEqual([2, expect.stringContaining('--for or --until')]);
});

it('that is shelved is told to nobody, and at once when it becomes critical', async () => {
  const { alertId } = (await fanAlert())!;
  await until(() => changes().includes('opened'), 'the shift to be told');
  const before = changes().length;
  const shelved = await alerts('shelve', alertId, '--for', '8h', '--note', 'waits for the part');
  expect(shelved.stdout).toContain('shelved until');
  await send(9, 3);
  await until(() => changes().length > before, 'the shift to be told that it is critical');
  const now = (await fanAlert())!;
  expect(now.prediction?.severity).toBe('critical');
  expect(now.work).not.toHaveProperty('shelved');
  expect(now.work).not.toHaveProperty('acknowledged');
  expect(now.work?.deeds.at(-1)?.deed).toBe('reminded');
});

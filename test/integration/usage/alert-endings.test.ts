/**
 * How alerts end beside their cause, with real processes: closed by a person, and with the failure of their machine, as the
 * receiver of alerts, the command line and the API see it.
 */
import { expect, it } from 'vitest';
import { createFanSite, fanType, sendWatched, tells, toldTo } from '../fan.ts';
import { drained, statusOf, until } from '../site.ts';
import { watchedSite } from '../watched-site.ts';

const fan = fanType('stepMs = 100\nsilentAfterMs = 0', 'warn = 4.5');

interface Alert {
  alertId: string;
  state: string;
  prediction: { failureMode: string; outcome?: string; reasons: string[] };
}
interface Machine {
  state: string;
  stateReason: string;
  urgency: string;
  openAlerts: number;
}

/** Readings that are ten minutes late would be waited for. */
let atMs = Date.now() - 9 * 60_000;
const everyMs = 20_000;

const at = watchedSite('fan-1', (receiver) => createFanSite(fan, { cloud: tells(receiver) }));

const decisions = async (): Promise<number> => {
  const { active, fallback } = (await statusOf(at.site.gateway)).alerts.decision.decided;
  return active + fallback;
};

/** Sends readings 20 s apart, each with a decision between it and the next: two that are decided about together hide an end. */
async function send(value: number, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    atMs += everyMs;
    const before = await decisions();
    await sendWatched(at.site, at.sensor, 'fan-1', { timestamp: atMs, vibration_x: value });
    // Nothing is decided about the first reading of all.
    if (before > 0) await until(async () => (await decisions()) > before, 'a decision');
  }
}

const alerts = async () => (await at.site.cloud.json<{ alerts: Alert[] }>('/api/alerts')).alerts;
const openAlerts = async () => (await alerts()).filter(({ state }) => state === 'open');
const machine = async () =>
  (await at.site.cloud.json<{ machine: Machine }>('/api/machines/hall/fan-1')).machine;
const told = () => toldTo(at.receiver);

it('one that was closed stays closed while its cause lasts, and the next time it opens anew', async () => {
  await send(6, 3);
  await until(async () => (await openAlerts()).length === 1, 'the alert to open');
  const [first] = await openAlerts();
  expect(['critical', 'warning']).toContain((await machine()).state);

  await at.site.cloud.json('/api/alerts/close', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ alertId: first!.alertId, reason: 'a loose cover' }),
  });
  expect(await openAlerts()).toEqual([]);
  expect((await alerts())[0]).toMatchObject({
    state: 'resolved',
    prediction: { outcome: 'closed', reasons: ['It was closed by hand: a loose cover'] },
  });
  await send(6.5, 3);
  await drained(at.site);
  await until(() => told().length >= 2, 'the receiver to be told');
  expect([await openAlerts(), told()]).toEqual([[], ['opened', 'resolved']]);

  await until(async () => (await machine()).state === 'warning', 'the badge to say so without an alert');
  await send(1, 6);
  await until(async () => (await machine()).state !== 'warning', 'the badge to follow the value');
  await send(6, 3);
  await until(async () => (await openAlerts()).length === 1, 'another alert to open');
  expect((await openAlerts())[0]!.alertId).not.toBe(first!.alertId);
});

it('one of a machine that failed ends as failed, and the machine is not OK', async () => {
  await at.sensor.publishAsync('lifecycle/hall/fan-1', '{"state":"failed","note":"seized"}', { qos: 1 });
  await until(async () => (await openAlerts()).length === 0, 'the alert to end');
  await drained(at.site);
  const ended = (await alerts()).find(({ prediction }) => prediction.outcome === 'failed');
  expect(ended?.prediction.reasons[0]).toMatch(/^The machine failed /);
  expect(await machine()).toMatchObject({ state: 'failed', urgency: 'failed', openAlerts: 0 });
  await until(() => told().length >= 4, 'the receiver to be told');
  const last = [...at.receiver.told.values()].at(-1);
  expect(last).toMatchObject({ alertchange: 'resolved', data: { outcome: 'failed' } });
});

/**
 * Notifiers of the gateway itself. People at the site are told while the cloud has never been reached, over a kill of the
 * gateway and with a receiver that was away; then the line is back, and the cloud does not tell their group again.
 */
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AlertReceiver } from '../../support/peers/alert-receiver.ts';
import { harbinger, harbingerJson } from '../cli.ts';
import { connectSensor, createFanSite, fanType, sendWatched, toldTo } from '../fan.ts';
import { type Site, statusOf, until } from '../site.ts';

const fan = fanType('stepMs = 60_000', 'warn = 4.5\nalarm = 7.1');
const minuteMs = 60_000;

let site: Site;
let sensor: MqttClient;
let readings = 0;
const beganMs = Math.floor(Date.now() / minuteMs) * minuteMs - 180 * minuteMs;
const [hall, office, manager] = [new AlertReceiver(), new AlertReceiver(), new AlertReceiver()];

beforeAll(async () => {
  for (const receiver of [hall, office, manager]) await receiver.start();
  const hook = (name: string, { url }: AlertReceiver, more: object) => {
    return { name, url, backoffFirstMs: 50, backoffMaxMs: 200, ...more };
  };
  site = await createFanSite(fan, {
    gateway: {
      alerts: {
        webhook: [
          hook('hall', hall, { group: 'maintenance' }),
          { name: 'nobody', url: 'http://127.0.0.1:9/', attemptsMax: 1 },
        ],
      },
      uplink: { publicUrl: 'https://plant.example.org/' },
    },
    cloud: {
      alerts: {
        webhook: [hook('office', office, { group: 'maintenance' }), hook('manager', manager, {})],
      },
    },
  });
  await site.gateway.start();
  sensor = await connectSensor(site, { clientId: 'fan-1' });
});
afterAll(async () => {
  await sensor?.endAsync(true);
  await site?.dispose();
  for (const receiver of [hall, office, manager]) receiver.stop();
});

async function send(value: number, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const timestamp = beganMs + readings++ * minuteMs;
    await sendWatched(site, sensor, 'fan-1', { timestamp, vibration_x: value });
  }
}

const isTold = (receiver: AlertReceiver, ...changes: string[]) =>
  until(() => toldTo(receiver).join() === changes.join(), `${changes.join()} to be told`);

it('tells people at the site while the cloud is out of reach, with a link to the page', async () => {
  await send(6.2, 2);
  await isTold(hall, 'opened');
  const page = 'https://plant.example.org/#/machines/hall/fan-1?gateway=site1';
  expect([...hall.told.values()]).toMatchObject([{ pageurl: page }]);
});

it('keeps what it owes over a kill, and tells it once', async () => {
  hall.isAway = true;
  await send(8, 2);
  await until(async () => {
    const { siteNotices } = (await statusOf(site.gateway)) as unknown as {
      siteNotices: { notifiers: { name: string; waiting: number; retried: number }[] };
    };
    const to = siteNotices.notifiers.find(({ name }) => name === 'hall');
    return to?.waiting === 1 && to.retried > 0;
  }, 'the change to wait');
  await sensor.endAsync(true);
  await site.gateway.kill9();
  hall.isAway = false;
  await site.gateway.restart();
  await isTold(hall, 'opened', 'updated');
  sensor = await connectSensor(site, { clientId: 'fan-1' });
});

it('lets the cloud know, which tells the others and not the group again', async () => {
  await site.cloud.start();
  await isTold(manager, 'opened', 'updated');
  const waiting = async () => {
    const { notifications } = await site.cloud.json<{
      notifications: { waiting: Record<string, number> };
    }>('/api/status');
    return notifications.waiting.office ?? 0;
  };
  await until(async () => (await waiting()) === 0, 'the word of the gateway');
  await send(1, 30);
  await isTold(hall, 'opened', 'updated', 'resolved');
  await isTold(manager, 'opened', 'updated', 'resolved');
  await until(async () => (await waiting()) === 0, 'the word of the end');
  expect(toldTo(office)).toEqual([]);
});

it('keeps what could not be delivered, until a person has it sent again, over a kill', async () => {
  const ask = (...args: string[]) =>
    ['notifications', ...args, '--at-gateway', '--url', site.gateway.httpUrl] as const;
  const dead = async () =>
    (await harbingerJson<{ items: { key: string; notifier: string; change: string }[] }>(...ask('list')))
      .items;
  await until(
    async () => (await dead()).some(({ change }) => change === 'opened'),
    'the one that is given up',
  );
  await sensor.endAsync(true);
  await site.gateway.kill9();
  await site.gateway.restart();
  const [opened] = (await dead()).filter(({ change }) => change === 'opened');
  expect(opened).toMatchObject({
    notifier: 'nobody',
    key: expect.stringMatching(/^site1~.+\/opened\/.+\/nobody$/),
  });
  expect(await harbinger(...ask('redrive', opened!.key))).toMatchObject({
    code: 0,
    stdout: '1 queued again\n',
  });
  expect(await harbinger(...ask('redrive', 'none'))).toMatchObject({ code: 1 });
});

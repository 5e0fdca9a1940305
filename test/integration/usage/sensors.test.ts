/**
 * A sensor that goes missing and one that is stuck, from the device to the receiver of alerts: told once each, over restarts,
 * and ended by the first values that prove the sensor well. Readings carry times of the past, so that the test need not wait.
 */
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sleep, systemClock } from '../../../shared/runtime/clock.ts';
import { AlertReceiver } from '../../support/peers/alert-receiver.ts';
import { createSite, drained, type Site, until } from '../site.ts';

interface Alert {
  state: string;
  prediction: { severity: string; failureMode: string; reasons: string[] };
}

const stepMs = 10_000;
const receiver = new AlertReceiver();
let site: Site;
let device: MqttClient;
let row = 0;
const startMs = Date.now() - 24 * 3_600_000;

beforeAll(async () => {
  await receiver.start();
  site = await createSite({
    gateway: {
      machines: [
        { match: 'hall/*', type: 'generic' },
        { match: 'plant/*', type: 'pump' },
      ],
      intelligence: { intervalMsMin: 0 },
    },
    cloud: {
      alerts: { webhook: [{ name: 'hook', url: receiver.url, backoffFirstMs: 50, backoffMaxMs: 200 }] },
    },
  });
  await site.cloud.start();
  await site.gateway.start();
  await connect();
});
afterAll(async () => {
  await device?.endAsync(true);
  await site?.dispose();
  receiver.stop();
});

async function connect(): Promise<void> {
  device = await connectAsync(site.gateway.mqttUrl, { clientId: 'press-1', reconnectPeriod: 0 });
  device.on('error', () => {});
}

/** Sends readings of three sensors that move; `change` says what is different. */
async function send(
  rows: number,
  change: (values: Record<string, number>) => void = () => {},
): Promise<void> {
  const taken: Promise<unknown>[] = [];
  for (let i = 0; i < rows; i++) {
    row++;
    const noise = () => Math.sin(row * 12.9898 + Math.random());
    const values: Record<string, number> = {
      pressure: 4 + noise(),
      temperature: 40 + noise(),
      flow: 9 + noise(),
    };
    change(values);
    const reading = JSON.stringify({ timestamp: startMs + row * stepMs, ...values });
    taken.push(device.publishAsync('telemetry/hall/press-1', reading, { qos: 1 }));
  }
  await Promise.all(taken);
}

async function open(): Promise<Alert['prediction'][]> {
  const { alerts } = await site.cloud.json<{ alerts: Alert[] }>('/api/alerts');
  return alerts.filter(({ state }) => state === 'open').map(({ prediction }) => prediction);
}
const openModes = async () =>
  (await open()).map(({ failureMode }) => failureMode).filter((mode) => mode.startsWith('sensor-'));
async function restart(): Promise<void> {
  await device.endAsync(true);
  await site.gateway.kill9();
  await site.gateway.restart();
  await connect();
}

async function openedEver(): Promise<string[]> {
  const { alerts } = await site.cloud.json<{ alerts: Alert[] }>('/api/alerts');
  return alerts
    .map(({ prediction }) => prediction.failureMode)
    .filter((mode) => mode.startsWith('sensor-'))
    .sort();
}

/** So many readings at once, of a quarter of an hour. */
const burstRows = 90;
/** A decision about readings of the past waits until no newer ones have come for three seconds, or for a minute at most. */
const decidedMs = 4_000;

/** Bursts of readings go on until what is open is as expected; after each, the gateway has time to decide. */
async function sendUntil(modes: string[], change?: (values: Record<string, number>) => void): Promise<void> {
  const isAsExpected = async () => JSON.stringify(await openModes()) === JSON.stringify(modes);
  await until(async () => {
    await send(burstRows, change);
    for (let waitedMs = 0; waitedMs < decidedMs; waitedMs += 100) {
      if (await isAsExpected()) return true;
      await sleep(systemClock, 100);
    }
    return isAsExpected();
  }, `open alerts to be ${modes}`);
}

it('a missing and a stuck sensor are told once each, over restarts, and end when the sensor is well', {
  tags: ['long'],
}, async () => {
  await send(150);
  const isMissing = (values: Record<string, number>) => {
    delete values.temperature;
  };
  await sendUntil(['sensor-missing'], isMissing);
  expect((await open()).find(({ failureMode }) => failureMode === 'sensor-missing')).toMatchObject({
    severity: 'warning',
    reasons: expect.arrayContaining([
      expect.stringMatching(/^temperature has not been sent since .*, while 2 other sensors were$/),
    ]),
  });
  await restart();
  await send(60, isMissing);
  await drained(site);
  expect(await openModes()).toEqual(['sensor-missing']);
  await sendUntil([]);

  await send(150);
  const isStuck = (values: Record<string, number>) => Object.assign(values, { pressure: 4.125 });
  await sendUntil(['sensor-stuck'], isStuck);
  expect((await open()).find(({ failureMode }) => failureMode === 'sensor-stuck')!.reasons[0]).toMatch(
    /^pressure has been exactly 4.125 since .*, which it never was .*$/,
  );
  await restart();
  await send(60, isStuck);
  await drained(site);
  expect(await openModes()).toEqual(['sensor-stuck']);
  await sendUntil([]);
  expect(await openedEver()).toEqual(['sensor-missing', 'sensor-stuck']);
});

it('a machine that has sent nothing but a value that its probe cannot have is told, as of now', async () => {
  const beganMs = Date.now();
  const pumpAlerts = async () => {
    const { alerts } = await site.cloud.json<{
      alerts: { openedAt: string; prediction: { machine: string; failureMode: string } }[];
    }>('/api/alerts');
    return alerts.filter(({ prediction }) => prediction.machine === 'p1');
  };
  await until(async () => {
    await device.publishAsync('telemetry/plant/p1', '{"vibration_x": 999}', { qos: 1 });
    return (await pumpAlerts()).length > 0;
  }, 'an alert of the machine');
  const [alert] = await pumpAlerts();
  expect(Date.parse(alert!.openedAt)).toBeGreaterThanOrEqual(beganMs);
  await drained(site);
  expect(await site.cloud.json('/api/quarantine')).toMatchObject({ items: [] });
});

/** A machine at rest, with real processes: the cloud shows it as stopped, over a kill of both sides, until it runs again. */
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { harbingerJson } from '../cli.ts';
import { connectSensor, createFanSite, fanType } from '../fan.ts';
import { type Site, statusOf, until } from '../site.ts';

interface Machine {
  machine: string;
  state: string;
  stateReason: string;
  since: number;
}

let site: Site;
let sensor: MqttClient;
const beganMs = Date.now() - 600_000;

beforeAll(async () => {
  site = await createFanSite(
    fanType(
      'lifeUnit = "cycles"\nstepMs = 60000\nwindowRows = 10\nopenSensors = true\nrunsWhen = { sensor = "speed", above = 100 }',
      'warn = 5',
    ),
  );
  await site.cloud.start();
  await site.gateway.start();
  sensor = await connectSensor(site, { clientId: 'fan-1' });
});
afterAll(async () => {
  await sensor?.endAsync(true);
  await site?.dispose();
});

const taken = async () => {
  const { rows = 0, aside = 0 } = (await statusOf(site.gateway)).intelligence.windows as Record<
    string,
    number
  >;
  return rows + aside;
};

async function send(seconds: readonly number[], speed: number, vibration: number): Promise<void> {
  for (const s of seconds) {
    const before = await taken();
    const reading = { timestamp: beganMs + 1_000 * s, speed, vibration_x: vibration };
    await sensor.publishAsync('telemetry/hall/fan-1', JSON.stringify(reading), { qos: 1 });
    await until(async () => (await taken()) > before || s === seconds[0], 'the reading to be watched');
  }
}

const fan = async () => (await site.cloud.json<{ machines: Machine[] }>('/api/machines')).machines[0];
const untilState = (state: string) =>
  until(async () => (await fan())?.state === state, `the fan to be ${state}`);

it('is of a type that the cloud was not given, which the cloud says by name', async () => {
  await send([-60], 1_500, 1);
  await until(async () => {
    const { machineTypesUnknown } = await site.cloud.json<{ machineTypesUnknown: string[] }>('/api/status');
    return machineTypesUnknown.join() === 'hall-fan';
  }, 'the cloud to name the type');
});

it('is stopped in the cloud, whatever its values are, until it runs again', async () => {
  await send([0, 60, 120, 180], 1_500, 1);
  await until(async () => (await fan()) !== undefined, 'the fan');
  await send([240, 300], 0, 9);
  await untilState('stopped');
  expect(await fan()).toMatchObject({
    since: beganMs + 240_000,
    stateReason: expect.stringMatching(/^It stands since \S+ .*, and is not judged at rest$/),
  });
  const listed = await harbingerJson<{ machines: Machine[] }>(
    'machines',
    'list',
    '--url',
    site.cloud.httpUrl,
  );
  expect(listed.machines).toMatchObject([{ machine: 'fan-1', state: 'stopped' }]);

  await sensor.endAsync(true);
  await Promise.all([site.gateway.kill9(), site.cloud.kill9()]);
  await site.cloud.restart();
  await site.gateway.restart();
  sensor = await connectSensor(site, { clientId: 'fan-1' });
  await untilState('stopped');
  await send([360, 370], 0, 9);
  expect(await fan()).toMatchObject({ state: 'stopped', since: beganMs + 240_000 });
  await send([420, 480], 1_500, 1);
  await until(async () => (await fan())?.state !== 'stopped', 'the fan to run');
});

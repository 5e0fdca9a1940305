/**
 * Settings of a gateway from the command line of the cloud: in force within five seconds, kept off-line and over a kill, named by the
 * doctor; what is read at the start alone waits for one, and says so; what must not come from a cloud is refused.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ShownDocument } from '../../../cloud/ports/fleet/fleet.ts';
import { harbinger, harbingerJson } from '../cli.ts';
import { connectSensor, createFanSite, fanType } from '../fan.ts';
import { gatewayName, type Site, until } from '../site.ts';

let site: Site;

beforeAll(async () => {
  site = await createFanSite(fanType('stepMs = 100\nsilentAfterMs = 0', 'warn = 4\nalarm = 9'), {
    gateway: { decisions: { alerts: { sampleMs: 0 } } },
  });
  await site.cloud.start();
  await site.gateway.start();
});
afterAll(() => site?.dispose());

const reach = () => ['--url', site.cloud.httpUrl];
const why = ['--gateway', gatewayName, '--why', 'to look closer', '--by', 'maria'];

async function shown(setting: string): Promise<ShownDocument | undefined> {
  const { documents } = await harbingerJson<{ documents: ShownDocument[] }>(
    ...['settings', 'show', '--gateway', gatewayName, ...reach()],
  );
  return documents.find(({ name }) => name === setting);
}

async function stands(setting: string, state: string): Promise<ShownDocument> {
  let last: ShownDocument | undefined;
  await until(async () => {
    last = await shown(setting);
    return last?.gateways[0]?.state === state;
  }, `${setting} to be ${state}`);
  return last!;
}

interface Status {
  alerts: { records: { sample: number } };
  fleet: { documents: { state: string }[] };
}
const samples = async () => (await site.gateway.json<Status>('/api/status')).alerts.records.sample;

/** Sends readings until an ordinary decision is recorded, which the file of the gateway forbids. */
async function recordedWhileSending(): Promise<void> {
  const sensor = await connectSensor(site, { clientId: 'fan-1' });
  const before = await samples();
  await until(async () => {
    await sensor.publishAsync('telemetry/hall/fan-1', JSON.stringify({ vibration_x: 2 }), { qos: 1 });
    return (await samples()) > before;
  }, 'a decision to be recorded');
  await sensor.endAsync();
}

it('a setting is in force within seconds, off-line and over a kill, and the file counts again when it is unset', async () => {
  const setting = 'decisions.alerts.sampleMs';
  expect(await harbinger('settings', 'set', setting, '1', ...why, ...reach())).toMatchObject({ code: 0 });
  const { askedMs, gateways } = await stands(setting, 'in-force');
  expect(gateways[0]!.atMs! - askedMs).toBeLessThan(5_000);
  await recordedWhileSending();

  await site.cloud.stop();
  await site.gateway.kill9();
  await site.gateway.restart();
  await recordedWhileSending();
  const doctor = await harbinger('doctor', 'gateway', '--data', site.gatewayDir);
  expect(doctor.stdout).toContain(
    `${setting} is 1, from the cloud, in place of the configuration file (maria: to look closer)`,
  );

  await site.cloud.restart();
  expect(await harbinger('settings', 'unset', setting, ...why, ...reach())).toMatchObject({ code: 0 });
  await until(
    async () => (await site.gateway.json<Status>('/api/status')).fleet.documents.length === 0,
    'the gateway to hear of it',
  );
  const { items } = await site.cloud.json<{ items: { action: string; subject: string }[] }>('/api/audit');
  const actions = items.filter(({ subject }) => subject.includes(setting)).map(({ action }) => action);
  expect(new Set(actions)).toEqual(new Set(['fleet.set', 'fleet.remove']));
});

it('what is read at the start waits for the next one, and what must not come from a cloud is refused', async () => {
  const budget = 'decisions.alerts.budgetMs';
  await harbinger('settings', 'set', budget, '700', ...why, ...reach());
  const waiting = await stands(budget, 'preparing');
  expect(waiting.gateways[0]!.differs).toContain(`${budget} is 1000 until the gateway starts again`);
  await site.gateway.stop();
  await site.gateway.restart();
  await stands(budget, 'in-force');

  await harbinger('settings', 'set', 'broker.anonymous', 'anyone', ...why, ...reach());
  const refused = await stands('broker.anonymous', 'refused');
  expect(refused.gateways[0]!.differs).toContain('cannot be set from the cloud');
});

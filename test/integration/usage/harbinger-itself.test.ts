/**
 * Alerts about Harbinger itself, from their cause to the receiver of alerts: told once, ended once, whatever is killed
 * meanwhile; one alert for a gateway, however many machines it has.
 */
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GatewaySummary } from '../../../cloud/ports/retired/retired.ts';
import { ownVersion } from '../../../shared/files/paths.ts';
import { createSite, drained, gatewayName, type Site } from '../site.ts';
import { ToldConditions } from '../told-conditions.ts';

const told = new ToldConditions();
let site: Site;

beforeAll(async () => {
  await told.start();
  site = await createSite({
    cloud: { alerts: { webhook: told.webhook }, conditions: { gatewaySilentS: 3 } },
  });
  await site.cloud.start();
  await site.gateway.start();
});
afterAll(async () => {
  await site?.dispose();
  told.stop();
});

async function send(machines: number): Promise<void> {
  const sensor = await connectAsync(site.gateway.mqttUrl, { reconnectPeriod: 0 });
  for (let i = 1; i <= machines; i++)
    await sensor.publishAsync(`telemetry/load/m-${i}`, JSON.stringify({ level: i }), { qos: 1 });
  await sensor.endAsync(true);
  await drained(site);
}

interface MachineOfApi {
  gatewaySilentSinceMs: number | null;
}

const silences = async () => {
  const { machines } = await site.cloud.json<{ machines: MachineOfApi[] }>('/api/machines');
  return machines.map(({ gatewaySilentSinceMs }) => gatewaySilentSinceMs);
};
const contact = async () => {
  const { gateways } = await site.cloud.json<{ gateways: { contact: string }[] }>('/api/gateways');
  return gateways.map((gateway) => gateway.contact);
};

it('a gateway that is killed is one alert that counts its machines, which ends when it runs again; a restart of the cloud tells nothing twice', async () => {
  await send(3);
  expect(await silences()).toEqual([null, null, null]);
  const { gateways } = await site.cloud.json<{ gateways: GatewaySummary[] }>('/api/gateways');
  expect(gateways[0]?.figures).toMatchObject({ version: ownVersion(), models: [] });
  await site.gateway.kill9();
  const opened = await told.until('gateway-silent', ['opened']);
  expect(opened).toMatchObject({ severity: 'critical', about: { kind: 'gateway', name: gatewayName } });
  expect(opened.reasons[0]).toMatch(
    new RegExp(`^Gateway ${gatewayName} silent since .+; 3 machines behind it\\.$`),
  );
  const sinceMs = Date.parse(opened.since);
  expect(await silences()).toEqual([sinceMs, sinceMs, sinceMs]);

  await site.cloud.kill9();
  await site.cloud.restart();
  expect(await silences()).toEqual([sinceMs, sinceMs, sinceMs]);
  await site.gateway.restart();
  const ended = await told.until('gateway-silent', ['opened', 'resolved']);
  expect(ended.conditionId).toBe(opened.conditionId);
  expect(ended.reasons[0]).toMatch(/is heard again since/);
  expect(await silences()).toEqual([null, null, null]);
  expect(await contact()).toEqual(['heard']);
});

it('a gateway that is stopped in order is told as stopped, and a gateway that was retired is not told of any more', async () => {
  await site.gateway.stop();
  const stopped = await told.until('gateway-silent', ['opened', 'resolved', 'opened']);
  expect(stopped).toMatchObject({ severity: 'warning' });
  expect(stopped.reasons[0]).toMatch(/was stopped at .+; 3 machines behind it\.$/);
  expect(await contact()).toEqual(['stopped']);

  await site.cloud.json('/api/gateways/retire', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ gateway: gatewayName }),
  });
  const retired = await told.until('gateway-silent', ['opened', 'resolved', 'opened', 'resolved']);
  expect(retired.reasons[0]).toMatch(/is not watched any more/);
});

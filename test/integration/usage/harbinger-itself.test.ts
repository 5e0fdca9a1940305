/**
 * Alerts about Harbinger itself, from their cause to the receiver of alerts: told once, ended once, whatever is killed
 * meanwhile; one alert for a gateway, however many machines it has.
 */
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ConditionData } from '../../../shared/contract/condition.ts';
import { makeCertificate } from '../../support/openssl.ts';
import { AlertReceiver } from '../../support/peers/alert-receiver.ts';
import { createSite, drained, gatewayName, type Site, until } from '../site.ts';

const receiver = new AlertReceiver();
let site: Site;

beforeAll(async () => {
  await receiver.start();
  const hook = { name: 'hook', url: receiver.url, backoffFirstMs: 50, backoffMaxMs: 200 };
  site = await createSite({
    cloud: { alerts: { webhook: [hook] }, conditions: { gatewaySilentS: 3 } },
  });
  await site.cloud.start();
  await site.gateway.start();
});
afterAll(async () => {
  await site?.dispose();
  receiver.stop();
});

interface Told {
  alertchange: string;
  data: ConditionData;
}

const told = (condition: string) =>
  ([...receiver.told.values()] as unknown as Told[]).filter(({ data }) => data.condition === condition);
const changesOf = (condition: string) => told(condition).map(({ alertchange }) => alertchange);

async function untilTold(condition: string, changes: string[]): Promise<ConditionData> {
  await until(() => changesOf(condition).length >= changes.length, `${condition} to be told`);
  expect(changesOf(condition)).toEqual(changes);
  return told(condition).at(-1)!.data;
}

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
  await site.gateway.kill9();
  const opened = await untilTold('gateway-silent', ['opened']);
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
  const ended = await untilTold('gateway-silent', ['opened', 'resolved']);
  expect(ended.conditionId).toBe(opened.conditionId);
  expect(ended.reasons[0]).toMatch(/is heard again since/);
  expect(await silences()).toEqual([null, null, null]);
  expect(await contact()).toEqual(['heard']);
});

it('a gateway that is stopped in order is told as stopped, and a gateway that was retired is not told of any more', async () => {
  await site.gateway.stop();
  const stopped = await untilTold('gateway-silent', ['opened', 'resolved', 'opened']);
  expect(stopped).toMatchObject({ severity: 'warning' });
  expect(stopped.reasons[0]).toMatch(/was stopped at .+; 3 machines behind it\.$/);
  expect(await contact()).toEqual(['stopped']);

  await site.cloud.json('/api/gateways/retire', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ gateway: gatewayName }),
  });
  const retired = await untilTold('gateway-silent', ['opened', 'resolved', 'opened', 'resolved']);
  expect(retired.reasons[0]).toMatch(/is not watched any more/);
});

it('a disk that is nearly full and a certificate near its end are told by the gateway, once, and end', async () => {
  const certificate = { certFile: join(site.folder, 'b.crt'), keyFile: join(site.folder, 'b.key') };
  makeCertificate(certificate.certFile, certificate.keyFile, '-subj', '/CN=localhost');
  await site.dropIn('worse', {
    conditions: { diskFreePercentMin: 100 },
    broker: { tls: certificate },
  });
  await site.gateway.start();
  const disk = await untilTold('disk-space', ['opened']);
  expect(disk).toMatchObject({ about: { kind: 'gateway', name: gatewayName } });
  expect(disk.reasons[0]).toContain(site.gatewayDir);
  const expiry = await untilTold('certificate-expiry', ['opened']);
  expect(expiry).toMatchObject({
    severity: 'critical',
    item: expect.stringContaining('broker.tls.certFile'),
  });

  await drained(site);
  await site.gateway.kill9();
  await site.gateway.restart();
  await site.dropIn('worse', { conditions: { diskFreePercentMin: 0 } });
  await site.gateway.stop();
  await site.gateway.start();
  expect((await untilTold('disk-space', ['opened', 'resolved'])).conditionId).toBe(disk.conditionId);
  expect((await untilTold('certificate-expiry', ['opened', 'resolved'])).conditionId).toBe(
    expiry.conditionId,
  );
});

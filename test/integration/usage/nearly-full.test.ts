/**
 * Conditions that the gateway finds of itself, over a kill and a change of its configuration. They are looked at for a while before
 * they open and end, so this waits for minutes: it is a test of its own, beside the shorter one of gateways that are silent.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeCertificate } from '../../support/openssl.ts';
import { createSite, drained, gatewayName, type Site } from '../site.ts';
import { ToldConditions } from '../told-conditions.ts';

const told = new ToldConditions();
let site: Site;

beforeAll(async () => {
  await told.start();
  site = await createSite({ cloud: { alerts: { webhook: told.webhook } } });
  await site.cloud.start();
});
afterAll(async () => {
  await site?.dispose();
  told.stop();
});

it('a disk that is nearly full and a certificate near its end are told by the gateway, once, and end', {
  tags: ['long'],
}, async () => {
  const certificate = { certFile: join(site.folder, 'b.crt'), keyFile: join(site.folder, 'b.key') };
  makeCertificate(certificate.certFile, certificate.keyFile, '-subj', '/CN=localhost');
  await site.dropIn('worse', {
    conditions: { diskFreePercentMin: 100 },
    broker: { tls: certificate },
  });
  await site.gateway.start();
  const disk = await told.until('disk-space', ['opened']);
  expect(disk).toMatchObject({ about: { kind: 'gateway', name: gatewayName } });
  expect(disk.reasons[0]).toContain(site.gatewayDir);
  const expiry = await told.until('certificate-expiry', ['opened']);
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
  expect((await told.until('disk-space', ['opened', 'resolved'])).conditionId).toBe(disk.conditionId);
  expect((await told.until('certificate-expiry', ['opened', 'resolved'])).conditionId).toBe(
    expiry.conditionId,
  );
});

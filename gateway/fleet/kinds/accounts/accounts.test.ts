/** Accounts of devices that a cloud wants: in force at once, over restarts, and gone when it wants them no more. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { DesiredDocument } from '../../../../shared/contract/fleet/documents.ts';
import { encodeCloudSays } from '../../../../shared/contract/fleet/exchange.ts';
import { silentLog } from '../../../../shared/runtime/log.ts';
import { manualClock } from '../../../../shared/runtime/manual-clock.ts';
import { Devices } from '../../../devices/devices.ts';
import { createFleet } from '../../create-fleet.ts';

const passwordHash = 'scrypt:2:1:1:aaaaaaaaaaaaaaaa:aaaaaaaaaaaaaaaa';
let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'harbinger-accounts-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

function gatewayOf(reserved: string[] = []) {
  const clock = manualClock();
  const base = { clock, log: silentLog };
  const devices = Devices.in(dataDir, { reserved: () => reserved, ...base });
  const outbox = { event: async () => undefined };
  const { fleet } = createFleet({
    gateway: 'hall',
    dataDir,
    accounts: devices,
    outbox,
    say: () => undefined,
    ...base,
  });
  return { devices, fleet };
}

const document = (version: number, more: object = {}): DesiredDocument => ({
  ...{ kind: 'accounts', name: 'fan-3', version, gateway: 'hall', body: { user: 'fan-3', passwordHash } },
  ...{ who: 'maria', why: 'new', askedMs: 5, seal: '' },
  ...more,
});
const said = (...documents: DesiredDocument[]) =>
  encodeCloudSays({ timeMs: 1_000, documents, want: [], retell: [] })[0]!;

it('are in force when they are heard, and after a restart without the cloud', async () => {
  const { devices, fleet } = gatewayOf();
  fleet.heard(said(document(1)));
  await vi.waitFor(() => expect(devices.find('fan-3')).toMatchObject({ passwordHash }));
  expect(devices.list()).toMatchObject([{ user: 'fan-3', from: 'cloud', by: 'maria' }]);
  expect(JSON.stringify(fleet.stats())).not.toContain('scrypt');
  await fleet.stop();
  const again = gatewayOf();
  expect(again.devices.find('fan-3')).toMatchObject({ passwordHash });
  again.fleet.heard(said(document(2, { removed: true, body: {} })));
  await vi.waitFor(() => expect(again.devices.find('fan-3')).toBeNull());
});

it('that cannot be in force are refused, and say why', async () => {
  const { devices, fleet } = gatewayOf(['fan-3']);
  fleet.heard(said(document(1), document(1, { name: 'x', body: { user: 'x' } })));
  await vi.waitFor(() => expect(fleet.stats().documents).toHaveLength(2));
  expect(fleet.stats().documents).toMatchObject([
    { state: 'refused', problem: expect.stringMatching(/name of a user of the gateway's configuration/) },
    { state: 'refused', problem: expect.stringMatching(/neither a secret nor a certificate/) },
  ]);
  expect(devices.find('fan-3')).toBeNull();
});

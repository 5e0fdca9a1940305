import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newDeviceSecret } from '../../shared/devices/device-secret.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { Devices } from './devices.ts';

const passwordHash = 'scrypt:2:1:1:aaaaaaaaaaaaaaaa:aaaaaaaaaaaaaaaa';
const fingerprint = Array(32).fill('AB').join(':');
const maria = { by: 'maria', address: '::1' };
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-devices-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = () => Devices.in(folder, { reserved: () => ['panel'], clock: manualClock(), log: silentLog });

it('accounts are kept over restarts, readable by their owner alone, and hold no secret', async () => {
  const { secret, passwordHash: made } = await newDeviceSecret();
  await open().add([{ user: 'fan-3', passwordHash: made, lifecycle: true }], maria);
  const path = join(folder, 'devices.json');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(path, 'utf8')).not.toContain(secret);
  const again = open();
  expect(again.find('fan-3')).toMatchObject({ passwordHash: made, lifecycle: true });
  const [listed] = again.list();
  expect(listed).toMatchObject({ user: 'fan-3', by: 'maria', hasSecret: true, from: 'gateway' });
  expect(JSON.stringify(listed)).not.toContain('scrypt');
});

it('all or none are added, and each change is told when it is on disk', async () => {
  const devices = open();
  const told: (readonly string[])[] = [];
  devices.onChange((users) => told.push(users));
  const add = (...users: string[]) =>
    devices.add(
      users.map((user) => ({ user, passwordHash })),
      maria,
    );
  await add('a', 'b');
  await expect(add('c', 'a')).rejects.toMatchObject({ code: 'DEVICES_EXIST' });
  await expect(add('d', 'd')).rejects.toMatchObject({ code: 'DEVICES_EXIST' });
  await expect(add('panel')).rejects.toMatchObject({ code: 'DEVICES_EXIST' });
  await expect(devices.add([{ user: 'e' }], maria)).rejects.toMatchObject({ code: 'DEVICES_INVALID' });
  expect([...devices.users()]).toEqual(['a', 'b']);
  await devices.rotate('a', { certificate: fingerprint }, maria);
  await expect(devices.rotate('x', { passwordHash }, maria)).rejects.toMatchObject({
    code: 'DEVICES_UNKNOWN',
  });
  expect(await devices.revoke(['b', 'x'], maria)).toEqual({ revoked: ['b'], unknown: ['x'] });
  expect(told).toEqual([['a', 'b'], ['a'], ['b']]);
  expect(open().revoked()).toMatchObject([{ user: 'b', by: 'maria' }]);
});

it('a device is known by its certificate, which no other one can have, however it is written', async () => {
  const devices = open();
  await devices.add([{ user: 'a', certificate: `sha256:${'ab'.repeat(32)}` }], maria);
  await devices.add([{ user: 'b', certificate: 'CN=press-1' }], maria);
  expect(devices.byCertificate({ fingerprint })).toMatchObject({ user: 'a' });
  expect(devices.byCertificate({ fingerprint: 'x', name: 'press-1' })).toMatchObject({ user: 'b' });
  expect(devices.byCertificate({ fingerprint: 'x' })).toBeNull();
  const twin = devices.add([{ user: 'c', certificate: fingerprint }], maria);
  await expect(twin).rejects.toMatchObject({ code: 'DEVICES_EXIST' });
});

it('what a cloud wants is there beside it, and never in place of what was added here', async () => {
  const devices = open();
  await devices.add([{ user: 'here', passwordHash }], maria);
  const wanted = { addedMs: 1, changedMs: 1, by: 'cloud' };
  expect(devices.problem({ user: 'here', passwordHash })).toMatch(/was added at the gateway/);
  expect(devices.problem({ user: 'panel', passwordHash })).toMatch(/name of a user/);
  expect(devices.problem({ user: 'there', passwordHash })).toBeNull();
  const told: (readonly string[])[] = [];
  devices.onChange((users) => told.push(users));
  devices.follow([{ user: 'there', passwordHash, ...wanted }]);
  devices.follow([{ user: 'there', passwordHash, ...wanted }]);
  await expect(devices.add([{ user: 'there', passwordHash }], maria)).rejects.toMatchObject({
    code: 'DEVICES_EXIST',
  });
  expect(devices.list()).toMatchObject([{ from: 'gateway' }, { user: 'there', from: 'cloud' }]);
  devices.follow([]);
  expect(told).toEqual([['there'], ['there']]);
  expect(devices.find('there')).toBeNull();
});

it('a damaged file is set aside, and a newer one stops the start', () => {
  const path = join(folder, 'devices.json');
  writeFileSync(path, '{"format":"harbinger-devices"');
  expect(open().list()).toEqual([]);
  writeFileSync(path, '{"format":"harbinger-devices","version":2}');
  expect(open).toThrow(/have format 2/);
});

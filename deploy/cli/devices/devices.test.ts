/** `harbinger devices`, with a gateway's API. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { memoryLetters, startHttp, stopAll } from '../../../gateway/api/running-http.testing.ts';
import { Devices } from '../../../gateway/devices/devices.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { verifyPassword } from '../../../shared/security/passwords.ts';
import { runInside } from '../run-command.testing.ts';

let folder = '';
let url = '';
let devices: Devices;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-devices-'));
  devices = Devices.in(folder, { reserved: () => ['sensors'], clock: manualClock(), log: silentLog });
  const { port } = await startHttp({ openOnLoopback: true }, memoryLetters(0), silentLog, devices);
  url = `http://127.0.0.1:${port}`;
});
afterEach(async () => {
  await stopAll();
  rmSync(folder, { recursive: true });
});

const run = (...args: string[]) => runInside(['devices', ...args, '--url', url]);
const secretIn = (text: string) => /secret: (\S+)/.exec(text)?.[1] ?? '';

it('adds a device, shows its secret once, replaces it, and revokes the device', async () => {
  const added = await run('add', 'fan-3', '--machine', 'hall-1/{user}', '--by', 'maria');
  expect(added).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/publishes telemetry\/hall-1\/fan-3\/#\n/),
  });
  const secret = secretIn(added.stdout);
  expect(await verifyPassword(secret, devices.find('fan-3')!.passwordHash!)).toBe(true);
  expect(await run('add', 'fan-3')).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/rotate its secret/),
  });
  expect(await run('add', 'sensors')).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/configuration/),
  });
  const list = await run('list');
  expect(list.stdout).toMatch(/fan-3 +secret +telemetry\/hall-1\/fan-3\/# +gateway +in force +maria/);
  const rotated = secretIn((await run('rotate', 'fan-3')).stdout);
  expect(await verifyPassword(secret, devices.find('fan-3')!.passwordHash!)).toBe(false);
  expect(await verifyPassword(rotated, devices.find('fan-3')!.passwordHash!)).toBe(true);
  expect(JSON.stringify(await run('list', '--json'))).not.toMatch(new RegExp(`scrypt|${secret}|${rotated}`));
  expect(await run('revoke', 'fan-3', 'x')).toEqual({
    status: 1,
    stdout: '1 revoked\n',
    stderr: 'there is no device x\n',
  });
});

it('shows the rights that are in force, and warns of wide ones', async () => {
  const added = await run('add', 'panel', '--subscribe', 'harbinger/#', '--certificate', 'CN=panel');
  expect(added.stdout).toBe('panel is added: it publishes nothing\n');
  const wide = await run('add', 'bridge', '--machine', '+/+', '--lifecycle');
  expect(wide.stderr).toMatch(/warning: bridge may send readings of every machine\n/);
  const { stdout } = await run('show', 'panel');
  expect(stdout).toBe('panel, certificate, in force\n  subscribes  harbinger/#\n  publishes   nothing\n');
  expect((await run('show', 'bridge')).stdout).toMatch(
    /publishes {3}lifecycle\/\+\/\+\n(?:.*\n)*warning: it may end/,
  );
});

it('imports a file, as a whole or not at all, and prints the secrets that it made', async () => {
  const file = join(folder, 'fans.csv');
  writeFileSync(
    file,
    'name,secret,machine,lifecycle\nfan-1,,hall-1/fan-1,\nfan-2,"a,b""cdefgh",hall-1/fan-2 hall-1/x,yes\n',
  );
  const { status, stdout } = await run('import', file);
  expect([status, stdout]).toEqual([0, expect.stringMatching(/^name,secret\nfan-1,\S{32}\n$/)]);
  expect(devices.find('fan-2')).toMatchObject({ machines: ['hall-1/fan-2', 'hall-1/x'], lifecycle: true });
  expect(await verifyPassword('a,b"cdefgh', devices.find('fan-2')!.passwordHash!)).toBe(true);
  writeFileSync(file, '[{"name": "fan-3"}, {"name": "fan-4", "secret": "short"}]');
  const refused = await run('import', file);
  expect(refused).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(/device 2 \(fan-4\): its secret/),
  });
  expect(refused.stderr).not.toContain('"short"');
  expect(devices.find('fan-3')).toBeNull();
});

it('imports cells that are empty, or parted by semicolons, into their own columns', async () => {
  const file = join(folder, 'fans.csv');
  writeFileSync(file, '\uFEFFmachine;name;secret\n;fan-2;S3cretpass-99\n');
  expect((await run('import', file)).status).toBe(0);
  expect(await verifyPassword('S3cretpass-99', devices.find('fan-2')!.passwordHash!)).toBe(true);
  for (const [text, problem] of [
    ['name,secret\nfan-3,S3cretpass-99,more\n', /device 1: it has more cells/],
    ['name,secret\nfan-3,"S3cretpass-99\n', /a quote is not closed/],
  ] as const) {
    writeFileSync(file, text);
    const { status, stderr } = await run('import', file);
    expect([status, stderr]).toEqual([2, expect.stringMatching(problem)]);
    expect(stderr).not.toContain('S3cretpass');
  }
});

it('with --gateway it asks the cloud, which never gets a secret', async () => {
  const asked: { method?: string; body?: Record<string, unknown> }[] = [];
  const body = { user: 'fan-3', machines: ['hall-1/fan-3'], passwordHash: '(hidden)' };
  const standing = { gateway: 'hall', version: null, state: null, atMs: null, differs: 'it is on its way' };
  const about = {
    kind: 'accounts',
    version: 1,
    text: '',
    who: 'maria',
    why: 'new',
    askedMs: 1,
    isOver: false,
  };
  const documents = [{ ...about, name: 'fan-3', gateway: 'hall', body, gateways: [standing] }];
  const cloud = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray()).toString();
    asked.push({ method: request.method ?? '', ...(text !== '' && { body: JSON.parse(text) }) });
    response.end(
      JSON.stringify(request.method === 'GET' ? { documents, kinds: [] } : { document: documents[0] }),
    );
  });
  await new Promise<void>((listening) => cloud.listen(0, '127.0.0.1', listening));
  const cloudUrl = `http://127.0.0.1:${(cloud.address() as AddressInfo).port}`;
  const ask = (...args: string[]) => runInside(['devices', ...args, '--gateway', 'hall', '--url', cloudUrl]);
  try {
    const added = await ask('add', 'fan-4', '--machine', 'hall-1/fan-4');
    expect(added.status).toBe(0);
    const set = asked.at(-1)!.body as { body: { passwordHash: string }; gateway: string };
    expect(set).toMatchObject({ kind: 'accounts', gateway: 'hall', why: 'added' });
    expect(await verifyPassword(secretIn(added.stdout), set.body.passwordHash)).toBe(true);
    expect(JSON.stringify(asked)).not.toContain(secretIn(added.stdout));
    expect((await ask('add', 'fan-3')).stderr).toMatch(/there is a device 'fan-3' already/);
    expect((await ask('list')).stdout).toMatch(
      /fan-3 +secret +telemetry\/hall-1\/fan-3\/# +cloud +it is on its way/,
    );
    await ask('rotate', 'fan-3');
    expect(asked.at(-1)).toMatchObject({
      method: 'POST',
      body: {
        body: { user: 'fan-3', machines: ['hall-1/fan-3'], passwordHash: expect.stringMatching(/^scrypt:/) },
      },
    });
    expect((await ask('revoke', 'fan-3')).stdout).toBe('1 revoked\n');
    expect(asked.at(-1)).toMatchObject({ method: 'DELETE', body: { kind: 'accounts', name: 'fan-3' } });
  } finally {
    cloud.close();
  }
});

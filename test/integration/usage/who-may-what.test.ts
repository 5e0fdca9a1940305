/**
 * Devices and users of a real gateway and cloud: added from the command line and from the cloud, changed by a configuration that is
 * read again, and no secret of theirs in any log, status, metric, list or audit.
 */
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { harbinger, harbingerJson } from '../cli.ts';
import { gatewayName, linkPassword, type Site, startSite, until } from '../site.ts';

const secrets = [
  linkPassword,
  'first-password-of-panel',
  'second-password-of-panel',
  'a-wrong-password-of-fan-3',
];
const users = (password: string) => ({ broker: { users: [{ name: 'panel', password }] } });

let site: Site;
beforeAll(async () => {
  site = await startSite({ gateway: users(secrets[1]!) });
});
afterAll(() => site?.dispose());

const mayConnect = (username: string, password: string) =>
  connectAsync(site.gateway.mqttUrl, { username, password, reconnectPeriod: 0 }, false).then(
    async (client) => {
      await client.endAsync(true);
      return true;
    },
    () => false,
  );

async function madeSecret(args: string[], key: 'secret' | 'token'): Promise<string> {
  const made = (await harbingerJson<Record<string, string>>(...args))[key]!;
  secrets.push(made);
  return made;
}

it('a device that is added signs in, here and from the cloud, and a revoked one does not', async () => {
  const here = ['--url', site.gateway.httpUrl];
  const secret = await madeSecret(['devices', 'add', 'fan-3', ...here], 'secret');
  expect(await mayConnect('fan-3', secret)).toBe(true);
  expect(await mayConnect('fan-3', secrets[3]!)).toBe(false);
  const atCloud = ['--gateway', gatewayName, '--url', site.cloud.httpUrl];
  const other = await madeSecret(['devices', 'add', 'fan-4', ...atCloud], 'secret');
  await until(() => mayConnect('fan-4', other), 'fan-4 to be let in');
  expect((await harbinger('devices', 'revoke', 'fan-3', ...here)).code).toBe(0);
  expect(await mayConnect('fan-3', secret)).toBe(false);
  expect((await harbinger('devices', 'revoke', 'fan-4', ...atCloud)).code).toBe(0);
  await until(async () => !(await mayConnect('fan-4', other)), 'fan-4 to be refused');
});

it('a configuration that is read again lets its users in, and says what needs a restart', async () => {
  expect(await mayConnect('panel', secrets[1]!)).toBe(true);
  await site.dropIn('users', { ...users(secrets[2]!), journal: { whenFull: 'refuse' } });
  process.kill(site.gateway.pid, 'SIGHUP');
  await until(() => mayConnect('panel', secrets[2]!), 'the other password to be right');
  expect(await mayConnect('panel', secrets[1]!)).toBe(false);
  const said = site.gateway.logs.map((line) => JSON.stringify(line)).join('\n');
  expect(said).toMatch(/"inForce":\["broker\.users"\]/);
  expect(said).toMatch(/"afterRestart":\[\{"setting":"journal\.whenFull"/);
});

it('a cloud goes on when it is told to read its configuration again, and says what needs a restart', async () => {
  process.kill(site.cloud.pid, 'SIGHUP');
  const said = () => site.cloud.logs.map((line) => JSON.stringify(line)).join('\n');
  await until(() => /the configuration was read again/.test(said()), 'the log to say so');
  expect((await fetch(`${site.cloud.httpUrl}/healthz`)).status).toBe(200);
});

it('a gateway that is added to the configuration of the cloud is let in, and one that is left out loses its connection', async () => {
  const at = ['cloud', '--url', site.cloud.httpUrl];
  const [own, other] = [gatewayName, 'hall-2'].map((id) => ({ id, password: linkPassword }));
  await site.dropInCloud('gateways', { gateways: [own, other], ingest: { checkMsMax: 9_999 } });
  const expected = { inForce: ['gateways'], afterRestart: [{ setting: 'ingest.checkMsMax' }] };
  expect(await harbingerJson('config', 'diff', ...at)).toMatchObject(expected);
  expect(await harbingerJson('config', 'reload', ...at)).toMatchObject({ ...expected, problems: [] });
  expect(await harbingerJson('config', 'diff', ...at)).toMatchObject({ inForce: [] });
  const url = `mqtt://127.0.0.1:${site.ingestPort}`;
  const login = { username: 'hall-2', password: linkPassword, clientId: 'uplink', reconnectPeriod: 0 };
  const client = await connectAsync(url, login, false);
  const { gateways } = await site.cloud.json<{ gateways: { gateway: string }[] }>('/api/gateways');
  expect(gateways.map(({ gateway }) => gateway)).toContain('hall-2');
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
  await site.dropInCloud('gateways', { gateways: [own], ingest: { checkMsMax: 9_999 } });
  expect(await harbinger('config', 'reload', ...at)).toMatchObject({ code: 0 });
  await closed;
  await expect(connectAsync(url, login, false)).rejects.toThrow();
});

it('a token of a gateway is another as soon as its configuration is read again, and a wrong file changes nothing', async () => {
  const at = ['gateway', '--url', site.gateway.httpUrl];
  await site.dropIn('wrong', { uplink: { batchBytesMax: 'many' } });
  const refused = await harbinger('config', 'reload', ...at);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing was changed') });
  await site.dropIn('wrong', { heartbeat: { everyS: 77 } });
  expect(await harbingerJson('config', 'reload', ...at)).toMatchObject({ inForce: ['heartbeat.everyS'] });
});

it('a file that has no users any more signs nobody out, and is told until one that is sound is read', async () => {
  const at = ['gateway', '--url', site.gateway.httpUrl];
  const open = async () => {
    const { alerts } = await site.cloud.json<{ alerts: { condition?: { condition: string } }[] }>(
      '/api/alerts?state=open',
    );
    return alerts.filter(({ condition }) => condition?.condition === 'configuration-refused').length;
  };
  await until(async () => (await open()) === 0, 'what was told of the wrong file to end');
  await site.dropIn('users', { broker: { users: [] } });
  process.kill(site.gateway.pid, 'SIGHUP');
  await until(async () => (await open()) === 1, 'the alert about the configuration');
  expect(await mayConnect('panel', secrets[2]!)).toBe(true);
  expect(await harbinger('config', 'diff', ...at)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('broker.users: the process runs by it'),
  });
  await site.dropIn('users', { ...users(secrets[2]!), journal: { whenFull: 'refuse' } });
  process.kill(site.gateway.pid, 'SIGHUP');
  await until(async () => (await open()) === 0, 'the alert to end');
  expect(await mayConnect('panel', secrets[2]!)).toBe(true);
});

it('no secret is in what can be read or asked for', async () => {
  await madeSecret(['users', 'add', 'maria', '--role', 'viewer', '--url', site.cloud.httpUrl], 'token');
  const texts = [...site.gateway.logs, ...site.cloud.logs].map((line) => JSON.stringify(line));
  const asked = [
    [site.gateway.httpUrl, ['/metrics', '/api/status', '/api/devices', '/api/deadletters', '/readyz']],
    [
      site.cloud.httpUrl,
      ['/metrics', '/api/status', '/api/fleet', '/api/audit', '/api/people', '/api/events'],
    ],
  ] as const;
  for (const [url, paths] of asked)
    for (const path of paths) {
      const answer = await fetch(`${url}${path}`);
      expect([path, answer.status]).toEqual([path, 200]);
      texts.push(await answer.text());
    }
  const all = texts.join('\n');
  expect(all).toContain('fan-3');
  expect(secrets.filter((secret) => all.includes(secret))).toEqual([]);
  expect(all).not.toMatch(/scrypt:\d/);
});

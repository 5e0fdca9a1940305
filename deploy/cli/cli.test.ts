/** Tests the command line as a process: signals, exit codes, checks of configuration files. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkGatewayConfig } from '../../gateway/main.ts';
import { describeProblem } from '../../shared/config/problem.ts';
import { compiledEntry } from '../../shared/files/paths.ts';
import { runInside, runProcess } from './run-command.testing.ts';

const main = compiledEntry('deploy/cli/main');
let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-cli-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function start(role: 'gateway' | 'cloud') {
  const args = [main, role, '--data', dir, '--mqtt-port', '0', '--http-port', '0'];
  // With a channel to the supervising process, as in the demonstration.
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const log: string[] = [];
  child.stderr!.on('data', (chunk) => log.push(String(chunk)));
  const ends = Promise.all([once(child, 'exit'), once(child.stderr!, 'end')]); // no 'close' after a disconnect
  return { child, log, ended: ends.then(([exit]) => exit) };
}

it('a command whose output cannot be written says so, and fails', () => {
  const full = openSync('/dev/full', 'w');
  writeFileSync(join(dir, 'gateway.toml'), '');
  const args = [main, 'config', 'check', 'gateway', join(dir, 'gateway.toml')];
  const { status, stderr } = spawnSync(process.execPath, args, {
    stdio: ['ignore', full, 'pipe'],
    encoding: 'utf8',
  });
  closeSync(full);
  expect(stderr).toMatch(/^harbinger: the output cannot be written: .*ENOSPC.*\n$/);
  expect(status).toBe(1);
});

describe.each(['gateway', 'cloud'] as const)('%s', (role) => {
  it('stops in order at Ctrl-C, which under npm arrives twice', async () => {
    const { child, log, ended } = start(role);
    await vi.waitFor(() => expect(existsSync(join(dir, 'run.json'))).toBe(true), { timeout: 120_000 });
    child.kill('SIGINT');
    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
    expect(log.join('').trimEnd().split('\n').at(-1)).toContain(
      'stopped in order: everything that was acknowledged',
    );
    expect(existsSync(join(dir, 'run.json'))).toBe(false);
  });

  it('stops when its supervisor is gone', async () => {
    const { child, ended } = start(role);
    await vi.waitFor(() => expect(existsSync(join(dir, 'run.json'))).toBe(true), { timeout: 120_000 });
    child.disconnect();
    expect(await ended).toEqual([0, null]);
  });

  it('stops when the signal arrives during start-up', async () => {
    const { child, ended } = start(role);
    const first = role === 'gateway' ? 'journal' : 'operations';
    await vi.waitFor(() => expect(existsSync(join(dir, first))).toBe(true), {
      timeout: 120_000,
      interval: 1,
    });
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(existsSync(join(dir, 'run.json'))).toBe(false);
  });
});

it.each([
  ['gateway', '--mqtt-port'],
  ['gateway', '--http-port'],
  ['cloud', '--mqtt-port'],
  ['cloud', '--http-port'],
] as const)('%s ends with a sentence where the port of %s is taken', async (role, option) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const taken = String((other.address() as AddressInfo).port);
  const free = option === '--mqtt-port' ? '--http-port' : '--mqtt-port';
  const { status, stderr } = runProcess([role, '--data', dir, option, taken, free, '0']);
  other.close();
  expect([status, stderr]).toEqual([1, expect.stringContaining(`port ${taken}`)]);
});

it('lists what a cloud quarantined, redrives it, and shows who requested that', async () => {
  const { child, ended } = start('cloud');
  await vi.waitFor(() => expect(existsSync(join(dir, 'run.json'))).toBe(true), { timeout: 120_000 });
  const ask = (...args: string[]) => runInside([...args, '--data', dir]);
  expect(await ask('quarantine', 'list')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^id .*reason\n$/),
  });
  expect((await ask('quarantine', 'show', '1')).stderr).toContain('there is no quarantined entry 1');
  expect((await ask('quarantine', 'redrive', '--all')).stdout).toMatch(/^0 redriven/);
  const refused = await ask('quarantine', 'redrive', '7', '8');
  expect(refused).toMatchObject({ status: 1, stdout: expect.stringContaining('no quarantined entry 7') });
  expect(await ask('columns')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^measurement .*written \(.+\)\n$/),
  });
  expect((await ask('columns', 'free', 'generic', 'x')).stderr).toContain(
    "no table of a measurement 'generic'",
  );
  expect((await ask('notifications', 'list', '--json')).stdout).toContain('"items": []');
  expect(await ask('notifications', 'redrive', 'a/b', 'c/d')).toMatchObject({ status: 1 });
  const url = (JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8')) as { httpUrl: string }).httpUrl;
  expect((await runInside(['audit', '--url', url])).stderr).toContain('none was given: set $HARBINGER_TOKEN');
  expect((await runInside(['audit', '--url', url, '--token', 'another'])).stderr).toContain(
    'this is another',
  );
  const { items } = JSON.parse((await ask('audit', '--json')).stdout) as {
    items: { action: string; subject: string }[];
  };
  const asked = items.map(({ action, subject }) => `${action} ${subject}`);
  expect([...new Set(asked)]).toEqual([
    'notifications.redrive a/b,c/d',
    'columns.free generic: x',
    'quarantine.redrive 7,8',
    'quarantine.redrive all',
  ]);
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});

describe('config check', () => {
  const check = (role: string, text: string, args: string[] = [], env: NodeJS.ProcessEnv = {}) => {
    const file = join(dir, `${role}.toml`);
    writeFileSync(file, text);
    return runInside(['config', 'check', role, file, ...args], { env });
  };

  it('ends with 2 and the problem, without a configuration, for gateway and cloud', async () => {
    const unknown = { gateway: 'gatway = "x"', cloud: '[store]\nkinds = "x"' };
    for (const [role, text] of Object.entries(unknown)) {
      const { status, stdout, stderr } = await check(role, text);
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/unknown property '(gatway|kinds)'/);
    }
  });

  it.each<[string, string, RegExp]>([
    ['a missing variable', '[uplink]\npassword = "$' + '{NOT_SET}"', /uplink\.password uses \$\{NOT_SET\}/],
    ['anonymous access from anywhere', '[broker]\nhost = "0.0.0.0"\nanonymous = "loopback"', /host must be/],
    ['a user without a password', '[[broker.users]]\nname = "a"', /broker\.users\[0\] has no password/],
    ['an impossible schedule', '[jobs]\nretention = "61 * * * *"', /schedule '61/],
    [
      'a port that does not exist',
      '[uplink]\nurl = "mqtt://a:99999"',
      /uplink\.url: 'mqtt:\/\/a:99999' is not/,
    ],
    [
      'a password within an address',
      '[uplink]\nurl = "mqtt://me:pass@example.org"',
      /uplink\.url must be an address such as mqtt:/,
    ],
    [
      'a value that the setting does not have',
      '[journal]\nwhenFull = "drop"',
      /whenFull must be "drop-oldest" or "refuse"/,
    ],
    ['a type that does not exist', 'unknownMachines = "pmp"', /no machine type 'pmp'; did you mean 'pump'/],
    ['a folder that does not exist', 'machineTypesDir = "/nowhere"', /machineTypesDir names \/nowhere/],
    [
      'a format that does not exist',
      '[[routes]]\ntopic = "{site}/{machine}"\nformat = "xml"',
      /format = "json" or .*"availability" or "mapped", not "xml"/,
    ],
    [
      'values without names',
      '[[routes]]\ntopic = "{site}/{machine}"\nformat = "csv"',
      /routes\[0\]\.columns is missing/,
    ],
    [
      'a wildcard that a route has not',
      '[[routes]]\ntopic = "{site}/#/{machine}"\nformat = "json"',
      /has the level '#', which is neither/,
    ],
    [
      'a route that does not say whose its messages are',
      '[[routes]]\ntopic = "tele/{machine}"\nformat = "json"',
      /says no site/,
    ],
    ['a serial port without a machine', '[[serial.ports]]\npath = "/dev/x"', /set site for this port/],
    ['no TOML', 'gateway =', /gateway\.toml/],
  ])('names %s', (_, text, message) => {
    const file = join(dir, 'gateway.toml');
    writeFileSync(file, text);
    const { problems } = checkGatewayConfig({ config: file }, { files: true });
    expect(problems.map(describeProblem).join('\n')).toMatch(message);
  });

  it('checks the TLS files that a configuration names', async () => {
    const tls = '{ certFile = "/nowhere/cert.pem", keyFile = "/nowhere/key.pem" }';
    for (const [role, table] of [
      ['gateway', 'broker'],
      ['cloud', 'ingest'],
    ] as const) {
      const { status, stderr } = await check(role, `[${table}]\ntls = ${tls}`);
      expect(status).toBe(2);
      expect(stderr).toContain(`${table}.tls.certFile names /nowhere/cert.pem: there is no such file`);
    }
  });

  it('shows the whole configuration without its secrets', async () => {
    const text = `
      [[gateways]]
      id = "gw"
      password = "\${SECRET}"
      [api]
      token = "\${SECRET}"
      [[alerts.webhook]]
      name = "hook"
      url = "https://example.org/hook"
      secret = "\${SECRET}"
      headers = { authorization = "\${SECRET}" }`;
    const { status, stdout } = await check('cloud', text, ['--json'], { SECRET: 'a-secret-of-20-letters' });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ api: { token: '(hidden)' }, store: { kind: 'embedded' } });
    expect(stdout).not.toContain('a-secret');
  });
});

it('prints its version', () => {
  expect(runProcess(['--version'])).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
});

it('wrong usage is exit code 2, with a sentence', async () => {
  expect(runProcess(['nothing'])).toEqual(await runInside(['nothing']));
  for (const args of [
    ['gateway', '--mqtt-port', 'x'],
    ['plant', '--machines', '0'],
    ['plant', '--mqtt-url', 'http://127.0.0.1'],
    ['deadletters', 'drop'],
    ['refused', 'redrive'],
    ['refused', 'drop', '--all', '7'],
    ['quarantine', 'redrive'],
    ['quarantine', 'redrive', '--all', '7'],
    ['notifications', 'redrive'],
    ['columns', 'free', 'generic'],
    ['columns', 'free', 'generic', 'x', '--all'],
    ['nothing'],
    ['config', 'check', 'x', 'y'],
  ]) {
    const { status, stderr } = await runInside(args);
    expect([args, status]).toEqual([args, 2]);
    expect(stderr).not.toMatch(/\n {4}at /);
  }
});

it('ends silently when the reader of its output is gone', async () => {
  const child = spawn(process.execPath, [main, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy(); // long before the process prints anything
  const said: Buffer[] = [];
  child.stderr.on('data', (chunk) => said.push(chunk));
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(Buffer.concat(said).toString()).toBe('');
});

it('explains the options when no server is running', () => {
  const { status, stderr } = runProcess(['deadletters', 'list', '--data', dir]);
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^harbinger: no gateway runs with its data in .*--data DIR, or --url URL \[RUN_FILE\]\n$/,
  );
});

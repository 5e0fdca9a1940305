import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lineOf } from './doctor.ts';
import { gatherFacts, openFilesIn, wearOf } from './facts.ts';
import { type Facts, findingsOf } from './findings.ts';
import { secretsOf, supportBundle, withoutSecrets } from './support-bundle.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'doctor-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const sound: Facts = {
  side: 'gateway',
  nowMs: Date.UTC(2026, 10, 1),
  isClockSynchronised: true,
  dataDir: '/var/lib/harbinger/gateway',
  dataDirProblem: null,
  freeBytes: 2 ** 33,
  neededBytes: 2 ** 30,
  wear: [],
  configFile: '/etc/harbinger/gateway.toml',
  configProblems: [],
  configWarnings: [],
  openFiles: [],
  serialProblems: [],
  takenPorts: [],
  uplink: { url: 'mqtts://cloud:1884', problem: null },
  running: {
    url: 'http://127.0.0.1:8081',
    version: '1.0.0',
    reasons: [],
    modelState: 'ready',
    backlogBlocks: 3,
    isConnected: true,
    settings: [],
  },
  ownVersion: '1.0.0',
};
const wrongs = (facts: Partial<Facts>) =>
  findingsOf({ ...sound, ...facts }).filter(({ state }) => state !== 'ok');

describe('the doctor', () => {
  test('finds nothing wrong with what is sound', () => {
    expect(wrongs({})).toEqual([]);
  });

  const running = (changed: Partial<NonNullable<Facts['running']>>) => ({
    running: { ...sound.running!, ...changed },
  });
  test.each<[string, Partial<Facts>, string]>([
    ['clock', { nowMs: 0 }, 'it is not set'],
    ['clock', { isClockSynchronised: false }, 'nothing keeps it right'],
    ['disk', { dataDirProblem: 'EACCES' }, 'EACCES'],
    ['disk', { freeBytes: 2 ** 20 }, 'may be needed'],
    ['wear', { wear: [{ device: 'mmcblk0', usedTenths: 9 }] }, 'about 90 %'],
    ['configuration', { configProblems: ['gateway.toml:3: x'] }, 'gateway.toml:3'],
    ['permissions', { openFiles: ['/etc/a'] }, '/etc/a'],
    ['serial ports', { serialProblems: ['/dev/ttyUSB0: ENOENT'] }, 'ttyUSB0'],
    ['ports', { takenPorts: [{ setting: 'broker.port', port: 1883 }] }, 'port 1883'],
    ['network', { uplink: { url: 'mqtts://c', problem: 'ENOTFOUND' } }, 'ENOTFOUND'],
    ['service', { running: null }, 'does not run'],
    ['service', running({ reasons: ['the disk is full'] }), 'the disk is full'],
    ['versions', running({ version: '0.9.0' }), 'is 0.9.0'],
    ['model', running({ modelState: 'waiting' }), 'rules decide'],
    ['uplink', running({ isConnected: false }), 'not connected'],
    ['backlog', running({ backlogBlocks: 5_000 }), '5000 blocks'],
  ])('says what is wrong with %s, and what to do', (about, facts, text) => {
    const found = wrongs(facts);
    expect(found).toHaveLength(1);
    expect(found[0]!.about).toBe(about);
    expect(found[0]!.text).toContain(text);
    if (text !== 'the disk is full') expect(lineOf(found[0]!)).toContain('what to do: ');
  });

  test('reads the wear that cards tell', async () => {
    await mkdir(join(dir, 'mmcblk0', 'device'), { recursive: true });
    await writeFile(join(dir, 'mmcblk0', 'device', 'life_time'), '0x02 0x09\n');
    await mkdir(join(dir, 'sda', 'device'), { recursive: true });
    expect(wearOf(dir)).toEqual([{ device: 'mmcblk0', usedTenths: 9 }]);
    expect(wearOf(join(dir, 'none'))).toEqual([]);
  });

  test('names files with passwords that everybody may read', async () => {
    const config = join(dir, 'gateway.toml');
    await mkdir(`${config}.d`);
    await writeFile(config, `# password = "x"\npassword = "$\{FROM_ENVIRONMENT}"\n`, { mode: 0o644 });
    const open = join(`${config}.d`, 'a.toml');
    await writeFile(open, '[uplink]\npassword = "12345678"\n', { mode: 0o644 });
    await writeFile(join(`${config}.d`, 'b.toml'), 'password = "12345678"\n', { mode: 0o600 });
    expect(openFilesIn(config)).toEqual([open]);
  });

  test('sees a port that another program has, and that nothing runs', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = other.address() as { port: number };
      const configFile = join(dir, 'gateway.toml');
      await writeFile(configFile, `[broker]\nport = ${port}\n[http]\nport = 0\n`);
      const facts = await gatherFacts({ side: 'gateway', configFile, dataDir: dir });
      expect(facts.takenPorts).toEqual([{ setting: 'broker.port', port }]);
      expect(facts).toMatchObject({ running: null, configProblems: [], dataDirProblem: null, uplink: null });
    } finally {
      other.close();
    }
  });
});

describe('a support bundle', () => {
  test('has no secret: not of the configuration, the data folder or the log', async () => {
    const configFile = join(dir, 'gateway.toml');
    const [uplink, token, api, hook] = [
      'uplink"pass-1',
      'http-token-12345678',
      'api-token-12345678',
      'hook-secret-12345678',
    ];
    await writeFile(
      configFile,
      `[uplink]\nurl = "mqtt://127.0.0.1:1"\npassword = ${JSON.stringify(uplink)}\n[http]\ntoken = "${token}"\n` +
        `[[alerts.webhook]]\nname = "a"\nurl = "https://example.org/h"\nsecret = "${hook}"\n`,
    );
    await writeFile(join(dir, 'api-token'), `${api}\n`);
    const to = join(dir, 'support.json');
    const log = async () => [`refused ${uplink}`, `Authorization: Bearer ${token}`, `x ${api} ${hook}`];
    await supportBundle({ side: 'gateway', configFile, dataDir: dir }, to, log);
    const text = await readFile(to, 'utf8');
    for (const secret of [uplink, token, api, hook])
      expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
    const bundle = JSON.parse(text);
    expect(bundle.log).toEqual(['refused (hidden)', 'Authorization: Bearer (hidden)', 'x (hidden) (hidden)']);
    expect(bundle.configuration.uplink.password).toBe('(hidden)');
    expect(bundle.findings.length).toBeGreaterThan(3);
    expect((await stat(to)).mode & 0o077).toBe(0);
  });

  test('hides a secret that begins another one as a whole', () => {
    const secrets = secretsOf({ a: { password: 'abcd' }, b: [{ apiToken: 'abcdefgh' }] }, '/nowhere');
    expect(withoutSecrets('abcdefgh abcd', secrets)).toBe('(hidden) (hidden)');
  });
});

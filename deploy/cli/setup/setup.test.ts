import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { verifyPassword } from '../../../shared/security/passwords.ts';
import { checkSide } from '../config-sides.ts';
import { answersIn, askAll, questionsOf } from './answers.ts';
import { settingsOf } from './settings.ts';
import { apply, dropInOf } from './setup.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'setup-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const gateway = questionsOf('gateway', 'gw 1');
const answered = (text: string) => answersIn(text, gateway);

describe('answers', () => {
  test('in a file may leave out what has a usual answer', () => {
    expect(answered('site = "hall-1"\nmachine = "pump-3"')).toEqual({
      site: 'hall-1',
      gateway: 'gw-1',
      cloud: '',
      machine: 'pump-3',
      type: 'generic',
    });
  });

  test.each([
    ['gateway = "a"', "'site' is needed"],
    ['site = "a/b"', 'site: use letters'],
    ['site = "a"\nsites = "b"', "'sites' is not one of site, gateway"],
    ['site = "a"\ncloud = "mqtts://c:1"', "'password' is needed"],
    ['site = "a"\ncloud = "mqtts://c:1"\npassword = "short"', 'password: it has at least 8'],
    ['site = ', 'this is not TOML'],
  ])('that cannot be used are refused by name: %s', (text, message) => {
    expect(() => answered(text)).toThrow(message);
  });

  test('of a person are asked for again while they are wrong, and only as far as they matter', async () => {
    const given = ['a b', 'hall-1', '', 'cloud.example', '', ''];
    const asked: string[] = [];
    const said: string[] = [];
    const ask = async (text: string) => {
      asked.push(text);
      return given.shift()!;
    };
    const answers = await askAll(gateway, ask, (text) => said.push(text));
    expect(answers).toEqual({ site: 'hall-1', gateway: 'gw-1', cloud: '', machine: '' });
    expect(asked).toHaveLength(6);
    expect(said).toHaveLength(2);
    await expect(
      askAll(
        gateway,
        async () => '/',
        () => {},
      ),
    ).rejects.toThrow('site: use letters');
  });
});

describe('settings', () => {
  test('of a gateway are sound, and give the first machine a user with its own topics', async () => {
    const config = join(dir, 'gateway.toml');
    const answers = answered(
      'site = "hall-1"\nmachine = "pump-3"\ncloud = "mqtts://c:1884"\npassword = "12345678"',
    );
    const umask = process.umask(0o077);
    const next = await apply('gateway', answers, config).finally(() => process.umask(umask));
    expect((await stat(join(dir, 'gateway.toml.d'))).mode & 0o005).toBe(0o005);
    const { problems, warnings } = await checkSide('gateway', config);
    expect([...problems, ...warnings]).toEqual([]);
    const written = parse(await readFile(dropInOf(config), 'utf8')) as never as {
      broker: { users: { passwordHash: string; publish: string[] }[] };
      uplink: unknown;
    };
    expect(written.uplink).toEqual({ url: 'mqtts://c:1884', password: '12345678' });
    const [user] = written.broker.users;
    expect(user!.publish).toEqual(['telemetry/hall-1/{user}', 'telemetry/hall-1/{user}/#']);
    const shown = /kept nowhere else: (\S+)/.exec(next.join('\n'))![1]!;
    expect(await verifyPassword(shown, user!.passwordHash)).toBe(true);
    expect(JSON.stringify(written)).not.toContain(shown);
    expect((await stat(dropInOf(config))).mode & 0o007).toBe(0);
  });

  test('of a cloud are sound, with a password that was made', async () => {
    const config = join(dir, 'cloud.toml');
    const answers = answersIn('gateway = "gw-1"', questionsOf('cloud', 'c'));
    const next = await apply('cloud', answers, config);
    expect((await checkSide('cloud', config)).problems).toEqual([]);
    expect(next[0]).toMatch(/The password of gw-1 at this cloud.*: [0-9a-f]{24}$/);
  });

  test('that are refused leave those of before', async () => {
    const config = join(dir, 'gateway.toml');
    await apply('gateway', answered('site = "hall-1"'), config);
    const before = await readFile(dropInOf(config), 'utf8');
    const unknownType = answered('site = "hall-1"\nmachine = "pump-3"\ntype = "spaceship"');
    await expect(apply('gateway', unknownType, config)).rejects.toThrow('spaceship');
    expect(await readFile(dropInOf(config), 'utf8')).toBe(before);
  });

  test('without a cloud have no uplink', async () => {
    const { text } = await settingsOf('gateway', answered('site = "hall-1"'));
    expect(parse(text)).not.toHaveProperty('uplink');
  });
});

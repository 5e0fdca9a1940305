/** Tests `config check`: it reports every problem at once, each with file and line. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runInside } from './run-command.testing.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-check-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/**
 * Writes the files, checks `ROLE.toml` among them, and returns the printed lines without the folder's name.
 */
async function check(role: 'gateway' | 'cloud', files: Record<string, string>, ...args: string[]) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  const command = ['config', 'check', role, join(dir, `${role}.toml`), ...args];
  const { status, stdout, stderr } = await runInside(command);
  const lines = stderr.replaceAll(`${dir}/`, '').trimEnd().split('\n');
  return { status, stdout, lines: lines.map((line) => line.trim()) };
}

describe('config check', () => {
  it('says that a file is one of the other side, and warns of a password that is easily guessed', async () => {
    const cloudFile = '[ingest]\nport = 1884\n[api]\nport = 8080\n[store]\nkind = "embedded"\n';
    expect((await check('gateway', { 'gateway.toml': cloudFile })).lines[0]).toMatch(
      /^this looks like a cloud configuration: harbinger config check cloud '.*gateway.toml'$/,
    );
    const user = '[[broker.users]]\nname = "s"\npassword = "x"\n';
    const { status, lines } = await check('gateway', { 'gateway.toml': user });
    expect(status).toBe(0);
    expect(lines).toContain(
      'warning: gateway.toml:3: broker.users[0].password has fewer than 8 characters, so it is easily guessed',
    );
  });

  it('names the settings of a table that has no such one', async () => {
    const { lines } = await check('gateway', { 'gateway.toml': '[jobs]\nfoo = 1\n' });
    expect(lines[0]).toMatch(/jobs: unknown property 'foo'; there are [a-z-]+/);
  });

  it('lists every problem of a gateway: settings, variables, rules, files', async () => {
    const { status, stdout, lines } = await check('gateway', {
      'gateway.toml':
        `
gatway = "x"
machines = [
  { match = "lab/*", type = "generic" },
  { match = "hall/*", type = "pmp" },
]
[broker]
port = 70_000
[[broker.users]]
name = "a"
[journal]
whenFull = "drop"
port = 1
[uplink]
password = "$` +
        `{NOT_SET}"
[jobs]
retention = "61 * * * *"
statistics = "* * 32 * *"
[[serial.ports]]
path = "/dev/x"
site = "lab"
[[routes]]
topic = "tele/{machine}"
format = "json"
[[routes]]
topic = "{site}/{pump}"
format = "json"
`,
    });
    expect([status, stdout]).toEqual([2, '']);
    expect(lines).toEqual([
      'harbinger: the configuration has 13 problems:',
      "gateway.toml:2: unknown property 'gatway'; did you mean 'gateway'? [CONFIG_INVALID]",
      "gateway.toml:5: machines[1].type: no machine type 'pmp'; did you mean 'pump'? [MACHINE_TYPE_UNKNOWN]",
      'gateway.toml:8: broker.port must be at most 65535, not 70000 [CONFIG_INVALID]',
      expect.stringMatching(/^gateway\.toml:9: broker\.users\[0\] has no password; .*\[CONFIG_INVALID\]$/),
      'gateway.toml:12: journal.whenFull must be "drop-oldest" or "refuse", not "drop" [CONFIG_INVALID]',
      "gateway.toml:13: journal: unknown property 'port'; there is one in [broker] [CONFIG_INVALID]",
      expect.stringMatching(
        /^gateway\.toml:15: uplink\.password uses \$\{NOT_SET\}.*\[CONFIG_ENV_MISSING\]$/,
      ),
      expect.stringMatching(/^gateway\.toml:17: schedule '61 .*\[JOB_SCHEDULE_INVALID\]$/),
      expect.stringMatching(/^gateway\.toml:18: schedule '\* \* 32 .*\[JOB_SCHEDULE_INVALID\]$/),
      'gateway.toml:19: serial.ports[0].topic has {machine}; set machine for this port [CONFIG_INVALID]',
      expect.stringMatching(/^gateway\.toml:23: routes\[0\]: the topic 'tele\/\{machine\}' says no site/),
      expect.stringMatching(
        /^gateway\.toml:26: routes\[1\]: the topic '.*' has \{pump\}, which is not one of/,
      ),
      expect.stringMatching(/^gateway\.toml:26: routes\[1\]: the topic '.*' says no machine/),
    ]);
  });

  it('names the formats there are, and the settings of each', async () => {
    const { lines } = await check('gateway', {
      'gateway.toml': `[[routes]]
topic = "a/{site}/{machine}"
format = "xml"
[[routes]]
topic = "b/{site}/{machine}"
format = "csv"
[[routes]]
topic = "c/{site}/{machine}"
format = "json"
columns = ["flow"]
`,
    });
    expect(lines).toEqual([
      'harbinger: the configuration has 3 problems:',
      expect.stringMatching(/^gateway\.toml:3: routes\[0\] must have format = "json" or .*, not "xml"/),
      expect.stringMatching(
        /^gateway\.toml:4: routes\[1\]\.columns is missing \(The sensors that the values/,
      ),
      expect.stringMatching(
        /^gateway\.toml:10: routes\[2\]: unknown property 'columns'; there is one in \[\[routes\]\] with format = "csv"/,
      ),
    ]);
  });

  it('lists every problem of a cloud', async () => {
    const { status, lines } = await check('cloud', {
      'cloud.toml': `
[[gateways]]
id = "gw"
[[gateways]]
id = "gw"
password = "12345678"
[store]
kind = "influx"
version = 4
[[alerts.webhook]]
name = "a"
url = "https://example.org/"
[[alerts.email]]
name = "a"
host = "mail"
from = "nobody"
to = []
filter = { severity = "bad" }
[ingest]
tls = { certFile = "/nowhere/cert.pem", keyFile = "/nowhere/key.pem" }
`,
    });
    expect(status).toBe(2);
    expect(lines).toEqual([
      'harbinger: the configuration has 10 problems:',
      expect.stringMatching(/^cloud\.toml:2: gateways\[0\] has no password; set password, or passwordHash/),
      "cloud.toml:5: gateways[1].id: 'gw' is taken by gateways[0].id; choose another [CONFIG_INVALID]",
      expect.stringMatching(/^cloud\.toml:7: store\.url is missing/),
      expect.stringMatching(/^cloud\.toml:9: store\.version must be 1 or 2 or 3, not 4/),
      "cloud.toml:14: alerts.email[0].name: 'a' is taken by alerts.webhook[0].name; choose another [CONFIG_INVALID]",
      expect.stringMatching(
        /^cloud\.toml:16: alerts\.email\[0\]\.from must be a mail address such as name@example\.org, not "nobody"/,
      ),
      expect.stringMatching(/^cloud\.toml:17: alerts\.email\[0\]\.to must not be empty/),
      expect.stringMatching(
        /^cloud\.toml:18: alerts\.email\[0\]\.filter\.severity must be "warning" or "critical"/,
      ),
      expect.stringMatching(
        /^cloud\.toml:20: ingest\.tls\.certFile names \/nowhere\/cert\.pem: there is no such file.*INGEST_TLS/,
      ),
      expect.stringMatching(
        /^cloud\.toml:20: ingest\.tls\.keyFile names \/nowhere\/key\.pem: there is no such file/,
      ),
    ]);
  });

  it('names the file that set a value last, including drop-ins and machine types', async () => {
    const { status, lines } = await check('gateway', {
      'gateway.toml': `machineTypesDir = "${dir}/types"\n[broker]\nport = 99_999\nwebsocketPort = -1\n`,
      'gateway.toml.d/10-port.toml': '# ours\n[broker]\nport = "1883"\n',
      'gateway.toml.d/20-users.toml': '[[broker.users]]\nname = "a"\npasword = "b"\n',
      'types/fan.toml': 'name = "fan"\nversion = "1"\ndescription = "d"\nwindowRows = 0\nstepMs = 1\n',
    });
    expect(status).toBe(2);
    expect(lines).toEqual([
      expect.stringMatching(/has \d+ problems:$/),
      'gateway.toml:4: broker.websocketPort must be at least 0, not -1 [CONFIG_INVALID]',
      'gateway.toml.d/10-port.toml:3: broker.port must be a whole number, not "1883" [CONFIG_INVALID]',
      expect.stringMatching(/^gateway\.toml\.d\/20-users\.toml:3: .*'pasword'; did you mean 'password'\?/),
      expect.stringMatching(/^types\/fan\.toml: it declares no sensors; .*MACHINE_TYPE_INVALID\]$/),
      expect.stringMatching(
        /^types\/fan\.toml:2: version must be three numbers such as 1\.0\.0, not "1" .*MACHINE_TYPE_INVALID\]$/,
      ),
      expect.stringMatching(/^types\/fan\.toml:4: windowRows must be at least/),
    ]);
  });

  it('continues after a file that is not TOML, without reporting consequential problems', async () => {
    const { status, lines } = await check('cloud', {
      'cloud.toml': '[api]\nport = 1\nport = 2\n',
      'cloud.toml.d/a.toml': '[[alerts.email]]\nname = "a"\nattemptsMax = 0\n',
      'cloud.toml.d/b.toml': 'x =\n',
    });
    expect(status).toBe(2);
    expect(lines).toEqual([
      'harbinger: the configuration has 3 problems:',
      expect.stringMatching(/^cloud\.toml:3: Invalid TOML document: .*\[CONFIG_UNREADABLE\]$/),
      'cloud.toml.d/a.toml:3: alerts.email[0].attemptsMax must be at least 1, not 0 [CONFIG_INVALID]',
      expect.stringMatching(/^cloud\.toml\.d\/b\.toml:1: .*\[CONFIG_UNREADABLE\]$/),
    ]);
  });

  it('never prints a secret', async () => {
    const { lines } = await check('cloud', {
      'cloud.toml': '[api]\ntoken = 123456\n[[gateways]]\nid = "a"\npassword = "short"\n',
    });
    expect(lines.join('\n')).toMatch(
      /api\.token must be a text.*\n.*gateways\[0\]\.password must have at least 8/,
    );
    expect(lines.join('\n')).not.toMatch(/123456|short/);
  });

  it('gives the problems to programs with --json', async () => {
    const { status, stdout, lines } = await check(
      'cloud',
      { 'cloud.toml': '\n[api]\nprt = 1\n[[gateways]]\nid = "a"\npassword = "12345678"\n' },
      '--json',
    );
    expect([status, lines]).toEqual([2, ['']]);
    expect(JSON.parse(stdout)).toEqual({
      problems: [
        {
          code: 'CONFIG_INVALID',
          key: 'api.prt',
          message: "api: unknown property 'prt'; did you mean 'port'?",
          file: join(dir, 'cloud.toml'),
          line: 3,
        },
      ],
    });
  });

  it('prints warnings of a sound configuration beside its answer', async () => {
    const { status, stdout, lines } = await check('cloud', { 'cloud.toml': '[api]\n' });
    expect([status, stdout]).toEqual([0, expect.stringMatching(/is a sound cloud configuration\n$/)]);
    expect(lines).toEqual([
      expect.stringMatching(/^warning: cloud\.toml: gateways is empty: no gateway may connect/),
    ]);
  });
});

it.each([
  ['gateway', 'cloud', '[store]\nkind = "embedded"\n[ingest]\nport = 1884\n'],
  ['cloud', 'gateway', 'gateway = "g"\n[broker]\nport = 1883\n'],
])('a %s that is started with the file of a %s says so', async (side, other, text) => {
  const file = join(dir, `${other}.toml`);
  writeFileSync(file, text);
  const { status, stderr } = await runInside([side, '--config', file, '--data', join(dir, 'data')]);
  expect(status).toBe(2);
  expect(stderr).toContain(`this looks like a ${other} configuration: harbinger ${other} --config '`);
  expect(stderr).toContain('CONFIG_INVALID');
});

/** Tests `config check`: which files it takes, and from where. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runInside } from '../run-command.testing.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-config-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function put(name: string, text: string): void {
  mkdirSync(dirname(join(dir, name)), { recursive: true });
  writeFileSync(join(dir, name), text);
}

function check(role: 'gateway' | 'cloud', file: string, folder: string, ...args: string[]) {
  return runInside(['config', 'check', role, file, ...args], { cwd: join(dir, folder) });
}

it('takes relative paths from the working folder, as 0.1.0 did, whatever is beside the file', async () => {
  put('work/types/press.toml', 'name = "press"\nextends = "generic"\n');
  put('conf/types/press.toml', 'this is not TOML');
  put('conf/data/gateway', '');
  const settings = ['dataDir = "data"', 'machineTypesDir = "types"', 'unknownMachines = "press"'];
  put('conf/gateway.toml', [...settings, '[intelligence]', 'artefactsDir = "nowhere"', ''].join('\n'));
  const { status, stdout, stderr } = await check('gateway', '../conf/gateway.toml', 'work', '--json');
  expect([status, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toMatchObject({
    dataDir: 'data',
    machineTypesDir: 'types',
    intelligence: { artefactsDir: 'nowhere' },
  });
});

it('refuses pipes and devices at once, wherever a file is named', async () => {
  const why = 'not a regular file; write its content to a file and name that';
  const pipes = ['pipe', 'gateway.toml.d/pipe.toml', 'types/pipe.toml'];
  const settings = [
    'machineTypesDir = "types"',
    '[broker.tls]',
    'certFile = "pipe"',
    'keyFile = "/dev/zero"',
  ];
  put('gateway.toml', [...settings, ''].join('\n'));
  put('cloud.toml', settings.slice(1).join('\n').replace('broker', 'ingest'));
  for (const name of pipes) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    execFileSync('mkfifo', [join(dir, name)]);
  }
  const linesOf = async (role: 'gateway' | 'cloud', file: string) => {
    const { status, stderr } = await check(role, file, '.');
    expect(status).toBe(2);
    return stderr
      .trimEnd()
      .split('\n')
      .map((line) => line.trim());
  };
  expect(await linesOf('gateway', 'pipe')).toEqual([
    `harbinger: pipe: it is a pipe and ${why} [CONFIG_UNREADABLE]`,
  ]);
  expect(await linesOf('cloud', '/dev/zero')).toEqual([
    `harbinger: /dev/zero: it is a device and ${why} [CONFIG_UNREADABLE]`,
  ]);
  expect(await linesOf('gateway', 'gateway.toml')).toEqual([
    `harbinger: gateway.toml.d/pipe.toml: it is a pipe and ${why} [CONFIG_UNREADABLE]`,
  ]);
  rmSync(join(dir, 'gateway.toml.d'), { recursive: true });
  expect(await linesOf('gateway', 'gateway.toml')).toEqual([
    'harbinger: the configuration has 3 problems:',
    `gateway.toml:3: broker.tls.certFile names pipe: it is a pipe and ${why} [BROKER_TLS_FILES]`,
    `gateway.toml:4: broker.tls.keyFile names /dev/zero: it is a device and ${why} [BROKER_TLS_FILES]`,
    `types/pipe.toml: it is a pipe and ${why} [MACHINE_TYPE_INVALID]`,
  ]);
  expect((await linesOf('cloud', 'cloud.toml')).slice(2)).toEqual([
    `cloud.toml:2: ingest.tls.certFile names pipe: it is a pipe and ${why} [INGEST_TLS_FILES]`,
    `cloud.toml:3: ingest.tls.keyFile names /dev/zero: it is a device and ${why} [INGEST_TLS_FILES]`,
  ]);
});

it('--json prints files of 0.1.0 under the names of this version', async () => {
  const text = '[decisions]\nbudgetMs = 700\n[jobs]\nstatistics = "5 * * * * *"\n';
  put('gateway.toml', text);
  const { status, stdout } = await check('gateway', 'gateway.toml', '.', '--json');
  expect(status).toBe(0);
  const { decisions, jobs } = JSON.parse(stdout);
  expect([decisions.budgetMs, decisions.alerts.budgetMs]).toEqual([undefined, 700]);
  expect(jobs.statistics).toMatchObject({ schedule: '5 * * * * *' });
});

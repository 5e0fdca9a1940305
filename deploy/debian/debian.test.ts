import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../shared/files/paths.ts';
import { exitCodes } from '../cli/exit-codes.ts';
import { dropInOf } from '../cli/setup/setup.ts';
import { gatewayNode } from '../node-settings.ts';
import { maintainerScripts } from './scripts.mjs';

const sides = ['gateway', 'cloud'];
const unitOf = (side: string) =>
  readFileSync(join(packageRoot, 'deploy', 'debian', `harbinger-${side}.service`), 'utf8');

describe.each(sides)('the unit of the package of the %s', (side) => {
  const unit = unitOf(side);

  test('waits for setup, is watched, and is not started again with a wrong configuration', () => {
    expect(unit).toContain(`\nConditionPathExists=${dropInOf(`/etc/harbinger/${side}.toml`)}\n`);
    expect(unit).toContain('\nType=notify\n');
    expect(unit).toContain('\nNotifyAccess=all\n');
    expect(unit).toMatch(/^WatchdogSec=\d+$/m);
    expect(unit).toContain(`\nRestartPreventExitStatus=${exitCodes.usage}\n`);
  });

  test('hides no part of /proc, so that the lock of the data folder sees the boot and other processes', () => {
    expect(unit).not.toMatch(/^(ProcSubset|ProtectProc)=/m);
  });
});

test('the gateway of the package is started as the demonstration is', () => {
  expect(unitOf('gateway')).toContain(`/bin/node ${gatewayNode.args.join(' ')} /usr/lib/`);
  for (const [name, value] of Object.entries(gatewayNode.env))
    expect(unitOf('gateway')).toContain(`\nEnvironment=${name}=${value}\n`);
});

test.each(sides)('the scripts of the package of the %s are sound for a shell', (side) => {
  for (const text of Object.values(maintainerScripts(side, '1.0.0')))
    expect(spawnSync('sh', ['-n'], { input: text, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
});

test('an older package is refused, a newer one is not', () => {
  const { preinst } = maintainerScripts('gateway', '1.1.0');
  const upgradeFrom = (version: string) =>
    spawnSync('sh', ['-s', 'upgrade', version], { input: preinst, encoding: 'utf8' });
  const refused = upgradeFrom('1.2.0');
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain('Restore a backup that 1.1.0 made');
  expect(upgradeFrom('1.0.0').status).toBe(0);
});

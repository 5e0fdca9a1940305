/** Tests `config check` as a process: which files it takes, and from where. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { compiledEntry } from '../../../shared/files/paths.ts';

const main = compiledEntry('deploy/cli/main');
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
  return spawnSync(process.execPath, [main, 'config', 'check', role, file, ...args], {
    encoding: 'utf8',
    timeout: 60_000,
    killSignal: 'SIGKILL',
    cwd: join(dir, folder),
  });
}

it('takes relative paths from the working folder, as 0.1.0 did, whatever is beside the file', () => {
  put('work/types/press.toml', 'name = "press"\nextends = "generic"\n');
  put('conf/types/press.toml', 'this is not TOML');
  put('conf/data/gateway', '');
  const settings = ['dataDir = "data"', 'machineTypesDir = "types"', 'unknownMachines = "press"'];
  put('conf/gateway.toml', [...settings, '[intelligence]', 'artefactsDir = "nowhere"', ''].join('\n'));
  const { status, stdout, stderr } = check('gateway', '../conf/gateway.toml', 'work', '--json');
  expect([status, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toMatchObject({
    dataDir: 'data',
    machineTypesDir: 'types',
    intelligence: { artefactsDir: 'nowhere' },
  });
});

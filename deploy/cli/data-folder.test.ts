/** Tests that a data folder belongs to one process at a time. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { compiledEntry } from '../../shared/files/paths.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-folder-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

it.each(['gateway', 'cloud'] as const)(
  'a %s is refused on the data folder of a running one',
  async (role) => {
    const args = [
      compiledEntry('deploy/cli/main'),
      role,
      '--data',
      dir,
      '--mqtt-port',
      '0',
      '--http-port',
      '0',
    ];
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    const ended = once(child, 'exit');
    await vi.waitFor(() => expect(existsSync(join(dir, 'run.json'))).toBe(true), { timeout: 120_000 });
    const before = readFileSync(join(dir, 'run.json'), 'utf8');
    const second = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(second.status).toBe(1);
    expect(second.stderr).toMatch(
      new RegExp(
        `harbinger: the data folder ${dir} is in use by process ${child.pid}; .*\\[DATA_DIR_LOCKED\\]`,
      ),
    );
    expect(readFileSync(join(dir, 'run.json'), 'utf8')).toBe(before);
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  },
);

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { runInside } from '../run-command.testing.ts';
import { Progress } from './progress.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-backup-command-'));
  mkdirSync(join(folder, 'gateway', 'journal'), { recursive: true });
  writeFileSync(join(folder, 'gateway', 'journal', 'cursors.json'), '{}');
  writeFileSync(join(folder, 'gateway', 'api-token'), 'secret');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (...names: string[]) => join(folder, ...names);

it('backs up, shows and restores, for people and as JSON', async () => {
  const to = at('a.tar');
  const made = await runInside(['backup', '--data', at('gateway'), '--to', to]);
  expect(made).toMatchObject({ status: 0, stderr: '' });
  expect(made.stdout).toMatch(
    /a\.tar: .* 1 files of the gateway\nleft out: api-token \(it is a credential\)\n/,
  );
  const shown = await runInside(['backup', 'show', to, '--json']);
  expect(JSON.parse(shown.stdout)).toMatchObject({
    role: 'gateway',
    files: [{ path: 'journal/cursors.json', bytes: 2 }],
  });
  expect((await runInside(['backup', 'show', to])).stdout).toMatch(/journal\/ +1 +2 B/);
  const args = ['restore', '--from', to, '--data', at('new'), '--json'];
  expect(JSON.parse((await runInside(args)).stdout)).toMatchObject({ role: 'gateway', files: 1 });
  expect(readdirSync(at('new')).sort()).toEqual(['journal', 'restored.json']);
});

it('takes the token along only where that is asked for', async () => {
  const args = ['backup', '--data', at('gateway'), '--to', at('a.tar'), '--with-credentials', '--json'];
  expect(JSON.parse((await runInside(args)).stdout)).toMatchObject({
    credentials: true,
    files: 2,
    leftOut: [],
  });
});

it.each([
  ['nothing to back up', [], 2, /say what to back up/],
  ['no target', ['--data', 'gateway'], 2, /say what to back up/],
  [
    'a target in the data folder',
    ['--data', 'gateway', '--to', 'gateway/a.tar'],
    2,
    /lies in the data folder itself/,
  ],
  [
    'a folder with several',
    ['--data', '.', '--to', '/none/a.tar'],
    1,
    /several data folders.*\[BACKUP_SOURCE\]/,
  ],
  ['a folder of neither', ['--data', 'gateway/journal', '--to', 'a.tar'], 1, /neither a gateway nor a cloud/],
  ['a folder that is missing', ['--data', 'none', '--to', 'a.tar'], 1, /neither a gateway nor a cloud/],
  [
    'a target whose folder is missing',
    ['--data', 'gateway', '--to', 'none/a.tar'],
    1,
    /its folder does not exist.*\[BACKUP_TARGET\]/,
  ],
])('%s is refused with what to do', async (_, args, status, message) => {
  const result = await runInside(['backup', ...args], { cwd: folder });
  expect(result.status).toBe(status);
  expect(result.stderr).toMatch(message);
  expect(readdirSync(folder)).toEqual(['gateway']);
});

it('progress is shown on a terminal, now and then, and cleared at the end', () => {
  const clock = manualClock();
  const written: string[] = [];
  const output = { isTTY: true, write: (text: string) => written.push(text) > 0 };
  const progress = new Progress('writing a.tar', clock, output as unknown as NodeJS.WriteStream);
  progress.show(1, 10);
  clock.advanceNow(600);
  progress.show(2_000_000, 10_000_000);
  progress.show(3_000_000, 10_000_000);
  progress.end();
  progress.end();
  expect(written).toEqual(['\r\u001b[Kwriting a.tar: 2.0 MB of 10.0 MB', '\r\u001b[K']);
  output.isTTY = false;
  clock.advanceNow(600);
  progress.show(4_000_000, 10_000_000);
  expect(written).toHaveLength(2);
});

/** `harbinger monitoring` writes its files where it is told to, readable for others. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { monitoringFiles } from '../../monitoring/monitoring.ts';
import { runInside } from '../run-command.testing.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'monitoring-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('writes each file, and names it', async () => {
  const to = join(folder, 'new', 'monitoring');
  const { status, stdout } = await runInside(['monitoring', '--to', to, '--json']);
  expect(status).toBe(0);
  const { files } = JSON.parse(stdout) as { files: string[] };
  expect(files).toEqual(Object.keys(monitoringFiles()).map((name) => join(to, name)));
  for (const path of files) {
    expect(readFileSync(path, 'utf8')).not.toBe('');
    expect(statSync(path).mode & 0o777).toBe(0o644);
  }
});

it('says which file cannot be written', async () => {
  writeFileSync(join(folder, 'file'), '');
  const { status, stderr } = await runInside(['monitoring', '--to', join(folder, 'file')]);
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /file\/prometheus\/harbinger-rules\.yml cannot be written: .* \[MONITORING_UNWRITABLE\]/,
  );
});

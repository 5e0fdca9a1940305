/** Tests that a backup is what the folder was, and that real tools read it. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareDataDir, restoreMarker } from '../files/data-dir.ts';
import { systemClock } from '../runtime/clock.ts';
import { archiveBytes } from './archive.ts';
import { BackupFixture, contentOf, longPath, signal } from './fixture.testing.ts';
import { restoreBackup } from './restore.ts';
import { parseTarHeader, tarHeader } from './tar.ts';

let fixture: BackupFixture;
let folder = '';
let data = '';
let file = '';
beforeEach(() => {
  fixture = new BackupFixture();
  ({ folder, data, file } = fixture);
});
afterEach(() => fixture.dispose());

const write = (path: string, content: string | Buffer) => fixture.write(path, content);
const fill = () => fixture.fill();
const backUp: BackupFixture['backUp'] = (options) => fixture.backUp(options);
const restore = (dir?: string) => fixture.restore(dir);

it('a folder comes back as it was when its files were opened, whatever happened to them since', async () => {
  fill();
  const before = contentOf(data);
  await backUp({
    meanwhile() {
      appendFileSync(join(data, 'journal/readings/0000000000000002.seg'), ' and gone on');
      rmSync(join(data, 'journal/readings/0000000000000001.seg'));
      writeFileSync(join(data, 'alerts.json.tmp'), '{"a":2}');
      renameSync(join(data, 'alerts.json.tmp'), join(data, 'alerts.json'));
      write('journal/readings/0000000000000003.seg', 'new');
    },
  });
  expect(await restore()).toMatchObject({ role: 'gateway', takenAt: '2026-11-28T10:00:00.000Z' });
  expect(contentOf(join(folder, 'restored'))).toEqual(before);
  expect(statSync(join(folder, 'restored', 'alerts.json')).mode & 0o777).toBe(0o600);
});

it('a file that has become shorter is filled up with zeros', async () => {
  fill();
  await backUp({ meanwhile: () => writeFileSync(join(data, 'journal/readings/0000000000000002.seg'), 'be') });
  await restore();
  expect(contentOf(join(folder, 'restored'))['journal/readings/0000000000000002.seg']).toBe('be\0\0\0');
});

it('cursors are opened before the journal, and the journal after everything else', async () => {
  fill();
  write('zones/last.json', '1');
  const { manifest } = await backUp();
  const paths = manifest.files.map(({ path }) => path);
  expect(paths.indexOf('journal/cursors.json')).toBeGreaterThan(paths.indexOf('zones/last.json'));
  expect(paths.indexOf('journal/cursors.json')).toBeLessThan(
    paths.indexOf('journal/readings/0000000000000001.seg'),
  );
});

it('what belongs to the process is not in it, and credentials only where that is asked for', async () => {
  fill();
  for (const name of ['run.json', 'journal/lock', 'alerts.json.tmp', 'lock.after-0123']) write(name, '1');
  write('api-token', 'secret');
  symlinkSync('1 2 3', join(data, 'lock'));
  symlinkSync('/etc/passwd', join(data, 'link'));
  const { manifest } = await backUp();
  const names = manifest.files.map(({ path }) => path).sort();
  expect(names).toEqual(
    [
      'alerts.json',
      'journal/cursors.json',
      longPath,
      'sessions/empty.seg',
      'journal/readings/0000000000000001.seg',
      'journal/readings/0000000000000002.seg',
    ].sort(),
  );
  expect(manifest.leftOut).toEqual([
    { path: 'api-token', why: 'it is a credential' },
    { path: 'link', why: 'it is not a plain file' },
  ]);
  rmSync(file);
  const { manifest: all } = await backUp({ credentials: true });
  expect(all.files.map(({ path }) => path)).toContain('api-token');
  expect(all.credentials).toBe(true);
});

it('only its owner can read it, and an existing file is not overwritten', async () => {
  fill();
  writeFileSync(`${file}.tmp`, 'left by a crash', { mode: 0o666 });
  await backUp();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(existsSync(`${file}.tmp`)).toBe(false);
  await expect(backUp()).rejects.toMatchObject({
    code: 'BACKUP_TARGET',
    message: expect.stringMatching(/it exists/),
  });
});

it('tar and sha256sum read it', async () => {
  fill();
  const { manifest, bytes } = await backUp();
  expect(statSync(file).size).toBe(bytes);
  expect(archiveBytes(manifest, manifest.files)).toBe(bytes);
  const unpacked = join(folder, 'unpacked');
  mkdirSync(unpacked);
  execFileSync('tar', ['xf', file, '-C', unpacked]);
  execFileSync('sha256sum', ['--check', '--strict', '--quiet', 'checksums.sha256'], { cwd: unpacked });
  const { 'manifest.json': _, 'checksums.sha256': __, ...rest } = contentOf(unpacked);
  expect(rest).toEqual(contentOf(data));
});

it('lengths of 8 GiB and more are written as tar reads them', () => {
  const header = tarHeader({ path: 'telemetry.duckdb', bytes: 9 * 2 ** 30 + 5, modifiedS: 0 });
  expect(parseTarHeader(header)).toEqual({ path: 'telemetry.duckdb', bytes: 9 * 2 ** 30 + 5, isPax: false });
  const { stdout } = spawnSync('tar', ['tvf', '-'], { input: header, encoding: 'utf8' });
  expect(stdout).toContain(` ${9 * 2 ** 30 + 5} `);
});

describe('the folder to restore into', () => {
  it('has to be empty, apart from what a new disk has', async () => {
    fill();
    await backUp();
    await expect(restore(data)).rejects.toMatchObject({
      code: 'RESTORE_TARGET',
      message: expect.stringMatching(/not empty/),
    });
    mkdirSync(join(folder, 'disk', 'lost+found'), { recursive: true });
    await restore(join(folder, 'disk'));
    expect(existsSync(join(folder, 'disk', 'alerts.json'))).toBe(true);
  });

  it('cannot be started on before the restore is complete, nor be restored into again', async () => {
    fill();
    await backUp();
    const dir = join(folder, 'restored');
    let during: unknown;
    await restoreBackup({
      from: file,
      dir,
      signal,
      clock: systemClock,
      onProgress() {
        if (!existsSync(dir)) return;
        try {
          prepareDataDir(dir, 'gateway');
        } catch (error) {
          during = error;
        }
      },
    });
    expect(during).toMatchObject({ code: 'DATA_DIR', message: expect.stringMatching(/unfinished restore/) });
    prepareDataDir(dir, 'gateway');
    rmSync(dir, { recursive: true });
    mkdirSync(dir);
    writeFileSync(join(dir, restoreMarker), '');
    await expect(restore()).rejects.toMatchObject({
      code: 'RESTORE_TARGET',
      message: expect.stringMatching(/unfinished restore/),
    });
  });
});

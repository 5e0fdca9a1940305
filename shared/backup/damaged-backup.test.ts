/** Tests that no damage of a backup goes unnoticed, and that a wrong file does no harm. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Manifest } from './backup.ts';
import { BackupFixture, contentOf, signal } from './fixture.testing.ts';
import { readArchive } from './read-archive.ts';

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

const refusal = (names: RegExp) =>
  expect.objectContaining({ code: 'BACKUP_DAMAGED', message: expect.stringMatching(names) });

it('is refused with the name of the file in it, and nothing is left in the folder', async () => {
  fill();
  await backUp();
  const bytes = readFileSync(file);
  bytes[bytes.indexOf('begun')] = 0x42;
  writeFileSync(file, bytes);
  const dir = join(folder, 'restored');
  await expect(restore()).rejects.toEqual(refusal(/checksum.* of journal\/readings\/0000000000000002\.seg$/));
  expect(readdirSync(dir)).toEqual([]);
  rmSync(file);
  await backUp();
  await restore();
  expect(contentOf(dir)).toEqual(contentOf(data));
});

it('is noticed at every seventh byte', async () => {
  write('journal/cursors.json', 'cursors');
  write(`journal/${'n'.repeat(120)}`, '12');
  await backUp();
  const sound = readFileSync(file);
  for (let at = 0; at < sound.length; at += 7) {
    const bytes = Buffer.from(sound);
    bytes[at]! ^= 1 << (at % 8);
    writeFileSync(file, bytes);
    await expect(readArchive(file, { signal }), `byte ${at}`).rejects.toMatchObject({
      code: expect.stringMatching(/^BACKUP_(DAMAGED|VERSION)$/),
    });
  }
});

it('is noticed wherever it ends, or when something follows', async () => {
  write('journal/cursors.json', 'cursors');
  await backUp();
  const sound = readFileSync(file);
  for (let length = 0; length < sound.length; length += 13) {
    writeFileSync(file, sound.subarray(0, length));
    await expect(readArchive(file, { signal }), `length ${length}`).rejects.toEqual(refusal(/./));
  }
  writeFileSync(file, Buffer.concat([sound, Buffer.from('x')]));
  await expect(readArchive(file, { signal })).rejects.toEqual(refusal(/last bytes/));
});

it.each(['../escaped', '/etc/escaped', 'a/../../b', 'a\\..\\b'])('cannot write to %s', async (path) => {
  fill();
  await backUp({ change: (manifest) => ({ ...manifest, files: [{ path, bytes: 1 }, ...manifest.files] }) });
  await expect(restore()).rejects.toEqual(refusal(/manifest\.json: files/));
});

it.each([
  ['format', { format: 2, files: 'another shape' }],
  ['version', { version: '999.0.0' }],
])('of a newer %s is refused with its version', async (_, newer) => {
  fill();
  await backUp({ change: (manifest) => ({ ...manifest, ...newer }) as Manifest });
  await expect(restore()).rejects.toMatchObject({
    code: 'BACKUP_VERSION',
    message: expect.stringMatching(/of version .*, and this is/),
  });
  expect(existsSync(join(folder, 'restored'))).toBe(false);
});

it('another file is refused', async () => {
  writeFileSync(file, 'hello');
  await expect(restore()).rejects.toEqual(refusal(/not a backup of Harbinger/));
  execFileSync('tar', ['cf', file, '-C', '/etc', 'hostname']);
  await expect(restore()).rejects.toEqual(refusal(/not a backup of Harbinger/));
});

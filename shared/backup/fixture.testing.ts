/** A folder, its backup, and a place to restore it into, for tests. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { systemClock } from '../runtime/clock.ts';
import { archiveBytes, archiveOf } from './archive.ts';
import { type Manifest, newManifest, restoredName } from './backup.ts';
import { openFolder } from './open-folder.ts';
import { restoreBackup } from './restore.ts';
import { saveBackup } from './save.ts';

export const { signal } = new AbortController();
export const longPath = `journal/${'a'.repeat(90)}/${'ü'.repeat(60)}.seg`;

export class BackupFixture {
  readonly folder = mkdtempSync(join(tmpdir(), 'harbinger-backup-'));
  readonly data = join(this.folder, 'data');
  readonly file = join(this.folder, 'backup.tar');
  readonly restored = join(this.folder, 'restored');

  write(path: string, content: string | Buffer): void {
    mkdirSync(dirname(join(this.data, path)), { recursive: true });
    writeFileSync(join(this.data, path), content);
  }

  fill(): void {
    this.write('alerts.json', '{"a":1}');
    this.write('journal/cursors.json', 'cursors');
    this.write('journal/readings/0000000000000001.seg', Buffer.alloc(700_000, 'x'));
    this.write('journal/readings/0000000000000002.seg', 'begun');
    this.write(longPath, 'long');
    this.write('sessions/empty.seg', '');
  }

  /** Backs the folder up; `meanwhile` happens after its files were opened and before they are read. */
  async backUp({
    credentials = false,
    meanwhile = () => {},
    change = (manifest: Manifest): Manifest => manifest,
  } = {}): Promise<{ manifest: Manifest; bytes: number }> {
    const { files, leftOut, close } = await openFolder({ dir: this.data, credentials });
    const listed = files.map(({ path, bytes }) => ({ path, bytes }));
    const takenAt = '2026-11-28T10:00:00.000Z';
    const manifest = newManifest({ role: 'gateway', takenAt, credentials, leftOut, files: listed });
    meanwhile();
    const chunks = archiveOf(change(manifest), files);
    try {
      const about = {
        path: this.file,
        bytes: archiveBytes(change(manifest), files),
        signal,
        onProgress: () => {},
      };
      return { manifest, bytes: await saveBackup(chunks, about) };
    } finally {
      await close();
    }
  }

  restore(dir = this.restored): Promise<Manifest> {
    return restoreBackup({ from: this.file, dir, signal, clock: systemClock });
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Content of all files below a folder, by path. */
export function contentOf(dir: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(dir, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || entry.name === restoredName) continue;
    const path = join(entry.parentPath, entry.name);
    found[path.slice(dir.length + 1)] = readFileSync(path, 'latin1');
  }
  return found;
}

import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { ownVersion } from '../files/paths.ts';
import { codeOf, HarbingerError, messageOf } from '../runtime/errors.ts';
import { backupFormat, checkManifest, checksumsName, type Manifest, manifestName } from './backup.ts';
import { padding, parseTarHeader, pathOfPax, tarBlockBytes, tarEnd } from './tar.ts';

const chunkBytes = 1 << 20;
/** A manifest names each file in about 100 bytes. */
const listBytesMax = 64 << 20;

export interface ArchiveVisitor {
  /** Called first, when the manifest is known to be of this or an older version. */
  manifest?(manifest: Manifest): Promise<void>;
  /** Called before the content of each file; returns what takes the content, in order. */
  file?(path: string): Promise<FileTaker>;
  /** Called with the position in the archive. */
  onProgress?(position: number, bytes: number): void;
  signal: AbortSignal;
}

export interface FileTaker {
  take(chunk: Buffer, position: number): Promise<void>;
  end(): Promise<void>;
}

const nothing: FileTaker = { take: async () => {}, end: async () => {} };

/**
 * Reads an archive once from its beginning to its end, and returns its manifest when all checksums are right. What the
 * visitor has been given counts only then.
 * @throws HarbingerError BACKUP_DAMAGED, which names the files whose content is not what was written; BACKUP_VERSION;
 *   BACKUP_SOURCE if it cannot be read
 */
export async function readArchive(path: string, visitor: ArchiveVisitor): Promise<Manifest> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    const why = codeOf(error) === 'ENOENT' ? 'there is no such file' : messageOf(error);
    throw new HarbingerError('BACKUP_SOURCE', 'backup', `the backup ${path} cannot be read: ${why}`, {
      cause: error,
    });
  }
  try {
    return await new ArchiveReader(path, handle, (await handle.stat()).size, visitor).read();
  } finally {
    await handle.close();
  }
}

/** Returns the manifest only, without looking at the rest. @throws as `readArchive` */
export async function readManifest(path: string, signal: AbortSignal): Promise<Manifest> {
  let found: Manifest | null = null;
  const enough = new Error('the manifest is read');
  const manifest = async (read: Manifest) => {
    found = read;
    throw enough;
  };
  return await readArchive(path, { signal, manifest }).catch((error: unknown) => {
    if (error === enough && found) return found;
    throw error;
  });
}

class ArchiveReader {
  private readonly path: string;
  private readonly handle: FileHandle;
  private readonly size: number;
  private readonly visitor: ArchiveVisitor;
  private at = 0;
  /** The last file that was found, for messages. */
  private last = '';
  private readonly checksums = new Map<string, string>();

  constructor(path: string, handle: FileHandle, size: number, visitor: ArchiveVisitor) {
    this.path = path;
    this.handle = handle;
    this.size = size;
    this.visitor = visitor;
  }

  async read(): Promise<Manifest> {
    const manifest = await this.readManifest();
    await this.visitor.manifest?.(manifest);
    for (const { path, bytes } of manifest.files) {
      await this.expectHeader(path, bytes);
      const taker = (await this.visitor.file?.(path)) ?? nothing;
      try {
        await this.content(path, bytes, taker);
      } finally {
        await taker.end();
      }
    }
    const { bytes } = await this.expectHeader(checksumsName, null);
    const sums = await this.wholeContent(checksumsName, bytes);
    const end = await this.next(tarEnd.length, 'its last bytes are missing');
    if (!isZero(end) || this.at !== this.size) throw this.damaged('its last bytes are not what was written');
    const names = [manifestName, ...manifest.files.map((file) => file.path)];
    const lines = new Set(sums.toString('utf8').split('\n'));
    const expected = names.map((name) => `${this.checksums.get(name)}  ${name}`);
    const wrong = names.filter((_, i) => !lines.has(expected[i]!));
    if (wrong.length > 0) throw this.damaged(`the checksum does not match of ${shortList(wrong)}`);
    if (sums.toString('utf8') !== `${expected.join('\n')}\n`)
      throw this.damaged(`${checksumsName} is not what was written`);
    return manifest;
  }

  private async readManifest(): Promise<Manifest> {
    const { bytes } = await this.expectHeader(manifestName, null);
    const text = await this.wholeContent(manifestName, bytes);
    let value: unknown;
    try {
      value = JSON.parse(text.toString('utf8'));
    } catch {
      throw this.damaged(`${manifestName} is not JSON`);
    }
    refuseNewer(this.path, value);
    return checkManifest(value, (problem) => this.damaged(`${manifestName}: ${problem}`));
  }

  private async expectHeader(path: string, bytes: number | null): Promise<{ bytes: number }> {
    let found = await this.header();
    let name = found.path;
    if (found.isPax) {
      name = pathOfPax(await this.wholeContent('pax', found.bytes)) ?? '';
      found = await this.header();
    }
    if (name !== path || (bytes !== null && bytes !== found.bytes))
      throw this.damaged(
        path === manifestName ? 'it is not a backup of Harbinger' : `${path} is not where it was written`,
      );
    this.last = path;
    return found;
  }

  private async header() {
    const where = this.last === '' ? 'at its beginning' : `after ${this.last}`;
    const block = await this.next(tarBlockBytes, `it ends ${where}`);
    const parsed = parseTarHeader(block);
    if (parsed === null || parsed === 'end')
      throw this.damaged(
        this.last === ''
          ? 'it is not a backup of Harbinger'
          : `no file begins ${where}, at byte ${this.at - tarBlockBytes}`,
      );
    return parsed;
  }

  private async wholeContent(path: string, bytes: number): Promise<Buffer> {
    if (bytes > listBytesMax) throw this.damaged(`${path} has ${bytes} bytes`);
    const parts: Buffer[] = [];
    await this.content(path, bytes, { take: async (chunk) => void parts.push(chunk), end: async () => {} });
    return Buffer.concat(parts);
  }

  private async content(path: string, bytes: number, taker: FileTaker): Promise<void> {
    const { signal, onProgress } = this.visitor;
    const hash = createHash('sha256');
    for (let done = 0; done < bytes; ) {
      signal.throwIfAborted();
      const chunk = await this.next(Math.min(chunkBytes, bytes - done), `it ends within ${path}`);
      hash.update(chunk);
      await taker.take(chunk, done);
      done += chunk.length;
      onProgress?.(this.at, this.size);
    }
    this.checksums.set(path, hash.digest('hex'));
    const rest = await this.next(padding(bytes), `it ends after ${path}`);
    if (!isZero(rest)) throw this.damaged(`the bytes behind ${path} are not what was written`);
  }

  private async next(bytes: number, problem: string): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(bytes);
    for (let filled = 0; filled < bytes; ) {
      const { bytesRead } = await this.handle.read(buffer, filled, bytes - filled, this.at + filled);
      if (bytesRead === 0) throw this.damaged(this.last === '' ? 'it is not a backup of Harbinger' : problem);
      filled += bytesRead;
    }
    this.at += bytes;
    return buffer;
  }

  private damaged(why: string): HarbingerError {
    return new HarbingerError('BACKUP_DAMAGED', 'backup', `the backup ${this.path} cannot be used: ${why}`);
  }
}

function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}

/** Looks only at what every version will have, because the rest may have changed. */
function refuseNewer(path: string, value: unknown): void {
  const { format, version } = (value ?? {}) as { format?: unknown; version?: unknown };
  const isNewer =
    (typeof format === 'number' && format > backupFormat) ||
    (typeof version === 'string' && compareVersions(version, ownVersion()) > 0);
  if (isNewer)
    throw new HarbingerError(
      'BACKUP_VERSION',
      'backup',
      `the backup ${path} is of version ${String(version)}, and this is ${ownVersion()}; restore it with that version or a newer one`,
    );
}

function compareVersions(a: string, b: string): number {
  const numbers = (version: string) => version.split(/[.+-]/).slice(0, 3).map(Number);
  const [x, y] = [numbers(a), numbers(b)];
  const at = x.findIndex((part, i) => part !== y[i]);
  return at < 0 ? 0 : x[at]! - (y[at] ?? 0);
}

function shortList(names: readonly string[]): string {
  return names.length <= 5
    ? names.join(', ')
    : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;
}

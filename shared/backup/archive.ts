import { createHash } from 'node:crypto';
import { checksumsName, type Manifest, manifestName } from './backup.ts';
import { padding, tarEnd, tarHeader } from './tar.ts';

const chunkBytes = 256 << 10;

/** A file that is open, so that its content can be read to the end whatever happens to its name. */
export interface OpenedFile {
  /** Path within the data folder, with `/`. */
  path: string;
  bytes: number;
  /** Fills `buffer` from `position`; returns the number of bytes read, which is less only at the end of the file. */
  read(buffer: Buffer, position: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * The bytes of an archive, in chunks of at most 256 KiB. `files` are in the order of the manifest, and stay open. A file
 * that has become shorter since is filled up with zeros, which every reader of it takes for a write that was cut off.
 * @throws system errors of reading
 */
export async function* archiveOf(manifest: Manifest, files: readonly OpenedFile[]): AsyncGenerator<Buffer> {
  const modifiedS = Date.parse(manifest.takenAt) / 1_000;
  const checksums: string[] = [];
  async function* entry(path: string, bytes: number, content: AsyncIterable<Buffer> | Iterable<Buffer>) {
    yield tarHeader({ path, bytes, modifiedS });
    const hash = createHash('sha256');
    for await (const chunk of content) {
      hash.update(chunk);
      yield chunk;
    }
    checksums.push(`${hash.digest('hex')}  ${path}\n`);
    if (padding(bytes) > 0) yield Buffer.alloc(padding(bytes));
  }
  const text = textOf(manifest);
  yield* entry(manifestName, text.length, [text]);
  for (const file of files) yield* entry(file.path, file.bytes, contentOf(file));
  const sums = Buffer.from(checksums.join(''));
  yield* entry(checksumsName, sums.length, [sums]);
  yield tarEnd;
}

async function* contentOf(file: OpenedFile): AsyncGenerator<Buffer> {
  for (let at = 0; at < file.bytes; ) {
    const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, file.bytes - at));
    const read = await file.read(chunk, at);
    if (read < chunk.length) chunk.fill(0, read);
    at += chunk.length;
    yield chunk;
  }
}

/** Length of the whole archive. */
export function archiveBytes(
  manifest: Manifest,
  files: readonly Pick<OpenedFile, 'path' | 'bytes'>[],
): number {
  const entries = [{ path: manifestName, bytes: textOf(manifest).length }, ...files];
  const sums = entries.reduce((sum, { path }) => sum + checksumBytes + Buffer.byteLength(path), 0);
  entries.push({ path: checksumsName, bytes: sums });
  return entries.reduce(
    (sum, { path, bytes }) => sum + tarHeader({ path, bytes, modifiedS: 0 }).length + bytes + padding(bytes),
    tarEnd.length,
  );
}

function textOf(manifest: Manifest): Buffer {
  return Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`);
}

/** A line of checksums without the path: 64 digits, two blanks and a line feed. */
const checksumBytes = 67;

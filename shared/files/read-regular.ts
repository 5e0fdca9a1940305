/**
 * Reads files that users name, and refuses whatever is not a regular file: reading a pipe waits without limit for
 * somebody to write, and a device such as /dev/zero never ends.
 */
import { closeSync, constants, openSync, readSync, type Stats, statSync } from 'node:fs';

/** A configuration with 100,000 gateways, the most that are allowed, has about 20 MiB. */
const bytesMaxDefault = 64 << 20;
const pieceBytes = 64 << 10;

/**
 * Throws an Error whose message says what `path` is and what to do, if it is neither a regular file nor a link to one.
 * A folder passes, because reading it fails at once (EISDIR). @throws also what `stat` throws, e.g. ENOENT
 */
export function checkRegular(path: string): void {
  const found = statSync(path);
  if (found.isFile() || found.isDirectory()) return;
  throw new Error(`it is ${kindOf(found)} and not a regular file; write its content to a file and name that`);
}

function kindOf(found: Stats): string {
  if (found.isFIFO()) return 'a pipe';
  return found.isSocket() ? 'a socket' : 'a device';
}

/**
 * Reads a regular file, or one that a link leads to. @throws Error whose message `readProblem` completes, also if the
 * file has more than `bytesMax`; so much is read at most
 */
export function readRegular(path: string, bytesMax = bytesMaxDefault): Buffer {
  checkRegular(path);
  // Without waiting, also if the path has become a pipe since it was checked.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const pieces: Buffer[] = [];
    for (let bytes = 0; bytes <= bytesMax; ) {
      const piece = Buffer.allocUnsafe(pieceBytes);
      const length = readSync(file, piece);
      if (length === 0) return Buffer.concat(pieces, bytes);
      pieces.push(piece.subarray(0, length));
      bytes += length;
    }
  } finally {
    closeSync(file);
  }
  throw new Error(`it has more than ${bytesMax} bytes, the most that is read; name the right file`);
}

/** Like `readRegular`, as text in UTF-8. */
export function readRegularText(path: string, bytesMax?: number): string {
  return readRegular(path, bytesMax).toString('utf8');
}

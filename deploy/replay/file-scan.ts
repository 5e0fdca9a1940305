import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { checkRegular } from '../../shared/files/read-regular.ts';
import { codeOf, HarbingerError, messageOf } from '../../shared/runtime/errors.ts';

const headBytesMax = 65_536;
const lineBytesMax = 1 << 20;
const unreadable: Record<string, string> = {
  ENOENT: 'there is no such file; give the path of a recorded CSV, or of one of NASA’s C-MAPSS text files',
  EISDIR: 'it is a folder; give the path of a file in it',
  EACCES: 'this user may not read it',
};

export interface FileFacts {
  /**
   * The first 12 hexadecimal digits of the content's SHA-256. The same file thus gives the same reading
   * identities.
   */
  digest: string;
  lines: number;
  /** The beginning of the file, for detecting its format. */
  head: string;
}

/**
 * Reads the whole file once, in chunks.
 * @param onLine gets the first `prefixBytes` bytes of each line, the offset of its start, and the offset
 * after its line feed
 * @throws HarbingerError REPLAY_FILE if the file cannot be read or is not text
 */
export async function scanFile(
  file: string,
  onLine: (prefix: string, start: number, end: number) => void = () => {},
  prefixBytes = 0,
): Promise<FileFacts> {
  const hash = createHash('sha256');
  let head: Buffer = Buffer.alloc(0);
  let prefix: Buffer = Buffer.alloc(0);
  let lines = 0;
  let lineStart = 0;
  let offset = 0;
  const finishLine = (end: number) => {
    onLine(prefix.toString('latin1'), lineStart, end);
    prefix = Buffer.alloc(0);
    lineStart = end;
    lines++;
  };
  try {
    // The file is read again for its rows, which a pipe could not give twice.
    checkRegular(file);
    for await (const piece of createReadStream(file, { highWaterMark: 1 << 18 })) {
      const chunk = piece as Buffer;
      hash.update(chunk);
      if (head.length < headBytesMax) head = Buffer.concat([head, chunk]).subarray(0, headBytesMax);
      if (head.includes(0)) throw new Error('it is not a text file');
      let at = 0;
      for (let feed = chunk.indexOf(10); feed >= 0; feed = chunk.indexOf(10, at)) {
        prefix = extended(prefix, chunk.subarray(at, feed), prefixBytes);
        at = feed + 1;
        finishLine(offset + at);
      }
      prefix = extended(prefix, chunk.subarray(at), prefixBytes);
      offset += chunk.length;
      if (offset - lineStart > lineBytesMax) throw new Error(`line ${lines + 1} is longer than 1 MiB`);
    }
  } catch (error) {
    const why = unreadable[codeOf(error) ?? ''] ?? messageOf(error);
    throw new HarbingerError('REPLAY_FILE', 'cli', `cannot replay ${file}: ${why}`);
  }
  if (offset > lineStart) finishLine(offset);
  return { digest: hash.digest('hex').slice(0, 12), lines, head: head.toString('utf8') };
}

function extended(prefix: Buffer, more: Buffer, max: number): Buffer {
  if (max === 0 || prefix.length >= max || more.length === 0) return prefix;
  return Buffer.concat([prefix, more.subarray(0, max - prefix.length)]);
}

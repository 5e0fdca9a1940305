/**
 * Headers of a tar archive (POSIX ustar). Lengths from 8 GiB on are binary, as GNU tar and libarchive write them; paths
 * of more than 100 bytes have an extended header (pax) before their own.
 */
export const tarBlockBytes = 512;

const octalBytesMax = 8 ** 11 - 1;
const nameBytesMax = 100;

export interface TarEntry {
  path: string;
  bytes: number;
  /** Seconds since 1970. */
  modifiedS: number;
}

/** Zeros that follow content of this length, up to the next block. */
export function padding(bytes: number): number {
  return (tarBlockBytes - (bytes % tarBlockBytes)) % tarBlockBytes;
}

/** Everything that precedes the content of a file. */
export function tarHeader(entry: TarEntry): Buffer {
  const own = header(entry, '0');
  if (Buffer.byteLength(entry.path) <= nameBytesMax) return own;
  const record = paxRecord('path', entry.path);
  const pax = header({ ...entry, path: 'pax-header', bytes: record.length }, 'x');
  return Buffer.concat([pax, record, Buffer.alloc(padding(record.length)), own]);
}

/** The end of an archive. */
export const tarEnd = Buffer.alloc(2 * tarBlockBytes);

function header({ path, bytes, modifiedS }: TarEntry, type: '0' | 'x'): Buffer {
  const block = Buffer.alloc(tarBlockBytes);
  Buffer.from(path).copy(block, 0, 0, nameBytesMax);
  block.write('0000600\0', 100, 'latin1');
  block.write('0000000\0', 108, 'latin1');
  block.write('0000000\0', 116, 'latin1');
  if (bytes <= octalBytesMax) block.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  else {
    block.writeUInt8(0x80, 124);
    block.writeBigUInt64BE(BigInt(bytes), 128);
  }
  block.write(`${Math.max(0, Math.floor(modifiedS)).toString(8).padStart(11, '0')}\0`, 136, 'latin1');
  block.write(type, 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  block.write(checksumText(block), 148, 'latin1');
  return block;
}

/** A record names its own length, digits included. */
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + 1;
  while (String(length).length + rest !== length) length++;
  return Buffer.from(`${length} ${key}=${value}\n`);
}

export interface ParsedHeader {
  path: string;
  bytes: number;
  /** An extended header: its content is for the entry after it. */
  isPax: boolean;
}

/** `end` for a block of zeros; null if the header is damaged or not that of a file. */
export function parseTarHeader(block: Buffer): ParsedHeader | 'end' | null {
  if (block.every((byte) => byte === 0)) return 'end';
  if (
    block.toString('latin1', 148, 156) !== checksumText(block) ||
    block.toString('latin1', 257, 262) !== 'ustar'
  )
    return null;
  const type = block.toString('latin1', 156, 157);
  if (type !== '0' && type !== 'x') return null;
  const bytes =
    block[124] === 0x80
      ? Number(block.readBigUInt64BE(128))
      : Number.parseInt(block.toString('latin1', 124, 135), 8);
  if (!Number.isSafeInteger(bytes) || bytes < 0) return null;
  const end = block.indexOf(0);
  return {
    path: block.toString('utf8', 0, end < 0 || end > nameBytesMax ? nameBytesMax : end),
    bytes,
    isPax: type === 'x',
  };
}

/** The path that an extended header gives; null if it is not one that `tarHeader` writes. */
export function pathOfPax(content: Buffer): string | null {
  const path = /^\d+ path=([^\n]*)\n/.exec(content.toString('utf8'))?.[1];
  return path !== undefined && paxRecord('path', path).equals(content) ? path : null;
}

/** The sum of all bytes, with blanks in place of the sum itself. */
function checksumText(block: Buffer): string {
  let sum = 8 * 0x20;
  for (let i = 0; i < tarBlockBytes; i++) if (i < 148 || i >= 156) sum += block[i]!;
  return `${sum.toString(8).padStart(6, '0')}\0 `;
}

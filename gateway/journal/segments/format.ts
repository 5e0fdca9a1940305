/**
 * Segments (gateway/journal/segments): the journal's files, how they are written, read, searched and recovered. Only
 * this folder and ../records know their bytes. A change of the format must still read the files of earlier versions.
 *
 * The journal on disk, format 1. All integers are little-endian.
 *
 *     {dir}/lock                    names the process that uses the journal (see lock.ts)
 *     {dir}/meta.json               id of the journal; newest segment, lowest next seq, losses of each lane,
 *                                   last seq if it was stopped in order
 *     {dir}/cursors.json            cursor of each consumer in each lane (both: see state-file.ts)
 *     {dir}/{lane}/{firstSeq}.seg   segments, named by their first block's seq in 16 digits
 *
 * A segment is a segment header followed by blocks with consecutive seqs, without gaps between their bytes.
 *
 *     segment header, 56 bytes                      block header, 48 bytes
 *      0  magic "HJS1"                               0  magic "HJB1"
 *      4  version u16 = 1, then 2 zero bytes         4  codec u8 (0 identity, 1 gzip), then run u24
 *      8  journal id, 8 bytes                        8  seq u64
 *     16  firstSeq u64                              16  wall time u64, ms since 1970
 *     24  previousFirstSeq u64, 0 if none           24  lines u32
 *     32  previousLastSeq u64                       28  rawBytes u32, length of the decoded body
 *     40  created u64, wall time, ms since 1970     32  bodyBytes u32
 *     48  zero u32                                  36  localBytes u32
 *     52  CRC-32 of bytes 0 … 51                    40  CRC-32 of body and local, begun with the journal id
 *                                                   44  CRC-32 of bytes 0 … 43, begun with the journal id
 *                                                   48  body, then local
 *
 * The header's checksum covers that of the content, so together they cover the whole block. Because they are separate,
 * a reader can trust the lengths of a block whose body is damaged. Both are seeded with the journal's random id, so
 * neither data that a sensor sends nor a block of another journal can be mistaken for a block when a damaged segment is
 * searched.
 *
 * Limits: body 1 byte … 4 MiB, local ≤ 1 MiB, segment ≤ 16 MiB or one block, seq < 2^53.
 *
 * Writing: a group of blocks is one write and one fdatasync; only then are they acknowledged and readable. A failed
 * write is cut off again. If that fails, or after a failed fdatasync, the segment is left as it is, and the next one
 * starts with higher seqs; its previousLastSeq says which blocks of the old segment are valid.
 *
 * Nothing is preallocated: that shortened a sync only if the zeros had really been written first (0.2 ms for 0.3 ms on
 * an SSD), which doubles the wear of an SD card.
 *
 * Seqs never decrease and are never used twice, because the cloud treats a known seq as a duplicate. The used seqs are
 * known for certain only after an orderly stop, which records each lane's last seq in meta.json: a disk may lose what
 * it reported as synced, from within a block or from a block boundary on. Without an orderly stop, the new segment
 * starts 2^20 seqs higher. A lane's last segment is never dropped to make room, because the next seq follows from it.
 *
 * A copy of the folder (a restored backup, a cloned card) lacks what was written after it was made, and would use those
 * seqs again. So each opening of the journal draws a random number, its run, and writes it into its blocks; the cloud
 * identifies a block by journal, run and seq.
 *
 * Within a segment a missing seq is therefore damage; between segments previousLastSeq distinguishes damage from a
 * leap.
 *
 * Recovery, at open:
 * - Left-over `*.tmp` files and empty segments are deleted.
 * - The last segment is read in full. Bytes after its last good block (torn, zero-filled or garbage) are cut off and
 *   reported as 'torn-tail': the end of an unfinished write, which was never acknowledged, and which damage cannot be told
 *   from. A last segment without any good block is removed. Blocks that meta.json says had been written, and that no
 *   consumer has read, are reported as 'damaged-block': all of them after an orderly stop, otherwise at least one if the
 *   newest segment is gone.
 * - Data that were only in the page cache are synced before they become readable.
 * - Older segments are checked when they are read. A block, header or segment that is damaged or missing is skipped,
 *   and reported as 'damaged-block' when it is first read. Reading continues at the next header, found by its magic,
 *   whose checksums are right and whose seq is in the segment's range. (A power cut may tear a group so that a later
 *   block of it survives and an earlier one does not. The later one is kept, and the earlier one reported, although
 *   neither had been acknowledged: this cannot be distinguished from damage.)
 * - If meta.json is damaged, the id is taken from the segments' headers, and the count of losses restarts at 0.
 * - If cursors.json is damaged or missing, consumers start at the oldest block, which they tolerate.
 */
import { crc32 } from 'node:zlib';
import { batchLimits } from '../../../shared/contract/batch.ts';
import type { Block } from '../../ports/journal.ts';

export const segmentVersion = 1;
/** Runs are below this; 0 is that of blocks written before runs existed. */
export const runsMax = 1 << 24;
export const segmentHeaderBytes = 56;
export const blockHeaderBytes = 48;

export const journalLimits = {
  bodyBytesMax: batchLimits.bodyBytesMax,
  rawBytesMax: batchLimits.rawBytesMax,
  localBytesMax: 1 << 20,
  segmentBytesMax: 16 << 20,
} as const;

/** A lane's blocks are smaller (see journalLimits); one with records (see records/) may be as long as its longest record. */
const readableBodyBytesMax = 32 << 20;

/** More seqs than one segment can hold, even if every block in it were empty. */
export const seqsPerSegmentMax = 1 << 20;

const segmentMagic = Buffer.from('HJS1');
export const blockMagic = Buffer.from('HJB1');
const codecs = ['identity', 'gzip'] as const;

export interface SegmentHeader {
  version: number;
  journalId: string;
  firstSeq: number;
  previousFirstSeq: number;
  previousLastSeq: number;
  createdMs: number;
}

/** The content of a block's header. `bytes` is the whole block's length on disk, header included. */
export interface BlockHeader {
  seq: number;
  run: number;
  codec: Block['codec'];
  wallMs: number;
  lines: number;
  rawBytes: number;
  bodyBytes: number;
  localBytes: number;
  contentCrc: number;
  bytes: number;
}

export function segmentName(firstSeq: number): string {
  return `${String(firstSeq).padStart(16, '0')}.seg`;
}

/** Returns the first seq from a segment's file name, or null if it is not such a name. */
export function parseSegmentName(name: string): number | null {
  const seq = /^\d{16}\.seg$/.test(name) ? Number(name.slice(0, 16)) : 0;
  return Number.isSafeInteger(seq) && seq >= 1 ? seq : null;
}

export function encodeSegmentHeader(header: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(segmentHeaderBytes);
  segmentMagic.copy(bytes);
  bytes.writeUInt16LE(header.version, 4);
  bytes.write(header.journalId, 8, 8, 'hex');
  writeUint53(bytes, header.firstSeq, 16);
  writeUint53(bytes, header.previousFirstSeq, 24);
  writeUint53(bytes, header.previousLastSeq, 32);
  writeUint53(bytes, header.createdMs, 40);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 52)), 52);
  return bytes;
}

/** Returns null if the bytes are not an intact segment header. */
export function decodeSegmentHeader(bytes: Buffer): SegmentHeader | null {
  if (bytes.length < segmentHeaderBytes || !bytes.subarray(0, 4).equals(segmentMagic)) return null;
  if (bytes.readUInt32LE(52) !== crc32(bytes.subarray(0, 52))) return null;
  return {
    version: bytes.readUInt16LE(4),
    journalId: bytes.toString('hex', 8, 16),
    firstSeq: readUint53(bytes, 16),
    previousFirstSeq: readUint53(bytes, 24),
    previousLastSeq: readUint53(bytes, 32),
    createdMs: readUint53(bytes, 40),
  };
}

/** The initial value of a journal's checksums. */
export function checksumSeed(journalId: string): number {
  return crc32(Buffer.from(journalId, 'hex'));
}

export function blockBytes(block: Pick<Block, 'body' | 'local'>): number {
  return blockHeaderBytes + block.body.length + block.local.length;
}

/** Returns the block as the buffers to write one after the other; body and local are not copied. */
export function encodeBlock(block: Block, wallMs: number, seed: number): Buffer[] {
  const header = Buffer.alloc(blockHeaderBytes);
  blockMagic.copy(header);
  header.writeUInt8(codecs.indexOf(block.codec), 4);
  header.writeUIntLE(block.run ?? 0, 5, 3);
  writeUint53(header, block.seq, 8);
  writeUint53(header, wallMs, 16);
  header.writeUInt32LE(block.lines, 24);
  header.writeUInt32LE(block.rawBytes, 28);
  header.writeUInt32LE(block.body.length, 32);
  header.writeUInt32LE(block.local.length, 36);
  header.writeUInt32LE(contentCrc(block.body, block.local, seed), 40);
  header.writeUInt32LE(crc32(header.subarray(0, 44), seed), 44);
  return block.local.length === 0 ? [header, block.body] : [header, block.body, block.local];
}

/** Returns null if the bytes at `at` are not an intact block header of this journal. */
export function decodeBlockHeader(bytes: Buffer, at: number, seed: number): BlockHeader | null {
  if (bytes.readUInt32LE(at) !== blockMagic.readUInt32LE(0)) return null;
  if (bytes.readUInt32LE(at + 44) !== crc32(bytes.subarray(at, at + 44), seed)) return null;
  const codec = codecs[bytes.readUInt8(at + 4)];
  const bodyBytes = bytes.readUInt32LE(at + 32);
  const localBytes = bytes.readUInt32LE(at + 36);
  if (codec === undefined) return null;
  if (bodyBytes === 0 || bodyBytes > readableBodyBytesMax || localBytes > journalLimits.localBytesMax)
    return null;
  return {
    seq: readUint53(bytes, at + 8),
    run: bytes.readUIntLE(at + 5, 3),
    codec,
    wallMs: readUint53(bytes, at + 16),
    lines: bytes.readUInt32LE(at + 24),
    rawBytes: bytes.readUInt32LE(at + 28),
    bodyBytes,
    localBytes,
    contentCrc: bytes.readUInt32LE(at + 40),
    bytes: blockHeaderBytes + bodyBytes + localBytes,
  };
}

/**
 * Returns the block whose header was read at `at`, or null if its content does not match. It shares memory with
 * `bytes`.
 */
export function decodeBlock(bytes: Buffer, at: number, header: BlockHeader, seed: number): Block | null {
  const bodyAt = at + blockHeaderBytes;
  const body = bytes.subarray(bodyAt, bodyAt + header.bodyBytes);
  const local = bytes.subarray(bodyAt + header.bodyBytes, at + header.bytes);
  if (contentCrc(body, local, seed) !== header.contentCrc) return null;
  const { seq, run, codec, lines, rawBytes } = header;
  return { seq, run, codec, lines, rawBytes, body, local };
}

function contentCrc(body: Buffer, local: Buffer, seed: number): number {
  // zlib restarts the checksum for an empty buffer without memory, so an empty part is omitted.
  let crc = crc32(body, seed);
  if (local.length > 0) crc = crc32(local, crc);
  return crc;
}

function writeUint53(bytes: Buffer, value: number, at: number): void {
  bytes.writeBigUInt64LE(BigInt(value), at);
}

function readUint53(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}

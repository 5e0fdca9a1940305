/**
 * The journal on disk, format 1. All integers are little-endian.
 *
 *     {dir}/lock                    who has the journal open (see lock.ts)
 *     {dir}/meta.json               id of the journal; newest segment, lowest next seq, losses of each lane,
 *                                   last seq if it was stopped in order
 *     {dir}/cursors.json            how far each consumer has come in each lane (both: see state-file.ts)
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
 * The header's checksum covers the content's, so together they cover the whole block; apart, they let a reader trust
 * the lengths of a block whose body is damaged. They begin with the journal's random id, so nothing that a sensor
 * sends, and no block of another journal, can pass for a block when a damaged segment is searched.
 *
 * Limits: body 1 byte … 4 MiB, local ≤ 1 MiB, segment ≤ 16 MiB or one block, seq < 2^53.
 *
 * Writing: a group of blocks is one write and one fdatasync; only then are they acknowledged and readable. A write that
 * fails is cut off again; where that fails, or after a failed fdatasync, the segment is left as it is and the next one
 * begins with higher seqs. Its previousLastSeq says which blocks of the old segment count.
 *
 * Nothing is allocated ahead: a sync got shorter by it only where the zeros were really written first (0.2 ms for 0.3 ms
 * on an SSD), and that doubles what an SD card has to take.
 *
 * Seqs never go back and are never used twice, because the cloud takes a seq it knows for a repetition. Which were used
 * is only certain after an orderly stop, which notes each lane's last seq in meta.json: a disk may take back what it
 * said was synced, in the middle of a block or between two. Otherwise a new segment begins 2^20 seqs further. A lane's
 * last segment is never dropped to make room, because the next seq is known from it.
 * A copy of the folder (a backup that is put back, a cloned card) knows nothing of what was written after it was made,
 * and would use those seqs again. So each opening of the journal draws a random number, its run, and writes it into its
 * blocks; the cloud knows a block by journal, run and seq.
 * Within a segment a missing seq is therefore damage; between segments previousLastSeq tells damage from intention.
 *
 * Recovery, at open:
 * - a left-over `*.tmp` and an empty segment are deleted;
 * - the last segment is read in full. What follows its last good block (torn, zero-filled or garbage) is cut off and
 *   reported as 'torn-tail': it never was acknowledged. A last segment without one good block goes as a whole; if
 *   meta.json says that it had been written, its blocks are reported as 'damaged-block';
 * - what was only in the page cache is synced before it is readable;
 * - older segments are checked when they are read. A damaged block, header or whole segment, or one that is missing, is
 *   skipped and reported as 'damaged-block' to the first reader that comes past it. Reading goes on at the next
 *   header, found by its magic, whose checksums are right and whose seq is in the segment's range. (A power cut may
 *   tear a group so that a later block of it survives and an earlier one does not. The later one is kept, and the
 *   earlier one reported, though neither had been acknowledged: this cannot be told from damage.)
 * - damaged meta.json: the id comes from the segments' headers; the count of losses begins at 0;
 * - damaged or missing cursors.json: consumers begin at the oldest block, which they survive.
 */
import { crc32 } from 'node:zlib';
import { batchLimits } from '../../../shared/contract/batch.ts';
import type { Block } from '../../ports/journal.ts';

export const segmentVersion = 1;
/** Runs are below; 0 is that of blocks from before there were runs. */
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

/** What a block's header says. `bytes` is the whole block's length on disk, header included. */
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

/** The first seq a segment's file name says, or null if it is no segment's name. */
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

/** Null if the bytes are no intact segment header. */
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

/** The checksum's beginning that belongs to a journal. */
export function checksumSeed(journalId: string): number {
  return crc32(Buffer.from(journalId, 'hex'));
}

export function blockBytes(block: Pick<Block, 'body' | 'local'>): number {
  return blockHeaderBytes + block.body.length + block.local.length;
}

/** The block as the buffers to write one after the other; body and local are not copied. */
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

/** Null if the bytes at `at` are no intact block header of this journal. */
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

/** The block whose header was read at `at`, or null if its content does not match. Shares memory with `bytes`. */
export function decodeBlock(bytes: Buffer, at: number, header: BlockHeader, seed: number): Block | null {
  const bodyAt = at + blockHeaderBytes;
  const body = bytes.subarray(bodyAt, bodyAt + header.bodyBytes);
  const local = bytes.subarray(bodyAt + header.bodyBytes, at + header.bytes);
  if (contentCrc(body, local, seed) !== header.contentCrc) return null;
  const { seq, run, codec, lines, rawBytes } = header;
  return { seq, run, codec, lines, rawBytes, body, local };
}

function contentCrc(body: Buffer, local: Buffer, seed: number): number {
  // zlib begins anew for an empty buffer without memory, so an empty part is left out.
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

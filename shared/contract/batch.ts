/**
 * The contract (shared/contract): what gateway and cloud say to each other: batches, events, line protocol, topics,
 * refusals. Both sides import it, and it imports neither. Other versions are out there, so a change must still read
 * what is stored and under way.
 *
 * The batch: what a gateway sends to its cloud, and the unit of acknowledgement and de-duplication between them.
 * A batch carries whole consecutive blocks of one lane of one journal, in order.
 *
 *     magic      4 bytes   "HBB1"
 *     headerLen  u32 LE    1 … 65,536
 *     header     JSON      BatchHeader
 *     crc        u32 LE    CRC-32 (zlib's) of header and body
 *     body       the blocks' text, concatenated, encoded as `codec` says
 *
 * Identity: (gateway, journal, lane, block seq). A receiver that has stored block n of a journal's lane skips every
 * block ≤ n, so a batch may be sent again, and regrouped with other blocks, any number of times.
 * Limits: body ≤ 4 MiB encoded and ≤ 32 MiB decoded, ≤ 4,096 blocks, ≤ 1,048,576 lines, a line ≤ 1 MiB. A gateway stays
 * far below them, because it bounds what one message can become.
 */
import { crc32, gunzipSync } from 'node:zlib';
import { type Static, Type } from '@sinclair/typebox';
import { HarbingerError, messageOf } from '../runtime/errors.ts';
import { compileValidator } from '../runtime/validate.ts';
import { lanes } from './lanes.ts';
import { plainName } from './topics.ts';

export const batchLimits = {
  headerBytesMax: 65_536,
  bodyBytesMax: 4 << 20,
  rawBytesMax: 32 << 20,
  blocksMax: 4_096,
  linesMax: 1 << 20,
  lineBytesMax: 1 << 20,
} as const;

/**
 * A gateway that cannot know which sequence numbers it has used (after a crash, or with a damaged disk) skips at least
 * this many, so a gap of that size does not mean that blocks are missing.
 */
export const seqLeap = 1 << 20;

/** The last digits of a journal's name tell its runs apart; their sequence numbers rise from run to run. */
const runDigits = 6;

/** The part of a journal's name that all runs on one disk have in common. */
export function diskOf(journal: string): string {
  return journal.slice(0, -runDigits);
}

const BlockEntry = Type.Object({
  seq: Type.Integer({
    minimum: 1,
    description: 'sequence number in the lane, rising by 1',
  }),
  lines: Type.Integer({ minimum: 1 }),
  bytes: Type.Integer({
    minimum: 1,
    description: 'length of the block in the decoded body',
  }),
});

/** Fields that a reader does not know are ignored; a change to the meaning of a batch needs another magic. */
export const BatchHeader = Type.Object({
  gateway: Type.String({ ...plainName }),
  journal: Type.String({
    pattern: '^[0-9a-f]{16}$',
    description:
      'name of the journal and of the run that wrote the blocks; sequence numbers are unique within it',
  }),
  original: Type.Optional(
    Type.String({
      pattern: '^[0-9a-f]{16}$',
      description:
        'name of the journal that the blocks come from, in a batch that was set aside and is sent again under a name of its own',
    }),
  ),
  lane: Type.Union(lanes.map((lane) => Type.Literal(lane))),
  after: Type.Optional(
    Type.Integer({
      minimum: 1,
      description:
        'last block of the batch sent before this one on the same connection, by which the cloud detects a batch that has overtaken another; absent for the first',
    }),
  ),
  codec: Type.Union([Type.Literal('identity'), Type.Literal('gzip')]),
  rawBytes: Type.Integer({ minimum: 1, maximum: batchLimits.rawBytesMax }),
  blocks: Type.Array(BlockEntry, {
    minItems: 1,
    maxItems: batchLimits.blocksMax,
  }),
});
export type BatchHeader = Static<typeof BatchHeader>;
export type BatchBlock = Static<typeof BlockEntry>;

export interface Batch {
  header: BatchHeader;
  /** As sent, encoded with `header.codec`. */
  body: Buffer;
}

const magic = Buffer.from('HBB1');
const checkHeader = compileValidator(BatchHeader);

export function encodeBatch(batch: Batch): Buffer {
  const header = Buffer.from(JSON.stringify(batch.header));
  const prefix = Buffer.allocUnsafe(8);
  magic.copy(prefix);
  prefix.writeUInt32LE(header.length, 4);
  const checksum = Buffer.allocUnsafe(4);
  checksum.writeUInt32LE(crc32(batch.body, crc32(header)));
  return Buffer.concat([prefix, header, checksum, batch.body]);
}

function refuse(code: string, message: string): HarbingerError {
  return new HarbingerError(code, 'ingest', message);
}

/** Checks framing, checksum, header and limits. The body stays encoded. @throws HarbingerError BATCH_* */
export function decodeBatch(frame: Buffer): Batch {
  checkMagic(frame);
  const headerLength = frame.readUInt32LE(4);
  if (headerLength > batchLimits.headerBytesMax || 12 + headerLength > frame.length) {
    throw refuse('BATCH_FORMAT', `header length ${headerLength} does not fit the frame`);
  }
  const headerBytes = frame.subarray(8, 8 + headerLength);
  const body = frame.subarray(12 + headerLength);
  if (body.length > batchLimits.bodyBytesMax) throw refuse('BATCH_SIZE', `body of ${body.length} bytes`);
  if (frame.readUInt32LE(8 + headerLength) !== crc32(body, crc32(headerBytes))) {
    throw refuse('BATCH_CHECKSUM', 'checksum does not match');
  }
  const header = checkHeader(parseJson(headerBytes), (problem) => refuse('BATCH_HEADER', problem));
  checkBlocks(header);
  return { header, body };
}

function checkMagic(frame: Buffer): void {
  const found = frame.subarray(0, 4);
  if (frame.length >= 12 && found.equals(magic)) return;
  if (/^HBB[2-9A-Z]$/.test(found.toString('latin1'))) {
    throw refuse('BATCH_VERSION', `a batch of format ${found}; this cloud knows HBB1: update it`);
  }
  throw refuse('BATCH_FORMAT', 'not a batch: it does not begin with HBB1');
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw refuse('BATCH_HEADER', `header is not JSON: ${messageOf(error)}`);
  }
}

function checkBlocks(header: BatchHeader): void {
  let bytes = 0;
  let lines = 0;
  let previous = header.blocks[0]!.seq - 1;
  for (const block of header.blocks) {
    if (block.seq !== previous + 1) throw refuse('BATCH_HEADER', `block ${block.seq} follows ${previous}`);
    previous = block.seq;
    bytes += block.bytes;
    lines += block.lines;
  }
  const { linesMax } = batchLimits;
  if (lines > linesMax) throw refuse('BATCH_SIZE', `the batch has ${lines} lines; at most ${linesMax}`);
  if (bytes !== header.rawBytes)
    throw refuse('BATCH_HEADER', `blocks add to ${bytes}, not ${header.rawBytes}`);
}

/** The refusal of a batch with a line that is too long. */
export function longLine(block: BatchBlock, bytes: number): HarbingerError {
  const limit = batchLimits.lineBytesMax;
  return refuse('BATCH_SIZE', `block ${block.seq} has a line of ${bytes} bytes; at most ${limit}`);
}

/** Returns the decoded body: exactly `header.rawBytes` bytes of text. @throws HarbingerError BATCH_BODY */
export function decodeBody(batch: Batch): Buffer {
  const { codec, rawBytes } = batch.header;
  let raw: Buffer;
  try {
    raw = codec === 'gzip' ? unpacked(batch.body, rawBytes) : batch.body;
  } catch (error) {
    throw refuse('BATCH_BODY', `body cannot be decoded: ${messageOf(error)}`);
  }
  if (raw.length !== rawBytes) throw refuse('BATCH_BODY', `body is ${raw.length} bytes, not ${rawBytes}`);
  return raw;
}

/** A body is usually unpacked in one piece, which spares a copy; what a header claims is not allocated at once. */
const pieceBytesMax = 4 << 20;

function unpacked(body: Buffer, rawBytes: number): Buffer {
  // zlib stops when there is room left in a piece, and wants pieces of at least 64 bytes.
  const chunkSize = Math.min(Math.max(64, rawBytes + 1), pieceBytesMax);
  return gunzipSync(body, { maxOutputLength: rawBytes, chunkSize });
}
